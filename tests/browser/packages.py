"""Packages from npm that tests bring into a page, by `npm pack`; npm keeps them for the next time."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

FETCH_TIMEOUT_S = 120


def read_package_file(folder: Path, name: str, version: str, path: str) -> str:
    """The text of one file of a package; skips the test where npm or its registry is not to be had."""
    archive = folder / f"{name}-{version}.tgz"
    if not archive.exists():
        _fetch(archive, f"{name}@{version}")
    with tarfile.open(archive) as packed:
        found = packed.extractfile(f"package/{path}")
        assert found is not None
        return found.read().decode()


def _fetch(archive: Path, wanted: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    command = [npm, "pack", "--silent", "--prefer-offline", wanted]
    try:
        done = subprocess.run(command, cwd=archive.parent, capture_output=True, timeout=FETCH_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        pytest.skip("npm's registry does not answer")
    if done.returncode or not archive.exists():
        pytest.skip(f"npm's registry gave no {wanted}")
