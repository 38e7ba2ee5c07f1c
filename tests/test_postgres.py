"""What databases do in their own ways, once more on PostgreSQL: search, order, races, logs, lists that only grow.

The same tests as everywhere, in a process of their own, because the database is chosen before anything of ours is
imported (`environment.py`). All of them: `TEST_DATABASE=postgres pytest …`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import DATABASE_URL

ROOT = Path(__file__).resolve().parent.parent
# By what differs there: how text is compared, how rows are locked and sorted, what JSON and time look like.
CHOSEN = (
    "tests/bot/api/test_lists.py::test_the_queue_has_the_most_urgent_first_with_what_agents_see",
    "tests/bot/api/test_lists.py::test_search_finds_what_an_agent_would_find",
    "tests/bot/api/test_lists.py::test_the_audit_list_is_read_with_filters_and_page_by_page",
    "tests/bot/api/test_lists.py::test_nul_is_a_bad_request_on_every_database",
    "tests/bot/api/test_people.py::test_of_admins_whose_role_is_taken_at_once_one_stays",
    "tests/bot/api/test_people.py::test_who_is_invited_twice_at_once_has_one_account",
    "tests/bot/api/test_operations.py::test_pages_by_cursor_skip_and_repeat_nothing_when_something_comes_between",
    "tests/bot/api/test_operations.py::test_token_is_kept_as_a_hash_only",
    "tests/bot/api/test_operations.py::test_the_same_idempotency_key_sends_once",
    "tests/bot/api/test_webhook_operations.py::test_the_log_is_read_and_what_was_given_up_is_sent_again",
    "tests/bot/accounts/test_audit.py::test_rows_are_added_and_nothing_else",
    "tests/bot/accounts/test_audit.py::test_accounts_are_named_and_roles_are_told",
    "tests/bot/desk/test_passing.py::test_of_agents_who_take_at_once_one_has_it_and_the_others_are_told_who",
    "tests/bot/desk/test_presence.py::test_two_gateways_give_nobody_more_than_they_can_take",
    "tests/bot/desk/test_nul.py",
    "tests/bot/conversations/test_inbox.py::test_the_database_is_the_one_that_was_asked_for",
)


@pytest.mark.postgres
@pytest.mark.skipif(bool(DATABASE_URL), reason="everything runs there already")
def test_on_postgresql_too() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *CHOSEN]
    environment = {**os.environ, "TEST_DATABASE": "postgres"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    assert re.search(r"^\d+ passed in", done.stdout, re.MULTILINE), done.stdout
