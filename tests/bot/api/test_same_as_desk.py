"""What the desk can do, the API can: the table of docs/api.md against the desk's addresses and the API's operations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import URLResolver, get_resolver

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
# How the right side of a line begins that names no operation, or not for everything.
REASONS = ("not needed: ", "not for programs: ")
NAME = re.compile(r"`([\w-]+)`")


def read_table(text: str) -> list[tuple[list[str], str]]:
    """Each line's acts of the desk, and what stands beside them."""
    part = text.split("\n## What the desk does\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| `")]
    return [(NAME.findall(left), right) for left, right in lines]


@pytest.fixture
def table() -> list[tuple[list[str], str]]:
    return read_table(PAGE.read_text(encoding="utf-8"))


def test_every_address_of_the_desk_stands_in_the_table_once(table: list[tuple[list[str], str]]) -> None:
    acts = [act for left, _ in table for act in left]
    (desk,) = (one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "desk")
    assert isinstance(desk, URLResolver)
    assert sorted(acts) == sorted(str(getattr(one, "name", "")) for one in desk.url_patterns)


def test_every_line_names_operations_or_says_why_there_are_none(table: list[tuple[list[str], str]]) -> None:
    silent = [left for left, right in table if not NAME.findall(right) and not right.startswith(REASONS)]
    assert silent == []


def test_the_operations_are_those_that_there_are(client: Client, table: list[tuple[list[str], str]]) -> None:
    paths = yaml.safe_load(client.get("/api/schema").content)["paths"]
    there = {one["operationId"] for path, many in paths.items() if path != "/api/schema" for one in many.values()}
    named = [name for _, right in table for name in NAME.findall(right.split("not for programs")[0])]
    assert sorted(named) == sorted(there)
