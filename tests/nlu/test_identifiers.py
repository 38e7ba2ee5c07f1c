"""Order numbers, phones and prices as people type them: native digits, spaces, hyphens, separators."""

from __future__ import annotations

import warnings

import pytest

from bot.language.normalise import normalise

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries that Rasa brings
    from bot.nlu.extractor import CatalogueExtractor


@pytest.fixture(scope="module")
def extractor() -> CatalogueExtractor:
    """As configured for the demo shop; nothing here needs training."""
    return CatalogueExtractor({}, None, None)


def found(extractor: CatalogueExtractor, text: str, entity: str) -> list[str]:
    return [one.value for one in extractor.find(normalise(text)) if one.entity == entity]


@pytest.mark.parametrize(
    "text",
    [
        "where is TT-10432",
        "TT - 10 432",
        "TT૧૦૪૩૨",
        "TT-૧૦૪૩૨ ક્યાં છે",
        "tt ૧૦ ૪૩૨ nu shu thayu",
        "TT-௧௦௪௩௨ எங்கே",
        "TT ௧௦௪௩௨",
        "tt10432 kya che",
        "T T 1 0 4 3 2",
        "order no. TT–10432",
        "order #10432",
        "TT#10432 cancel karo",
        "ઓર્ડર નંબર ૧૦૪૩૨",
        "ஆர்டர் எண் ௧௦௪௩௨",
        "my order TT-1-0-4-3-2",
        "Tt-10432?",
    ],
)
def test_an_order_number_is_found(extractor: CatalogueExtractor, text: str) -> None:
    assert found(extractor, text, "order") == ["TT-10432"]


@pytest.mark.parametrize(
    "text",
    [
        "+91 98250-12345",
        "9825012345",
        "98250 12345 par phone karo",
        "+91-98250-12345",
        "0 98250 12345",
        "mobile: 982-501-2345",
        "મારો નંબર ૯૮૨૫૦ ૧૨૩૪૫",
        "+૯૧ ૯૮૨૫૦૧૨૩૪૫",
        "என் நம்பர் ௯௮௨௫௦ ௧௨௩௪௫",
        "phone ௯௮௨௫௦-௧௨௩௪௫",
        "(+91) 98250 12345",
        "0091 98250 12345",
    ],
)
def test_a_phone_number_is_found(extractor: CatalogueExtractor, text: str) -> None:
    assert found(extractor, text, "phone") == ["+919825012345"]
    assert found(extractor, text, "order") == []


@pytest.mark.parametrize(
    "text",
    [
        "sarees under ₹1,500",
        "under Rs. 1500",
        "below rs 1,500 please",
        "up to 1500 rupees",
        "1500 rupees or less",
        "1.5k budget",
        "₹ 1500 ની અંદર",
        "૧૫૦૦ રૂપિયાની અંદર સાડી",
        "૧,૫૦૦ સુધી",
        "1500 ni andar",
        "௧௫௦௦ ரூபாய்க்குள்",
        "₹௧,௫௦௦ க்குள்",
        "1500 rubai kulla",
        "பட்ஜெட் ௧௫௦௦ ரூபாய்",
        "બજેટ ૧૫૦૦ રૂપિયા",
        "budget ₹1,500/-",
    ],
)
def test_a_highest_price_is_found(extractor: CatalogueExtractor, text: str) -> None:
    assert found(extractor, text, "price_max") == ["1500"]
    assert found(extractor, text, "order") == []


@pytest.mark.parametrize(
    ("text", "lowest", "highest"),
    [
        ("between ₹500 and ₹1,500", "500", "1500"),
        ("૫૦૦ થી ૧૫૦૦ ની સાડી", "500", "1500"),
        ("500-1500", "500", "1500"),
        ("௫௦௦ லிருந்து ௧௫௦௦", "500", "1500"),
        ("500 thi 1500", "500", "1500"),
    ],
)
def test_a_price_range_is_found(extractor: CatalogueExtractor, text: str, lowest: str, highest: str) -> None:
    assert (found(extractor, text, "price_min"), found(extractor, text, "price_max")) == ([lowest], [highest])


@pytest.mark.parametrize("text", ["₹10432", "Rs 10432", "10432 mah", "₹ 10,432", "૧૦૪૩૨ રૂપિયા", "௧௦௪௩௨ ரூபாய்"])
def test_an_amount_is_no_order_number(extractor: CatalogueExtractor, text: str) -> None:
    assert found(extractor, text, "order") == []
