"""Whatever stands in a signed body: parsing it raises nothing but "no JSON", and gives the same twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp.parse import build_opaque, parse
from tests.fakes.meta import build_message, build_status, envelope

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PAYLOADS = [
    json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "payloads" / "whatsapp").glob("*.json"))
]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def spoil(draw: st.DrawFn, value: Any) -> Any:
    """The body with some of its values replaced by anything at all."""
    if draw(st.integers(0, 14)) == 0:
        return draw(ANY)
    if isinstance(value, dict):
        return {key: spoil(draw, one) for key, one in value.items()}
    if isinstance(value, list):
        return [spoil(draw, one) for one in value]
    return value


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    return spoil(draw, draw(st.sampled_from(PAYLOADS)))


@settings(max_examples=400, deadline=None)
@given(spoilt())
def test_no_body_is_an_error(body: Any) -> None:
    raw = json.dumps(body).encode()
    batch = parse(raw, "106540352242922", NOW)
    assert batch == parse(raw, "106540352242922", NOW)
    for message in batch.messages:
        assert 0 < len(message.external_id) <= 200
        assert 0 < len(message.user_external_id) <= 200
        assert len(message.kind) <= 20
    for event in batch.events:
        json.dumps(event.body, allow_nan=False)
        assert len(event.external_id) <= 200


def test_the_window_opens_with_what_the_person_writes() -> None:
    written = envelope(messages=[build_message("text", {"body": "x"}, timestamp="1795262400")])
    changed = envelope(messages=[build_message("system", {"type": "user_changed_number"}, timestamp="1795262400")])
    opened = parse(json.dumps(written).encode(), "106540352242922", NOW).messages[0].opens_until
    assert opened == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert parse(json.dumps(changed).encode(), "106540352242922", NOW).messages[0].opens_until is None


def test_our_own_id_comes_back_with_a_status_of_our_number_only() -> None:
    status = build_status("wamid.1", "sent", build_opaque(42, 2, 3))
    for account, found in (("106540352242922", (42, 2, 3)), ("999", (None, 1, 1))):
        (report,) = parse(json.dumps(envelope(account, statuses=[status])).encode(), "106540352242922", NOW).reports
        assert (report.own_id, report.part, report.parts) == found
