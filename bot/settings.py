"""Django's settings of the gateway, made from `bot.config`. Only wiring."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.config import ROOT, config

_config = config()

SECRET_KEY = _config.secret_key.reveal()
DEBUG = _config.debug
ALLOWED_HOSTS = [*_config.allowed_hosts, urlsplit(_config.base_url).hostname or "localhost"]
ROOT_URLCONF = "bot.urls"
ASGI_APPLICATION = "bot.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "bot.conversations",
    "bot.shop",
    "bot.care",
    "bot.desk",
    "bot.accounts",
    "bot.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "bot.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "bot.page_security.ContentSecurityPolicyMiddleware",
    "bot.desk.gate.GateMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "bot" / "templates", ROOT / "bot" / "channels" / "webchat" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


CONN_MAX_AGE = 600  # seconds a thread keeps its connection to the database


def build_database(url: str, data_path: Path) -> dict[str, Any]:
    """Django's DATABASES entry: PostgreSQL by URL, otherwise SQLite in the data directory.

    SQLite: every transaction takes the write lock at once (a read that becomes a write fails with SQLITE_BUSY whatever
    the timeout), and `synchronous=FULL` because a webhook is acknowledged after commit.
    """
    if not url:
        init = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": init}
        engine = "django.db.backends.sqlite3"
        return {"ENGINE": engine, "NAME": data_path / "seva.db", "OPTIONS": options, "CONN_MAX_AGE": CONN_MAX_AGE}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": CONN_MAX_AGE,
    }


DATABASES = {"default": build_database(_config.database_url, _config.data_path)}

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/desk/sign-in"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/desk/sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "bot.desk.accounts.locked_page"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _config.behind_proxy
CSRF_TRUSTED_ORIGINS = [_config.base_url]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if _config.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
STATIC_URL = "/static/"
# Files are served from where they lie, compressed by bot.static_files; nothing has to be collected first.
STATIC_ROOT = None
# What several pages share, and the web chat, which is a channel and no Django app.
STATICFILES_DIRS = [ROOT / "bot" / "static", ROOT / "bot" / "channels" / "webchat" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bot.api.access.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["bot.api.access.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["bot.api.access.TokenRate"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "bot.api.problems.answer_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Seva",
    "DESCRIPTION": "What the agents' desk can do, for other programs. Tokens are made on the desk (docs/api.md).",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": _config.base_url}],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ConversationState": "bot.conversations.states.State",
        "FileState": "bot.conversations.states.FileState",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"bot": {"level": _config.log_level}, "seva": {"level": _config.log_level}},
}
