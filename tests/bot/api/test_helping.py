"""Over the API: who is there and what they take, answers that fit the customer's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bot.conversations.models import Conversation, Turn
from bot.conversations.states import State
from bot.desk.models import CAPACITY, AgentProfile
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make
from tests.bot.desk.test_ready import index

__all__ = ["index"]
pytestmark = pytest.mark.django_db


def test_the_team_with_who_is_there_and_what_they_take(api: Api, make: Make, meera: User) -> None:
    ravi = User.objects.create_user("ravi", is_staff=True)
    profile = {"languages": ["gu"], "skills": ["returns"], "capacity": 3, "seen_at": timezone.now()}
    AgentProfile.objects.create(user=ravi, **profile)
    make(state=State.AGENT, agent=ravi)
    make(state=State.CLOSED, agent=ravi)
    User.objects.create_user("gone", is_staff=True, is_active=False)
    first, second = api.get("agents").json()["results"]
    assert first == {
        "username": "meera", "name": "Meera Joshi", "presence": "offline", "languages": [], "skills": [],
        "capacity": CAPACITY, "conversations": 0,
    }  # fmt: skip
    assert second == {
        "username": "ravi", "name": "ravi", "presence": "available", "languages": ["gu"], "skills": ["returns"],
        "capacity": 3, "conversations": 1,
    }  # fmt: skip
    AgentProfile.objects.update(away=True)
    assert api.get("agents").json()["results"][1]["presence"] == "away"


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
