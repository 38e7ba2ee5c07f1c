"""The channel `whatsapp`: sends messages one after the other, in as few calls as they need, no faster than allowed.

Decides by itself only what is WhatsApp's: the 24-hour window and its template, limits, error codes. Knows no database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.channels.contract import Delayed, InboundMessage, Limits, OutboundMessage, Rejected, SendResult, Sent
from bot.channels.fields import Json
from bot.channels.media import Attachment, MediaSink
from bot.channels.troubles import end_trouble
from bot.channels.whatsapp.graph import Graph, GraphRefused, GraphUnknown, GraphUnreached
from bot.channels.whatsapp.outcomes import judge_failure
from bot.channels.whatsapp.pace import Pace
from bot.channels.whatsapp.parse import NAME, build_opaque
from bot.channels.whatsapp.render import BUTTON_TITLE_MAX, BUTTONS_MAX, TEXT_MAX, Part, build_parts, build_template
from bot.channels.whatsapp.signs import Signs
from bot.language.texts import LANGUAGES

# The window is taken for closed a little early, so that nothing is refused on its way (CHANNELS 1.14).
WINDOW_MARGIN = timedelta(seconds=60)
# A longer wait is the outbox's, where it costs no place among those who are sending.
PATIENCE_S = 3.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator has set. `templates`: their names; the first of their languages is for all others."""

    default_language: str = "en"
    templates: tuple[str, ...] = ()
    template_languages: tuple[str, ...] = ("en",)
    report_wait_s: float = 15.0


class WhatsApp:
    """One phone number."""

    name = NAME
    limits = Limits(
        text_max=TEXT_MAX, buttons_max=BUTTONS_MAX, button_title_max=BUTTON_TITLE_MAX, cards=True, images=True
    )

    def __init__(
        self,
        graph: Graph,
        rules: Rules,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._graph = graph
        self._rules = rules
        self._pace = pace or Pace()
        self._signs = Signs(graph)
        self._clock = clock

    async def stop(self) -> None:
        """Ends the connections."""
        await self._signs.stop()
        await self._graph.close()

    def hear(self, message: InboundMessage) -> None:
        """A message of this person was recorded: read marks and the typing sign refer to it."""
        if message.reading != "nobody":
            users = (message.user_external_id, *((message.account_id,) if message.account_id else ()))
            self._signs.hear(users, message.external_id)

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hands one message over, from its first part that has not gone out. See `Channel.send`."""
        parts = self._choose_parts(message)
        if isinstance(parts, Rejected):
            return parts
        wamid: str | None = None
        for number in range(min(message.parts_sent, len(parts) - 1) + 1, len(parts) + 1):
            result = await self._send_part(message, parts[number - 1], number, len(parts))
            if not isinstance(result, Sent):
                return replace(result, parts_sent=number - 1)
            wamid = result.external_id
        self._signs.answered(message.user_external_id)
        return Sent(wamid)

    async def show_typing(self, user_external_id: str, on: bool, who: str) -> None:
        """The sign ends by itself and by our message; there is no call that takes it away."""
        if on:
            await self._signs.show_typing(user_external_id)

    async def show_state(self, user_external_id: str, state: str, agent_name: str) -> None:
        """Nothing to show it on: an agent's words begin with the name."""

    async def show_read(self, user_external_id: str, up_to_id: int) -> None:
        """Nothing: the sign there comes with the answer (`signs`)."""

    async def fetch_media(self, attachment: Attachment, sink: MediaSink) -> None:
        """See `bot.channels.media.MediaSource`."""
        await self._graph.download(attachment.reference, sink)

    def _choose_parts(self, message: OutboundMessage) -> list[Part] | Rejected:
        """Free words while the window is open; after that the template, for agents and what the shop has promised."""
        language = str((message.turn or {}).get("language") or message.language)
        language = language if language in LANGUAGES else self._rules.default_language
        until = message.free_until
        if until is None or self._clock() < until - WINDOW_MARGIN:
            return build_parts(message, language)
        # A bot's message without a turn keeps a promise of the shop (`conversations.outreach`).
        proactive = message.author == "agent" or (message.author == "bot" and message.turn is None)
        if not (proactive and self._rules.templates) or message.files:
            return Rejected("window_closed")
        known = self._rules.template_languages
        name = message.template if message.template in self._rules.templates else self._rules.templates[0]
        template = build_template(name, language if language in known else known[0], message.text)
        return [template] if template else Rejected("too_long")

    async def _send_part(
        self, message: OutboundMessage, part: Part, number: int, parts: int
    ) -> Sent | Delayed | Rejected:
        user = message.user_external_id
        wait_s = self._pace.find_wait(user)
        if wait_s > PATIENCE_S:
            return Delayed(wait_s, "throttled", counted=False)
        self._pace.take(user)
        await asyncio.sleep(wait_s)
        try:
            body = await self._upload(part)
            opaque = build_opaque(message.id, number, parts)
            wamid = await self._graph.post_message({**body, **_address(user), "biz_opaque_callback_data": opaque})
        except OSError:
            return Rejected("file_missing")
        except (GraphUnreached, GraphUnknown, GraphRefused) as error:
            return judge_failure(error, self._pace, user, message.attempts, self._rules.report_wait_s)
        self._pace.succeed(user)
        end_trouble(NAME)
        return Sent(wamid)

    async def _upload(self, part: Part) -> Json:
        """The part's body, with the id of its file once that is uploaded."""
        if part.file is None:
            return part.body
        file, kind = part.file, str(part.body["type"])
        media_id = await self._graph.upload(file.path, file.mime_type, file.file_name or kind)
        return {**part.body, kind: {**part.body[kind], "id": media_id}}


def _address(user: str) -> Json:
    """By number, or by account id for whom no number is known (CHANNELS 1.8)."""
    who = {"to": user} if user.isdigit() else {"recipient": user}
    return {"recipient_type": "individual", **who}
