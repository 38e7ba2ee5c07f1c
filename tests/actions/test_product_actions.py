"""Product search and product questions, as customers ask them."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bot.language.texts import say
from bot.shop.models import Product, Variant
from tests.actions.conftest import Customer, says

SEARCH, ANSWER = "action_search_products", "action_answer_product"


async def test_a_search_shows_names_prices_and_cards(customer: Customer) -> None:
    text = await customer.say(SEARCH, "show me cotton sarees under 1600", kind="saree", price_max="1600")
    assert "Kanchi Cotton Saree (₹1,499)" in text
    card = next(card for card in customer.cards if card["title"] == "Kanchi Cotton Saree")
    assert card["price"] == "₹1,499"
    assert card["link"].endswith("/products/kanchi-cotton-saree")
    assert card["buttons"][0]["payload"] == '/product_info{"product": "kanchi-cotton-saree"}'
    assert "4,299" not in text


async def test_names_come_in_the_language_of_the_customer(customer: Customer) -> None:
    customer.language, customer.script = "gu", "Gujr"
    assert "પટોળા પ્રિન્ટ સાડી (₹999)" in await customer.say(SEARCH, "સાડીઓ બતાવો", kind="saree")
    customer.language, customer.script = "ta", "Taml"
    assert "காட்டன் வேட்டி" in await customer.say(SEARCH, "வேட்டி காட்டுங்க")


async def test_what_we_do_not_sell_is_said_kindly_with_alternatives(customer: Customer) -> None:
    cases: list[tuple[str, dict[str, str]]] = [("helicopter", {}), ("submarine under 20000", {"price_max": "20000"})]
    for text, entities in cases:
        assert say("products.search.nothing", "en") in await customer.say(SEARCH, text, entities)
        assert customer.buttons[0]["payload"] == '/product_search{"kind": "saree"}'


async def test_narrowing_goes_on_with_the_search_before(customer: Customer) -> None:
    await customer.say(SEARCH, "show shirts for men", kind="shirt")
    text = await customer.say(SEARCH, "only under 1000", price_max="1000")
    assert "Oxford Formal Shirt" in text
    assert "Men Linen Shirt" not in text


async def test_a_button_without_a_wish_asks_for_one(customer: Customer) -> None:
    assert await customer.say(SEARCH, "/product_search") == say("products.search.ask", "en")


QUESTIONS: list[tuple[str, dict[str, str], str, str]] = [
    ("what does it cost", {}, "price_saved", "₹1,899"),
    ("what does it cost", {}, "price_saved", "₹2,399"),
    ("is it in stock?", {}, "in_stock", ""),
    ("which sizes are there", {}, "sizes", "3 L"),
    ("which sizes are there", {}, "sold_out_choices", "5 L"),
    ("what is it made of", {}, "material", "Stainless steel 304"),
    ("how do i clean it", {}, "care", "Wash gasket separately"),
    ("warranty?", {}, "warranty", "5 years on body"),
    ("tell me about it", {}, "about", "Outer-lid cooker"),
    ("is the 5 litre one there", {"size": "5 L"}, "variant_sold_out", "5 L"),
    ("do you have 9 litre", {"size": "9 L"}, "not_made", "9 L"),
]


@pytest.mark.parametrize(
    ("text", "entities", "key", "fact"), QUESTIONS, ids=[f"{one[0]}-{one[2]}-{one[3]}" for one in QUESTIONS]
)
async def test_the_asked_aspect_is_answered(
    customer: Customer, text: str, entities: dict[str, str], key: str, fact: str
) -> None:
    said = await customer.say(ANSWER, text, entities, product="pressure-cooker")
    assert said.startswith("Stainless Steel Pressure Cooker\n")
    assert says(said, f"products.info.{key}"), said
    assert fact in said
    assert customer.turn == {"product": "pressure-cooker"}


async def test_the_asked_aspect_comes_first(customer: Customer) -> None:
    said = await customer.say(ANSWER, "can i wash it, and the price", product="soft-silk-saree")
    assert said.index("Care:") < said.index("Price:")


async def test_the_price_is_that_of_the_named_variant(customer: Customer) -> None:
    said = await customer.say(ANSWER, "power bank 20000 mAh price", product="power-bank", size="20000 mAh")
    assert "₹1,899" in said
    assert "₹1,299" not in said


@sync_to_async
def sell_out(handle: str) -> None:
    Variant.objects.filter(product__handle=handle).update(stock=0)
    Product.objects.get(handle=handle).save()


async def test_sold_out_is_said_honestly(customer: Customer) -> None:
    await sell_out("bandhani-dupatta")
    said = await customer.say(ANSWER, "available?", product="bandhani-dupatta")
    assert says(said, "products.info.sold_out")
    assert customer.buttons[0]["payload"] == '/product_info{"product": "bandhani-dupatta", "wish": "notify"}'
    assert customer.buttons[1]["payload"] == '/faq{"topic": "product.restock"}'


async def test_what_could_be_several_is_asked_with_buttons(customer: Customer) -> None:
    assert await customer.say(ANSWER, "kurti rate") == say("products.info.which", "en")
    assert len(customer.buttons) == 3
    assert all(button["payload"].startswith("/product_info{") for button in customer.buttons)


async def test_it_means_the_product_talked_about(customer: Customer) -> None:
    await customer.say(ANSWER, "price of the wet grinder", product="wet-grinder-2l")
    assert "2 years on product, 5 years on motor" in await customer.say(ANSWER, "how long is the warranty on it")


async def test_the_page_tells_which_product_is_meant(customer: Customer) -> None:
    customer.context = {"page_product": "led-desk-lamp"}
    assert "LED Study Lamp" in await customer.say(ANSWER, "what colours are there")


async def test_an_unknown_product_is_asked_for(customer: Customer) -> None:
    assert await customer.say(ANSWER, "price of zzz?") == say("products.info.unknown", "en")
    assert customer.turn == {"decision": "ask_back"}


async def test_the_draft_is_not_answered_about(customer: Customer) -> None:
    said = await customer.say(ANSWER, "stretch sofa cover set price", product="sofa-cover-set")
    assert "Stretch Sofa Cover Set" not in said
