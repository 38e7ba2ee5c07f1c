"""What was said before a message: from the turn's metadata, else from Rasa's tracker.

The gateway sends the bot's last words; `seva evaluate` sends whole histories; the tracker knows the rest.
"""

from dataclasses import dataclass
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.language.normalise import normalise
from bot.nlu.component import METADATA

CONTEXT = "context"


@dataclass(frozen=True)
class Context:
    """Normalised texts, None where there was nothing. `last_label` is what the customer's last message was about."""

    last_customer_text: str | None = None
    last_bot_text: str | None = None
    last_label: str | None = None
    page_product: str | None = None


def read_context(message: Message, tracker: DialogueStateTracker | None = None) -> Context:
    """The context of a message, remembered on it so that later components need no tracker."""
    known = message.get(CONTEXT)
    if isinstance(known, Context):
        return known
    given = message.get(METADATA) or {}
    history = [_said(one) for one in given.get("history") or ()]
    customer, bot, label = _from_tracker(tracker)
    if history:
        customer = next((text for sender, text in reversed(history) if sender == "customer"), None)
        bot = next((text for sender, text in reversed(history) if sender == "bot"), None)
        label = label if customer else None
    bot = given.get("last_bot_text") or bot
    context = Context(_clean(customer), _clean(bot), label, given.get("page_product"))
    message.set(CONTEXT, context)
    return context


def _said(one: dict[str, Any]) -> tuple[str, str]:
    return str(one.get("sender") or one.get("from") or ""), str(one.get("text") or "")


def _from_tracker(tracker: DialogueStateTracker | None) -> tuple[str | None, str | None, str | None]:
    customer = bot = label = None
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, BotUttered) and bot is None and customer is None:
            bot = event.text
        if isinstance(event, UserUttered) and event.text:
            customer, label = event.text, label_of(event.parse_data.get("gate"))
            break
    return (None if customer and customer.startswith("/") else customer), bot, label


def label_of(gate: Any) -> str | None:
    """`faq/refund.time` or `order_status`, from a recorded gate."""
    if not isinstance(gate, dict) or not gate.get("route"):
        return None
    return f"{gate['route']}/{gate['topic']}" if gate.get("topic") else str(gate["route"])


def _clean(text: str | None) -> str | None:
    return normalise(text) if text else None
