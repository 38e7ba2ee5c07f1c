"""The words of one area for a whole page: English, overlaid by the page's language as far as it is written.

Used by the shop's pages, the chat window and the desk. A language that is still being translated shows English words
for what is missing, where `say` would refuse: a page is never empty for the lack of one label.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from bot.config import config
from bot.language.languages import load_languages
from bot.language.texts import DEFAULT_LANGUAGE, LANGUAGES, load_texts

COOKIE_AGE_S = 365 * 24 * 3600
# The default one first: it is what pages fall back on.
LANGUAGE_NAMES = {
    code: load_languages()[code].name for code in sorted(LANGUAGES, key=lambda code: (code != DEFAULT_LANGUAGE, code))
}


@cache
def area_texts(area: str, language: str) -> dict[str, str]:
    """Every text of `area`, by its key without the area."""
    prefix = area + "."
    found: dict[str, str] = {}
    for name in dict.fromkeys((DEFAULT_LANGUAGE, language)):
        if name in LANGUAGES:
            texts = load_texts(name).items()
            found |= {key.removeprefix(prefix): text for key, text in texts if key.startswith(prefix)}
    return found


def build_tree(area: str, language: str) -> dict[str, object]:
    """The same, nested as in the file, so that a template can write `t.welcome.title`."""
    tree: dict[str, object] = {}
    for key, text in area_texts(area, language).items():
        *parents, leaf = key.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})  # type: ignore[assignment]
        branch[leaf] = text
    return tree


def choose_language(wanted: str | None, accepted: str = "", default: str = DEFAULT_LANGUAGE) -> str:
    """The language of a page: the one asked for, else the first the browser names that we speak, else `default`."""
    if wanted in LANGUAGE_NAMES:
        return wanted
    for part in accepted.split(","):
        name = part.split(";")[0].strip().split("-")[0].lower()
        if name in LANGUAGE_NAMES:
            return name
    return default


def language_of(request: HttpRequest, cookie: str) -> str:
    """The language of a page for this browser: `?lang=`, what was chosen before, the browser's own, the shop's."""
    wanted = request.GET.get("lang") or request.COOKIES.get(cookie)
    return choose_language(wanted, request.headers.get("Accept-Language", ""), config().default_language)


def keep_language(request: HttpRequest, response: HttpResponse, language: str, cookie: str) -> None:
    """Remembers in the browser a language that was chosen by `?lang=`."""
    if request.GET.get("lang") == language:
        response.set_cookie(cookie, language, max_age=COOKIE_AGE_S, samesite="Lax", httponly=True)


def page_values(area: str, language: str) -> dict[str, Any]:
    """What every template needs: the words of `area`, the languages to choose from, the shop's name."""
    return {
        "t": build_tree(area, language),
        "language": language,
        "locale": load_languages()[language].locale.replace("_", "-"),
        "languages": LANGUAGE_NAMES.items(),
        "shop_name": config().shop_name,
    }
