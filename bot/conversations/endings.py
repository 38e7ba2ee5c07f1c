"""How a conversation with an agent rests, ends and begins again: snooze, wake, reopen. Resolving is `handoffs.close`.

A snoozed conversation stays its agent's; it only leaves their list until its time, or until the customer writes. What
was resolved comes back to the same agent if the customer writes soon and the agent is there; else the assistant begins
anew, as after any closing.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from bot.config import config
from bot.conversations import events
from bot.conversations.attendance import is_present
from bot.conversations.handoffs import Agent, check_owner, lock_conversation
from bot.conversations.models import Conversation, Snooze
from bot.conversations.states import State
from bot.errors import TransitionRefused

SNOOZE_MAX = timedelta(days=90)
BY_TIME, BY_CUSTOMER, BY_AGENT = "time", "customer", "agent"


def snoozed() -> Exists:
    """For querysets of conversations: those that their present agent has put aside."""
    return Exists(_open_snoozes())


def snoozed_until() -> Subquery:
    """For querysets of conversations: when those come back."""
    return Subquery(_open_snoozes().values("until")[:1])


def _open_snoozes() -> QuerySet[Snooze]:
    return Snooze.objects.filter(conversation=OuterRef("pk"), agent=OuterRef("agent"), ended_at=None)


def find_snooze(conversation: Conversation) -> Snooze | None:
    """The open snooze of its present agent."""
    return conversation.snoozes.filter(ended_at=None, agent=conversation.agent_id).first()


@transaction.atomic
def snooze(conversation_id: uuid.UUID | str, agent: Agent, until: datetime) -> Snooze:
    """Puts the agent's own conversation aside; once more changes the time. The customer is not told.

    Raises: NotFound; TransitionRefused if it is not the agent's, or the time is past or further than SNOOZE_MAX.
    """
    conversation = lock_conversation(conversation_id)
    check_owner(conversation, agent, (State.AGENT,))
    now = timezone.now()
    if not now < until <= now + SNOOZE_MAX:
        raise TransitionRefused("no time to come back at")
    conversation.snoozes.filter(ended_at=None).update(ended_at=now, woken_by=BY_AGENT)
    made = Snooze.objects.create(conversation=conversation, agent=agent, since=now, until=until)
    _publish(events.CONVERSATION_SNOOZED, conversation)
    return made


@transaction.atomic
def wake(conversation_id: uuid.UUID | str, agent: Agent) -> None:
    """The agent takes it up again before its time. Raises: NotFound; TransitionRefused if it is not the agent's."""
    conversation = lock_conversation(conversation_id)
    check_owner(conversation, agent, (State.AGENT,))
    wake_snoozed(conversation, BY_AGENT)


def wake_snoozed(conversation: Conversation, by: str) -> bool:
    """Ends its snooze, if it has one. Inside the caller's transaction, which holds the row."""
    if not conversation.snoozes.filter(ended_at=None).update(ended_at=timezone.now(), woken_by=by):
        return False
    _publish(events.CONVERSATION_WOKEN, conversation)
    return True


def wake_due() -> int:
    """Brings back what has slept until its time; how many. Safe to repeat, also beside other gateways."""
    due = Snooze.objects.filter(ended_at=None, until__lte=timezone.now()).values_list("conversation_id", flat=True)
    return sum(_wake_one(conversation_id) for conversation_id in list(due))


@transaction.atomic
def _wake_one(conversation_id: uuid.UUID) -> bool:
    return wake_snoozed(lock_conversation(conversation_id), BY_TIME)


def reopen(channel: str, user_external_id: str) -> Conversation | None:
    """The person's conversation that was resolved last, once more with the agent who resolved it.

    None if that was longer ago than CONVERSATION_IDLE_H, or the agent is not there. Inside the caller's transaction.
    """
    theirs = Conversation.objects.select_for_update(of=("self",)).select_related("identity", "contact")
    mine = theirs.filter(identity__channel=channel, identity__external_id=user_external_id)
    found = mine.order_by("-opened_at").first()
    if found is None or found.state != State.CLOSED:
        return None
    since = timezone.now() - timedelta(hours=config().conversation_idle_h)
    last = found.resolutions.filter(reopened_at=None, resolved_at__gte=since).select_related("agent").last()
    if last is None or last.agent is None or not last.agent.is_active or not is_present(last.agent.pk):
        return None
    found.resolutions.filter(pk=last.pk).update(reopened_at=timezone.now())
    found.state, found.agent, found.closed_at = State.AGENT, last.agent, None
    found.save(update_fields=["state", "agent", "closed_at"])
    data = {"agent_name": last.agent_name}
    events.publish(events.Event(events.CONVERSATION_REOPENED, str(found.pk), str(found.state), data))
    return found


def _publish(name: str, conversation: Conversation) -> None:
    events.publish(events.Event(name, str(conversation.pk), str(conversation.state)))
