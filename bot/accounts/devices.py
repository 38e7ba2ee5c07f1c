"""What a browser calls itself, in two words that its owner knows."""

from __future__ import annotations

# The first that is found; those that call themselves like others come before them.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
           ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip
KEPT_MAX = 40


def name_device(user_agent: str) -> str:
    """`Firefox, Linux`; the beginning of what it says if nothing of it is known; `–` if it says nothing."""
    known = [next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or user_agent[:KEPT_MAX] or "–"
