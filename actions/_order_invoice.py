"""Answers the wish for an invoice: a link to the paper, which ends after a while."""

from __future__ import annotations

from actions._buttons import person_button
from actions._faq_answers import topic_button
from actions._order_job import TASK
from actions._order_words import placed_line
from actions._turn import Answer, Json, Reply, Turn
from bot.language.formats import money
from bot.language.texts import say
from bot.shop.clock import today
from bot.shop.invoice_links import LINK_FOR, build_link
from bot.shop.order_story import build_story
from bot.shop.port import Order
from bot.shop.shops import open_shop


def answer_invoice(turn: Turn, order: Order) -> Answer:
    """The invoice as a link and a card; why there is none yet otherwise. Raises ShopUnavailable."""
    language = turn.language
    story = build_story(order, today())
    topic = topic_button("invoice.gst", language)
    buttons = [person_button(language), *([topic] if topic else [])]
    record = {"order": order.name}
    invoice = open_shop().find_invoice(order.name)
    if invoice is None:
        never = story.state in ("cancelled", "closed_unpaid", "payment_failed")
        key = "orders.wish.invoice_none" if never else "orders.wish.invoice_not_yet"
        text = "\n".join([placed_line(story, language), say(key, language)])
        return Answer([Reply(text, buttons)], turn=record, slots={TASK: None}, offer="person")
    link = build_link(order.name)
    minutes = int(LINK_FOR.total_seconds() // 60)
    text = say("order_tasks.invoice.ready", language, order=order.name, link=link, minutes=minutes)
    card: Json = {
        "title": f"{invoice.number}.pdf", "subtitle": say("order_tasks.invoice.card", language, order=order.name),
        "price": money(order.total, language), "image": None, "link": link, "buttons": [],
    }  # fmt: skip
    return Answer([Reply(text, buttons, [card])], turn=record, slots={TASK: None}, repeatable=False)
