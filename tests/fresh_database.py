"""An empty database for every test that commits: the migrated one copied back page by page, on SQLite.

Django's own way, which PostgreSQL still goes, empties every table and makes content types and permissions anew: some
60 ms of computing and 20 commits a test, against 3 ms and one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from asgiref.sync import SyncToAsync
from django.db import connection, connections
from django.test import TransactionTestCase

# A test that has left a transaction open somewhere is told so after 10 s, as by Django.
BUSY_STEPS_MAX = 40


def leave_database() -> None:
    """Ends the connections of this thread and of the one in which asynchronous code asks the database.

    PostgreSQL neither drops nor copies a database that somebody is connected to.
    """
    connections.close_all()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@contextmanager
def copied_back() -> Iterator[None]:
    """While it lasts, a test that committed leaves the database as it is now."""
    if connection.vendor != "sqlite":
        yield
        return
    empty = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(empty)

    def restore(test: TransactionTestCase) -> None:
        busy = 0

        def note(status: int, remaining: int, total: int) -> None:
            nonlocal busy
            busy += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if busy > BUSY_STEPS_MAX:
                raise TimeoutError("a transaction is still open in another thread")

        connection.ensure_connection()
        empty.backup(connection.connection, progress=note)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield
    empty.close()
