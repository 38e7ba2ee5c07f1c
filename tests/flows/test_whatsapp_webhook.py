"""WhatsApp's webhook: what is taken, what is said no to, and one row for each thing that was taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.conversations.models import ChannelNotice, DeliveryRecord, Message
from tests.fakes.meta import VERIFY_TOKEN, build_message, build_status, build_text, envelope, sign
from tests.fakes.rows import in_database, wait_for_rows
from tests.flows.conftest import Line

PAYLOADS = sorted((Path(__file__).parent.parent / "payloads" / "whatsapp").glob("*.json"))


async def count_rows() -> tuple[int, int, int]:
    """Messages that came in, reports, announcements."""
    return await in_database(
        lambda: (
            Message.objects.filter(direction="inbound").count(),
            DeliveryRecord.objects.count(),
            ChannelNotice.objects.count(),
        )
    )


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


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


@pytest.mark.parametrize("number", ["a\x00b\ud800", "9" * 70_000], ids=["odd", "long"])
async def test_two_messages_to_a_strange_number_are_two_rows(line: Line, number: str) -> None:
    for place in range(2):
        body = envelope(number, messages=[build_text("hello", wamid=f"wamid.strange{place}")])
        for _ in range(2):
            assert (await line.meta.post(body)).status_code == 200
            assert await count_rows() == (place + 1, 0, 0)


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
