"""Every refusal of the API as JSON: RFC 9457 (problem details, July 2023) with our stable `code`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from bot.errors import AccountRefused, BotError, ShopRefused

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)
Json = dict[str, Any]


def build_problem(status: int, code: str, detail: str, **more: object) -> Json:
    """The body."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}


def answer_problem(error: Exception, context: Json) -> Response:
    """DRF's EXCEPTION_HANDLER. What nobody foresaw is logged and says nothing of itself."""
    if isinstance(error, BotError):
        more = {"reason": error.reason} if isinstance(error, ShopRefused | AccountRefused) else {}
        body = build_problem(int(error.status), error.code, str(error), **more)
        return Response(body, status=int(error.status), content_type=MEDIA_TYPE)
    if isinstance(error, SuspiciousOperation):
        # More fields or files in one form than Django reads.
        error = ParseError("This body holds too much.")
    plain = exception_handler(error, context)
    if plain is None:
        _log.error("an API operation failed", exc_info=error)
        plain = Response(status=500)
        plain.data = build_problem(500, "error", "Something went wrong here. Repeating may help.")
    elif isinstance(error, ValidationError):
        plain.status_code = 422
        plain.data = build_problem(422, "invalid", "Some fields are not right.", errors=plain.data)
    else:
        plain.data = build_problem(plain.status_code, _find_code(error), _find_detail(error))
    plain.content_type = MEDIA_TYPE
    return plain


def no_such_address(request: HttpRequest, rest: str = "") -> JsonResponse:
    """What is below /api/ and nothing."""
    body = build_problem(404, "not_found", "There is no such address. /api/schema names them all.")
    return JsonResponse(body, status=404, content_type=MEDIA_TYPE)


def _find_code(error: Exception) -> str:
    if isinstance(error, Http404):
        return "not_found"
    if isinstance(error, PermissionDenied):
        return "access_denied"
    codes = error.get_codes() if isinstance(error, APIException) else ""
    return codes if isinstance(codes, str) else "error"


def _find_detail(error: Exception) -> str:
    return str(error.detail) if isinstance(error, APIException) else "No such thing."
