"""Who owns a conversation: bot -> waiting -> agent -> bot or closed. Changes of owner happen here and in `transfers`.

Called by the worker (`hand_off`), the desk (`take`, `hand_back`, `close`, `record_agent_reply`, `record_note`) and the
sweeper (`close_idle`). Each function of the desk is one transaction and safe to repeat; events follow the commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bot.channels.media import Attachment
from bot.conversations import events
from bot.conversations.files import insert_files
from bot.conversations.leases import wake_conversation
from bot.conversations.models import Conversation, HandOff, Message, Note, Resolution, Turn
from bot.conversations.notes import record_mentions
from bot.conversations.notices import build_wait_notice, choose_language, say_in
from bot.conversations.outbox import queue_message
from bot.conversations.ratings import queue_question
from bot.conversations.skills import choose_skill
from bot.conversations.states import Author, Handling, Outcome, Reason, State, TurnState
from bot.conversations.summaries import build_summary
from bot.conversations.texts import check_readable
from bot.errors import NotFound, TransitionRefused

Agent = User
# Nobody waits behind more than these: ordinary, pressing, furious, danger.
PRIORITY_MAX = 3


def lock_conversation(conversation_id: uuid.UUID | str) -> Conversation:
    """The conversation, its row held until the end of the caller's transaction.

    Raises: NotFound.
    """
    found = Conversation.objects.select_for_update(of=("self",)).select_related("contact", "identity", "agent")
    try:
        return found.get(pk=conversation_id)
    except (Conversation.DoesNotExist, ValueError) as error:
        raise NotFound("no such conversation") from error


def hand_off(conversation: Conversation, reason: Reason, extra: dict[str, Any] | None = None) -> HandOff | None:
    """Asks for a person: records why with a summary, silences the bot, tells the customer how long it will take.

    Inside the caller's transaction, which holds the row. None, and nothing done, if the bot does not own it any more.
    """
    if conversation.state != State.BOT:
        return None
    facts = dict(extra or {})
    priority = facts.pop("priority", 0)
    summary = build_summary(conversation, facts)
    skill = choose_skill(reason, summary)
    notice, answer_by = build_wait_notice(conversation, skill)
    record = HandOff.objects.create(
        conversation=conversation,
        reason=reason,
        priority=min(priority, PRIORITY_MAX) if isinstance(priority, int) and priority > 0 else 0,
        summary=summary,
        skill=skill,
        answer_by=answer_by,
    )
    _change_state(conversation, State.WAITING)
    queue_message(conversation, author=Author.SYSTEM, text=notice)
    _publish(events.CONVERSATION_HANDED_OFF, conversation, {"reason": str(reason), "hand_off": record.pk})
    return record


@transaction.atomic
def take(conversation_id: uuid.UUID | str, agent: Agent) -> Conversation:
    """The agent answers from now on; the bot is silent, also if it was thinking. Taking one's own again is quiet.

    Raises: NotFound; TransitionRefused if it is closed or somebody else took it first.
    """
    conversation = lock_conversation(conversation_id)
    if conversation.state == State.AGENT and conversation.agent_id == agent.pk:
        return conversation
    if conversation.state not in (State.BOT, State.WAITING):
        raise TransitionRefused(f"this conversation is {conversation.state}")
    conversation.agent = agent
    _change_state(conversation, State.AGENT)
    conversation.hand_offs.filter(ended_at=None).update(taken_by=agent, taken_at=timezone.now())
    drop_work(conversation)
    _publish(events.CONVERSATION_TAKEN, conversation)
    return conversation


@transaction.atomic
def hand_back(conversation_id: uuid.UUID | str, agent: Agent) -> Conversation:
    """The bot answers again, from the customer's next message on; the customer is told.

    Raises: NotFound; TransitionRefused if it is closed, the bot's already, or another agent's.
    """
    conversation = lock_conversation(conversation_id)
    check_owner(conversation, agent, (State.WAITING, State.AGENT))
    _end_hand_offs(conversation, Outcome.HANDED_BACK)
    conversation.agent = None
    text = say_in("system.handed_back", choose_language(conversation))
    wake_conversation(conversation.pk)
    _change_state(conversation, State.BOT)
    queue_message(conversation, author=Author.SYSTEM, text=text)
    _publish(events.CONVERSATION_HANDED_BACK, conversation)
    return conversation


@transaction.atomic
def close(conversation_id: uuid.UUID | str, agent: Agent | None = None, *, resolved: bool = False) -> Conversation:
    """Ends the conversation; the contact's next message starts a new one. Closing a closed one is quiet.

    With an agent the customer is told who closed it; without (idle) nothing is said. `resolved`: the agent calls the
    matter solved; the customer is thanked and asked how it was (`ratings`), it is kept who solved it, and
    `endings.reopen` may bring it back.
    Raises: NotFound; TransitionRefused if it is another agent's.
    """
    conversation = lock_conversation(conversation_id)
    if conversation.state == State.CLOSED:
        return conversation
    if agent is not None:
        check_owner(conversation, agent, (State.BOT, State.WAITING, State.AGENT))
        wake_conversation(conversation.pk)
        if resolved:
            record_resolution(conversation, agent)
        else:
            text = say_in("system.closed", choose_language(conversation), name=name_agent(agent))
            queue_message(conversation, author=Author.SYSTEM, text=text)
    _end_hand_offs(conversation, Outcome.CLOSED)
    drop_work(conversation)
    conversation.closed_at = timezone.now()
    _change_state(conversation, State.CLOSED)
    _publish(events.CONVERSATION_CLOSED, conversation, {"by_agent": agent is not None})
    return conversation


@transaction.atomic
def record_agent_reply(
    conversation_id: uuid.UUID | str,
    agent: Agent,
    text: str,
    client_key: str | None = None,
    hold_s: float = 0.0,
    files: Sequence[Attachment] = (),
    template: str = "",
) -> Message:
    """Puts an agent's words into the outbox. The same `client_key` again (a double click) gives the first message.

    `hold_s`: so long they wait there and can be undone (`replies`).
    Raises: NotFound; TransitionRefused if the agent has not taken the conversation; EmptyMessage.
    """
    readable = check_readable(text) if text.strip() or not files else ""
    conversation = lock_conversation(conversation_id)
    if client_key and (again := conversation.messages.filter(client_key=client_key).first()):
        return again
    check_owner(conversation, agent, (State.AGENT,))
    wake_conversation(conversation.pk)
    conversation.hand_offs.filter(ended_at=None, first_reply_at=None).update(first_reply_at=timezone.now())
    message = queue_message(
        conversation,
        author=Author.AGENT,
        agent=agent,
        author_name=name_agent(agent),
        text=readable,
        client_key=client_key,
        hold_s=hold_s,
        template=template,
    )
    insert_files(message, files)
    return message


@transaction.atomic
def record_note(conversation_id: uuid.UUID | str, agent: Agent, text: str) -> Note:
    """Keeps a word among agents; it is never sent. Whom it names (`@meera`) is told.

    Raises: NotFound; EmptyMessage.
    """
    readable = check_readable(text)
    conversation = lock_conversation(conversation_id)
    note = Note.objects.create(conversation=conversation, author=agent, text=readable)
    record_mentions(note)
    _publish(events.NOTE_RECORDED, conversation, {"note": note.pk})
    return note


def record_resolution(conversation: Conversation, agent: Agent) -> None:
    """Keeps who has solved it, asks the customer how it was, and tells. Inside the caller's transaction, which holds
    the row.
    """
    name = name_agent(agent)
    made = Resolution.objects.create(
        conversation=conversation, agent=agent, agent_name=name, resolved_at=timezone.now()
    )
    queue_question(made, conversation)
    data = {"agent": agent.pk, "agent_name": name, "resolution": made.pk}
    events.publish(events.Event(events.CONVERSATION_RESOLVED, str(conversation.pk), State.CLOSED.value, data))


def drop_work(conversation: Conversation) -> None:
    """What was pending for the bot is a person's now, also a turn that Rasa is thinking about.

    Inside the caller's transaction, which holds the row.
    """
    Turn.objects.filter(conversation=conversation, state=TurnState.OPEN).update(
        state=TurnState.DROPPED, finished_at=timezone.now()
    )
    conversation.messages.filter(handling=Handling.PENDING).update(handling=Handling.DONE)
    Conversation.objects.filter(pk=conversation.pk).update(failing_since=None, fault_told=False)


def mark_agent_read(conversation_id: uuid.UUID | str, up_to_id: int) -> None:
    """An agent has seen everything up to this message; monotonic."""
    unread = Conversation.objects.filter(pk=conversation_id, agent_read_id__lt=up_to_id)
    if unread.update(agent_read_id=up_to_id):
        events.publish(events.Event(events.AGENT_READ, str(conversation_id), "", {"up_to": up_to_id}))


def show_typing(conversation_id: uuid.UUID | str, agent: Agent, on: bool) -> None:
    """Lets the customer's open page show that this agent is writing; stored nowhere."""
    data = {"on": on, "who": "agent", "name": name_agent(agent), "agent": agent.pk}
    events.tell(events.Event(events.TYPING, str(conversation_id), State.AGENT.value, data))


def show_looking(conversation_id: uuid.UUID | str, agent: Agent, on: bool) -> None:
    """Tells colleagues that this agent has the conversation before them, or no longer; stored nowhere."""
    data = {"on": on, "agent": agent.pk, "name": name_agent(agent)}
    events.tell(events.Event(events.LOOKING, str(conversation_id), "", data))


def name_agent(agent: Agent) -> str:
    """The name a customer reads."""
    return agent.get_full_name() or agent.get_username()


def check_owner(conversation: Conversation, agent: Agent, allowed: tuple[State, ...]) -> None:
    """Raises: TransitionRefused unless it is in one of these states and no other agent's."""
    if conversation.state not in allowed:
        raise TransitionRefused(f"this conversation is {conversation.state}")
    if conversation.state == State.AGENT and conversation.agent_id != agent.pk:
        raise TransitionRefused("another agent has taken this conversation")


def _change_state(conversation: Conversation, state: State) -> None:
    conversation.state = state
    conversation.save(update_fields=["state", "agent", "closed_at"])


def _end_hand_offs(conversation: Conversation, outcome: Outcome) -> None:
    conversation.hand_offs.filter(ended_at=None).update(ended_at=timezone.now(), outcome=outcome)


def _publish(name: str, conversation: Conversation, data: dict[str, Any] | None = None) -> None:
    agent_name = name_agent(conversation.agent) if conversation.agent and conversation.state == State.AGENT else ""
    extra = {"agent_name": agent_name, **(data or {})}
    events.publish(events.Event(name, str(conversation.pk), str(conversation.state), extra))
