"""What an operator enters in Meta's pages for WhatsApp, and whether token and number fit. Reads only."""

from __future__ import annotations

from typing import Any

import httpx

from bot.channels.whatsapp.webhook import PATH
from bot.config import Config

Json = dict[str, Any]
TIMEOUT_S = 15.0
FIELDS = "display_phone_number,verified_name,quality_rating"
# CHANNELS 1.13: what a refusal of the account's own data means.
_MEANING = {
    0: "WHATSAPP_ACCESS_TOKEN is not valid: make a permanent one of a system user",
    190: "WHATSAPP_ACCESS_TOKEN is not valid or has ended: make a permanent one of a system user",
    10: "the token lacks the permission whatsapp_business_messaging",
    100: "WHATSAPP_PHONE_NUMBER_ID is not known to this token: take the id, not the number itself",
}


def describe_entries(config: Config) -> str:
    """Where to enter what; secrets are named, never shown."""
    lines = [
        "In the App Dashboard, WhatsApp > Configuration > Webhook:",
        f"  Callback URL   {config.base_url}{PATH}",
        "  Verify token   the value of WHATSAPP_VERIFY_TOKEN (a word of your own)",
        "  Subscribe to   messages",
        "In .env:",
        "  WHATSAPP_PHONE_NUMBER_ID   WhatsApp > API Setup, below the number",
        "  WHATSAPP_ACCESS_TOKEN      Business settings > System users > Generate token",
        "  WHATSAPP_APP_SECRET        App settings > Basic > App secret",
    ]
    if not config.base_url.startswith("https://"):
        lines.append(f"! Meta calls https addresses with a public certificate, not {config.base_url}: set PUBLIC_URL")
    return "\n".join(lines)


async def find_problems(config: Config) -> tuple[str, list[str]]:
    """What Meta says of the number, and what is wrong. Raises nothing that Meta answers."""
    url = f"{config.whatsapp_api_url.rstrip('/')}/{config.whatsapp_phone_number_id}"
    headers = {"Authorization": f"Bearer {config.whatsapp_access_token.reveal()}"}
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            answer = await client.get(url, params={"fields": FIELDS}, headers=headers)
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return "does not work", [f"Meta does not answer ({type(error).__name__})"]
    found: Json = body if isinstance(body, dict) else {}
    if answer.is_success and found.get("display_phone_number"):
        quality = str(found.get("quality_rating") or "unknown")
        said = f"{found['display_phone_number']} ({found.get('verified_name') or 'no name'}), quality {quality.lower()}"
        return said, ["quality is red: Meta may limit the number"] if quality == "RED" else []
    return "does not work", [_word_refusal(answer.status_code, found.get("error"))]


def _word_refusal(status: int, told: object) -> str:
    refusal: Json = told if isinstance(told, dict) else {}
    code = refusal.get("code")
    known = _MEANING.get(code, "") if isinstance(code, int) else ""
    return known or f"Meta answers {status}: {str(refusal.get('message') or '')[:200]}"
