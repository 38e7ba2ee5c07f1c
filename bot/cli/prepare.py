"""What must be there before the processes start: secrets, tables, demo shop, FAQ index, Rasa model, a first agent.

Each step looks whether its result still fits its inputs and does nothing if so; all are safe to repeat.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.cli.django_setup import use_django
from bot.cli.progress import clock
from bot.config import ROOT, child_environment, config
from bot.errors import ConfigError

# Whatever changes what a trained model knows or how its components read it.
MODEL_INPUTS = (
    "config.yml",
    "domain",
    "data",
    "knowledge/sources",
    "knowledge/topics.yml",
    "demo/store",
    "bot/nlu",
    "bot/language",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "texts").glob("*/language.yml")),
)
DEMO_STORE = ROOT / "demo" / "store"
DEMO_TODAY = "2026-11-21"
FIRST_AGENT = "owner"


@dataclass(frozen=True)
class Prepared:
    """The model to serve, and the first agent's once-only sign-in if nobody has signed in yet."""

    model: Path
    sign_in_url: str | None


def prepare(demo: bool) -> Prepared:
    """Does every missing step, in order, showing the slow ones."""
    make_secrets()
    use_django()
    migrate()
    if demo:
        import_demo_shop()
    build_index_if_stale()
    return Prepared(train_if_needed(), first_sign_in_url())


def setup() -> None:
    """Generates the secrets and the database tables, and nothing else."""
    make_secrets()
    use_django()
    migrate()


def make_secrets() -> None:
    """Generates the secrets that are not set yet into DATA_DIR/secrets.env (mode 0600); this process sees them too."""
    current = config()
    generated = ("secret_key", "rasa_token", "shop_token_secret", "telegram_webhook_secret")
    names = [name for name in generated if not getattr(current, name)]
    if not names:
        return
    path = current.data_path / "secrets.env"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{name.upper()}={secrets.token_urlsafe(48)}\n" for name in names)
    config.cache_clear()


def migrate() -> None:
    """Brings the database's tables up to this version."""
    use_django()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def import_demo_shop() -> None:
    """Loads the demo shop if its files are not the ones loaded last, or the database is a new one."""
    from bot.shop.commands import import_shop
    from bot.shop.models import Product

    mark = config().data_path / "demo-shop.sha256"
    wanted = fingerprint([DEMO_STORE])
    if mark.is_file() and mark.read_text() == wanted and Product.objects.exists():
        return
    with clock("Loading the demo shop"):
        import_shop(
            DEMO_STORE / "products.csv",
            DEMO_STORE / "orders.csv",
            DEMO_STORE / "customers.csv",
            DEMO_STORE / "product_names.csv",
        )
    mark.write_text(wanted)


def build_index_if_stale() -> None:
    """Builds the FAQ index unless the one there fits encoder and sources. Raises ConfigError with its last words."""
    from bot.errors import KnowledgeError
    from knowledge.index import check_index

    try:
        check_index()
    except KnowledgeError:
        # In a process of its own: the encoder's memory goes back, and all cores may be used before customers come.
        run_step("Building the FAQ index", "index", [sys.executable, "-m", "bot.cli", "faq", "index"])


def train() -> None:
    """Trains the Rasa model if its inputs have changed, and says where it is."""
    make_secrets()
    build_index_if_stale()
    print(train_if_needed().relative_to(ROOT))


def train_if_needed() -> Path:
    """The model that fits today's inputs, trained now if it is not there. Raises ConfigError with Rasa's last words."""
    from knowledge.encoder import identify

    name = "seva-" + fingerprint([ROOT / part for part in MODEL_INPUTS], identify(config().encoder))[:12]
    model = ROOT / "models" / f"{name}.tar.gz"
    if model.is_file():
        return model
    # Forced: Rasa would take a part from an earlier training although the code beside its component has changed. Rules
    # and domain are checked by the tests; loading TensorFlow and the data once more for it takes 12 s.
    options = ["--force", "--skip-validation", "--out", "models", "--fixed-model-name", name]
    command = [sys.executable, "-m", "rasa", "train", *options]
    run_step("Training the Rasa model", "train", command)
    if not model.is_file():
        raise ConfigError(f"training made no model, see {log_path('train')}")
    return model


def run_step(title: str, name: str, command: list[str]) -> None:
    """Runs one slow step with a clock, its output in the log `name`. Raises ConfigError with its last words."""
    log, environment = log_path(name), {**rasa_environment(), "OMP_NUM_THREADS": str(os.cpu_count() or 1)}
    with clock(title), log.open("w") as output:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        raise ConfigError(f"{title} failed, see {log}: {_last_line(log)}")


def first_sign_in_url() -> str | None:
    """The once-only address where the first agent chooses a password; None once somebody has signed in."""
    from bot.desk.accounts import first_sign_in_path

    path = first_sign_in_path(FIRST_AGENT)
    return config().base_url + path if path else None


def rasa_environment() -> dict[str, str]:
    """What Rasa's processes need: no telemetry, one thread for each numeric library, long tickets (SECURITY 2)."""
    return child_environment(
        RASA_TELEMETRY_ENABLED="false",
        OMP_NUM_THREADS="1",
        OMP_WAIT_POLICY="PASSIVE",
        TF_CPP_MIN_LOG_LEVEL="3",
        TICKET_LOCK_LIFETIME="300",
        SANIC_HOST="127.0.0.1",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        PYTHONWARNINGS="ignore",
        HF_HUB_OFFLINE="1",
    )


def log_path(name: str) -> Path:
    """Where the output of one process goes."""
    folder = config().data_path / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """Hash over the contents and names of files and folders (hidden and compiled files left out)."""
    total = hashlib.sha256("\0".join(more).encode())
    for path in paths:
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" in file.parts or not file.exists():
                continue
            total.update(str(file.relative_to(ROOT)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "(it said nothing)"
