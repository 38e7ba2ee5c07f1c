"""How long a customer waits: from pressing Enter in the real widget to the answer on the screen, in headless Chromium.

Needs the running system (`make run` in another terminal) and Chromium. Every page is one conversation; with
`--pages 10` all send at the same time, over and over. Prints p50 and p95 in milliseconds, taken inside the page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from typing import Any

from chromium import CHROMIUM, FLAGS
from playwright.async_api import Browser, Page, async_playwright

from bot.config import config

QUESTIONS = (
    "how long does a refund take",
    "do you deliver to villages",
    "is cash on delivery possible",
    "which size should I choose",
    "રિફંડ આવતા કેટલા દિવસ લાગે?",
    "ડિલિવરી ચાર્જ કેટલો છે?",
    "ரிஃபண்ட் வர எத்தனை நாள் ஆகும்?",
    "கேஷ் ஆன் டெலிவரி இருக்கா?",
    "how do I write a review",
    "can I pay by EMI",
)
# Types a text, sends it, and resolves with the milliseconds until the assistant's next bubble has been painted.
SEND = """
(text) => new Promise((resolve, reject) => {
  const field = document.querySelector('textarea');
  const bubbles = () => document.querySelectorAll('.message.bot:not(.typing) .bubble').length;
  const before = bubbles();
  const timer = setTimeout(() => reject(new Error('no answer to ' + text)), 20000);
  const watch = new MutationObserver(() => {
    if (bubbles() > before) {
      watch.disconnect();
      clearTimeout(timer);
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started), 0));
    }
  });
  watch.observe(document.body, {childList: true, subtree: true});
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true}));
  const started = performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
})
"""


async def open_page(browser: Browser, url: str) -> Page:
    """A new customer's chat window, connected."""
    page = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()
    await page.goto(f"{url}/chat/")
    await page.wait_for_selector("textarea")
    await page.wait_for_timeout(500)  # not measured: lets the connection stand before the clock starts
    return page


async def measure(browser: Browser, url: str, pages: int, rounds: int) -> list[float]:
    """Milliseconds of every message, `pages` conversations at once; the first round warms up and does not count."""
    opened = await asyncio.gather(*(open_page(browser, url) for _ in range(pages)))
    times: list[float] = []
    for number in range(rounds + 1):
        questions = [QUESTIONS[(number + place) % len(QUESTIONS)] for place in range(pages)]
        taken = await asyncio.gather(*(page.evaluate(SEND, text) for page, text in zip(opened, questions, strict=True)))
        times += taken if number else []
        await asyncio.sleep(1.2)  # under the rate limit of a session
    await asyncio.gather(*(page.context.close() for page in opened))
    return times


async def run(page_counts: list[int], rounds: int) -> dict[str, Any]:
    """The figures for each number of conversations."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        results = {}
        for pages in page_counts:
            times = await measure(browser, f"http://127.0.0.1:{config().gateway_port}", pages, rounds)
            cuts = statistics.quantiles(times, n=20)
            p50, p95 = round(statistics.median(times), 1), round(cuts[18], 1)
            results[str(pages)] = {"n": len(times), "p50_ms": p50, "p95_ms": p95}
        await browser.close()
    return results


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, action="append", help="conversations at once; may be repeated (1 and 10)")
    parser.add_argument("--rounds", type=int, default=20, help="messages a conversation")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = asyncio.run(run(given.pages or [1, 10], given.rounds))
    if given.json:
        print(json.dumps(results))
        return
    for pages, figures in results.items():
        shown = f"p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']} ms (n={figures['n']})"
        print(f"{pages:>3} conversations at once: {shown}")


if __name__ == "__main__":
    main()
