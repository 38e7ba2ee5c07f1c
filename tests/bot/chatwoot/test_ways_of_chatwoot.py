"""What Chatwoot does by itself: its searches, its inboxes' settings, what its webhook tells besides replies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User

from bot.api.models import Delivery
from bot.channels.webhooks import Webhook
from bot.chatwoot.client import ChatwootClient
from bot.config import Secret, config
from bot.conversations import handoffs
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Author, Direction, Handling, State
from tests.bot.chatwoot.conftest import begin, fail, hand_off, settle, tell
from tests.bot.desk.conftest import Make
from tests.fakes.chatwoot_server import ACCOUNT, INBOX, TOKEN, Chatwoot, build_file, build_reply
from tests.fakes.rows import in_database
from tests.fakes.running import Running


def write(found: Conversation, text: str) -> None:
    """The customer's words, without telling anybody."""
    Message.objects.create(
        conversation=found,
        channel="webchat",
        direction=Direction.INBOUND,
        author=Author.CONTACT,
        text=text,
        handling=Handling.DONE,
    )


async def come_again(first: Conversation) -> Conversation:
    """Another conversation of the same person, handed over."""
    same = {"contact_id": first.contact_id, "identity_id": first.identity_id, "channel": "webchat", "language": "en"}
    await in_database(handoffs.close, first.pk)
    found: Conversation = await in_database(lambda: Conversation.objects.create(**same, state=State.BOT))
    await in_database(write, found, "me again")
    await in_database(hand_off, found)
    await settle()
    return found


def read_replies() -> list[str]:
    return list(Message.objects.filter(author="agent").values_list("text", flat=True))


def read_delivery() -> str:
    return Message.objects.get(author="agent").delivery


async def test_what_its_webhook_tells_of_our_own_words_goes_nowhere(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    found = await begin(make, chatwoot.app)
    await in_database(handoffs.close, found.pk)
    await settle()
    calls = list(chatwoot.app.calls)
    assert [one["event"] for one in chatwoot.app.told].count("message_created") >= 3
    for body in chatwoot.app.told:
        assert await tell(hook, body) == 200
    await settle()
    assert await in_database(read_replies) == []
    assert chatwoot.app.calls == calls


async def test_an_agents_token_does_not_take_what_is_handed_over(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make, meera: User
) -> None:
    found = await begin(make, chatwoot.app)
    await in_database(handoffs.take, found.pk, meera)
    await in_database(handoffs.hand_back, found.pk, meera)
    await in_database(hand_off, found)
    await settle()
    assert (chatwoot.app.find(1)["status"], chatwoot.app.find(1)["assignee"]) == ("open", None)


async def test_what_waits_for_a_bot_of_the_inbox_is_opened_for_people(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    chatwoot.app.bot = True
    await begin(make, chatwoot.app)
    assert chatwoot.app.find(1)["status"] == "open"


async def test_late_words_do_not_open_what_is_over(hook: Webhook, chatwoot: Running[Chatwoot], make: Make) -> None:
    found = await begin(make, chatwoot.app)
    await in_database(write, found, "thanks!")
    await in_database(handoffs.close, found.pk)
    await settle()
    assert ("incoming", "thanks!") in chatwoot.app.read(1)
    assert chatwoot.app.find(1)["status"] == "resolved"


async def test_who_comes_again_is_the_same_contact_until_it_is_deleted_there(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    second = await come_again(await begin(make, chatwoot.app))
    assert (len(chatwoot.app.contacts), len(chatwoot.app.talks)) == (1, 2)
    assert chatwoot.app.calls.count("POST /contacts") == 1
    gone = chatwoot.app.contacts.pop()
    await come_again(second)
    assert [one["identifier"] for one in chatwoot.app.contacts] == [gone["identifier"]]
    assert chatwoot.app.read(3)[0] == ("incoming", "me again")


async def test_a_contact_of_another_inbox_is_found_among_many_and_joined(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    found = await in_database(make, "hello", State.BOT)
    names = [f"seva-{found.contact_id}", *(f"seva-{found.contact_id}{number}" for number in range(20))]
    chatwoot.app.contacts += [
        {"id": 10 + place, "name": "Visitor", "identifier": name, "contact_inboxes": []}
        for place, name in enumerate(names)
    ]
    await in_database(hand_off, found)
    await settle()
    (talk,) = chatwoot.app.talks
    (joined,) = chatwoot.app.contacts[0]["contact_inboxes"]
    assert (talk["contact_id"], talk["source_id"]) == (10, joined["source_id"])
    assert len(chatwoot.app.contacts) == len(names)


async def test_an_inbox_of_one_conversation_a_contact_belongs_to_the_newest(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    chatwoot.app.single = True
    second = await come_again(await begin(make, chatwoot.app))
    assert (len(chatwoot.app.talks), chatwoot.app.find(1)["status"]) == (1, "open")
    assert await tell(hook, build_reply(1, "Welcome back", 60)) == 200
    owner = await in_database(lambda: Message.objects.get(author="agent").conversation_id)
    assert owner == second.pk


async def test_a_change_of_what_was_sent_in_an_earlier_conversation_sends_nothing(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    chatwoot.app.single = True
    first = await begin(make, chatwoot.app)
    assert await tell(hook, build_reply(1, "Welcome", 60)) == 200
    await come_again(first)
    assert await tell(hook, build_reply(1, "Welcome", 60, event="message_updated")) == 200
    assert await in_database(read_replies) == ["Welcome"]


async def test_what_arrived_is_found_behind_many_later_words(chatwoot: Running[Chatwoot]) -> None:
    settings = {"chatwoot_account_id": ACCOUNT, "chatwoot_inbox_id": INBOX, "chatwoot_token": Secret(TOKEN)}
    client = ChatwootClient(replace(config(), chatwoot_url=chatwoot.url, **settings))  # type: ignore[arg-type]
    talk = await client.make_talk(await client.load_person("seva-1", "Asha"), {})
    await client.write(talk, "first", "seva-1", incoming=True)
    for number in range(45):
        chatwoot.app.write(talk, str(number))
    assert await client.has_message(talk, "seva-1")
    assert not await client.has_message(talk, "seva-2")
    await client.close()


async def test_of_words_with_a_file_the_words_are_sent_and_its_writer_is_told(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    await begin(make, chatwoot.app)
    for _ in range(2):
        assert await tell(hook, build_reply(1, "Your bill", 57, attachments=[build_file()])) == 200
    assert await in_database(read_replies) == ["Your bill"]
    notes = [text for kind, text in chatwoot.app.read(1) if text.startswith("Only the words of this reply")]
    assert len(notes) == 1


async def test_a_reply_that_failed_on_its_way_is_sent_when_it_is_tried_again(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    await begin(make, chatwoot.app)
    updated: dict[str, Any] = {"event": "message_updated"}
    failed = {"external_error": "503 Service Unavailable"}
    assert await tell(hook, build_reply(1, "Hello", 61, **updated, content_attributes=failed)) == 200
    assert await in_database(read_replies) == []
    for event in ("message_updated", "message_created"):
        again = build_reply(1, "Hello", 61, event=event, content_attributes={"external_error": None})
        assert await tell(hook, again) == 200
        assert await in_database(read_replies) == ["Hello"]


async def test_a_reply_that_did_not_arrive_stands_there_as_failed_until_it_is_tried_again(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    await begin(make, chatwoot.app)
    again = build_reply(1, "Hello", 63, event="message_updated", content_attributes={"external_error": None})
    assert await tell(hook, build_reply(1, "Hello", 63)) == 200
    await fail(63, "blocked (403)")
    assert chatwoot.app.failed == {63: "not delivered: the customer has blocked the bot"}
    assert [await tell(hook, body) for body in chatwoot.app.told] == [200] * len(chatwoot.app.told)
    assert await in_database(read_delivery) == "failed"
    for _ in range(2):
        assert await tell(hook, again) == 200
        assert await in_database(read_delivery) == "queued"
    # A version that knows no such mark is told in a note; what may have arrived is not sent again.
    chatwoot.app.old = True
    await fail(63, "unsure")
    assert chatwoot.app.read(1)[-1][1].startswith("not delivered: Telegram did not answer")
    assert await tell(hook, again) == 409
    assert chatwoot.app.read(1)[-1][1].startswith("This reply was not sent again")
    assert await in_database(read_delivery) == "failed"


async def test_what_else_its_webhook_tells_is_not_for_the_customer(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    await begin(make, chatwoot.app)
    told: list[dict[str, Any]] = [
        {"event": "message_updated", "content_attributes": {"deleted": True}},
        {"content": "This message was deleted", "content_attributes": {"deleted": True}},
        {"message_type": "template", "content_type": "input_csat"},
        {"event": "conversation_updated"},
    ]
    for more in told:
        assert await tell(hook, build_reply(1, "Hello", 62, **more)) == 200
    assert await in_database(read_replies) == []
    assert not await in_database(lambda: Delivery.objects.exclude(state="delivered").exists())
