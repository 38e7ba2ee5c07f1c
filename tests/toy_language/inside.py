"""Run by `test_toy_language.py` inside a copy of the project to which a language was added by files alone."""

from __future__ import annotations

import json
import warnings

import pytest
from django.test import Client

from bot.conversations.person_words import asks_for_person
from bot.language.detect import detect
from bot.language.fold import fold
from bot.language.formats import day
from bot.language.texts import LANGUAGES, say
from bot.shop.clock import today
from knowledge.index import index_folder
from knowledge.search import live_answers
from tests.actions.conftest import Customer, customer, executor, shop_day

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that Rasa brings
    from bot.nlu.extractor import CatalogueExtractor

__all__ = ["customer", "executor", "shop_day"]
GEORGIAN = "ka"


def test_it_is_a_language_of_the_product() -> None:
    assert GEORGIAN in LANGUAGES
    assert say("smalltalk.thanks", GEORGIAN) == "არაფრის!"
    assert say("handoff.ask_back", GEORGIAN) == say("handoff.ask_back", "en")
    assert "ოქ" in day(today().replace(month=10), GEORGIAN)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("ფული როდის დაბრუნდება", "Geor"),
        ("refund როდის იქნება TT-10432", "Geor"),
        ("puli rodis dabrundeba", "Latn"),
        ("chemi amanati sad aris", "Latn"),
    ],
)
def test_it_is_detected(text: str, script: str) -> None:
    found = detect(text)
    assert (found.language, found.script) == (GEORGIAN, script)


@pytest.mark.parametrize(
    ("text", "language"),
    [("where is my parcel", "en"), ("maro order kyare aavse", "gu"), ("en order eppo varum", "ta"), ("மீண்டும்", "ta")],
)
def test_the_others_are_still_detected(text: str, language: str) -> None:
    assert detect(text).language == language


def test_its_letters_fold_like_its_romanised_spelling() -> None:
    assert fold("ფული როდის დაბრუნდება") == fold("puli rodis dabrundeba")


def test_its_words_for_things_and_amounts_are_found() -> None:
    found = {
        (one.entity, one.value) for one in CatalogueExtractor({}, None, None).find("წითელი სარი 500 რუპიამდე 2 ცალი")
    }
    assert {("color", "red"), ("kind", "saree"), ("price_max", "500"), ("quantity", "2")} <= found


def test_a_person_is_found_while_the_assistant_is_down() -> None:
    assert asks_for_person("ადამიანი მინდა")


@pytest.mark.django_db
def test_chat_window_and_button_speak_it(client: Client) -> None:
    page = client.get("/chat/", {"language": GEORGIAN}).content.decode()
    setup = json.loads(page.partition('id="seva-setup"')[2].partition(">")[2].partition("</script>")[0])
    assert (setup["language"], setup["languages"][GEORGIAN]) == (GEORGIAN, "ქართული")
    assert next(iter(setup["languages"])) == "en"
    assert setup["texts"][GEORGIAN]["greeting"] == "გამარჯობა!"
    assert setup["texts"][GEORGIAN]["send"] == setup["texts"]["en"]["send"]
    assert setup["locales"][GEORGIAN] == "ka-GE"
    assert ["ა", "ჿ", GEORGIAN] in setup["scripts"]
    assert '"ka": {"open": "მოგვწერეთ"' in client.get("/widget.js").content.decode()


async def test_it_is_answered_in_it(customer: Customer) -> None:
    assert live_answers(index_folder()).current().find("refund.time", GEORGIAN) is not None
    customer.language, customer.script = GEORGIAN, "Geor"
    gate = {"route": "faq", "topic": "refund.time"}
    said = await customer.say("action_answer_faq", "ფული როდის დაბრუნდება", topic="refund.time", gate=gate)
    assert "ფული ორ დღეში დაბრუნდება." in said
    assert "switch" not in {button["kind"] for button in customer.buttons}
    customer.script = "Latn"
    await customer.say("action_answer_faq", "puli rodis dabrundeba", topic="refund.time", gate=gate)
    assert "switch" in {button["kind"] for button in customer.buttons}
