"""Signing in on the demo shop's page, as a made-up customer: shows how a page vouches for who is signed in there.

Only with DEMO_SIGN_IN, and only as the customers named here, who exist in the demo's files alone: nobody proves
anything. A real shop has its own sign-in and puts the token into its own pages (docs/your-own-shop.md).
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from bot.config import config
from bot.shop.known import Known
from bot.shop.models import Customer
from bot.shop.tokens import build_token

# By the language that they speak; the page offers the one of its own language.
CUSTOMERS = {"en": "thomas.mathew@example.org", "gu": "hetal.patel@example.com", "ta": "kavitha.r@example.com"}
COOKIE = "seva_demo_customer"
# ?customer=gu signs in, ?customer= signs out.
PARAMETER = "customer"


def build_sign_in(request: HttpRequest, language: str) -> dict[str, Any]:
    """What the page shows of it: `offered`, `customer`, and the token for the chat (empty: nobody is signed in)."""
    if not config().demo_sign_in:
        return {}
    offered = find_customer(language if language in CUSTOMERS else "en")
    customer = find_customer(_read_choice(request))
    token = build_token(Known(customer.email, customer.phone)) if customer else ""
    return {
        "sign_in": {
            "offered": offered,
            "as": language if language in CUSTOMERS else "en",
            "customer": customer,
            "token": token,
        }
    }


def find_customer(key: str) -> Customer | None:
    """The made-up customer, if the demo's data is loaded."""
    return Customer.objects.filter(email=CUSTOMERS[key]).first() if key in CUSTOMERS else None


def keep_sign_in(request: HttpRequest, response: HttpResponse) -> None:
    """Remembers in the browser what was chosen."""
    if config().demo_sign_in and PARAMETER in request.GET:
        response.set_cookie(COOKIE, request.GET[PARAMETER][:2], samesite="Lax", httponly=True)


def _read_choice(request: HttpRequest) -> str:
    return request.GET.get(PARAMETER, request.COOKIES.get(COOKIE, ""))
