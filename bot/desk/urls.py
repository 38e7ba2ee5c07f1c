"""Addresses of the agents' desk, below /desk/."""

from __future__ import annotations

from django.urls import path

from bot.desk import (
    accounts,
    audit_pages,
    entering,
    files,
    integrations,
    lists,
    live,
    my_account,
    pages,
    passing,
    people,
    team,
)

app_name = "desk"
urlpatterns = [
    path("", pages.inbox, name="inbox"),
    path("sign-in", accounts.sign_in_page, name="sign-in"),
    path("sign-in/code", entering.code_page, name="sign-in-code"),
    path("reset/<str:uid>/<str:token>/", entering.reset_page, name="reset"),
    path("account", my_account.account_page, name="account"),
    path("account/second-factor", my_account.second_factor_page, name="second-factor"),
    path("settings/people", people.people_page, name="people"),
    path("settings/people/<int:user_id>", people.person_page, name="person"),
    path("settings/integrations", integrations.integrations_page, name="integrations"),
    path("settings/integrations/<int:endpoint_id>", integrations.endpoint_page, name="endpoint"),
    path("settings/audit", audit_pages.audit_page, name="audit"),
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
    path("c/<uuid:conversation_id>/reply", pages.reply, name="reply"),
    path("c/<uuid:conversation_id>/typing", pages.typing, name="typing"),
    path("c/<uuid:conversation_id>/close", pages.close, name="close"),
    path("c/<uuid:conversation_id>/hand-back", pages.hand_back, name="hand-back"),
]
