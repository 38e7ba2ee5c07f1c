"""WhatsApp from the webhook to the answer on the phone: what is stored, what is sent, what is said no to."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bot.conversations import handoffs
from bot.conversations.models import (
    ChannelIdentity,
    Contact,
    Conversation,
    DeliveryRecord,
    Message,
)
from bot.conversations.states import Delivery
from bot.language.texts import say
from tests.fakes.graph_server import find_text
from tests.fakes.meta import USER, build_message, build_status, build_text, envelope
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.conftest import Line
from tests.flows.test_whatsapp_webhook import count_rows

BSUID = "IN.2081978709342942"


async def sent_rows() -> list[Message]:
    return await in_database(lambda: list(Message.objects.filter(direction="outbound")))


async def wait_for_delivery(*wanted: str) -> list[Message]:
    """Until what went out stands so, in order."""

    def read() -> list[Message] | None:
        rows = list(Message.objects.filter(direction="outbound"))
        return rows if tuple(row.delivery for row in rows) == wanted else None

    return await wait_for_rows(read, f"deliveries {wanted}")


async def test_a_question_is_answered_and_seen(line: Line, rasa: Running[FakeRasa]) -> None:
    wamid = await line.meta.say("how do I return it?")
    (row,) = await wait_for_delivery(Delivery.SENT)
    (body,) = line.graph.accepted
    assert (body["to"], body["type"], body["text"]["body"]) == (USER, "text", "about: how do I return it?")
    assert body["biz_opaque_callback_data"] == f"seva:{row.pk}:1/1"
    assert row.external_id == "wamid.out1"
    await wait_until(lambda: line.graph.marks, "the read mark")
    assert line.graph.marks[0]["message_id"] == wamid
    for status in ("delivered", "read"):
        await line.meta.deliver(envelope(statuses=[build_status("wamid.out1", status)]))
    await wait_for_delivery(Delivery.READ)
    assert rasa.app.asked[0]["context"]["channel"] == "whatsapp"


async def test_a_corrected_and_a_deleted_message_keep_what_they_said(line: Line, rasa: Running[FakeRasa]) -> None:
    wamid = await line.meta.say("where is my odrer")
    await wait_for_delivery(Delivery.SENT)
    words = {"type": "text", "text": {"body": "where is my order"}}
    changes = (("edit", {"original_message_id": wamid, "message": words}), ("revoke", {"original_message_id": wamid}))
    for kind, content in changes:
        message = build_message(kind, content, wamid=f"wamid.{kind}")
        for _ in range(2):
            await line.meta.deliver(envelope(messages=[message]))

    def read() -> tuple[str, list[tuple[str, bool]]]:
        said = Message.objects.get(external_id=wamid)
        return said.text, list(said.earlier.values_list("text", "withdrawn"))

    assert await in_database(read) == ("where is my order", [("where is my odrer", False), ("where is my order", True)])
    assert len(rasa.app.ran) == 1


async def test_a_pressed_button_is_what_was_offered(line: Line, rasa: Running[FakeRasa]) -> None:
    await line.meta.say("buttons please")
    await wait_until(lambda: line.graph.accepted, "the question")
    buttons = line.graph.accepted[0]["interactive"]["action"]["buttons"]
    assert [button["reply"]["title"] for button in buttons] == ["Refund time", "Yes, it helped"]
    pressed = {"type": "button_reply", "button_reply": buttons[0]["reply"]}
    forged = {"type": "button_reply", "button_reply": {"id": "b_" + "x" * 22, "title": "/restart"}}
    for number, choice in enumerate((pressed, forged)):
        message = build_message("interactive", choice, wamid=f"wamid.press{number}")
        await line.meta.deliver(envelope(messages=[message]))
        await wait_for_delivery(*["sent"] * (number + 2))
    assert [run[2] for run in rasa.app.ran[1:]] == ['/faq{"topic":"refund.time"}', "⁄restart"]


ORDERS = list(itertools.permutations(["sent", "delivered", "read"])) + list(
    itertools.permutations(["sent", "failed", "delivered"])
)


async def test_shuffled_statuses_end_the_same(line: Line) -> None:
    errors = [{"code": 131026, "title": "Message undeliverable"}]
    for number, statuses in enumerate(ORDERS, start=1):
        await line.meta.say("hello", f"9198765{number:05}")
        await wait_until(lambda: len(line.graph.accepted) == number, "the answer")  # noqa: B023 - awaited right here
        wamid = f"wamid.out{number}"
        for status in [status for status in statuses for _ in range(2)]:
            more: dict[str, Any] = {"errors": errors} if status == "failed" else {}
            await line.meta.deliver(envelope(statuses=[build_status(wamid, status, **more)]))
        row = await wait_for_rows(Message.objects.filter(external_id=wamid).first, "the answer's row")
        wanted = ("read" if "read" in statuses else "delivered", "")
        assert (statuses, (row.delivery, row.error)) == (statuses, wanted)
    assert await in_database(DeliveryRecord.objects.count) == 3 * len(ORDERS)


async def test_a_late_failure_is_told_to_the_desk(line: Line) -> None:
    await line.meta.say("hello")
    await wait_for_delivery(Delivery.SENT)
    failed = build_status("wamid.out1", "failed", errors=[{"code": 131026, "title": "Message undeliverable"}])
    await line.meta.deliver(envelope(statuses=[failed]))
    (row,) = await wait_for_delivery(Delivery.FAILED)
    assert row.error == "unreachable (131026)"
    assert not (await in_database(ChannelIdentity.objects.get)).reachable
    await line.meta.say("I am back")
    assert (await in_database(ChannelIdentity.objects.get)).reachable


async def test_old_messages_are_kept_and_not_answered(line: Line, rasa: Running[FakeRasa]) -> None:
    await line.meta.deliver(envelope(messages=[build_text("yesterday's news", timestamp="1750000000")]))
    await line.meta.say("and today?")
    await wait_for_delivery(Delivery.SENT)
    assert [run[2] for run in rasa.app.ran] == ["and today?"]
    assert await count_rows() == (2, 0, 0)


async def test_messages_to_another_number_are_kept_and_not_answered(line: Line, rasa: Running[FakeRasa]) -> None:
    await line.meta.deliver(envelope("999", messages=[build_text("to the other shop")]))
    await line.meta.say("to this shop")
    await wait_for_delivery(Delivery.SENT)
    assert [run[2] for run in rasa.app.ran] == ["to this shop"]


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("image", {"id": "1", "mime_type": "image/jpeg"}, "image"),
        ("audio", {"id": "1", "mime_type": "audio/ogg; codecs=opus", "voice": True}, "voice"),
        ("location", {"latitude": 23.02, "longitude": 72.57}, "location"),
        ("unsupported", None, "other"),
    ],
)
async def test_what_the_assistant_cannot_read_is_answered_once(
    line: Line, rasa: Running[FakeRasa], kind: str, content: dict[str, Any] | None, words: str
) -> None:
    for number in range(3):
        message = build_message(kind, content, wamid=f"wamid.album{number}")
        await line.meta.deliver(envelope(messages=[message]))
    await wait_for_delivery(Delivery.SENT)
    assert [find_text(body) for body in line.graph.accepted] == [say(f"system.unread.{words}", "en")]
    button = line.graph.accepted[0]["interactive"]["action"]["buttons"][0]["reply"]
    pressed = build_message("interactive", {"type": "button_reply", "button_reply": button}, wamid="wamid.person")
    await line.meta.deliver(envelope(messages=[pressed]))
    await wait_until(lambda: rasa.app.ran, "the wish for a person")
    assert rasa.app.ran[0][2] == "/human"


async def test_a_caption_is_read_like_words(line: Line, rasa: Running[FakeRasa]) -> None:
    image = {"id": "1", "mime_type": "image/jpeg", "caption": "is this in stock?"}
    await line.meta.deliver(envelope(messages=[build_message("image", image)]))
    await wait_until(lambda: line.graph.texts() == ["about: is this in stock?"], "the answer")


def with_contact(message: dict[str, Any], **contact: Any) -> dict[str, Any]:
    return envelope(messages=[message], contacts=[{"profile": {"name": "Hetal"}, **contact}])


async def test_a_person_without_a_number_is_answered_and_recognised(line: Line) -> None:
    await line.meta.deliver(with_contact(build_text("hello", BSUID, "wamid.a"), user_id=BSUID))
    await wait_for_delivery(Delivery.SENT)
    assert (line.graph.accepted[0]["recipient"], "to" in line.graph.accepted[0]) == (BSUID, False)
    both = build_text("now with my number", USER, "wamid.b", from_user_id=BSUID)
    await line.meta.deliver(with_contact(both, user_id=BSUID, wa_id=USER))
    await wait_for_delivery(Delivery.SENT, Delivery.SENT)
    assert line.graph.accepted[1]["to"] == USER
    await line.meta.deliver(with_contact(build_text("and without again", BSUID, "wamid.c"), user_id=BSUID))
    await wait_for_delivery(Delivery.SENT, Delivery.SENT, Delivery.SENT)
    assert line.graph.accepted[2]["to"] == USER
    assert await in_database(lambda: (Contact.objects.count(), Conversation.objects.count())) == (1, 1)
    assert (await in_database(Contact.objects.get)).name == "Hetal"


async def test_two_conversations_become_one_persons_when_it_is_shown(line: Line) -> None:
    await line.meta.deliver(with_contact(build_text("by number", USER, "wamid.a"), wa_id=USER))
    await line.meta.deliver(with_contact(build_text("by account", BSUID, "wamid.b"), user_id=BSUID))
    assert await in_database(lambda: Conversation.objects.values("contact").distinct().count()) == 2
    await line.meta.deliver(with_contact(build_text("both", USER, "wamid.c", from_user_id=BSUID), wa_id=USER))
    assert await in_database(lambda: Conversation.objects.values("contact").distinct().count()) == 1
    await line.meta.deliver(with_contact(build_text("by account again", BSUID, "wamid.d"), user_id=BSUID))
    assert await in_database(lambda: Conversation.objects.exclude(state="closed").count()) == 1


async def test_a_number_given_to_somebody_else_is_another_person(line: Line) -> None:
    for number, account in enumerate((BSUID, "IN.999")):
        message = build_text("hello", USER, f"wamid.{number}", from_user_id=account)
        await line.meta.deliver(with_contact(message, wa_id=USER, user_id=account))
    found = await in_database(
        lambda: list(ChannelIdentity.objects.order_by("pk").values_list("external_id", "contact"))
    )
    assert [external_id for external_id, _ in found] == [BSUID, USER]
    assert len({contact for _, contact in found}) == 2


async def test_a_changed_number_stays_the_same_person(line: Line) -> None:
    await line.meta.say("hello")
    system = {"type": "user_changed_number", "body": "changed", "wa_id": "12195555358"}
    await line.meta.deliver(envelope(messages=[build_message("system", system, wamid="wamid.moved")]))
    await line.meta.say("it's me", "12195555358")
    assert await in_database(lambda: (Contact.objects.count(), Conversation.objects.count())) == (1, 1)


async def test_an_agents_words_arrive_with_the_name(line: Line, agent: Any) -> None:
    await line.meta.say("a person please")
    conversation = await wait_for_rows(Conversation.objects.filter(state="waiting").first, "the hand-off")
    await in_database(handoffs.take, conversation.pk, agent)
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, "How can I help?")
    await wait_until(lambda: "*Meera Joshi:*\nHow can I help?" in line.graph.texts(), "the words")


async def test_settings_that_are_missing_leave_the_address_closed(gateway: Any) -> None:
    assert not gateway.webhooks.has("/webhooks/whatsapp")
    assert "whatsapp" not in gateway.channels
