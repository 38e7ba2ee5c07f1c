"""Finds entities: order numbers, e-mails, phones, products, sizes, colours, kinds of goods, prices, quantities.

Values and positions are those of the normalised text. Colours and kinds are matched by spaCy (blank pipelines: no
trained one exists for most of our languages), fixed forms by `bot.nlu.patterns`, products by `bot.nlu.products`.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.languages import section
from bot.nlu.blank import make_blank_pipeline
from bot.nlu.catalogue import DEFAULT_FOLDER, ROOT, load_lexicon, load_products
from bot.nlu.component import CONTEXT_PRODUCT, TOPIC, StoredComponent, normalised_text
from bot.nlu.context import Context, read_context
from bot.nlu.patterns import Found, find_emails, find_orders, find_phones, find_prices, find_quantities, find_sizes
from bot.nlu.products import Everyday, ProductMatcher, learn_everyday
from bot.nlu.words import WORD

_WORD = re.compile(WORD)
# What a span may be is decided by the first of these that claims it.
_FINDERS = (find_emails, find_phones)
# Case endings that writers of some languages put after a word.
_ENDINGS = re.compile(f"(?<=..)(?:{'|'.join(one for _, endings in section('endings') for one in endings) or '(?!)'})$")


# Intents whose examples name products as a matter of course; the others teach what everyday words are.
_NAME_PRODUCTS = ("product_search", "product_info", "order_status", "order_cancel", "order_change", "return_request")
_NAME_PRODUCTS_TOPICS = "product."
_FILE = "everyday.json"
# A longer message that says a word of a product's name means that product.
DESCRIBING_WORDS_MAX = 7
# Texts of the bot whose products are remembered.
LISTED_MAX = 500


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class CatalogueExtractor(StoredComponent):
    """`catalogue`: folder with `products.csv`; `order_prefix`, `order_digits`: what an order number looks like.

    Training learns which words are everyday ones; the catalogue itself is read when the model is loaded.
    """

    def __init__(self, config: dict[str, Any], *stored: Any) -> None:
        super().__init__(config, *stored)
        self._catalogue = load_products(ROOT / Path(self.config["catalogue"]))
        self._products = ProductMatcher(self._catalogue)
        self._listed_in: dict[str, list[str]] = {}
        self._nlp = make_blank_pipeline()
        ruler = self._nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
        ruler.add_patterns(list(_phrases(self._nlp)))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"catalogue": str(DEFAULT_FOLDER.relative_to(ROOT)), "order_prefix": "TT-", "order_digits": 5}

    def train(self, training_data: TrainingData) -> Resource:
        everyday = self.learn(training_data.training_examples)
        content = {"loose": sorted(everyday.loose), "alone": sorted(everyday.alone)}
        with self.storage.write_to(self.resource) as folder:
            (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return self.resource

    def restore(self, folder: Path) -> None:
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        everyday = Everyday(frozenset(content["loose"]), frozenset(content["alone"]))
        self._products = ProductMatcher(self._catalogue, everyday)
        self._listed_in = {}

    def learn(self, messages: list[Message]) -> Everyday:
        """Learns from labelled messages and uses it from now on."""
        sides: tuple[list[str], list[str]] = ([], [])
        for message in messages:
            if message.get(TEXT):
                sides[0 if _names_products(message) else 1].append(normalised_text(message))
        everyday = learn_everyday(*sides, self._catalogue)
        self._products = ProductMatcher(self._catalogue, everyday)
        self._listed_in = {}
        return everyday

    # Rasa's graph validation knows no unions; `rasa test nlu` passes None.
    def process(self, messages: list[Message], tracker: DialogueStateTracker = None) -> list[Message]:
        for message in messages:
            context = read_context(message, tracker)
            text = normalised_text(message)
            found = self.find(text)
            named = {one.value for one in found if one.entity == "product"}
            find_before = partial(self._from_context, text, context)
            # "Waterproof?" after a speaker is about the speaker, whatever else is called waterproof.
            if named and self._only_describes(text, found) and (before := find_before()) and before not in named:
                named, found = set(), [one for one in found if one.entity != "product"]
            message.set(ENTITIES, [_as_entity(one) for one in found], add_to_output=True)
            if not named:
                message.set(CONTEXT_PRODUCT, find_before)
        return messages

    def find(self, text: str) -> list[Found]:
        """All entities of a normalised text, by position; a product tied with others is followed by those."""
        fixed = [one for finder in _FINDERS for one in finder(text)]
        prices = _free(find_prices(text), fixed)
        orders = _free(find_orders(text, self.config["order_prefix"], self.config["order_digits"]), fixed + prices)
        fixed += prices + orders
        fixed += _free([*find_sizes(text), *find_quantities(text)], fixed)
        rest = _blank(text, [one for one in fixed if one.entity in ("email", "phone", "order")])
        return sorted([*fixed, *self._find_words(rest), *self._find_products(rest)], key=lambda one: one.start)

    def _find_words(self, text: str) -> Iterator[Found]:
        stems = [(match, _ENDINGS.sub("", match.group().lower())) for match in _WORD.finditer(text)]
        seen: set[tuple[str, str]] = set()
        stemmed = " ".join(stem for _, stem in stems)
        for variant in (text,) if stemmed == text.lower() else (text, stemmed):
            for span in self._nlp(variant).ents:
                key = (span.label_, span.ent_id_)
                if key not in seen:
                    seen.add(key)
                    start, end = (span.start_char, span.end_char) if variant is text else (0, 0)
                    yield Found(span.label_, span.ent_id_, start, end)

    def _find_products(self, text: str) -> Iterator[Found]:
        words = list(_WORD.finditer(text))
        for match in self._products.match([word.group() for word in words]):
            yield Found("product", match.handle, words[match.words[0]].start(), words[match.words[-1]].end())

    def _only_describes(self, text: str, found: list[Found]) -> bool:
        """Whether a short message says of products one describing word and names no kind of thing."""
        words = [word.group() for word in _WORD.finditer(text)]
        if len(words) > DESCRIBING_WORDS_MAX or any(one.entity == "kind" for one in found):
            return False
        return all(match.describes for match in self._products.match(words))

    def _from_context(self, text: str, context: Context) -> str | None:
        """The product that was spoken of before, for "and in red?" or "the first one"."""
        # The bot says the same answers again and again.
        bot_text = context.last_bot_text or ""
        if bot_text not in self._listed_in:
            if len(self._listed_in) >= LISTED_MAX:
                self._listed_in.clear()
            self._listed_in[bot_text] = self._listed(bot_text)
        listed = self._listed_in[bot_text]
        place = _ordinal(text)
        if place is not None and place < len(listed):
            return listed[place]
        if len(listed) == 1:
            return listed[0]
        if context.page_product:
            return context.page_product
        earlier = list(self._find_products(context.last_customer_text or ""))
        return earlier[0].value if len(earlier) == 1 else None

    def _listed(self, bot_text: str) -> list[str]:
        """Products named in the bot's last message, in its order: each numbered or separate part names one."""
        parts = re.split(r"(?:^|\s)\d{1,2}[.)]\s|\n|;|•", bot_text)
        found = [next(self._find_products(part), None) for part in parts if part.strip()]
        return list(dict.fromkeys(one.value for one in found if one))


def _names_products(message: Message) -> bool:
    return message.get(INTENT) in _NAME_PRODUCTS or str(message.get(TOPIC) or "").startswith(_NAME_PRODUCTS_TOPICS)


# How the first, second and third are called, in all languages.
_ORDINALS = tuple(
    "|".join(one for words in places for one in words)
    for places in zip_longest(*(content for _, content in section("ordinals")), fillvalue=())
)


def _ordinal(text: str) -> int | None:
    return next((place for place, words in enumerate(_ORDINALS) if re.search(words, text.lower())), None)


def _phrases(nlp: Any) -> Iterator[dict[str, str]]:
    lexicon = load_lexicon()
    for label, words in (("color", lexicon.colors), ("kind", lexicon.kinds)):
        for key, phrases in words.items():
            for phrase in dict.fromkeys([key, *phrases]):
                yield {"label": label, "pattern": phrase, "id": key}


def _free(candidates: Any, taken: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in candidates:
        if all(one.end <= other.start or other.end <= one.start for other in [*taken, *kept]):
            kept.append(one)
    return kept


def _blank(text: str, found: list[Found]) -> str:
    for one in found:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return text


def _as_entity(one: Found) -> dict[str, Any]:
    return {"entity": one.entity, "value": one.value, "start": one.start, "end": one.end}
