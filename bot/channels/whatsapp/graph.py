"""HTTP to the Graph API: one function a call, every outcome an own exception. Knows no messages (CHANNELS 1.1, 1.7).

The access token is in a header and never in an address, so that no log line and no exception can carry it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from bot.channels.fields import Json, as_dict, as_int, as_text
from bot.channels.media import MediaRefused, MediaSink, MediaUnavailable
from bot.channels.whatsapp.errors import read_details

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
FILE_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
AGENT = "seva/0.1.0"
# Where files of WhatsApp lie.
MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net", ".fbcdn.net")


class GraphUnreached(Exception):
    """Surely not sent: no connection."""


class GraphUnknown(Exception):
    """The answer was lost: it may have been taken."""


class GraphRefused(Exception):
    """Meta says no. `code` decides what follows (`errors.classify`); `details` are for the log."""

    def __init__(self, status: int, error: Json) -> None:
        self.status = status
        self.code = as_int(error.get("code"))
        self.transient = error.get("is_transient") is True
        self.details = read_details(error)
        super().__init__(f"status {status}: {self.details}")


class Graph:
    """One per process and phone number. `base_url` with the version (`WHATSAPP_API_URL`)."""

    def __init__(self, base_url: str, phone_number_id: str, token: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._phone_number_id = phone_number_id
        headers = {"Authorization": f"Bearer {token}", "User-Agent": AGENT}
        self._client = httpx.AsyncClient(timeout=TIMEOUT, headers=headers)

    async def close(self) -> None:
        """Ends the open connections."""
        await self._client.aclose()

    async def post_message(self, body: Json) -> str | None:
        """Sends one message; its wamid, None if the answer names none.

        Raises: GraphUnreached, GraphUnknown, GraphRefused.
        """
        answer = await self._post("messages", json={"messaging_product": "whatsapp", **body})
        messages = answer.get("messages")
        first = as_dict(messages[0]) if isinstance(messages, list) and messages else {}
        return as_text(first.get("id")) or None

    async def mark_read(self, wamid: str, *, typing: bool) -> None:
        """Marks it, and all before it, as read; `typing` also shows the sign, for 25 s at most (CHANNELS 1.10).

        Raises: as `post_message`.
        """
        body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        await self._post("messages", json=body)

    async def upload(self, path: Path, mime_type: str, file_name: str) -> str:
        """The media id of a file of ours (CHANNELS 1.11). Raises: as `post_message`; OSError if it is not there."""
        with path.open("rb") as file:
            answer = await self._post(
                "media",
                data={"messaging_product": "whatsapp", "type": mime_type},
                files={"file": (file_name, file, mime_type)},
                timeout=FILE_TIMEOUT,
            )
        return as_text(answer.get("id"))

    async def download(self, media_id: str, sink: MediaSink) -> None:
        """Writes a customer's file into `sink`. The address lives 5 minutes, so it is asked for each time.

        Raises: MediaUnavailable, MediaRefused.
        """
        try:
            params = {"phone_number_id": self._phone_number_id}
            found = _read(await self._client.get(f"{self._base_url}/{media_id}", params=params))
            size = as_int(found.get("file_size"))
            if size:
                sink.expect(size)
            url = as_text(found.get("url"))
            if not self._may_ask(url):
                raise MediaRefused("foreign_address")
            # Redirects are not followed either (SECURITY 6, SSRF).
            async with self._client.stream("GET", url, timeout=FILE_TIMEOUT) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise GraphRefused(answer.status_code, {})
                async for chunk in answer.aiter_bytes(64 * 1024):
                    sink.write(chunk)
        except GraphRefused as error:
            # 401 is the usual first sign of a token that has ended: the file is still there when it is renewed.
            if error.status in (400, 404, 410):
                raise MediaRefused("gone") from error
            raise MediaUnavailable(f"status {error.status}") from error
        except (httpx.HTTPError, httpx.InvalidURL, GraphUnknown) as error:
            raise MediaUnavailable(type(error).__name__) from error

    def _may_ask(self, url: str) -> bool:
        """Whether an address that we are sent to, with the token, is Meta's, or the one we were set up to talk to."""
        wanted, own = httpx.URL(url), httpx.URL(self._base_url)
        if (wanted.scheme, wanted.host, wanted.port) == (own.scheme, own.host, own.port):
            return True
        return wanted.scheme == "https" and wanted.host.endswith(MEDIA_HOSTS)

    async def _post(self, what: str, **request: Any) -> Json:
        try:
            answer = await self._client.post(f"{self._base_url}/{self._phone_number_id}/{what}", **request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise GraphUnreached(type(error).__name__) from error
        except httpx.HTTPError as error:
            raise GraphUnknown(type(error).__name__) from error
        return _read(answer)


def _read(answer: httpx.Response) -> Json:
    """The object of a good answer. Raises: GraphRefused, GraphUnknown."""
    try:
        body = as_dict(json.loads(answer.content))
    except (ValueError, RecursionError):
        body = {}
    error = as_dict(body.get("error"))
    if error or not answer.is_success:
        if not error and answer.is_server_error:
            # Not the Graph API's own words: whether what stands behind took the message nobody knows.
            raise GraphUnknown(f"status {answer.status_code}")
        raise GraphRefused(answer.status_code, error)
    return body
