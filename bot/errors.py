"""Every error this project raises on purpose, as one tree.

An error class carries what its handler needs: a stable `code` that clients may rely on and the HTTP status that the one
error handler answers with. Customers never see these texts; operators and agents do.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar


class BotError(Exception):
    """Base of all of ours; `code` is stable, the message is for people."""

    code: ClassVar[str] = "error"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR


class ConfigError(BotError):
    """Settings, texts or files that the operator has to mend. Repeating does not help."""

    code = "config"


class KnowledgeError(ConfigError):
    """FAQ sources or index are wrong or foreign; the message names file and line, or the command that mends it."""

    code = "knowledge"


class KnowledgeStale(KnowledgeError):
    """The FAQ sources have changed since the index was made. What is loaded goes on answering until it is made anew."""

    code = "knowledge_stale"


class ImportRefused(BotError):
    """A shop file cannot be read at all; nothing of it was taken."""

    code = "import_refused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class ShopError(BotError):
    """Base of what goes wrong between us and the shop's orders."""

    code = "shop"
    status = HTTPStatus.BAD_GATEWAY


class ShopUnavailable(ShopError):
    """Down, slow, or answering what nobody understands. Nothing is known; repeating helps."""

    code = "shop_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class ShopRefused(ShopError):
    """The shop's rules say no. `reason` is one of those that `bot.shop.port` names; repeating does not help."""

    code = "shop_refused"
    status = HTTPStatus.CONFLICT

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CodeNotSent(ShopError):
    """A one-time code could not be handed to e-mail or phone; repeating may help."""

    code = "code_not_sent"
    status = HTTPStatus.BAD_GATEWAY


class ChannelError(BotError):
    """Base of what goes wrong between us and a channel."""

    code = "channel"


class WebhookRefused(ChannelError):
    """Signature or secret is wrong: nothing is stored, the caller is told no."""

    code = "webhook_refused"
    status = HTTPStatus.FORBIDDEN


class PayloadMalformed(ChannelError):
    """Not in this service's format."""

    code = "payload_malformed"
    status = HTTPStatus.BAD_REQUEST


class EmptyMessage(ChannelError):
    """There is nothing to read in it: not stored, the writer is told kindly."""

    code = "empty"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class MessageUnstorable(ChannelError):
    """No database takes it, however often it is tried; the channel keeps it aside instead."""

    code = "unstorable"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class EventUnsupported(ChannelError):
    """Genuine, but nothing we answer: stored, counted, acknowledged."""

    code = "event_unsupported"
    status = HTTPStatus.OK


class SendDelayed(ChannelError):
    """The remote side asks us to wait; repeating after `retry_after_s` helps."""

    code = "send_delayed"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SendRejected(ChannelError):
    """The remote side will never take this message; `reason` is shown to the agent."""

    code = "send_rejected"
    status = HTTPStatus.BAD_GATEWAY

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DialogueError(BotError):
    """Base of what goes wrong between us and Rasa."""

    code = "dialogue"
    status = HTTPStatus.BAD_GATEWAY


class DialogueUnavailable(DialogueError):
    """Rasa or the action server did not answer; nothing was saved there, repeating helps.

    `remote_code` is what Rasa's channel said (`action_unavailable`, `turn_failed`), empty if it said nothing.
    """

    code = "dialogue_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, message: str, remote_code: str = "") -> None:
        super().__init__(message)
        self.remote_code = remote_code


class DialogueBadReply(DialogueError):
    """Rasa answered in a shape we do not know: a person has to look at it."""

    code = "dialogue_bad_reply"


class DeskError(BotError):
    """Base of what an agent's wish can fail with."""

    code = "desk"
    status = HTTPStatus.BAD_REQUEST


class AccessDenied(DeskError):
    """The role does not allow this."""

    code = "access_denied"
    status = HTTPStatus.FORBIDDEN


class NotFound(DeskError):
    """No such thing, or not for this person."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class TransitionRefused(DeskError):
    """The conversation is not in a state that allows this, for example somebody else took it first."""

    code = "transition_refused"
    status = HTTPStatus.CONFLICT


class IdempotencyKeyReused(DeskError):
    """The same Idempotency-Key came with other words: nothing was sent. Repeating does not help."""

    code = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AccountRefused(DeskError):
    """An account cannot be made or changed so. `reason`: one of the desk's texts (`desk_access.refused`)."""

    code = "account_refused"
    status = HTTPStatus.CONFLICT

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
