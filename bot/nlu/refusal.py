"""What a message asks for once what it refuses is taken out of it (`bot.nlu.negation` finds that). No Rasa in here."""

from collections.abc import Callable, Iterable

from bot.nlu.model import Ranking
from bot.nlu.negation import Negation
from bot.nlu.reranking import pin, weaken

# Nothing in these is for us to leave undone: anger is anger, and "keep nothing about me" is the wish itself.
HEARD_ANYWAY = frozenset({"complaint", "deny", "feedback", "privacy_request"})
# Refusing one of these, and saying no more, is a "no": nothing is to be done.
ACTS = frozenset({"order_cancel", "order_change", "return_request", "refund_status", "invoice_request", "human"})
NO = "deny"
# Whoever refuses the act has no use for the rules of it either.
RULES = {
    "order_cancel": ("faq/cancellation.",),
    "order_change": ("faq/delivery.address_change", "faq/order.change_items"),
    "return_request": ("faq/return.", "faq/exchange."),
    "refund_status": ("faq/refund.",),
    "invoice_request": ("faq/invoice.",),
}
# What is asked for by refusing the other, where nothing else is asked for.
OPPOSITE = {"faq/newsletter.subscribe": "faq/newsletter.unsubscribe"}
# Whose meaning is a refusal already: "no more of your messages".
NEVER_REFUSED = frozenset({"faq/newsletter.unsubscribe", "faq/account.delete", "faq/privacy.rights", "privacy_request"})
# All are probabilities of a label, chosen on cases of our own. For the refused words: from where a label counts as
# refused, absolutely and beside the first; from where they name an act surely (less will do where all words together
# say less). For all words together: from where they are believed, and from where a later label of theirs bears out
# the rest. For the rest: from where it decides, against a first label that has nothing to do with what is refused,
# against one that is refused, and, if nothing bears it out, against one of the same matter ("don't cancel, what is
# the fee?").
REFUSED_MIN, REFUSED_SHARE = 0.1, 0.3
SURE_ACT = 0.5
SURE_WHOLE, HEARD_MIN = 0.6, 0.03
REST_MIN, REST_MIN_RELATED, REST_MIN_ALONE = 0.15, 0.08, 0.6
REST_WORDS_MIN = 2
WEAKER = 0.1


def heed(whole: Ranking, negation: Negation, rank: Callable[[str], Ranking]) -> Ranking:
    """The ranking of a message that refuses something: what it refuses steps back behind what it asks for.

    whole: of all its words together, where "cancel" and "do not cancel" look alike.
    """
    first, sure = whole.labels[0], whole.probabilities[0] >= SURE_WHOLE
    if first in HEARD_ANYWAY:
        return whole
    unwanted = rank(negation.unwanted)
    refused = _refused(unwanted)
    related = refused | {label for label in whole.labels if label.startswith(_matters(refused))}
    if sure and first not in related:
        return whole
    if len(negation.rest.split()) < REST_WORDS_MIN:
        return _say_no(whole, unwanted, refused)
    rest = rank(negation.rest)
    wanted = first in refused or _bears_out(whole, rest.labels[0], related)
    if rest.probabilities[0] < _least(wanted, first in related):
        return whole
    return weaken(rest, (refused | related) - {rest.labels[0]}, WEAKER)


def _least(wanted: bool, related: bool) -> float:
    if related:
        return REST_MIN_RELATED if wanted else REST_MIN_ALONE
    return REST_MIN


def _bears_out(whole: Ranking, label: str, related: frozenset[str]) -> bool:
    """Whether all words together say this too: before all else that is not of the refused matter."""
    rivals = (
        (one, p) for one, p in zip(whole.labels, whole.probabilities, strict=True) if one not in related - {label}
    )
    return next((one == label and p >= HEARD_MIN for one, p in rivals), False)


def _refused(unwanted: Ranking) -> frozenset[str]:
    least = max(REFUSED_MIN, REFUSED_SHARE * unwanted.probabilities[0])
    likely = (label for label, p in zip(unwanted.labels, unwanted.probabilities, strict=True) if p >= least)
    return frozenset(likely) - NEVER_REFUSED


def _matters(labels: Iterable[str]) -> tuple[str, ...]:
    """How the labels of the same matter begin: the rules of an act, the other topics of a topic's family."""
    families = (f"{label.partition('.')[0]}." for label in labels if label.startswith("faq/"))
    return (*families, *(prefix for label in labels for prefix in RULES.get(label, ())))


def _say_no(whole: Ranking, unwanted: Ranking, refused: frozenset[str]) -> Ranking:
    """Nothing is asked for beside what is refused."""
    enough = min(SURE_ACT, whole.probabilities[0])
    if whole.labels[0] in ACTS & refused or any(_share(unwanted, act) >= enough for act in ACTS & refused):
        return pin(whole, NO)
    if whole.labels[0] in OPPOSITE and whole.labels[0] in refused:
        return pin(whole, OPPOSITE[whole.labels[0]])
    return weaken(whole, refused, WEAKER)


def _share(ranking: Ranking, act: str) -> float:
    """Probability of the act together with its rules."""
    beginnings = (act, *RULES.get(act, ()))
    pairs = zip(ranking.labels, ranking.probabilities, strict=True)
    return sum(p for label, p in pairs if label.startswith(beginnings))
