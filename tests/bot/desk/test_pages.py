"""The desk's pages: who may see them, what they show, what an agent can do."""

from __future__ import annotations

import re
import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.care.models import Severity
from bot.care.records import Said, record_complaint
from bot.conversations.models import Conversation
from bot.conversations.states import Author, State
from bot.page_texts import area_texts
from tests.bot.desk.conftest import Make

HTMX = {"HX-Request": "true"}


def path(conversation: Conversation, action: str = "") -> str:
    return f"/desk/c/{conversation.pk}" + (f"/{action}" if action else "")


@pytest.mark.parametrize("action", ["", "story", "take", "reply", "typing", "close", "hand-back"])
def test_strangers_are_sent_to_sign_in(client: Client, make: Make, action: str) -> None:
    found = make()
    call = client.post if action in {"take", "reply", "typing", "close", "hand-back"} else client.get
    answer = call(path(found, action))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/desk/sign-in")
    found.refresh_from_db()
    assert found.state == State.WAITING


def test_partial_of_a_signed_out_page_sends_the_whole_page_to_sign_in(client: Client, make: Make) -> None:
    answer = client.get("/desk/list", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/desk/sign-in")


def test_customer_account_is_told_no(client: Client, make: Make) -> None:
    client.force_login(User.objects.create_user("visitor"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(path(make("secret words"))).status_code == 403
    assert b"secret words" not in client.get(path(make())).content


def test_waiting_list_is_first_come_first_served(desk: Client, make: Make) -> None:
    make("came first")
    make("came second")
    make("with the bot", State.BOT)
    page = desk.get("/desk/?show=waiting").content.decode()
    assert page.index("came first") < page.index("came second")
    assert "with the bot" not in page


def test_the_furious_are_listed_before_those_who_came_first(desk: Client, make: Make) -> None:
    make("came first")
    furious = make("came second, furious")
    furious.hand_offs.update(priority=2)
    page = desk.get("/desk/?show=waiting").content.decode()
    assert page.index("came second, furious") < page.index("came first")
    assert page.count(area_texts("desk", "en")["list.urgent"]) == 1


def test_an_open_complaint_is_shown_with_the_conversation(desk: Client, make: Make) -> None:
    found = make("broken")
    noted = record_complaint(Said(str(found.pk), "m1", text="broken"), "damaged", Severity.URGENT)
    assert noted.number in desk.get(path(found)).content.decode()


def test_mine_shows_only_my_own(desk: Client, make: Make, meera: User) -> None:
    other = User.objects.create_user("ravi", is_staff=True)
    make("meera has this", State.AGENT, meera)
    make("ravi has this", State.AGENT, other)
    page = desk.get("/desk/?show=mine").content.decode()
    assert "meera has this" in page
    assert "ravi has this" not in page


def test_a_page_with_a_conversation_counts_as_the_list_alone_does(desk: Client, make: Make, meera: User) -> None:
    mine = [make("first", State.AGENT, meera), make("second", State.AGENT, meera)]
    for found in (*mine, make("third")):
        page = desk.get(path(found)).content.decode()
        assert re.findall(r'id="tab-mine"[^>]*>Mine<b class="count">(.*?)</b>', page) == ["2"]


def test_customer_text_is_escaped(desk: Client, make: Make) -> None:
    found = make("<script>alert(1)</script>")
    page = desk.get(path(found)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_take_reply_close(desk: Client, make: Make, meera: User) -> None:
    found = make()
    assert desk.post(path(found, "take"), headers=HTMX).status_code == 200
    desk.post(path(found, "reply"), {"text": "I am looking at it", "key": "k1"}, headers=HTMX)
    found.refresh_from_db()
    assert (found.state, found.agent) == (State.AGENT, meera)
    reply = found.messages.get(author=Author.AGENT)
    assert (reply.text, reply.author_name) == ("I am looking at it", "Meera Joshi")
    desk.post(path(found, "close"), headers=HTMX)
    found.refresh_from_db()
    assert found.state == State.CLOSED


def test_double_click_sends_once(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    for _ in range(2):
        desk.post(path(found, "reply"), {"text": "once", "key": "same"}, headers=HTMX)
    assert found.messages.filter(author=Author.AGENT).count() == 1


def test_slower_agent_is_told_who_was_faster(desk: Client, make: Make) -> None:
    ravi = User.objects.create_user("ravi", first_name="Ravi", is_staff=True)
    found = make(state=State.AGENT, agent=ravi)
    answer = desk.post(path(found, "take"), headers=HTMX)
    assert "Ravi" in answer.content.decode()
    assert answer.headers["HX-Retarget"] == "#panel"
    refused = desk.post(path(found, "reply"), {"text": "mine!"}, headers=HTMX)
    assert b'role="alert"' in refused.content
    assert not found.messages.filter(author=Author.AGENT).exists()


def test_empty_reply_is_refused(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    answer = desk.post(path(found, "reply"), {"text": " \n"}, headers=HTMX)
    assert area_texts("desk", "en")["error.empty"] in answer.content.decode()


def test_hand_back_gives_it_to_the_assistant(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    desk.post(path(found, "hand-back"), headers=HTMX)
    found.refresh_from_db()
    assert (found.state, found.agent) == (State.BOT, None)


def test_works_without_javascript(desk: Client, make: Make) -> None:
    found = make()
    answer = desk.post(path(found, "take"))
    assert (answer.status_code, answer.headers["Location"]) == (302, path(found))


def test_unknown_conversation_is_404(desk: Client) -> None:
    assert desk.get(f"/desk/c/{uuid.uuid4()}").status_code == 404
    assert desk.post(f"/desk/c/{uuid.uuid4()}/take").status_code == 404


def test_reading_marks_read_for_its_own_agent_only(desk: Client, make: Make, meera: User) -> None:
    ravi = User.objects.create_user("ravi", is_staff=True)
    mine, other = make(state=State.AGENT, agent=meera), make(state=State.AGENT, agent=ravi)
    for found in (mine, other):
        desk.get(path(found))
        found.refresh_from_db()
    assert mine.agent_read_id > 0
    assert other.agent_read_id == 0


@pytest.mark.parametrize("language", ["en", "gu", "ta"])
def test_desk_speaks_three_languages(desk: Client, language: str) -> None:
    assert area_texts("desk", language)["list.none_waiting"] in desk.get(f"/desk/?lang={language}").content.decode()


def test_nothing_is_kept_by_caches(desk: Client, make: Make) -> None:
    assert "no-store" in desk.get(path(make())).headers["Cache-Control"]
