"""What is kept of a person is read and changed over the API, with the integration's name to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from bot.accounts.models import AuditEntry
from bot.care.models import Audit, Tag
from bot.conversations.links import issue_link, use_link
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_tags_are_set_as_a_whole_and_stand_on_the_card(api: Api, desk: Client, make: Make) -> None:
    found = make()
    own = f"contacts/{found.contact_id}/tags"
    desk.post(f"/desk/c/{found.pk}/tag", {"add": "vip"})
    assert api.call("PUT", own, {"tags": ["vip", "whole  sale", "whole sale"]}).json() == {
        "tags": ["vip", "whole sale"]
    }
    assert dict(Tag.objects.values_list("word", "made_by")) == {"vip": "meera", "whole sale": "CRM"}
    assert "whole sale" in desk.get(f"/desk/c/{found.pk}/card").content.decode()
    assert api.call("PUT", own, {"tags": []}).json() == api.get(own).json() == {"tags": []}
    assert actions().count("contact.changed") == 3


@pytest.mark.parametrize("tags", [None, "vip", [" "], ["x" * 41], [str(number) for number in range(51)]])
def test_tags_that_cannot_be_change_nothing(api: Api, make: Make, tags: object) -> None:
    own = f"contacts/{make().contact_id}/tags"
    api.call("PUT", own, {"tags": ["vip"]})
    assert api.call("PUT", own, {"tags": tags}).status_code == 422
    assert api.get(own).json() == {"tags": ["vip"]}


def test_the_note_about_a_person(api: Api, desk: Client, make: Make) -> None:
    found = make()
    own = f"contacts/{found.contact_id}/note"
    assert api.get(own).json() == {"text": ""}
    assert api.call("PUT", own, {"text": "prefers evenings "}).json() == {"text": "prefers evenings"}
    assert "prefers evenings" in desk.get(f"/desk/c/{found.pk}/card").content.decode()
    assert api.call("PUT", own, {"text": ""}).json() == {"text": ""}
    assert api.call("PUT", own, {}).status_code == 422


def test_a_wrong_join_is_split_once_and_only_from_its_own_contact(api: Api, make: Make) -> None:
    known, joined, stranger = make(), make(), make()
    before = joined.contact_id
    assert use_link(joined, issue_link("webchat", known.identity.external_id)) == "system.link.done"
    shown = api.get(f"contacts/{known.contact_id}").json()["identities"]
    assert [one["id"] for one in shown] == [known.identity_id, joined.identity_id]
    split = f"identities/{joined.identity_id}/split"
    assert api.post(f"contacts/{stranger.contact_id}/{split}").status_code == 409
    after = api.post(f"contacts/{known.contact_id}/{split}").json()["identities"]
    assert [one["id"] for one in after] == [known.identity_id]
    joined.refresh_from_db()
    assert joined.contact_id == before
    assert api.post(f"contacts/{known.contact_id}/{split}").status_code == 409
    assert [(one.who, one.what) for one in Audit.objects.all()] == [("CRM", "identity.split")]
    assert actions() == ["contact.viewed", "contact.changed"]


def test_reading_is_not_writing(with_scopes: Callable[..., Api], make: Make) -> None:
    own = f"contacts/{make().contact_id}"
    reader = with_scopes("contacts:read")
    assert reader.get(f"{own}/tags").status_code == reader.get(f"{own}/note").status_code == 200
    assert reader.call("PUT", f"{own}/tags", {"tags": []}).status_code == 403
    assert reader.call("PUT", f"{own}/note", {"text": ""}).status_code == 403
    assert reader.post(f"{own}/identities/1/split").status_code == 403
    assert reader.get("contacts/999999/tags").json()["code"] == "not_found"
