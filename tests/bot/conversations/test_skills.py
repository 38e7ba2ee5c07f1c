"""Which people a hand-off is for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from django.utils import timezone

from bot.conversations import notices
from bot.conversations.handoffs import hand_off
from bot.conversations.hours import load_hours
from bot.conversations.models import Conversation
from bot.conversations.skills import choose_skill, load_skills
from bot.conversations.states import Reason
from bot.errors import ConfigError
from bot.page_texts import LANGUAGE_NAMES, area_texts
from tests.bot.conversations.conftest import Say


@pytest.mark.parametrize(
    ("reason", "routes", "topics", "skill"),
    [
        ("asked", ["faq", "human"], ["refund.time"], "returns"),
        ("asked", ["faq", "human"], ["delivery.time", "refund.time"], "returns"),
        ("asked", ["faq", "order_status", "human"], ["refund.time"], "orders"),
        ("asked", ["order_status", "faq"], ["payment.cod"], "payments"),
        ("complaint", ["order_status"], [], "complaints"),
        ("sensitive", [], [], "complaints"),
        ("asked", ["human"], [], ""),
        ("low_confidence", ["out_of_scope"], [], ""),
        ("asked", [], ["product.care"], "products"),
    ],
)
def test_what_was_wanted_last_says_who_can_help(reason: str, routes: list[str], topics: list[str], skill: str) -> None:
    assert choose_skill(reason, {"routes": routes, "topics": topics}) == skill


def test_all_that_skills_name_is_there() -> None:
    skills = load_skills().values()
    routes = {line.partition(",")[0] for line in Path("demo/store/routes.csv").read_text().splitlines()[1:]}
    assert {route for skill in skills for route in skill.routes} <= routes
    listed = yaml.safe_load(Path("knowledge/topics.yml").read_text(encoding="utf-8"))["topics"]
    topics = {entry["topic"].partition(".")[0] for entry in listed}
    assert {topic for skill in skills for topic in skill.topics} <= topics


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_each_has_a_name_on_the_desk(language: str) -> None:
    assert {f"skill.{name}" for name in load_skills()} <= set(area_texts("desk_queue", language))


def test_a_skill_may_have_hours_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "hours.yml"
    shop = Path("bot/conversations/hours.yml").read_text(encoding="utf-8").replace("skills: {}", "")
    own = '  complaints:\n    week: {saturday: "10:00 - 14:00", sunday: null}\n    closed: ["2026-12-25"]\n'
    path.write_text(f"{shop}skills:\n{own}", encoding="utf-8")
    usual, theirs = load_hours(path), load_hours(path, "complaints")
    assert load_hours(path, "orders") == usual
    assert (theirs.week[0], theirs.week[6]) == (usual.week[0], None)
    assert str(theirs.week[5]) != str(usual.week[5])
    assert theirs.closed == usual.closed | {"2026-12-25"}


def test_a_complaint_is_promised_an_answer_by_its_own_peoples_hours(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hours.yml"
    shop = Path("bot/conversations/hours.yml").read_text(encoding="utf-8").replace("skills: {}", "")
    path.write_text(f'{shop}skills:\n  complaints:\n    week: {{saturday: "10:00 - 14:00", sunday: null}}\n')
    saturday = datetime(2026, 11, 21, 15, tzinfo=ZoneInfo("Asia/Kolkata"))
    monkeypatch.setattr(notices, "read_shop_time", lambda zone: saturday)
    monkeypatch.setattr(notices, "load_hours", lambda skill: load_hours(path, skill))
    promised = {}
    for reason in (Reason.ASKED, Reason.COMPLAINT):
        say("hello", user=reason.value)
        found = Conversation.objects.get(identity__external_id=reason.value)
        record = hand_off(found, reason)
        assert record is not None
        assert record.answer_by is not None
        promised[reason] = record.answer_by - timezone.now()
        told = found.messages.get(author="system").text
        assert ("minutes" in told, "09:30 on Mon, 23 November" in told) == (
            reason == Reason.ASKED,
            reason == Reason.COMPLAINT,
        )
    assert promised[Reason.ASKED] < timedelta(minutes=30)
    assert timedelta(hours=42) < promised[Reason.COMPLAINT] <= timedelta(hours=42.5)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "skills.yml"
    path.write_text("complaints: {colour: [red]}\n")
    with pytest.raises(ConfigError, match=r"skills\.yml"):
        load_skills(path)
