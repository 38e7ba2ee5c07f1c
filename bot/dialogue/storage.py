"""The tracker store's two tables and its database connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

# Longer than any write of ours, shorter than the gateway's patience.
LOCK_TIMEOUT_S = 5

METADATA = sa.MetaData()
STATE = sa.Table(
    "dialogue_state",
    METADATA,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
ANSWER = sa.Table(
    "dialogue_answer",
    METADATA,
    sa.Column("conversation", sa.String(200), primary_key=True),
    sa.Column("message_id", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
)


def make_engine(database_url: str, data_path: Path) -> sa.engine.Engine:
    """An engine on PostgreSQL, or on `rasa.db` in `data_path` when `database_url` is empty. Makes missing tables."""
    engine = _postgresql(database_url) if database_url.startswith("postgres") else _sqlite(database_url, data_path)
    METADATA.create_all(engine)
    return engine


def _postgresql(url: str) -> sa.engine.Engine:
    # Rasa's SQLAlchemy 1.4 speaks to PostgreSQL through psycopg2.
    scheme, _, rest = url.partition("://")
    options = f"-c statement_timeout={LOCK_TIMEOUT_S}s -c lock_timeout={LOCK_TIMEOUT_S}s"
    arguments = {"connect_timeout": LOCK_TIMEOUT_S, "options": options, "application_name": "seva-rasa"}
    del scheme
    return sa.create_engine(f"postgresql+psycopg2://{rest}", pool_pre_ping=True, connect_args=arguments, future=True)


def _sqlite(url: str, data_path: Path) -> sa.engine.Engine:
    if not url or not url.startswith("sqlite"):
        data_path.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{data_path / 'rasa.db'}"
    arguments = {"timeout": LOCK_TIMEOUT_S, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=arguments, poolclass=sa.pool.QueuePool, future=True)
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, record: Any) -> None:
    # The driver's own BEGIN would be deferred: a read that turns into a write then fails at once instead of waiting.
    connection.isolation_level = None
    # NORMAL: the last commits may be lost when the power goes, and then the gateway asks those turns again.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "secure_delete=ON",
        f"busy_timeout={LOCK_TIMEOUT_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
