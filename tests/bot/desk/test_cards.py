"""The customer's card: who they are on which channel, what was before, and what agents keep about them."""

from __future__ import annotations

import html

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.care.models import Audit, ContactNote, Opinion, PrivacyRequest, Tag
from bot.care.personal import build_export, erase_contact
from bot.channels.contract import InboundMessage
from bot.conversations.inbox import record_inbound
from bot.conversations.links import issue_link, use_link
from bot.conversations.models import Contact, Conversation, Message, Rating, Turn
from bot.conversations.states import Author, Direction, State
from bot.page_texts import LANGUAGE_NAMES, area_texts
from tests.bot.desk.conftest import Make
from tests.bot.desk.test_windows import panel

HTMX = {"HX-Request": "true"}


def join(first: Conversation, second: Conversation) -> None:
    """The person of `second` proves to be that of `first`."""
    assert use_link(second, issue_link("webchat", first.identity.external_id)) == "system.link.done"


def test_earlier_conversations_of_all_channels_are_linked(desk: Client, make: Make) -> None:
    found, other, stranger = make(), make("on the other channel"), make()
    join(found, other)
    page = desk.get(f"/desk/c/{found.pk}/card").content.decode()
    assert f'href="/desk/c/{other.pk}"' in page
    assert str(stranger.pk) not in page


def test_stars_of_all_their_conversations_are_shown_with_words(desk: Client, make: Make, meera: User) -> None:
    found, other = make(), make(state=State.AGENT, agent=meera)
    join(found, other)
    desk.post(f"/desk/c/{other.pk}/resolve")
    user = other.identity.external_id
    record_inbound(InboundMessage("webchat", "m1", user, "4"))
    Rating.objects.update(words="patient <b>and</b> kind")
    words = area_texts("desk_story", "en")
    page = desk.get(f"/desk/c/{found.pk}/card").content.decode()
    for part in ("★★★★☆", words["card.stars"].format(count=4), "Meera Joshi", "patient &lt;b&gt;and&lt;/b&gt; kind"):
        assert part in page
    shown = Conversation.objects.get(pk=other.pk)
    assert area_texts("desk", "en")["message_kind.rating"] in panel(desk, shown)


def test_a_wrong_join_is_split_again_and_written_down(desk: Client, make: Make, meera: User) -> None:
    found, other = make(), make()
    own = other.contact_id
    join(found, other)
    split = f"/desk/c/{found.pk}/identities/{other.identity_id}/split"
    assert split in desk.get(f"/desk/c/{found.pk}/card").content.decode()
    assert split not in desk.post(split, headers=HTMX).content.decode()
    other.refresh_from_db()
    assert (other.contact_id, other.identity.contact_id) == (own, own)
    assert [(one.who, one.what) for one in Audit.objects.all()] == [("meera", "identity.split")]
    desk.post(split, headers=HTMX)
    assert Audit.objects.count() == 1


def test_an_identity_of_somebody_else_is_not_split_from_here(desk: Client, make: Make) -> None:
    found, first, second = make(), make(), make()
    join(first, second)
    desk.post(f"/desk/c/{found.pk}/identities/{second.identity_id}/split", headers=HTMX)
    second.refresh_from_db()
    assert second.contact_id == first.contact_id


def test_tags_and_the_note_are_kept_with_the_contact_and_go_when_it_is_erased(
    transactional_db: None, desk: Client, make: Make
) -> None:
    found, later = make(), make()
    join(found, later)
    for word in ("regular", " regular ", "", "<b>"):
        desk.post(f"/desk/c/{found.pk}/tag", {"add": word}, headers=HTMX)
    desk.post(f"/desk/c/{found.pk}/about", {"about": "prefers calls after six"}, headers=HTMX)
    page = desk.get(f"/desk/c/{later.pk}/card").content.decode()
    assert page.count("regular ") == 1
    assert "&lt;b&gt;" in page
    assert "prefers calls after six" in page
    desk.post(f"/desk/c/{found.pk}/tag", {"remove": "<b>"}, headers=HTMX)
    assert [one.word for one in Tag.objects.all()] == ["regular"]
    today = timezone.now()
    request = PrivacyRequest.objects.create(
        contact=str(found.contact_id), conversation=str(found.pk), wish="erase", made_at=today, due_on=today.date()
    )
    assert "prefers calls" in str(build_export(request))
    erase_contact(request)
    assert (Tag.objects.count(), ContactNote.objects.count()) == (0, 0)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_what_they_think_and_wish_is_told_in_the_desks_language(desk: Client, make: Make, language: str) -> None:
    found = make()
    who = {"conversation": "earlier", "contact": str(found.contact_id), "made_at": timezone.now()}
    Opinion.objects.create(message_id="1", mood="bad", words="slow courier", **who)
    PrivacyRequest.objects.create(message_id="1", wish="show", due_on=timezone.now().date(), **who)
    words = area_texts("desk_story", language)
    page = html.unescape(panel(desk, found, language))
    for text in (words["mood.bad"], "slow courier", words["wish.show"], words["card.unknown"]):
        assert text in page


def test_a_turn_tells_what_else_it_may_have_been(desk: Client, make: Make) -> None:
    found = make()
    others = [{"route": "faq", "topic": "refund.time", "confidence": 0.31}]
    record = {"route": "order_status", "confidence": 0.52, "decision": "hand_off", "reason": "low_confidence",
              "order": "TT-10432", "language": "gu", "alternatives": others}  # fmt: skip
    turn = Turn.objects.create(conversation=found, message_id="1", record=record)
    Message.objects.create(
        conversation=found, channel="webchat", direction=Direction.OUTBOUND, author=Author.BOT, text="so", turn=turn
    )
    page = html.unescape(panel(desk, found))
    thought = page.split('<details class="thought">')[1].split("</details>")[0]
    for part in ("52%", "refund.time (31%)", "TT-10432", area_texts("desk", "en")["reason.low_confidence"]):
        assert part in thought


@pytest.mark.parametrize("action", ["tag", "about", "identities/1/split", "note", "replies/1/undo", "replies/1/again"])
def test_strangers_change_nothing(client: Client, make: Make, action: str) -> None:
    found = make(state=State.WAITING)
    answer = client.post(f"/desk/c/{found.pk}/{action}", {"add": "x", "about": "x", "note": "x"})
    assert answer.headers["Location"].startswith("/desk/sign-in")
    assert not Tag.objects.exists()
    assert not ContactNote.objects.exists()
    assert not found.notes.exists()


def test_cards_of_nobody_are_404(desk: Client) -> None:
    assert desk.get("/desk/c/00000000-0000-4000-8000-000000000000/card").status_code == 404
    assert Contact.objects.count() == 0
