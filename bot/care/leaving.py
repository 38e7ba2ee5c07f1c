"""`DELETE /chat/session`: a visitor of the web chat presses "forget me".

At once nobody can open the conversation again by the session that the browser had; what is stored of it is a request
for erasing like any other (docs/privacy.md), finished by the operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bot.care.forgetting import forget_address
from bot.care.models import Wish
from bot.care.records import Said, record_privacy_request
from bot.channels.webchat.sessions import NAME, read_session
from bot.conversations.handoffs import close
from bot.conversations.models import ChannelIdentity, Conversation
from bot.conversations.states import State
from bot.shop.known import forget_known

BODY_BYTES_MAX = 1000


@dataclass(frozen=True)
class Left:
    """What the customer is told: the request's number, and until when the shop promises to be done."""

    number: str
    due_on: date


# Only the visitor knows the session's id: no cookie is involved that could be abused.
@csrf_exempt
@require_http_methods(["DELETE"])
def session_page(request: HttpRequest) -> HttpResponse:
    """Body `{"session"}`. Answers `{"number", "due_on"}`; 204 if nothing had been said there; 403 for a forged id."""
    found = read_session(request.body[:BODY_BYTES_MAX])
    if found is None:
        return HttpResponse(status=403)
    left = forget_session(found[0])
    if left is None:
        return HttpResponse(status=204)
    return JsonResponse({"number": left.number, "due_on": left.due_on.isoformat()})


@transaction.atomic
def forget_session(user: str) -> Left | None:
    """Takes the web address away, ends the conversation and starts the erasing. None if there was nothing to erase."""
    forget_known(NAME, user)
    identity = ChannelIdentity.objects.select_for_update().filter(channel=NAME, external_id=user).first()
    if identity is None:
        return None
    talks = Conversation.objects.filter(identity=identity)
    newest = talks.order_by("-opened_at").first()
    if newest is None:
        return None
    said = Said(str(newest.pk), "forget", str(identity.contact_id), language=newest.language)
    asked = record_privacy_request(said, Wish.ERASE)
    for talk in talks.exclude(state=State.CLOSED):
        close(talk.pk)
    forget_address(identity)
    return Left(asked.number, asked.due_on)
