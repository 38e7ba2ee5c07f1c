"""The answer about one product; which of several is meant; and what there is instead of one that is sold out."""

from __future__ import annotations

from actions._buttons import button, english_button, person_button
from actions._faq_answers import topic_button
from actions._product_answer import NEXT_TOPICS, build_answer, choose_aspects
from actions._product_list import find_alternatives, kind_buttons
from actions._product_notify import notify_button, read_choice
from actions._product_sizes import MEASURED, answer_size, find_scale, read_measure
from actions._product_wish import Listing
from actions._product_words import build_card, list_products
from actions._turn import Answer, Json, Reply, Turn
from bot.language.texts import say
from bot.shop.catalogue import Item
from bot.shop.search import Wish, fitting_choices

ACTION = "action_answer_product"


def answer_info(turn: Turn, catalogue: dict[str, Item], likely: list[Item]) -> Answer:
    """What was asked about the product; asks back if it is none or cannot be told."""
    if not likely:
        return _ask_what(turn)
    if len(likely) > 1:
        return _ask_which(turn, likely)
    item, language = likely[0], turn.language
    if _asks_by_measure(turn, item):
        return answer_size(turn, item)
    text, told = build_answer(item, turn, choose_aspects(turn))
    choice = read_choice(turn, item)
    gone = _is_gone(item, choice)
    cards: list[Json] = [{**build_card(item, language), "buttons": []}]
    others = find_alternatives(item, catalogue) if gone and not item.available else []
    if others:
        text = f"{text}\n{say('products.info.instead', language, list=list_products(others, language))}"
        cards += [build_card(other, language) for other in others]
    if gone:
        text = f"{text}\n{say('products.notify.offer', language)}"
    buttons = _buttons(turn, item, told, choice if gone else None)
    asked = {"ask": "notify", "product": item.handle, "sizes": list(choice.sizes), "colours": list(choice.colours)}
    slots = {"products_current": item.handle, "products_asked": asked if gone else None}
    offer = "notify" if gone else ""
    return Answer([Reply(text, buttons, cards)], {"product": item.handle}, slots, offer=offer, action=ACTION)


def _asks_by_measure(turn: Turn, item: Item) -> bool:
    """Whether it names a measure that is no size by itself: "5 years" where there is "4-5 Y"."""
    scale = find_scale(item)
    asked = read_choice(turn, item)
    unknown = bool(asked.sizes) and not fitting_choices(item, Wish(sizes=asked.sizes))
    return unknown and scale in MEASURED and read_measure(turn.text, scale) is not None


def _is_gone(item: Item, choice: Wish) -> bool:
    """Whether what was asked about exists and cannot be had now."""
    asked = fitting_choices(item, choice)
    return bool(asked) and not any(one.available for one in asked)


def _buttons(turn: Turn, item: Item, told: str, waited_for: Wish | None) -> list[Json]:
    language = turn.language
    topics = (topic_button(topic, language) for topic in NEXT_TOPICS[told])
    like = button(say("products.buttons.more_like_this", language), "product_search", "choice", kind=item.kind.lower())
    buttons = [*(one for one in topics if one), like]
    if told == "not_given":
        buttons.insert(0, person_button(language))
    if waited_for is not None:
        buttons.insert(0, notify_button(item, waited_for, language))
    return [*buttons, english_button()] if turn.romanised else buttons


def _ask_what(turn: Turn) -> Answer:
    buttons = [*kind_buttons(turn.language, 3), person_button(turn.language)]
    replies = [Reply(say("products.info.unknown", turn.language), buttons)]
    return Answer(replies, turn={"decision": "ask_back"}, unanswered=True, offer="choice", action=ACTION)


def _ask_which(turn: Turn, likely: list[Item]) -> Answer:
    buttons = [button(one.name(turn.language), "product_info", "choice", product=one.handle) for one in likely]
    cards = [build_card(one, turn.language) for one in likely]
    listing = Listing(Wish(text=turn.text), tuple(one.handle for one in likely), 0, len(likely))
    replies = [Reply(say("products.info.which", turn.language), buttons, cards)]
    return Answer(replies, slots={"products_list": listing.as_slot()}, offer="choice", action=ACTION)
