"""WhatsApp from the webhook to the answer on the phone: what is stored, what is sent, what is said no to."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from bot.conversations import handoffs
from bot.conversations.models import (
    ChannelIdentity,
    ChannelNotice,
    Contact,
    Conversation,
    DeliveryRecord,
    Message,
)
from bot.conversations.states import Delivery
from bot.language.texts import say
from tests.fakes.graph_server import find_text
from tests.fakes.meta import USER, VERIFY_TOKEN, build_message, build_status, build_text, envelope, sign
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.conftest import Line

PAYLOADS = sorted((Path(__file__).parent.parent / "payloads" / "whatsapp").glob("*.json"))
BSUID = "IN.2081978709342942"


async def count_rows() -> tuple[int, int, int]:
    """Messages that came in, reports, announcements."""
    return await in_database(
        lambda: (
            Message.objects.filter(direction="inbound").count(),
            DeliveryRecord.objects.count(),
            ChannelNotice.objects.count(),
        )
    )


async def sent_rows() -> list[Message]:
    return await in_database(lambda: list(Message.objects.filter(direction="outbound")))


async def wait_for_delivery(*wanted: str) -> list[Message]:
    """Until what went out stands so, in order."""

    def read() -> list[Message] | None:
        rows = list(Message.objects.filter(direction="outbound"))
        return rows if tuple(row.delivery for row in rows) == wanted else None

    return await wait_for_rows(read, f"deliveries {wanted}")


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


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


async def test_every_published_payload_is_one_row(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    rows = (0, 0, 0)
    for path in PAYLOADS:
        body = json.loads(path.read_text("utf-8"))
        messages = body["entry"][0]["changes"][0]["value"].get("messages", [])
        for message in messages:
            message["id"] = f"wamid.{path.stem}"  # several examples of Meta's share one
        rows = (rows[0] + len(messages), 0, rows[2] + (not messages))
        for _ in range(2):
            assert (path.stem, (await line.meta.post(body)).status_code) == (path.stem, 200)
            assert (path.stem, await count_rows()) == (path.stem, rows)
    assert rows == (17, 0, 3)
    assert errors_in(caplog) == []


async def test_three_messages_and_a_status_are_four_rows(line: Line) -> None:
    messages = [build_text(f"m{number}", wamid=f"wamid.batch{number}") for number in range(3)]
    body = envelope(messages=messages, statuses=[build_status("wamid.unknown", "sent")])
    body["entry"].append(envelope(messages=[build_text("next entry", wamid="wamid.batch3")])["entry"][0])
    for _ in range(2):
        await line.meta.deliver(body)
        assert await count_rows() == (4, 1, 0)
    texts = await in_database(lambda: list(Message.objects.filter(direction="inbound").values_list("text", flat=True)))
    assert texts == ["m0", "m1", "m2", "next entry"]


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
            more = {"errors": errors} if status == "failed" else {}
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


SIGNATURES = [
    ("", 401),
    ("sha256=", 403),
    (sign(b"{}")[:-2], 403),
    (sign(b"{} "), 403),
    (sign(b"{}", "another secret"), 403),
    (sign(b"{}").replace("sha256=", "sha1="), 403),
    (sign(b"{}").upper(), 403),
    (sign(b"{}"), 200),
]


async def test_only_what_is_signed_over_these_bytes_is_taken(line: Line) -> None:
    for signature, status in SIGNATURES:
        assert (signature, (await line.meta.post(b"{}", signature=signature)).status_code) == (signature, status)
        assert await count_rows() == (0, 0, 1 if status == 200 else 0)


async def test_a_body_put_together_anew_is_not_what_was_signed(line: Line) -> None:
    signed = json.dumps(envelope(messages=[build_text("નમસ્તે")])).encode()
    anew = json.dumps(json.loads(signed), ensure_ascii=False).encode()
    assert (await line.meta.post(anew, signature=sign(signed))).status_code == 403
    assert (await line.meta.post(signed)).status_code == 200
    assert await count_rows() == (1, 0, 0)


GARBAGE = [
    (b"", 400),
    (b"not json", 400),
    (b"\xff\xfe", 400),
    (b"[" * 100_000, 400),
    (b"null", 200),
    (b"[1, 2]", 200),
    (b'{"object": "page"}', 200),
    (b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": 1e999, "value": []}]}]}', 200),
    (b" " * (3 * 1024 * 1024 + 1), 413),
]


async def test_garbage_is_never_an_error(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    for body, status in GARBAGE:
        assert (body[:80], (await line.meta.post(body)).status_code) == (body[:80], status)
    assert errors_in(caplog) == []


KINDS = [
    build_message("text", {"body": "\u200b"}),
    build_message("text", {"body": "\x00\ud800 end"}),
    build_message("text", {"body": {"not": "text"}}),
    build_message("text", None),
    build_message("hologram", {"depth": 3}),
    build_message("interactive", None),
    build_message("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{broken"}}),
    build_message("image", {"mime_type": "image/jpeg"}),
    build_message("location", {"latitude": 1e308, "longitude": "east"}),
    build_message("contacts", None, contacts="nobody"),
    build_message("reaction", {"message_id": "wamid.x"}),
    build_message("order", {"product_items": [None, 7, {"quantity": "many"}]}),
    build_message("system", {"type": "customer_identity_changed", "body": "key"}),
    build_message("edit", {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "b"}}}),
    build_message("revoke", {"original_message_id": "wamid.x"}),
    build_message("request_welcome", None),
    build_message("text", {"body": "when?"}, timestamp="yesterday"),
    build_message("text", {"body": "long id"}, wamid="wamid." + "x" * 5000),
    build_message("text", {"body": "no id"}, id=None),
    build_message("text", {"body": "group"}, group_id="G1"),
    build_message("text", {"body": "odd"}, user="x" * 500),
]


async def test_every_kind_of_message_is_one_row(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    for number, message in enumerate(KINDS, start=1):
        named = message | ({"id": f"wamid.kind{number}"} if message["id"] == "wamid.in" else {})
        for _ in range(2):
            assert (named, (await line.meta.post(envelope(messages=[named]))).status_code) == (named, 200)
        assert (named, await count_rows()) == (named, (number, 0, 0))
    await wait_for_rows(lambda: not Message.objects.filter(handling="pending").exists(), "an end")
    assert errors_in(caplog) == []


async def test_a_message_without_a_sender_is_kept_as_an_announcement(line: Line) -> None:
    message = build_text("who am I?")
    del message["from"]
    await line.meta.deliver(envelope(messages=[message]))
    assert await count_rows() == (0, 0, 1)


QUERIES: list[tuple[dict[str, str], int, str]] = [
    ({"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "11582"}, 200, "11582"),
    ({"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "1"}, 403, "wrong word"),
    ({"hub.mode": "unsubscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1"}, 403, "wrong word"),
    ({}, 403, "wrong word"),
]


async def test_only_our_own_word_verifies_the_address(line: Line) -> None:
    for query, status, text in QUERIES:
        answer = await line.meta.get(query)
        assert (query, answer.status_code, answer.text) == (query, status, text)


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
