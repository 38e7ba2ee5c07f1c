"""Makes the environment `.venv` from constraints.txt. Run by `make`; needs only Python 3.11 and the package registries.

Every failure that a newcomer can mend ends in one line that says how.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "seva-installed"
LOG = ROOT / "var" / "logs" / "install.log"
# Python runs this line at each start. With telemetry on, every `rasa` command fails here: Rasa 3.6 gives sentry-sdk an
# option that releases without known holes no longer take. One OpenMP thread, because a second makes the encoder up to
# 20 times slower (DESIGN 4) and nothing in `rasa shell` or `rasa test` would say so. Variables set already win.
DEFAULTS = VENV / "lib" / "python3.11" / "site-packages" / "seva_defaults.pth"
DEFAULTS_LINE = (
    'import os; os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false"); '
    'os.environ.setdefault("OMP_NUM_THREADS", "1")\n'
)


def main() -> None:
    check_python()
    wanted = hashlib.sha256(
        (ROOT / "constraints.txt").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    ).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted and moved_from(VENV) is None:
        return
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("")
    if moved_from(VENV) is not None or not (VENV / "bin" / "python").exists():
        shutil.rmtree(VENV, ignore_errors=True)
        step("Creating the environment .venv", [sys.executable, "-m", "venv", str(VENV)])
    if not (VENV / "bin" / "uv").exists():
        step("Fetching uv, the installer", [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV / "bin" / "python"), "--no-deps"]
    # Byte-compiling now, once, saves every later start 10 to 20 seconds.
    pinned = len((ROOT / "constraints.txt").read_text("utf-8").splitlines())
    step(f"Installing {pinned} pinned packages", [*uv, "--compile-bytecode", "-r", "constraints.txt", *torch_source()])
    step("Installing seva itself", [*uv, "-e", "."])
    DEFAULTS.write_text(DEFAULTS_LINE)
    STAMP.write_text(wanted)


def check_python() -> None:
    """Rasa 3.6 with our pins runs on Python 3.11 and on no other."""
    if sys.version_info[:2] != (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        stop(f"Python 3.11 is needed, this is {found}. Install it and say: make PYTHON=/path/to/python3.11 run")


def moved_from(venv: Path) -> str | None:
    """The folder this environment was made for, if the checkout has been moved or copied since; else None."""
    script = venv / "bin" / "pip"
    if not script.exists():
        return None
    first_line = script.read_text(errors="replace").splitlines()[0]
    return None if str(venv) in first_line else first_line


def torch_source() -> list[str]:
    """Where the CPU build of torch comes from: the machine's own wheels if pip knows some, else the CPU index of uv."""
    links = pip_setting("find-links")
    if any(wheel for link in links.split() for wheel in Path(link).glob("torch-*+cpu-*.whl")):
        os.environ["UV_FIND_LINKS"] = ",".join(links.split())
        return []
    return ["--torch-backend", "cpu"]


def pip_setting(name: str) -> str:
    """One of pip's settings, from its environment variable or its configuration files; empty if unset."""
    variable = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if variable is not None:
        return variable
    command = [str(VENV / "bin" / "python"), "-m", "pip", "config", "get", f"global.{name}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def step(title: str, command: list[str]) -> None:
    """Runs one command, its output in the log and a running clock on the screen; stops with one line if it fails."""
    started = time.monotonic()
    with LOG.open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                tell(f"{title} … {time.monotonic() - started:.0f} s")
                time.sleep(0.2 if sys.stdout.isatty() else 2)
        except KeyboardInterrupt:
            process.terminate()
            stop("Stopped. Say the same command again to go on.")
    if process.returncode != 0:
        stop(reason(LOG.read_text(errors="replace")))
    tell(f"{title}: {time.monotonic() - started:.0f} s", last=True)


def tell(text: str, last: bool = False) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="\n" if last else "", flush=True)
    elif last:
        print(text, flush=True)


# What the log says, and what the reader is told.
REASONS = (
    (
        ("dns error", "failed to lookup", "name resolution", "network is unreachable", "error sending request"),
        "The package registry cannot be reached. Check network and proxy settings, then say the same command again.",
    ),
    (
        ("command 'gcc' failed", "no such file or directory: 'gcc'", "unable to find a compiler", "cc: not found"),
        "A package has to be compiled and there is no C compiler. Install one, for example build-essential.",
    ),
    (("ensurepip",), "Python's venv module is missing. Install it (Debian: apt-get install python3.11-venv)."),
    (("no space left",), "The disk is full: the environment needs 5 GB."),
)


def reason(log: str) -> str:
    """One line for the failures that people meet."""
    low = log.lower()
    for signs, told in REASONS:
        if any(sign in low for sign in signs):
            return f"{told} Details: {LOG}"
    last = (log.strip().splitlines() or ["(nothing)"])[-1]
    return f"Installing failed. Its last line: {last} Details: {LOG}"


def stop(text: str) -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    sys.exit(f"seva: {text}")


if __name__ == "__main__":
    main()
