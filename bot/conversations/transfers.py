"""A conversation goes from one person to another, to people with a skill, or back into the queue.

Called by the desk. As in `handoffs`, each function is one transaction, events follow the commit, and what is said to
the customer goes out by the outbox. What one agent tells the next is a note: it is never sent.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from bot.conversations import events
from bot.conversations.handoffs import Agent, lock_conversation, name_agent, record_note
from bot.conversations.leases import wake_conversation
from bot.conversations.models import Conversation, HandOff
from bot.conversations.notices import build_wait_notice, choose_language, say_in
from bot.conversations.outbox import queue_message
from bot.conversations.states import Author, CameBack, Direction, Reason, State
from bot.conversations.summaries import build_summary
from bot.errors import TransitionRefused


@transaction.atomic
def transfer_to_agent(conversation_id: uuid.UUID | str, agent: Agent, to: Agent, note: str = "") -> Conversation:
    """From now on `to` answers, and the customer is told. To oneself it is quiet.

    Raises: NotFound; TransitionRefused unless it waits or is the agent's own, or if `to` can use no desk.
    """
    conversation = _lock_own(conversation_id, agent)
    if conversation.state == State.AGENT and conversation.agent_id == to.pk:
        return conversation
    if not (to.is_active and to.is_staff):
        raise TransitionRefused("nobody answers there")
    _note(conversation, agent, note)
    wake_conversation(conversation.pk)
    _own(conversation, State.AGENT, to)
    conversation.hand_offs.filter(ended_at=None).update(taken_by=to, taken_at=timezone.now(), came_back="")
    text = say_in("system.passed_on", choose_language(conversation), name=name_agent(to))
    queue_message(conversation, author=Author.SYSTEM, text=text)
    _publish(events.CONVERSATION_TAKEN, conversation, name_agent(to))
    return conversation


@transaction.atomic
def transfer_to_skill(conversation_id: uuid.UUID | str, agent: Agent, skill: str, note: str = "") -> Conversation:
    """Into the queue, for people with this skill (empty: for anybody); the customer is told how long it will take.

    Raises: NotFound; TransitionRefused unless it waits or is the agent's own.
    """
    conversation = _lock_own(conversation_id, agent)
    _note(conversation, agent, note)
    _queue(conversation, CameBack.TRANSFERRED, skill, tell=True)
    return conversation


@transaction.atomic
def return_to_queue(conversation_id: uuid.UUID | str, agent_id: int) -> bool:
    """Back into the queue because its agent is gone; False, and nothing done, if somebody else has it by now.

    The customer is told how long it will take now if they wait for an answer.
    """
    conversation = lock_conversation(conversation_id)
    if conversation.state != State.AGENT or conversation.agent_id != agent_id:
        return False
    hand_off = conversation.hand_offs.filter(ended_at=None).first()
    _queue(conversation, CameBack.GONE, hand_off.skill if hand_off else "", tell=is_awaited(conversation))
    return True


def is_awaited(conversation: Conversation) -> bool:
    """Whether the last word is the customer's."""
    said = conversation.messages.exclude(author=Author.SYSTEM).order_by("-id")
    return said.values_list("direction", flat=True).first() == Direction.INBOUND


def _lock_own(conversation_id: uuid.UUID | str, agent: Agent) -> Conversation:
    conversation = lock_conversation(conversation_id)
    mine = conversation.state == State.AGENT and conversation.agent_id == agent.pk
    if not mine and conversation.state != State.WAITING:
        raise TransitionRefused(f"this conversation is {conversation.state}, or somebody else's")
    return conversation


def _queue(conversation: Conversation, why: CameBack, skill: str, *, tell: bool) -> None:
    notice, answer_by = build_wait_notice(conversation, skill)
    place = {"skill": skill, "answer_by": answer_by, "came_back": why, "queued_at": timezone.now()}
    open_one = conversation.hand_offs.filter(ended_at=None)
    if not open_one.update(taken_by=None, taken_at=None, **place):
        summary = build_summary(conversation, {})
        HandOff.objects.create(conversation=conversation, reason=Reason.STEPPED_IN, summary=summary, **place)
    wake_conversation(conversation.pk)
    _own(conversation, State.WAITING, None)
    if tell:
        queue_message(conversation, author=Author.SYSTEM, text=notice)
    _publish(events.CONVERSATION_RETURNED, conversation)


def _own(conversation: Conversation, state: State, agent: Agent | None) -> None:
    conversation.state, conversation.agent = state, agent
    conversation.save(update_fields=["state", "agent"])


def _note(conversation: Conversation, agent: Agent, note: str) -> None:
    if note.strip():
        record_note(conversation.pk, agent, note)


def _publish(name: str, conversation: Conversation, agent_name: str = "") -> None:
    data = {"agent_name": agent_name}
    events.publish(events.Event(name, str(conversation.pk), str(conversation.state), data))
