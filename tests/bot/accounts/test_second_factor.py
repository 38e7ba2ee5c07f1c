"""Signing in with a second factor: set up with a picture, asked after the password, once a code, never guessed."""

from __future__ import annotations

import html
import re
import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.accounts import second_factor
from bot.accounts.models import RecoveryCode, SecondFactor
from bot.accounts.totp import STEP_S, build_code
from bot.config import config
from bot.page_texts import area_texts
from tests.bot.accounts.conftest import PASSWORD, Browser

pytestmark = pytest.mark.django_db
WORDS = area_texts("desk_access", "en")
PAGE = "/desk/account/second-factor"


def code_of(user: User, later: int = 0) -> str:
    secret = second_factor.secret_of(SecondFactor.objects.get(user=user))
    return build_code(secret, int(time.time()) // STEP_S + later)


@pytest.fixture
def codes(browser: Browser, staff: dict[str, User]) -> list[str]:
    """The agent has set it up; the recovery codes shown then."""
    client = browser("agent")
    page = client.get(PAGE).content.decode()
    assert "data:image/svg+xml;base64," in page
    done = client.post(PAGE, {"code": code_of(staff["agent"], later=-1)})
    return re.findall(r"<code>([\w-]+)</code>", done.content.decode())


def begin() -> Client:
    """The password was right, the code is asked for."""
    client = Client()
    answer = client.post("/desk/sign-in", {"username": "agent", "password": PASSWORD, "next": "/desk/?show=all"})
    assert answer.headers["Location"] == "/desk/sign-in/code"
    return client


def test_the_password_alone_opens_nothing(codes: list[str], staff: dict[str, User]) -> None:
    client = begin()
    for path in ("/desk/", "/desk/account", "/admin/", PAGE):
        assert client.get(path).headers["Location"].startswith("/desk/sign-in"), path
    answer = client.post("/desk/sign-in/code", {"code": code_of(staff["agent"])})
    assert answer.headers["Location"] == "/desk/?show=all"
    assert client.get("/desk/").status_code == 200


def test_a_code_works_once(codes: list[str], staff: dict[str, User]) -> None:
    code = code_of(staff["agent"])
    assert begin().post("/desk/sign-in/code", {"code": code}).status_code == 302
    assert begin().post("/desk/sign-in/code", {"code": code}).status_code == 401


def test_a_recovery_code_works_once_and_is_kept_as_a_hash(codes: list[str]) -> None:
    assert len(codes) == second_factor.CODES
    assert begin().post("/desk/sign-in/code", {"code": codes[0].upper()}).status_code == 302
    assert begin().post("/desk/sign-in/code", {"code": codes[0]}).status_code == 401
    assert codes[1].replace("-", "") not in str(list(RecoveryCode.objects.values()))


def test_wrong_codes_are_refused(codes: list[str]) -> None:
    client = begin()
    for code in ("", "１２３４５６", "x" * 100, "' OR 1=1"):
        answer = client.post("/desk/sign-in/code", {"code": code})
        assert (answer.status_code, WORDS["code.wrong"] in html.unescape(answer.content.decode())) == (401, True)


def test_five_wrong_codes_lock_it_also_for_the_right_one(codes: list[str], staff: dict[str, User]) -> None:
    client = begin()
    answers = [client.post("/desk/sign-in/code", {"code": "000000"}).status_code for _ in range(5)]
    assert answers == [401] * 4 + [429]
    assert begin().post("/desk/sign-in/code", {"code": code_of(staff["agent"])}).status_code == 429


def test_code_page_needs_the_password_first(codes: list[str], staff: dict[str, User]) -> None:
    answer = Client().post("/desk/sign-in/code", {"code": code_of(staff["agent"])})
    assert answer.headers["Location"] == "/desk/sign-in"


def test_setting_it_up_ends_the_other_browsers(browser: Browser, staff: dict[str, User]) -> None:
    here, there = browser("agent"), browser("agent")
    here.get(PAGE), there.get("/desk/")
    assert here.post(PAGE, {"code": "000000"}).status_code == 422
    assert here.post(PAGE, {"code": code_of(staff["agent"])}).status_code == 200
    assert (here.get("/desk/").status_code, there.get("/desk/").status_code) == (200, 302)


def test_it_is_taken_off_with_the_password_or_by_an_admin(
    codes: list[str], browser: Browser, staff: dict[str, User]
) -> None:
    client = begin()
    client.post("/desk/sign-in/code", {"code": codes[0]})
    assert client.post(PAGE, {"do": "off", "password_now": "wrong"}).status_code == 422
    assert second_factor.has_second_factor(staff["agent"])
    browser("admin").post(f"/desk/settings/people/{staff['agent'].pk}", {"do": "second_factor"})
    assert browser("agent").get("/desk/").status_code == 200


def test_a_role_that_needs_one_sets_it_up_before_anything_else(
    browser: Browser, staff: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "second_factor_roles", ("lead", "admin"))
    lead = browser("lead")
    for path in ("/desk/", "/desk/list", "/desk/settings/audit"):
        assert lead.get(path).headers["Location"] == PAGE, path
    assert WORDS["factor.forced"] in lead.get(PAGE).content.decode()
    lead.post(PAGE, {"code": code_of(staff["lead"])})
    assert lead.get("/desk/").status_code == 200
    assert browser("agent").get("/desk/").status_code == 200


def test_no_secret_is_stored(codes: list[str], staff: dict[str, User]) -> None:
    factor = SecondFactor.objects.get(user=staff["agent"])
    assert second_factor.secret_of(factor).hex() not in str(list(SecondFactor.objects.values()))
