"""Tell me when it is back: gives and ends the shop's promise (`bot.shop.restock`); the gateway keeps it."""

from __future__ import annotations

from actions._buttons import button, english_button
from actions._faq_answers import topic_button
from actions._product_list import find_alternatives
from actions._product_reference import find_products, find_shown
from actions._product_words import build_card, list_products
from actions._turn import Answer, Json, Reply, Turn
from bot.language.texts import say
from bot.shop.catalogue import Item
from bot.shop.restock import find_open, record_watch, stop_watches
from bot.shop.search import Wish, fitting_choices

ACTION = "action_answer_product"


def answer_notify(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """Promises to tell, or says that it is there already; asks which of several. None if no product is meant."""
    asked = turn.slots.get("products_asked")
    kept = asked if isinstance(asked, dict) and asked.get("ask") == "notify" else {}
    likely = find_products(turn, catalogue)
    if not likely and kept.get("product") in catalogue:
        likely = [catalogue[str(kept["product"])]]
    likely = likely or _find_gone(turn, catalogue)
    if not likely:
        return None
    if len(likely) > 1:
        return _ask_which(turn, likely)
    item = likely[0]
    wish = read_choice(turn, item)
    if wish.empty and kept.get("product") == item.handle:
        wish = Wish(sizes=tuple(kept.get("sizes") or ()), colours=tuple(kept.get("colours") or ()))
    if any(choice.available for choice in fitting_choices(item, wish)) and (not wish.empty or not _some_gone(item)):
        return _is_there(turn, item, wish)
    if wish.empty and item.available:
        return _ask_choice(turn, item)
    if not fitting_choices(item, wish):
        text = say("products.info.not_made", turn.language, choice=" / ".join([*wish.sizes, *wish.colours]))
        return _reply(turn, item, f"{item.name(turn.language)}\n{text}", [_more_button(turn, item)])
    watch = record_watch(turn.conversation, turn.contact, turn.message_id, item, wish, turn.language)
    key = "products.notify.done" if watch else "products.notify.full"
    return _promise(turn, item, wish, say(key, turn.language, name=_name(item, wish, turn.language)), catalogue)


def answer_stop(turn: Turn, catalogue: dict[str, Item]) -> Answer:
    """Ends the promises (of one product, if one is named) and says which."""
    named = turn.entity("product") if turn.pressed or turn.entity("product") in catalogue else ""
    handles = stop_watches(turn.conversation, turn.contact, named)
    names = ", ".join(catalogue[handle].name(turn.language) for handle in handles if handle in catalogue)
    if not names:
        text = say("products.notify.nothing_to_stop", turn.language)
    else:
        text = say("products.notify.stopped", turn.language, list=names)
    more = button(say("smalltalk.buttons.find_product", turn.language), "product_search", "choice")
    slots = {"products_asked": None}
    return Answer([Reply(text, [more, *_english(turn)])], slots=slots, repeatable=False, action=ACTION)


def has_promise(turn: Turn) -> bool:
    """Whether this customer waits for word of something."""
    return find_open(turn.conversation, turn.contact).exists()


def notify_button(item: Item, wish: Wish, language: str) -> Json:
    """Asks to be told when it is back, in that size and colour."""
    named = {"size": " / ".join(wish.sizes), "color": " / ".join(wish.colours)}
    chosen = {name: value for name, value in named.items() if value}
    title = say("products.buttons.notify", language)
    return button(title, "product_info", "choice", product=item.handle, wish="notify", **chosen)


def read_choice(turn: Turn, item: Item) -> Wish:
    """The size and colour that the message names, as far as the product comes in several."""
    colours = turn.all_of("color") if any(choice.colour for choice in item.choices) else []
    sizes = turn.all_of("size") if any(choice.size for choice in item.choices) else []
    return Wish(sizes=tuple(sizes[:1]), colours=tuple(colours[:1]))


def _find_gone(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """Those of the list shown that cannot be had (in the size and colour that the message names)."""
    gone = []
    for item in find_shown(turn, catalogue):
        asked = fitting_choices(item, read_choice(turn, item))
        if asked and not any(choice.available for choice in asked):
            gone.append(item)
    return gone[:3]


def _ask_which(turn: Turn, likely: list[Item]) -> Answer:
    buttons = [
        button(item.name(turn.language), "product_info", "choice", product=item.handle, wish="notify")
        for item in likely
    ]  # fmt: skip
    return Answer([Reply(say("products.notify.which", turn.language), buttons)], offer="choice", action=ACTION)


def _ask_choice(turn: Turn, item: Item) -> Answer:
    """Only some sizes or colours are gone: which one is waited for?"""
    gone = [choice for choice in item.choices if not choice.available][:3]
    buttons = []
    for choice in gone:
        named = {"size": choice.size, "color": choice.colour}
        chosen = {name: value for name, value in named.items() if value}
        buttons.append(button(choice.label, "product_info", "choice", product=item.handle, wish="notify", **chosen))
    text = say(
        "products.notify.which_choice",
        turn.language,
        name=item.name(turn.language),
        list=", ".join(choice.label for choice in gone),
    )
    return _reply(turn, item, text, buttons)


def _is_there(turn: Turn, item: Item, wish: Wish) -> Answer:
    text = say("products.notify.is_there", turn.language, name=_name(item, wish, turn.language))
    return _reply(turn, item, text, [_more_button(turn, item)], [{**build_card(item, turn.language), "buttons": []}])


def _promise(turn: Turn, item: Item, wish: Wish, text: str, catalogue: dict[str, Item]) -> Answer:
    stop = button(
        say("products.buttons.stop_notify", turn.language), "product_info", "choice", product=item.handle,
        wish="stop_notify",
    )  # fmt: skip
    others = find_alternatives(item, catalogue) if not item.available else []
    if others:
        text += " " + say("products.info.instead", turn.language, list=list_products(others, turn.language))
    cards = [build_card(other, turn.language) for other in others]
    restock = topic_button("product.restock", turn.language)
    made = _reply(turn, item, text, [stop, restock] if restock else [stop], cards)
    slots = {**made.slots, "products_asked": {"ask": "promised", "product": item.handle}}
    return Answer(made.replies, made.turn, slots, offer="promised", action=ACTION)


def _some_gone(item: Item) -> bool:
    return any(not choice.available for choice in item.choices)


def _name(item: Item, wish: Wish, language: str) -> str:
    chosen = " / ".join([*wish.sizes, *wish.colours])
    return f"{item.name(language)} ({chosen})" if chosen else item.name(language)


def _more_button(turn: Turn, item: Item) -> Json:
    return button(say("products.buttons.tell_more", turn.language), "product_info", "choice", product=item.handle)


def _english(turn: Turn) -> list[Json]:
    return [english_button()] if turn.romanised else []


def _reply(turn: Turn, item: Item, text: str, buttons: list[Json], cards: list[Json] | None = None) -> Answer:
    slots = {"products_current": item.handle, "products_asked": None}
    replies = [Reply(text, [*buttons, *_english(turn)], cards or [])]
    return Answer(replies, turn={"product": item.handle}, slots=slots, action=ACTION)
