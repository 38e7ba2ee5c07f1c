// How it was, in stars: five buttons to choose among, and what was chosen as a sign for eyes and words for ears.
import { html } from "../vendor/lit/lit.min.js";
import { fill, icons, languageOf } from "./words.js";

const STARS = /^[★☆]{5}(?= )/;

const count = (title) => [...title].filter((sign) => sign === "★").length;
const words = (title) => title.replace(STARS, "").trim();

/** One to five from left to right, whatever order they come in. */
export function stars(all, view) {
  const scale = [...all].sort((a, b) => count(a.title) - count(b.title));
  const [least, most] = [scale[0], scale.at(-1)].map((one) => words(one.title));
  return html`<div class="rating"><div class="stars" role="group" aria-label=${view.t["rating.title"]}>${scale.map((one) => html`<button type="button" class="star" title=${words(one.title)} aria-label="${fill(view.t["rating.stars"], { count: count(one.title) })}: ${words(one.title)}" @click=${() => view.press(one)}>${icons.star}</button>`)}</div>
    <p class="ends" aria-hidden="true"><span lang=${languageOf(least)}>${least}</span><span lang=${languageOf(most)}>${most}</span></p></div>`;
}

/** The customer's own stars, if that is what they have pressed. */
export function ownStars(text, t) {
  if (!STARS.test(text)) return undefined;
  return html`<span aria-hidden="true">${text.slice(0, 5)}</span><span class="sr">${fill(t["rating.stars"], { count: count(text) })}:</span> ${words(text)}`;
}
