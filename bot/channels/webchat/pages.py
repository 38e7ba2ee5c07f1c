"""The chat as others' pages carry it: `/widget.js`, a small script that adds a button, and `/chat/`, its frame.

`/chat/earlier` is what the frame asks when the customer reads further up. The frame brings its own strict policy; only
the gateway's own pages and ALLOWED_ORIGINS may frame it.
"""

from __future__ import annotations

import json
import re
import uuid
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from bot.channels.webchat.file_links import FileLinks
from bot.channels.webchat.frames import parse_id
from bot.channels.webchat.sessions import NAME, read_session
from bot.config import config
from bot.conversations.history import list_earlier
from bot.language.languages import load_languages
from bot.media.responses import build_file_response
from bot.page_texts import LANGUAGE_NAMES, area_texts, choose_language

LOADER = Path(__file__).parent / "static" / "webchat" / "loader.js"
LOADER_WORDS = ("open", "title", "new_messages", "notify.title")
# Longer ones are stored but only their beginning is read by the assistant (TEXT_MAX): better told before sending.
TEXT_MAX = 4000
PAGE_MAX = 300
EARLIER_BYTES_MAX = 1000
THEMES = ("dark", "light")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@require_safe
@gzip_page
@cache_control(public=True, max_age=300)
def widget_script(request: HttpRequest) -> HttpResponse:
    """The script for other pages, with its few words in every language."""
    response = HttpResponse(_build_loader(), content_type="text/javascript; charset=utf-8")
    # Others' pages load it from another origin.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# Only the visitor knows the session's id, and nothing is changed: no cookie is involved that could be abused.
@csrf_exempt
@require_POST
@gzip_page
def earlier_page(request: HttpRequest) -> HttpResponse:
    """What was said before a message: POST `{"session", "before_id"}`, answers `{"history", "more"}`; 403 otherwise."""
    found = read_session(request.body[:EARLIER_BYTES_MAX])
    if found is None or "before_id" not in found[1]:
        return HttpResponse(status=403)
    user, said = found
    history, more = list_earlier(NAME, user, parse_id(said["before_id"]))
    links = FileLinks(config().secret_key.reveal())
    return JsonResponse({"history": links.add_to(history), "more": more}, headers={"Cache-Control": "no-store"})


@require_safe
def file_page(request: HttpRequest, file_id: uuid.UUID, code: str) -> HttpResponse:
    """A file of the conversation, by an address that its customer was given; 404 otherwise."""
    issued = FileLinks(config().secret_key.reveal()).is_issued(file_id, code)
    return (build_file_response(file_id) if issued else None) or HttpResponse(status=404)


@require_safe
@xframe_options_exempt
@gzip_page
def chat_page(request: HttpRequest) -> HttpResponse:
    """The chat window itself."""
    language = choose_language(
        request.GET.get("language"), request.headers.get("Accept-Language", ""), config().default_language
    )
    own = f"{request.scheme}://{request.get_host()}"
    texts = {code: area_texts("widget", code) for code in LANGUAGE_NAMES}
    setup = {
        "language": language,
        "languages": LANGUAGE_NAMES,
        "locales": {code: one.locale.replace("_", "-") for code, one in load_languages().items()},
        "scripts": [[one.low, one.high, code] for code, of in load_languages().items() for one in of.scripts],
        "texts": texts,
        "shop_name": config().shop_name,
        "text_max": TEXT_MAX,
        "base": config().base_url,
        "origins": [own, *config().allowed_origins],
        "host": request.GET.get("host", own)[:PAGE_MAX],
        "page": _read_page(request),
        "looks": _read_looks(request),
    }
    context = {"setup": setup, "language": language, "no_script": texts[language]["no_script"]}
    response = render(request, "webchat/chat.html", context)
    response.headers["Content-Security-Policy"] = build_policy(request.get_host(), config().allowed_origins)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _read_looks(request: HttpRequest) -> dict[str, str]:
    """The theme and the colour that the page's script tag asks for; what is neither is left out."""
    theme, colour = request.GET.get("theme", ""), request.GET.get("colour", "")
    looks = {"theme": theme if theme in THEMES else "", "colour": colour if COLOUR.fullmatch(colour) else ""}
    return {name: value for name, value in looks.items() if value}


def build_policy(host: str, allowed_origins: tuple[str, ...]) -> str:
    """The frame's Content-Security-Policy (CHANNELS 3.3). Some browsers do not count web sockets as 'self'."""
    ancestors = " ".join(("'self'", *allowed_origins))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' ws://{host} wss://{host}; frame-ancestors {ancestors}; base-uri 'none'; form-action 'none'"
    )


def _read_page(request: HttpRequest) -> dict[str, str]:
    """What the frame says about the page around it: hints for the agent and the assistant, nothing else."""
    page = {name: request.GET.get(name, "")[:PAGE_MAX] for name in ("product", "title")}
    address = urlsplit(request.GET.get("page", "")[:PAGE_MAX])
    if address.scheme in {"http", "https"}:
        page["url"] = f"{address.scheme}://{address.netloc}{address.path}"
    return {name: value for name, value in page.items() if value}


@cache
def _build_loader() -> str:
    words = {
        code: {name: area_texts("widget", code)[name] for name in LOADER_WORDS} for code in LANGUAGE_NAMES
    }  # fmt: skip
    return LOADER.read_text(encoding="utf-8").replace("TEXTS;", json.dumps(words, ensure_ascii=False) + ";", 1)
