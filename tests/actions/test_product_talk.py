"""Conversations about products: paging, narrowing, pointing, comparing, sizes, and word when something is back."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from hypothesis import given
from hypothesis import strategies as st

from actions._product_moves import find_places, find_sorts
from actions._product_sizes import build_bands, choose_band, find_scale, read_measure
from bot.language.texts import say
from bot.shop.catalogue import load_catalogue
from bot.shop.models import Product, RestockWatch, Variant
from tests.actions.conftest import Customer, says

SEARCH, ANSWER, BACK, FAQ = "action_search_products", "action_answer_product", "action_ask_back", "action_answer_faq"
UNSURE = {"route": "product_search", "decision": "not_understood"}


def titles(customer: Customer) -> list[str]:
    return [card["title"] for card in customer.cards]


async def test_more_shows_the_next_page_and_says_when_it_is_the_last(customer: Customer) -> None:
    await customer.say(SEARCH, "gift for mother under 1500", kind="gift", price_max="1500")
    seen = set(titles(customer))
    assert any(one["payload"] == '/product_search{"page": "next"}' for one in customer.buttons)
    await customer.say(BACK, "next", gate=UNSURE)
    assert customer.turn["route"] == "product_search"
    assert len(titles(customer)) == 5
    assert not seen & set(titles(customer))
    for _ in range(6):
        said = await customer.say(SEARCH, '/product_search{"page": "next"}', page="next")
        if not customer.cards:
            break
    assert said == say("products.search.no_more", "en")
    assert customer.buttons


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "show more"), ("gu", "બીજા બતાવો"), ("gu", "haju batavo"), ("ta", "இன்னும் காட்டுங்க"), ("ta", "vera iruka")],
)
async def test_more_is_heard_in_every_language(customer: Customer, language: str, text: str) -> None:
    await customer.say(SEARCH, "gifts", kind="gift")
    customer.language = language
    assert says(await customer.say(BACK, text, gate=UNSURE), "products.search.next", language)


@pytest.mark.parametrize("route", ["product_search", "product_info"])
async def test_one_product_named_is_looked_for_or_asked_about_as_the_route_says(customer: Customer, route: str) -> None:
    named = {"product": "steel-coffee-filter", "kind": "cookware"}
    await customer.say(BACK, "coffee filter", named, gate={"route": route, "decision": "ask_back"})
    assert (customer.turn["route"], customer.turn["decision"]) == (route, "answer")


async def test_narrowing_keeps_all_that_was_said_before(customer: Customer) -> None:
    await customer.say(SEARCH, "sarees under 1500", kind="saree", price_max="1500")
    await customer.say(SEARCH, "in red", color="red")
    assert titles(customer) == ["Patola Print Saree"]
    await customer.say(SEARCH, "or maroon", color="maroon")
    assert titles(customer) == ["Kanchi Cotton Saree"]
    await customer.say(SEARCH, "show kurtis", kind="kurti")
    assert "Chikankari Kurta Set with Palazzo" in titles(customer)


async def test_cotton_only_leaves_the_rest_out(customer: Customer) -> None:
    await customer.say(SEARCH, "sarees", kind="saree")
    assert len(titles(customer)) == 4
    await customer.say(SEARCH, "cotton only", kind="cotton")
    assert titles(customer) == ["Kanchi Cotton Saree"]


async def test_cheaper_ones_cost_less_than_what_was_shown(customer: Customer) -> None:
    await customer.say(SEARCH, "shoes above 1500", kind="footwear", price_min="1500")
    said = await customer.say(SEARCH, "something cheaper please")
    assert titles(customer)
    assert "₹1,999" not in said
    await customer.say(SEARCH, "sarees", kind="saree")
    said = await customer.say(SEARCH, "cheaper ones")
    assert says(said, "products.search.none_cheaper")
    assert titles(customer)[0] == "Patola Print Saree"


async def test_the_cheapest_come_first_and_what_we_cannot_know_is_said(customer: Customer) -> None:
    await customer.say(SEARCH, "cheapest saree", kind="saree")
    assert titles(customer)[0] == "Patola Print Saree"
    assert says(await customer.say(SEARCH, "best rated kurtis", kind="kurti"), "products.search.no_rated")


POINTING: list[tuple[str, str, dict[str, str], str]] = [
    ("en", "how much is the second one", {}, "linen-daily-saree"),
    ("en", "the last one", {}, "soft-silk-saree"),
    ("en", "and the blue one?", {"color": "blue"}, "kanchi-cotton-saree"),
    ("en", "is the cheapest one in stock", {}, "patola-print-saree"),
    ("gu", "પહેલું વાળું કેટલાનું છે", {}, "patola-print-saree"),
    ("gu", "triji vali no bhav", {}, "kanchi-cotton-saree"),
    ("ta", "அந்த நீல கலர் என்ன விலை", {"color": "blue"}, "kanchi-cotton-saree"),
    ("ta", "rendavadhu enna vilai", {}, "linen-daily-saree"),
]


@pytest.mark.parametrize(("language", "text", "entities", "handle"), POINTING, ids=[one[1] for one in POINTING])
async def test_one_of_the_list_is_meant(
    customer: Customer, language: str, text: str, entities: dict[str, str], handle: str
) -> None:
    await customer.say(SEARCH, "sarees", kind="saree")
    customer.language = language
    await customer.say(ANSWER, text, entities)
    assert customer.turn == {"product": handle}


async def test_this_is_the_page_and_it_is_what_was_talked_about(customer: Customer) -> None:
    customer.context = {"page_product": "led-desk-lamp"}
    await customer.say(ANSWER, "price of the wet grinder", product="wet-grinder-2l")
    assert (await customer.say(ANSWER, "how long is the warranty on it")).startswith("Table Top Wet Grinder")
    assert (await customer.say(ANSWER, "what colours does this come in")).startswith("LED Study Lamp")


async def test_two_are_compared_side_by_side(customer: Customer) -> None:
    await customer.say(SEARCH, "kurtis", kind="kurti")
    said = await customer.say(ANSWER, "which is better, 1st or 2nd")
    assert "Price: ₹549 | ₹799" in said
    assert "Material: 100% rayon | 100% cotton, 110 GSM" in said
    assert says(said, "products.compare.costs_less")
    assert len(customer.cards) == 2
    assert "Block Print" in await customer.say(ANSWER, "tell me about the second one")


async def test_a_comparison_with_one_side_missing_asks_for_it(customer: Customer) -> None:
    await customer.say(SEARCH, "sarees", kind="saree")
    assert says(await customer.say(ANSWER, "compare the first one"), "products.compare.with_which")
    payload = customer.buttons[0]["payload"]
    assert '"wish": "compare"' in payload
    said = await customer.say(ANSWER, payload, product="patola-print-saree", other="linen-daily-saree", wish="compare")
    assert "₹999 | ₹1,199" in said


async def test_sold_out_offers_what_is_like_it_and_a_promise(customer: Customer) -> None:
    said = await customer.say(ANSWER, "is the induction cooktop available", product="induction-cooktop")
    assert says(said, "products.info.instead")
    assert says(said, "products.notify.offer")
    assert customer.buttons[0]["payload"] == '/product_info{"product": "induction-cooktop", "wish": "notify"}'
    said = await customer.say("action_answer_affirm", "yes please", gate={"route": "affirm", "decision": "answer"})
    assert says(said, "products.notify.done")
    assert await find_watches() == [("induction-cooktop", "", "")]


@sync_to_async
def find_watches() -> list[tuple[str, str, str]]:
    watches = RestockWatch.objects.filter(ended_at=None).order_by("pk")
    return list(watches.values_list("product__handle", "size", "colour"))


async def test_a_promise_is_given_once_however_often_the_turn_runs(customer: Customer) -> None:
    await customer.say(ANSWER, "tell me when it is back in stock", product="induction-cooktop")
    await customer.run(ANSWER)
    await customer.say(ANSWER, "please notify me", product="induction-cooktop")
    assert await find_watches() == [("induction-cooktop", "", "")]


async def test_the_promise_is_for_the_size_that_was_asked_about(customer: Customer) -> None:
    await customer.say(ANSWER, "oxford shirt in 44?", product="oxford-formal-shirt", size="44")
    await customer.say(ANSWER, "ok notify me when it comes")
    assert await find_watches() == [("oxford-formal-shirt", "44", "")]
    await customer.say(ANSWER, "notify me", product="oxford-formal-shirt", size="40")
    assert await find_watches() == [("oxford-formal-shirt", "44", "")], "40 is in stock"


@pytest.mark.parametrize("text", ["stop", "બંધ કરો", "நிறுத்துங்க", "niruthunga"])
async def test_stop_ends_the_promise_and_another_customers_stays(customer: Customer, text: str) -> None:
    await customer.say(ANSWER, "notify me", product="induction-cooktop")
    other = Customer(customer.executor, conversation="c-2")
    await other.say(ANSWER, "notify me", product="induction-cooktop")
    assert says(await customer.say(BACK, text, gate=UNSURE), "products.notify.stopped")
    assert len(await find_watches()) == 1
    await customer.say(ANSWER, '/product_info{"wish": "stop_notify"}', wish="stop_notify")
    assert len(await find_watches()) == 1


async def test_a_question_of_the_faq_stays_one_where_no_product_is_meant(customer: Customer) -> None:
    gate = {"route": "faq", "topic": "product.restock", "decision": "answer"}
    await customer.say(FAQ, "do you notify me when things are back", gate=gate)
    assert await find_watches() == []
    assert customer.turn == {"topic": "product.restock"}


SIZES: list[tuple[str, str, str, str]] = [
    ("oxford-formal-shirt", "which size should i take, chest 39 inches", "take_chest", "40"),
    ("oxford-formal-shirt", "my chest is 104 cm, which size", "take_chest", "42"),
    ("slim-fit-jeans", "which size for a 33 inch waist", "take_waist", "34"),
    ("kids-kurta-pajama", "which size for my son, he is 5", "take_age", "4-5 Y"),
    ("baby-romper-set", "which size for a 4 month old", "take_months", "3-6 M"),
    ("oxford-formal-shirt", "which size should i take, chest 50", "too_large", "44"),
]


@pytest.mark.parametrize(("handle", "text", "key", "size"), SIZES, ids=[f"{one[2]}-{one[3]}" for one in SIZES])
async def test_the_size_follows_from_the_catalogue(
    customer: Customer, handle: str, text: str, key: str, size: str
) -> None:
    said = await customer.say(ANSWER, text, product=handle)
    assert says(said, f"products.size.{key}"), said
    assert size in said


async def test_the_one_thing_needed_is_asked_for(customer: Customer) -> None:
    customer.language, customer.script = "gu", "Gujr"
    said = await customer.say(ANSWER, "કઈ સાઇઝ લેવી?", product="slim-fit-jeans")
    assert says(said, "products.size.ask_waist", "gu")
    said = await customer.say(BACK, "35", gate=UNSURE)
    assert "36" in said
    assert says(said, "products.info.variant_sold_out", "gu")


async def test_letters_without_measurements_are_not_made_up(customer: Customer) -> None:
    said = await customer.say(ANSWER, "which size should i take", product="chikankari-kurta-set")
    assert says(said, "products.size.no_table")
    assert "L: yes" in await customer.say(BACK, "usually L", size="L", gate=UNSURE)


NOT_SOLD = [
    ("en", "do you have laptops", "laptop"), ("gu", "લેપટોપ 20000 સુધી", "laptop"), ("gu", "ramakda che?", "toys"),
    ("ta", "மொபைல் போன் இருக்கா", "phone"), ("ta", "fridge iruka", "appliance"), ("gu", "સોનાની બંગડી બતાવો", "jewellery"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "thing"), NOT_SOLD, ids=[one[1] for one in NOT_SOLD])
async def test_goods_we_do_not_sell_are_named(customer: Customer, language: str, text: str, thing: str) -> None:
    customer.language = language
    entities = {"price_max": "20000"} if "20000" in text else {}
    said = await customer.say(SEARCH, text, entities)
    assert say("products.search.not_sold", language, thing=say(f"products.things.{thing}", language)) in said
    assert customer.buttons


async def test_unheard_of_goods_with_a_price_are_not_answered_by_price_alone(customer: Customer) -> None:
    for language, text in (("gu", "હેલિકોપ્ટર 500 સુધી બતાવો"), ("ta", "ஹெலிகாப்டர் 500 ரூபாய்க்குள்ள இருக்கா")):
        customer.language = language
        assert await customer.say(SEARCH, text, price_max="500") == say("products.search.nothing", language)
    customer.language = "gu"
    assert says(await customer.say(SEARCH, "500 રૂપિયા સુધીમાં કંઈક બતાવો", price_max="500"), "products.search.found", "gu")


async def test_the_list_is_told_again_in_another_language(customer: Customer) -> None:
    customer.language, customer.script = "gu", "Latn"
    await customer.say(SEARCH, "saree batavo", kind="saree")
    said = await customer.say("action_switch_language", '/switch_language{"language": "en"}', language="en")
    assert "Patola Print Saree (₹999)" in said


async def test_pictures_are_such_as_every_channel_shows(customer: Customer) -> None:
    await customer.say(SEARCH, "sarees", kind="saree")
    assert all(card["image"].endswith("/picture.png") for card in customer.cards)
    await set_image("kanchi-cotton-saree", "https://shop.example/kanchi.jpg")
    await customer.say(SEARCH, "cotton sarees", {"kind": "saree"}, color="mustard")
    assert customer.cards[0]["image"] == "https://shop.example/kanchi.jpg"


@sync_to_async
def set_image(handle: str, image: str) -> None:
    product = Product.objects.get(handle=handle)
    product.image = image
    product.save()


@given(st.text(max_size=60), st.integers(0, 5))
def test_places_lie_in_the_list_whatever_is_said(text: str, count: int) -> None:
    assert all(0 <= place < count for place in find_places(text, count))
    assert set(find_sorts(text)) <= {"cheapest", "dearest", "newest", "rated", "cheaper", "dearer"}


async def test_every_size_told_is_one_that_is_made(customer: Customer) -> None:
    for item in (await sync_to_async(load_catalogue)()).values():
        scale = find_scale(item)
        if scale in ("one", "other", "letter"):
            continue
        bands = build_bands(item, scale)
        for number in range(1, 60):
            measure = read_measure(f"{number}", scale)
            band = choose_band(bands, measure) if measure is not None else None
            assert band is None or band.size in {choice.size for choice in item.choices}
            assert band is None or measure is None or measure <= band.high


async def test_no_price_is_said_that_the_catalogue_does_not_have(customer: Customer) -> None:
    await raise_price("patola-print-saree")
    assert "₹1,111" in await customer.say(SEARCH, "sarees", kind="saree")
    await raise_price("patola-print-saree", "1222")
    assert "₹1,222" in await customer.say(ANSWER, "price of the first one")


@sync_to_async
def raise_price(handle: str, price: str = "1111") -> None:
    Variant.objects.filter(product__handle=handle).update(price=price)
    Product.objects.get(handle=handle).save()
