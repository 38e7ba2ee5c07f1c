"""Settings: everything that is wrong is said at once, and secrets do not show themselves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.config import Secret, load, read_env_file
from bot.errors import ConfigError


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load({"GATEWAY_PORT": "eighty", "SHOP_TODAY": "yesterday", "BEHIND_PROXY": "perhaps"})
    assert all(name in str(caught.value) for name in ("GATEWAY_PORT", "SHOP_TODAY", "BEHIND_PROXY"))


def test_values_get_their_types() -> None:
    settings = load({"SHOP_TODAY": "2026-11-21", "RASA_URLS": "http://a:1/, http://b:2", "LEASE_S": "5", "DEBUG": "no"})
    assert settings.shop_today == date(2026, 11, 21)
    assert settings.rasa_addresses == ("http://a:1", "http://b:2")
    assert (settings.lease_s, settings.debug) == (5.0, False)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("s3cret-word")
    assert "s3cret" not in f"{secret} {secret!r} {[secret]} %s" % secret
    assert secret.reveal() == "s3cret-word"


def test_an_env_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a remark\nSHOP_NAME='Asha & Co'\n\nDEBUG=true\nnonsense\n")
    assert read_env_file(file) == {"SHOP_NAME": "Asha & Co", "DEBUG": "true"}


def test_a_missing_env_file_is_empty(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / "none") == {}
