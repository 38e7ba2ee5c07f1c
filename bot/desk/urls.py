"""Addresses of the agents' desk, below /desk/."""

from __future__ import annotations

from django.urls import path

from bot.desk import (
    accounts,
    answering,
    canned,
    card_pages,
    ending,
    files,
    lists,
    live,
    order_pages,
    pages,
    passing,
    suggestions,
    team,
)

app_name = "desk"
urlpatterns = [
    path("", pages.inbox, name="inbox"),
    path("sign-in", accounts.sign_in_page, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    path("welcome/<str:uid>/<str:token>/", accounts.welcome_page, name="welcome"),
    path("list", lists.conversation_list, name="list"),
    path("team", team.team_page, name="team"),
    path("team/away", team.set_away, name="away"),
    path("team/<int:agent_id>", team.profile_page, name="profile"),
    path("c/<uuid:conversation_id>/transfer", passing.transfer, name="transfer"),
    path("c/<uuid:conversation_id>/looking", passing.looking, name="looking"),
    path("feed", live.feed, name="feed"),
    path("files/<uuid:file_id>", files.conversation_file, name="file"),
    path("c/<uuid:conversation_id>", pages.conversation, name="conversation"),
    path("c/<uuid:conversation_id>/story", pages.story, name="story"),
    path("c/<uuid:conversation_id>/take", pages.take, name="take"),
    path("c/<uuid:conversation_id>/reply", answering.reply, name="reply"),
    path("c/<uuid:conversation_id>/typing", pages.typing, name="typing"),
    path("c/<uuid:conversation_id>/close", pages.close, name="close"),
    path("c/<uuid:conversation_id>/hand-back", pages.hand_back, name="hand-back"),
    path("c/<uuid:conversation_id>/note", answering.note, name="note"),
    path("c/<uuid:conversation_id>/replies/<int:message_id>/undo", answering.undo, name="undo"),
    path("c/<uuid:conversation_id>/replies/<int:message_id>/again", answering.again, name="again"),
    path("c/<uuid:conversation_id>/suggestions", suggestions.suggestions, name="suggestions"),
    path("c/<uuid:conversation_id>/card", card_pages.card, name="card"),
    path("c/<uuid:conversation_id>/tag", card_pages.tag, name="tag"),
    path("c/<uuid:conversation_id>/about", card_pages.about, name="about"),
    path("c/<uuid:conversation_id>/identities/<int:identity_id>/split", card_pages.split, name="split"),
    path("c/<uuid:conversation_id>/orders/<str:number>/<str:what>", order_pages.order_act, name="order-act"),
    path("c/<uuid:conversation_id>/resolve", ending.resolve, name="resolve"),
    path("c/<uuid:conversation_id>/snooze", ending.snooze, name="snooze"),
    path("c/<uuid:conversation_id>/wake", ending.wake, name="wake"),
    path("canned", canned.canned_page, name="canned"),
    path("mentions", answering.mentions, name="mentions"),
]
