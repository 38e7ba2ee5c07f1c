"""Which part of a message is refused, by the words of every language; and that what merely did not happen is none."""

from __future__ import annotations

import pytest

from bot.nlu.negation import Negation, find_negation


@pytest.mark.parametrize(
    ("text", "unwanted", "rest"),
    [
        ("I don't want a voucher, when is the sale", "a voucher", "when is the sale"),
        ("please do not ring me, just mail the bill", "ring me", "just mail the bill"),
        ("forget the voucher, where is my parcel", "the voucher", "where is my parcel"),
        ("show me fans, I'm not asking about coolers", "coolers", "show me fans"),
        ("the price is not the problem, the size is", "the price", "the size is"),
        ("વાઉચર નથી જોઈતું, સેલ ક્યારે છે", "વાઉચર", "સેલ ક્યારે છે"),
        ("મારે ફોન નથી બદલવો, કવર જોઈએ છે", "મારે ફોન બદલવો", "કવર જોઈએ છે"),
        ("ઓર્ડર બંધ ના કરશો", "ઓર્ડર બંધ કર", ""),
        ("voucher nathi joitu, sale kyare che", "voucher", "sale kyare che"),
        ("mare phone nai badalvo cover joie che", "mare phone badalvo", "cover joie che"),
        ("voucher rehva do mane fan batavo", "voucher", "mane fan batavo"),
        ("வவுச்சர் வேண்டாம், சேல் எப்போ", "வவுச்சர்", "சேல் எப்போ"),
        ("ஆர்டரை நிறுத்தாதீங்க", "ஆர்டரை நிறுத்த", ""),
        ("voucher venam, sale eppo", "voucher", "sale eppo"),
        ("fan pathi kekala, cooler kaatunga", "fan", "cooler kaatunga"),
        ("cooler kaatunga fan vendaam", "fan", "cooler kaatunga"),
        ("ફેન mokli do cooler nathi joitu", "cooler", "ફેન mokli do"),
    ],
)
def test_what_is_refused_is_told_from_what_is_asked(text: str, unwanted: str, rest: str) -> None:
    assert find_negation(text) == Negation(unwanted, rest)


@pytest.mark.parametrize(
    "text",
    [
        "I have not received my order",
        "the refund hasn't come",
        "it is not working and doesn't fit",
        "I don't know my order number",
        "I don't have the bill with me",
        "I'm not getting the OTP",
        "don't see any tracking",
        "you don't want to help me",
        "I don't want this order any more",
        "the sandals I don't want",
        "no call, no message, nothing",
        "ઓર્ડર હજી નથી આવ્યો",
        "ડિલિવરી નથી આવી",
        "પેમેન્ટ નથી થતું",
        "આ નવું નથી, વાપરેલું છે",
        "તમે પૈસા પાછા આપવા નથી માંગતા",
        "mixer chaltu nathi",
        "delivery nathi aavi",
        "aa navu nathi",
        "ઓર્ડર ના પૈસા",
        "ஆர்டர் இன்னும் வரல",
        "மிக்சி வேலை செய்யல",
        "ஸ்பீக்கர்ல சத்தம் கேக்கல",
        "refund varala",
        "exchange venum",
        "cancel panni vidunga",
        "photo paathinga la",
    ],
)
def test_what_did_not_happen_is_no_refusal(text: str) -> None:
    assert find_negation(text) is None


def test_a_number_is_not_cut_in_two() -> None:
    found = find_negation("I don't want the one for Rs. 1,500, the one for 2,000.50 please")
    assert found == Negation("the one for Rs. 1,500", "the one for 2,000.50 please")
