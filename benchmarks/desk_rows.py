"""Fills a database for `benchmarks.desk`: open conversations and agents; prints the agents' session keys as JSON.

Run by it in the gateway's environment: `python benchmarks/desk_rows.py CONVERSATIONS AGENTS`.
"""

# ruff: noqa: E402 - Django is set up first

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from bot.conversations.models import ChannelIdentity, Contact, Conversation, HandOff, Message
from bot.conversations.states import Author, Delivery, Direction, Handling, Reason, State

SAID = ("where is my order?", "ઓર્ડર ક્યાં પહોંચ્યો?", "ரிஃபண்ட் எப்போது வரும்?", "the kurta came with a torn seam, please help")
MESSAGES = 12


def main() -> None:
    """Two of five are with agents, the others wait; promises lie far ahead, so that news comes first."""
    conversations, agents = map(int, sys.argv[1:3])
    with transaction.atomic():
        users = [
            User.objects.create_user(f"agent{number}", first_name=f"Agent {number}", is_staff=True)
            for number in range(agents)
        ]
        for number in range(conversations):
            fill(number, users[number % agents] if number % 5 < 2 else None)
        print(json.dumps([sign_in(user) for user in users]))


def fill(number: int, agent: User | None) -> None:
    """One conversation with its messages."""
    now = timezone.now()
    contact = Contact.objects.create(name=f"Customer {number}", language=("en", "gu", "ta")[number % 3])
    identity = ChannelIdentity.objects.create(
        contact=contact, channel=("webchat", "whatsapp", "telegram")[number % 3], external_id=f"bench-{number}"
    )
    found = Conversation.objects.create(
        contact=contact, identity=identity, channel=identity.channel, language=contact.language, agent=agent,
        state=State.AGENT if agent else State.WAITING, last_message_at=now - timedelta(minutes=number),
    )  # fmt: skip
    Message.objects.bulk_create(
        Message(
            conversation=found, channel=found.channel, text=SAID[(number + place) % len(SAID)],
            **(
                {"direction": Direction.OUTBOUND, "author": Author.BOT, "delivery": Delivery.SENT}
                if place % 2
                else {"direction": Direction.INBOUND, "author": Author.CONTACT, "handling": Handling.DONE}
            ),
        )
        for place in range(MESSAGES)
    )  # fmt: skip
    HandOff.objects.create(
        conversation=found, reason=list(Reason)[number % 7], answer_by=now + timedelta(days=3, minutes=number)
    )


def sign_in(user: User) -> str:
    """The key of a session as a browser gets it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
