"""Over the API: answers that fit the customer's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversations.models import Conversation, Turn
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make
from tests.bot.desk.test_ready import index

__all__ = ["index"]
pytestmark = pytest.mark.django_db


def test_answers_that_fit_are_suggested_in_the_customers_language(api: Api, make: Make, index: Path) -> None:
    found = make()
    path = f"conversations/{found.pk}/suggestions"
    assert api.get(path).json() == {"results": []}
    Conversation.objects.filter(pk=found.pk).update(language="gu")
    record = {"topic": "refund.method", "alternatives": [{"topic": "refund.time", "confidence": 0.2}]}
    found.messages.update(turn=Turn.objects.create(conversation=found, message_id="1", record=record))
    titles = [one["title"] for one in api.get(path).json()["results"]]
    assert len(titles) == 2
    assert all("gu" in title for title in titles)
