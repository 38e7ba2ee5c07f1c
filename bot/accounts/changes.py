"""Changes to conversations that a person or an integration made, into the audit list, with the change's own commit."""

from __future__ import annotations

from bot.accounts.audit import actor, record
from bot.conversations import events
from bot.conversations.events import Event
from bot.conversations.states import Author

ACTIONS = {
    events.CONVERSATION_TAKEN: "conversation.taken",
    events.CONVERSATION_HANDED_BACK: "conversation.handed_back",
    events.CONVERSATION_CLOSED: "conversation.closed",
    events.CONVERSATION_RESOLVED: "conversation.resolved",
    events.CONVERSATION_SNOOZED: "conversation.snoozed",
    events.CONVERSATION_WOKEN: "conversation.woken",
    events.MESSAGE_WITHDRAWN: "message.undone",
    events.MESSAGE_RETRIED: "message.sent_again",
    events.NOTE_RECORDED: "note.written",
}


def record_change(event: Event) -> None:
    """One row, if somebody is acting: what customers and the bot do is no change by a person."""
    who = actor.get()
    if who is None:
        return
    action = ACTIONS.get(event.name, "")
    if event.name == events.MESSAGE_RECORDED and event.data.get("author") == Author.AGENT:
        action = "message.sent"
    if action:
        target = event.data.get("message") or event.data.get("note") or ""
        record(who, action, conversation=event.conversation, target=target)
