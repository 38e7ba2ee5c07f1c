"""Takes a picture that the customer sends while a return is arranged, or soon after, and goes on with what is open.

The gateway sends it as a pressed button of ours (`PHOTO` in bot/conversations/photos.py) if an answer's record said
`awaits: photo`. The picture itself stays with its message; `bot.shop.return_talks` knows which return it belongs to.
"""

from __future__ import annotations

from actions._buttons import person_button
from actions._order_job import Job, Step, ask_step
from actions._order_reading import read_pressed
from actions._order_steps import task_text
from actions._turn import Answer, Json, Reply, Turn
from actions._words import find_keys
from bot.language.texts import say
from bot.shop.return_talks import add_picture

_AWAITS: Json = {"awaits": "photo"}
NO_PHOTO_WORDS_MAX = 6


def is_photo(turn: Turn) -> bool:
    """Whether the message is a picture and nothing else."""
    return turn.pressed and read_pressed(turn)[0] == "photo"


def build_record(job: Job) -> Json:
    """What an answer's record says of the wish: its order, and that a return may get a picture."""
    return {"order": job.order.name, **(_AWAITS if job.wish == "return_request" else {})}


def says_no_photo(turn: Turn) -> bool:
    """ "I have no photo": no answer to what is asked, and no "no" either."""
    short = len(turn.text.split()) <= NO_PHOTO_WORDS_MAX
    return short and not turn.pressed and bool(find_keys("order_no_photo", turn.text))


def take_photo(job: Job, step: Step, turn: Turn) -> Answer:
    """Thanks for it, and the open question again. A picture for another wish is for a person to see."""
    language = turn.language
    kept = job.wish == "return_request"
    job.has_photo = job.has_photo or kept
    thanks = task_text("photo.taken", language) if kept else say("system.unread.image", language)
    question = ask_step(job, step, language)
    return Answer([Reply(thanks), question], turn=build_record(job), slots=job.keep(), repeatable=False)


def take_late_photo(turn: Turn) -> Answer:
    """A picture when no wish is open: it belongs to the return arranged last here, if there is one."""
    number = add_picture(turn.conversation, turn.message_id)
    person = person_button(turn.language)
    if not number:
        return Answer([Reply(say("system.unread.image", turn.language), [person])], repeatable=False)
    text = task_text("photo.added", turn.language, number=number)
    return Answer([Reply(text, [person])], turn=_AWAITS, repeatable=False)
