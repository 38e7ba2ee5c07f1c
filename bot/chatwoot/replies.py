"""What Chatwoot tells us: agents' replies and resolving, by the webhook of its inbox. Verify, record, answer.

Signed since 4.13 (chatwoot/chatwoot pull requests 13573, 13892): `X-Chatwoot-Signature: sha256=<hex HMAC of
"<X-Chatwoot-Timestamp>.<body>">`, with a secret that Chatwoot makes. An older installation names one of our making in
the address (`?secret=`), and goes on doing so after it was brought up to date.

Shapes: app/models/message.rb and conversation.rb, `webhook_data`. It calls once: what we do not answer with 2xx within
5 s is marked as failed there (lib/webhooks/trigger.rb), and "retry" there brings it again as `message_updated`
(conversations/messages_controller.rb). Private notes and our own words come here as well.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from django.contrib.auth.models import User
from django.db import transaction

from bot.accounts.audit import TOKEN, Actor, actor
from bot.api.models import ChatwootTalk
from bot.channels.fields import as_dict, as_text
from bot.channels.webhooks import Request, Response
from bot.chatwoot.client import ChatwootClient, ChatwootRefused
from bot.chatwoot.mirror import KEY
from bot.config import config
from bot.conversations import handoffs, replies
from bot.conversations.database import DatabasePool
from bot.conversations.models import Message
from bot.conversations.states import Delivery, State
from bot.errors import EmptyMessage, NotFound, TransitionRefused
from bot.page_texts import area_texts

FRESH_S = 300.0
STAMP_DIGITS = 10
OUTGOING = ("outgoing", 1)
# `message_updated`: what never arrived here and is tried again there. It is told of every other change too, also of
# being marked as failed.
MESSAGE_EVENTS = ("message_created", "message_updated")
USERNAME = "chatwoot"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply that could not be sent, or `partly`, for its writer to know."""

    talk: int
    reply: int
    reason: str
    partly: bool = False


def is_genuine(request: Request, secret: str, now: float) -> bool:
    """Whether it is signed with the secret, or knows it; nothing is genuine without one."""
    if not secret:
        return False
    if hmac.compare_digest(request.query.get("secret", "").encode(), secret.encode()):
        return True
    signature, stamp = request.headers.get("x-chatwoot-signature", ""), request.headers.get("x-chatwoot-timestamp", "")
    # Ten digits until the year 2286; Python refuses to read thousands of them.
    if not stamp.isdecimal() or len(stamp) > STAMP_DIGITS or abs(now - int(stamp)) > FRESH_S:
        return False
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode(), f"sha256={digest}".encode())


class ChatwootWebhook:
    """`/webhooks/chatwoot`."""

    def __init__(self, pool: DatabasePool, client: ChatwootClient, secret: str) -> None:
        self._pool = pool
        self._client = client
        self._secret = secret

    async def answer(self, request: Request) -> Response:
        """200 once it is recorded, or if it is nothing for us.

        A reply that cannot be sent gets a note there that says why, and 409: then it stands there as failed.
        """
        if request.method != "POST" or not is_genuine(request, self._secret, time.time()):
            return Response(HTTPStatus.FORBIDDEN, "refused")
        try:
            body = as_dict(json.loads(request.body))
        except (ValueError, RecursionError):
            return Response(HTTPStatus.BAD_REQUEST, "malformed")
        refusal = await self._pool.write(record_event, body)
        if refusal:
            words = area_texts("desk_access", config().default_language)[f"chatwoot.{refusal.reason}"]
            try:
                await self._client.write(refusal.talk, words, f"seva-refused-{refusal.reply}")
            except (httpx.HTTPError, ChatwootRefused):
                return Response(HTTPStatus.SERVICE_UNAVAILABLE, "not now")
            if not refusal.partly:
                return Response(HTTPStatus.CONFLICT, "not sent")
        return Response()


@transaction.atomic
def record_event(body: dict[str, Any]) -> Refusal | None:
    """A reply goes into our outbox, once (its id there is its key here); resolved there is closed here."""
    token = actor.set(Actor(TOKEN, None, "Chatwoot"))
    try:
        if body.get("event") in MESSAGE_EVENTS:
            return _record_reply(body) if _is_reply(body) else None
        if body.get("event") == "conversation_status_changed" and body.get("status") == "resolved":
            _record_end(body)
        return None
    finally:
        actor.reset(token)


def _is_reply(body: dict[str, Any]) -> bool:
    """Whether it is for the customer; also a `message_created` may tell of what has been deleted since."""
    state = as_dict(body.get("content_attributes"))
    from_us = as_text(body.get("source_id")).startswith("seva-")
    # What has failed waits for "retry"; later versions tell its status as well (pull request 15908).
    gone = state.get("deleted") or state.get("external_error") or body.get("status") == "failed"
    return body.get("message_type") in OUTGOING and not (body.get("private") or from_us or gone)


def _record_reply(body: dict[str, Any]) -> Refusal | None:
    number, reply = as_dict(body.get("conversation")).get("id"), body.get("id")
    talk = ChatwootTalk.objects.filter(chatwoot_id=number).first() if isinstance(number, int) else None
    if talk is None or not isinstance(reply, int) or talk.chatwoot_id is None:
        return None
    user = _find_user()
    try:
        with transaction.atomic():
            found = handoffs.lock_conversation(talk.conversation_id)
            # In an inbox of one conversation a contact, it may have gone out in an earlier one of ours.
            own = Message.objects.filter(conversation__contact=found.contact_id, client_key=f"{KEY}{reply}")
            if known := own.first():
                if known.delivery != Delivery.FAILED or body.get("event") != "message_updated":
                    return None
                return _send_again(known, user, talk.chatwoot_id, reply)
            if found.state != State.AGENT:
                handoffs.take(found.pk, user)
            message = handoffs.record_agent_reply(found.pk, user, _read_words(body), f"{KEY}{reply}")
            if name := as_text(as_dict(body.get("sender")).get("name")).strip()[:200]:
                Message.objects.filter(pk=message.pk).update(author_name=name)
    except EmptyMessage:
        return Refusal(talk.chatwoot_id, reply, "files_only")
    except (TransitionRefused, NotFound):
        return Refusal(talk.chatwoot_id, reply, "not_yours")
    return Refusal(talk.chatwoot_id, reply, "files_left", partly=True) if body.get("attachments") else None


def _read_words(body: dict[str, Any]) -> str:
    """What was written, without the backslash that 4.9 to 4.12 put before a new line (pull request 13950)."""
    return as_text(body.get("content")).replace("\\\n", "\n")


def _send_again(failed: Message, user: User, talk: int, reply: int) -> Refusal | None:
    try:
        replies.send_again(failed.conversation_id, user, failed.pk)
    except TransitionRefused:
        return Refusal(talk, reply, "not_again")
    return None


def _record_end(body: dict[str, Any]) -> None:
    number = body.get("id")
    talk = ChatwootTalk.objects.filter(chatwoot_id=number).first() if isinstance(number, int) else None
    if talk is None:
        return
    user = _find_user()
    found = handoffs.lock_conversation(talk.conversation_id)
    if found.state == State.WAITING or (found.state == State.AGENT and found.agent_id == user.pk):
        handoffs.close(found.pk, user)


def _find_user() -> User:
    """The account that Chatwoot's agents act by; it can never sign in. Customers read the writer's own name."""
    user, made = User.objects.get_or_create(username=USERNAME, defaults={"first_name": config().shop_name[:150]})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
