"""A person talks to the shop in Telegram: answers, buttons, files, edits, people who take over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from bot.assembly import Gateway
from bot.conversations import handoffs
from bot.conversations.links import issue_link, undo_link
from bot.conversations.models import Attachment, ChannelIdentity, ChannelNotice, Conversation, EarlierWords, Message
from bot.conversations.photos import PHOTO
from bot.conversations.states import Delivery, FileState, State
from bot.language.texts import say
from bot.shop.known import find_known
from tests.fakes.bot_api_server import FakeBotApi
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until
from tests.flows.telegram.conftest import People

Api = Running[FakeBotApi]
Visitors = Callable[[], Visitor]


async def wait_for_text(api: Api, part: str) -> dict[str, object]:
    found: dict[str, object] = await wait_until(
        lambda: next((one for one in api.app.shown if part in str(one.get("text") or one.get("caption"))), None),
        f"{part!r} in {api.app.texts()}",
    )
    return found


async def test_a_question_is_answered_in_the_chat(people: People, bot_api: Api, rasa: Running[FakeRasa]) -> None:
    await people(language="gu-IN").say("two answers please")
    await wait_for_text(bot_api, "and a second one")
    assert bot_api.app.texts("4711") == ["about: two answers please", "and a second one"]
    await wait_for_rows(lambda: Message.objects.filter(delivery=Delivery.SENT).count() == 2, "commit C")
    ids = await in_database(lambda: list(Message.objects.filter(author="bot").values_list("pk", "external_id")))
    assert [external_id for _, external_id in ids] == [f"{ids[0][0]}/1000", f"{ids[1][0]}/1001"]
    assert rasa.app.asked[0]["context"]["name"] == "Hetal"
    assert rasa.app.asked[0]["context"]["language"] == "gu"


async def test_start_is_greeted_by_the_assistant(people: People, rasa: Running[FakeRasa], bot_api: Api) -> None:
    await people().say("/start")
    await wait_for_text(bot_api, "about: /greet")
    await people().say('/set_verified{"verified":"yes"}')
    await wait_until(lambda: len(rasa.app.asked) == 2, "the second question")
    assert (rasa.app.asked[1]["payload"], rasa.app.asked[1]["text"][0]) == (None, "\u2044")


async def test_a_pressed_button_is_one_choice_however_often_it_is_pressed(
    people: People, bot_api: Api, rasa: Running[FakeRasa]
) -> None:
    person = people()
    await person.say("buttons please")
    shown = await wait_for_text(bot_api, "about: buttons")
    await asyncio.gather(person.tap(shown), person.tap(shown))
    await wait_for_text(bot_api, 'about: /faq{"topic":"refund.time"}')
    assert [run[2] for run in rasa.app.ran] == ["buttons please", '/faq{"topic":"refund.time"}']
    row = await in_database(Message.objects.get, kind="choice")
    assert row.text == "Refund time"
    await wait_until(lambda: bot_api.app.methods().count("editMessageReplyMarkup") == 2, "keyboards taken away")
    answered = [params for name, params in bot_api.app.calls if name == "answerCallbackQuery"]
    assert [params["text"] for params in answered] == ["Refund time", "Refund time"]


async def test_callback_data_is_short_signed_and_for_one_chat(people: People, bot_api: Api) -> None:
    person, thief = people(), people(chat=666)
    await person.say("buttons please")
    shown = await wait_for_text(bot_api, "about: buttons")
    keys = [key["callback_data"] for row in shown["reply_markup"]["inline_keyboard"] for key in row]  # type: ignore[index]
    assert max(len(key.encode()) for key in keys) <= 64
    await thief.tap(shown)
    await person.press(shown, keys[0][:-1] + ("A" if keys[0][-1] != "A" else "B"))
    await person.press(shown, '/human{"a":1}')
    assert await in_database(ChannelNotice.objects.filter(kind="callback_refused").count) == 3
    assert not await in_database(Message.objects.filter(kind="choice").exists)


async def test_a_slow_answer_shows_typing(people: People, bot_api: Api, rasa: Running[FakeRasa]) -> None:
    rasa.app.hold = asyncio.Event()
    await people().say("think about it")
    await wait_until(lambda: "sendChatAction" in bot_api.app.methods(), "typing")
    rasa.app.hold.set()
    await wait_for_text(bot_api, "about: think")


async def test_an_edit_changes_the_stored_words_and_asks_nothing(
    people: People, bot_api: Api, rasa: Running[FakeRasa]
) -> None:
    person = people()
    first = (await person.say("where is my odrer"))["message"]
    await wait_for_text(bot_api, "about: where")
    late = {**first, "text": "where is my order?", "edit_date": first["date"] + 20}
    await person.deliver({"edited_message": late})
    await person.deliver({"edited_message": {**first, "text": "where is", "edit_date": first["date"] + 10}})
    texts = await in_database(lambda: [one.text for one in Message.objects.filter(direction="inbound")])
    assert texts == ["where is my order?"]
    assert await in_database(lambda: [one.text for one in EarlierWords.objects.all()]) == ["where is my odrer"]
    assert len(rasa.app.ran) == 1


async def test_a_photo_is_kept_and_answered_for(people: People, bot_api: Api) -> None:
    bot_api.app.files["big"] = b"\xff\xd8\xff" + b"p" * 500
    photo = [{"file_id": "small", "file_size": 9}, {"file_id": "big", "file_size": 503}]
    await people().send_message(photo=photo)
    shown = await wait_for_text(bot_api, say("system.unread.image", "en"))
    assert shown["reply_markup"]
    stored = await wait_for_rows(Attachment.objects.filter(state=FileState.STORED).first, "the file")
    assert (stored.size, stored.mime_type) == (503, "image/jpeg")
    assert bot_api.app.fetched_by_path == ["big"]


async def test_a_photo_that_was_asked_for_is_an_answer(people: People, bot_api: Api, rasa: Running[FakeRasa]) -> None:
    person = people()
    bot_api.app.files["one"] = b"\x89PNG\r\n\x1a\n" + b"\0" * 495
    await person.say("my kurti arrived damaged, sadly")
    await wait_for_text(bot_api, "about: my kurti")
    await person.send_message(photo=[{"file_id": "one"}])
    await wait_for_text(bot_api, f"about: {PHOTO}")
    assert say("system.unread.image", "en") not in bot_api.app.texts()
    assert await in_database(Attachment.objects.get)


async def test_a_photo_with_words_is_a_question(people: People, bot_api: Api) -> None:
    bot_api.app.files["one"] = b"\xff\xd8\xff" + b"p"
    await people().send_message(photo=[{"file_id": "one"}], caption="it came torn")
    await wait_for_text(bot_api, "about: it came torn")
    assert await in_database(Attachment.objects.count) == 1


async def test_a_whole_album_is_answered_for_once(people: People, bot_api: Api) -> None:
    person = people()
    for number in range(3):
        await person.send_message(photo=[{"file_id": f"p{number}"}], media_group_id="1")
    await wait_for_rows(lambda: Message.objects.filter(direction="inbound").count() == 3, "the album")
    await wait_for_text(bot_api, say("system.unread.image", "en"))
    assert await in_database(Message.objects.filter(direction="outbound").count) == 1


async def test_an_agent_is_named_and_the_answer_comes_to_the_chat(
    people: People, bot_api: Api, agent: User, gateway: Gateway
) -> None:
    person = people()
    await person.say("a person please")
    await wait_for_text(bot_api, "colleague will")
    conversation = await wait_for_rows(Conversation.objects.filter(state=State.WAITING).first, "waiting")
    await in_database(handoffs.take, conversation.pk, agent)
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, "I am here.", "key")
    shown = await wait_for_text(bot_api, "I am here.")
    assert shown["text"] == "Meera Joshi\nI am here."
    assert shown["entities"] == [{"type": "bold", "offset": 0, "length": 11}]


async def test_groups_are_refused_politely_once(people: People, bot_api: Api) -> None:
    person = people(language="gu")
    group = {"id": -100, "type": "supergroup", "title": "Family"}
    for number in range(3):
        await person.deliver({"message": {**person.build_message(text=f"hi {number}"), "chat": group}})
    await wait_until(lambda: bot_api.app.texts("-100"), "a word to the group")
    assert bot_api.app.texts("-100") == [say("system.telegram.group", "gu", link="https://t.me/seva_test_bot")]
    assert not await in_database(Message.objects.exists)
    assert not await in_database(ChannelNotice.objects.filter(body__icontains="hi ").exists)


async def test_only_the_own_contact_proves_the_phone(people: People, bot_api: Api) -> None:
    person = people()
    await person.say("/phone")
    shown = await wait_for_text(bot_api, say("system.contact.ask", "en"))
    assert shown["reply_markup"]["keyboard"][0][0]["request_contact"] is True  # type: ignore[index]
    await person.send_message(contact={"phone_number": "919999910001", "first_name": "A", "user_id": 5})
    await wait_for_text(bot_api, say("system.contact.foreign", "en"))
    talk = str((await in_database(Conversation.objects.get)).pk)
    assert await in_database(find_known, talk) is None
    await person.send_message(contact={"phone_number": "919999910001", "first_name": "H", "user_id": 4711})
    await wait_for_text(bot_api, say("system.contact.known", "en"))
    known = await in_database(find_known, talk)
    assert known is not None
    assert known.phone == "+919999910001"


async def test_a_link_joins_the_web_session_once(
    people: People, bot_api: Api, gateway: Gateway, visitors: Visitors
) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("hello")
    await visitor.wait_for_text("about: hello")
    web = await in_database(ChannelIdentity.objects.get, channel="webchat")
    token = await in_database(issue_link, "webchat", web.external_id)
    update = await people().say(f"/start {token}")
    await wait_for_text(bot_api, say("system.link.done", "en"))
    await visitor.wait_for_text(say("system.link.done_there", "en"))
    here = await in_database(ChannelIdentity.objects.get, channel="telegram")
    assert here.contact_id == web.contact_id
    await people().deliver(update)
    await people(chat=666).say(f"/start {token}")
    await wait_for_text(bot_api, say("system.link.ended", "en"))
    thief = await in_database(ChannelIdentity.objects.get, channel="telegram", external_id="666")
    assert thief.contact_id != web.contact_id
    assert not await in_database(Message.objects.filter(text__contains=token).exists)
    assert await in_database(undo_link, here.pk)
    contacts = await in_database(lambda: set(Conversation.objects.values_list("channel", "contact_id")))
    assert len(contacts) == 3


async def test_who_blocks_the_bot_is_not_written_to(people: People, bot_api: Api, rasa: Running[FakeRasa]) -> None:
    person = people()
    bot_api.app.fail_next("sendMessage", 429, "Too Many Requests: retry after 3", retry_after=3)
    await person.say("two please")
    await wait_for_rows(Message.objects.filter(delivery=Delivery.DELAYED).exists, "a delayed answer")
    gone = {"chat": {"id": 4711, "type": "private"}, "new_chat_member": {"status": "kicked"}, "from": person.sender}
    await person.deliver({"my_chat_member": gone})
    failed = await wait_for_rows(Message.objects.filter(delivery=Delivery.FAILED).first, "failed answers")
    assert "blocked" in failed.error
    identity = await in_database(ChannelIdentity.objects.get)
    assert identity.reachable is False
    await person.deliver({"my_chat_member": {**gone, "new_chat_member": {"status": "member"}}})
    assert (await in_database(ChannelIdentity.objects.get)).reachable is True


@pytest.mark.parametrize("state", [State.WAITING, State.AGENT])
async def test_a_voice_note_to_people_gets_no_notice(people: People, bot_api: Api, agent: User, state: State) -> None:
    person = people()
    await person.say("a person please")
    conversation = await wait_for_rows(Conversation.objects.filter(state=State.WAITING).first, "waiting")
    if state == State.AGENT:
        await in_database(handoffs.take, conversation.pk, agent)
    await person.send_message(voice={"file_id": "v", "duration": 2})
    assert await in_database(Message.objects.filter(kind="voice").exists)
    await person.send_message(text="and this")
    assert say("system.unread.voice", "en") not in bot_api.app.texts()
