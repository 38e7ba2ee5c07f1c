"""What is wrong with a chosen password, in the desk's language."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from bot.desk.access import desk_language
from bot.page_texts import area_texts


def find_password_problems(request: HttpRequest, user: User) -> list[str]:
    """Of the fields `password` and `password_again`; empty if it is fine."""
    language = desk_language(request)
    password = request.POST.get("password", "")
    if password != request.POST.get("password_again", ""):
        return [area_texts("desk", language)["welcome.passwords_differ"]]
    try:
        validate_password(password, user)
    except ValidationError as error:
        words = area_texts("desk_access", language)
        return [words.get(f"password.{one.code}", one.messages[0]) for one in error.error_list]
    return []
