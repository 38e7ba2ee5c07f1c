"""The shop's own page says who is signed in there, by a signed token; then nobody asks for number and e-mail again.

A JSON Web Token (HS256, key SHOP_TOKEN_SECRET) with `email` and/or `phone`, and `exp` at most an hour ahead.
The chat hands it to `POST /shop-token` together with the web chat's session id, which only that visitor has.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bot.channels.webchat.sessions import NAME, read_session
from bot.config import config
from bot.shop.identity import digest
from bot.shop.known import Known, forget_known, record_known
from bot.shop.phones import parse_email, parse_phone

AHEAD_MAX_S = 3600
TOKEN_CHARS_MAX = 2000
SECRET_CHARS_MIN = 32


# Signed by the shop and bound to a session that no other page knows: no cookie is involved that could be abused.
@csrf_exempt
@require_http_methods(["POST", "DELETE"])
def token_page(request: HttpRequest) -> HttpResponse:
    """POST `{"session", "token", "person"?}`: signed in; answers `{"person"}`, a name for them without meaning.

    An empty name, and nothing is done, if the `person` sent (of an earlier answer) is somebody else: whoever is signed
    in now gets a session of their own, and browsers write no error about it.
    DELETE `{"session"}`: signed out; 204. 403 whatever is wrong.
    """
    found = read_session(request.body[: TOKEN_CHARS_MAX * 2])
    if found is None:
        return HttpResponse(status=403)
    user, said = found
    if request.method == "DELETE":
        forget_known(NAME, user)
        return HttpResponse(status=204)
    known = read_token(str(said.get("token") or ""))
    if known is None:
        return HttpResponse(status=403)
    person = digest("person", known.email, known.phone)
    before = str(said.get("person") or "")
    if before and not hmac.compare_digest(before.encode(), person.encode()):
        return JsonResponse({"person": ""})
    record_known(NAME, user, "token", email=known.email, phone=known.phone)
    return JsonResponse({"person": person})


def build_token(known: Known, seconds: int = AHEAD_MAX_S) -> str:
    """The token for somebody who is signed in on a page of ours (the demo's); empty without SHOP_TOKEN_SECRET."""
    secret = config().shop_token_secret.reveal()
    if len(secret) < SECRET_CHARS_MIN:
        return ""
    said = {"email": known.email, "phone": known.phone, "exp": int(time.time()) + seconds}
    signed = ".".join(_encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, said))
    return f"{signed}.{_encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest())}"


def read_token(token: str) -> Known | None:
    """Who the shop says it is; None if the token is not the shop's, has ended, or ends too late."""
    secret = config().shop_token_secret.reveal()
    parts = token.split(".")
    if len(secret) < SECRET_CHARS_MIN or len(parts) != 3 or len(token) > TOKEN_CHARS_MAX:
        return None
    right = hmac.new(secret.encode(), f"{parts[0]}.{parts[1]}".encode(), hashlib.sha256).digest()
    try:
        head, said = (json.loads(_decode(part)) for part in parts[:2])
        genuine = hmac.compare_digest(right, _decode(parts[2])) and head.get("alg") == "HS256"
        ends_in_s = float(said["exp"]) - time.time()
        known = Known(parse_email(str(said.get("email") or "")), parse_phone(str(said.get("phone") or "")))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None
    if not genuine or not 0 < ends_in_s <= AHEAD_MAX_S or not (known.email or known.phone):
        return None
    return known


def _encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
