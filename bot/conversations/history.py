"""What a person sees of their own conversation, for a page that is opened again. Reads only."""

from __future__ import annotations

from typing import Any

from bot.channels.contract import SessionState
from bot.conversations.handoffs import name_agent
from bot.conversations.models import Attachment, ChannelIdentity, Conversation, Message
from bot.conversations.notices import choose_language
from bot.conversations.replies import held_replies
from bot.conversations.states import Author, Direction, FileState, State

HISTORY_MAX = 100
# Of the texts together; one frame never grows beyond what a widget takes, however long the messages are.
HISTORY_CHARS_MAX = 200_000
SENDERS = {Author.CONTACT: "customer", Author.BOT: "bot", Author.AGENT: "agent", Author.SYSTEM: "system"}


def find_session(channel: str, user_external_id: str, after_id: int = 0) -> SessionState:
    """The newest conversation of exactly this person, and one page of what was said in all of theirs.

    For a page that comes back the messages after `after_id`, the oldest first; `more`: there are later ones, to be
    asked for from the last of these. For a new page (`after_id` 0) the newest; `more`: there are earlier ones.
    """
    identity = ChannelIdentity.objects.filter(channel=channel, external_id=user_external_id).first()
    if identity is None:
        return SessionState(known=False)
    conversation = (
        Conversation.objects.filter(identity=identity).select_related("agent", "contact").order_by("-opened_at").first()
    )
    if conversation is None:
        return SessionState(known=True)
    mine = Message.objects.filter(conversation__identity=identity)
    held = mine.filter(held_replies()).order_by("id").first()
    found = mine.filter(pk__gt=after_id).select_related("turn").prefetch_related("attachments")
    if held:
        # Nothing of its conversation overtakes what is held back: all that is ours from there on has not gone out.
        found = found.exclude(direction=Direction.OUTBOUND, pk__gte=held.pk, conversation=held.conversation_id)
    messages = list(found.order_by("id" if after_id else "-id")[: HISTORY_MAX + 1])
    page = cut_page(messages)
    with_agent = conversation.state == State.AGENT and conversation.agent
    return SessionState(
        known=True,
        conversation=str(conversation.pk),
        state=str(conversation.state),
        agent_name=name_agent(conversation.agent) if with_agent and conversation.agent else "",
        language=choose_language(conversation),
        history=tuple(describe_message(message) for message in (page if after_id else reversed(page))),
        more=len(messages) > len(page),
        known_to=held.pk - 1 if held else None,
        read_up_to=conversation.agent_read_id,
    )


def list_earlier(channel: str, user_external_id: str, before_id: int) -> tuple[list[dict[str, Any]], bool]:
    """The page of messages before `before_id`, the oldest first, and whether there are earlier ones still."""
    mine = Message.objects.filter(
        conversation__identity__channel=channel, conversation__identity__external_id=user_external_id
    )
    found = mine.filter(pk__lt=before_id).select_related("turn").prefetch_related("attachments")
    messages = list(found.order_by("-id")[: HISTORY_MAX + 1])
    page = cut_page(messages)
    return [describe_message(message) for message in reversed(page)], len(messages) > len(page)


def cut_page(messages: list[Message]) -> list[Message]:
    """As many of the first as go into one frame, one at least."""
    page: list[Message] = []
    chars = 0
    for message in messages[:HISTORY_MAX]:
        chars += len(message.text)
        if page and chars > HISTORY_CHARS_MAX:
            break
        page.append(message)
    return page


def describe_message(message: Message) -> dict[str, Any]:
    """One message as its own person may see it: no payloads, no external ids but their own `cid`."""
    described: dict[str, Any] = {
        "id": message.pk,
        "from": SENDERS[Author(message.author)],
        "author": message.author,
        "author_name": message.author_name if message.direction == Direction.OUTBOUND else "",
        "text": message.text,
        "ts": message.created_at.isoformat(),
    }
    if message.direction == Direction.INBOUND:
        described["cid"] = (message.external_id or "").rpartition(":")[2]
        described["files"] = [_describe_file(one) for one in message.attachments.all() if one.state == FileState.STORED]
        return described
    described["buttons"] = message.build_public_buttons()
    described["cards"] = message.cards
    described["image"] = message.image
    described["turn"] = message.turn.record if message.turn else None
    described["read_up_to_id"] = message.read_up_to
    described["files"] = [_describe_file(one) for one in message.attachments.all() if one.state == FileState.STORED]
    return described


def _describe_file(file: Attachment) -> dict[str, Any]:
    return {"id": str(file.pk), "kind": file.kind, "name": file.file_name, "shown": file.shown}
