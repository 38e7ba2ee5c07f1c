// Words and signs for people: the texts of the window in every language, dates, scripts, links, icons.
import { html, svg, nothing } from "../vendor/lit/lit.min.js";

// `scripts`: first sign, last sign, language.
const { locales, scripts, languages } = JSON.parse(document.getElementById("seva-setup").textContent);
const LINK = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/gu;

/** Fills `{name}` in a text. */
export function fill(text, values = {}) {
  return String(text ?? "").replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** The language whose script most of the text is in, for fonts, line height and screen readers. */
export function languageOf(text) {
  const counts = scripts.map(([low, high, language]) => [[...text].filter((sign) => low <= sign && sign <= high).length, language]);
  const [most, language] = counts.reduce((best, one) => (one[0] > best[0] ? one : best), [0, nothing]);
  if (most) return language;
  return /[A-Za-z]/.test(text) ? Object.keys(languages)[0] : nothing;
}

export function timeOf(ts, language) {
  return format(ts, language, { hour: "numeric", minute: "2-digit" });
}

export function dayOf(ts, language, texts) {
  const day = new Date(ts);
  const now = new Date();
  const days = Math.round((startOf(now) - startOf(day)) / 86400000);
  if (days === 0) return texts.today;
  if (days === 1) return texts.yesterday;
  return format(ts, language, { weekday: "long", day: "numeric", month: "long" });
}

/** A date alone ("2026-12-21"), at noon so that no time zone moves it. */
export function dateOf(date, language) {
  return format(`${date}T12:00:00`, language, { day: "numeric", month: "long" });
}

export function sameDay(a, b) {
  return startOf(new Date(a)) === startOf(new Date(b));
}

function startOf(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function format(ts, language, options) {
  const date = new Date(ts);
  if (Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(locales[language] || language, { ...options, numberingSystem: "latn" }).format(date);
}

/** Text with its web addresses as links; everything else stays plain text. */
export function linked(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(from, found.index), linkTo(found[0], found[0]));
    from = found.index + found[0].length;
  }
  return parts.concat(text.slice(from));
}

export function linkTo(address, words) {
  const safe = safeAddress(address);
  if (!safe) return words;
  // A page of the shop itself replaces the page around the chat, which goes on there; others open beside.
  const own = safe.startsWith(location.origin + "/") && parentIsOurs();
  return html`<a href=${safe} target=${own ? "_top" : "_blank"} rel="noopener noreferrer nofollow">${words}</a>`;
}

const ours = new Set([location.origin]);

/** The address under which the server names itself in links; this page may have been opened under another (localhost). */
export function knowOwnAddress(address) {
  ours.add(address);
}

/** An absolute http(s) address, or nothing. The server's own pages are opened where this page was opened. */
export function safeAddress(address) {
  try {
    const named = new URL(address, location.origin);
    const url = ours.has(named.origin) ? new URL(named.pathname + named.search + named.hash, location.origin) : named;
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
  } catch {
    return "";
  }
}

/** Only pictures of our own server are shown: the page's policy lets no other in. */
export function pictureOf(card) {
  const link = safeAddress(card.link || "");
  const product = /\/products\/([\w-]+)$/.exec(link);
  if (product && link.startsWith(location.origin)) return `/products/${product[1]}/picture.svg`;
  return card.image && card.image.startsWith("/") ? card.image : "";
}

function parentIsOurs() {
  try {
    return parent.location.origin === location.origin;
  } catch {
    return false;
  }
}

const icon = (path) => html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${path}</svg>`;
export const icons = {
  send: icon(svg`<path d="M4 12h14M12 5l7 7-7 7"/>`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`),
  more: icon(svg`<path d="M12 5v.1M12 12v.1M12 19v.1" stroke-width="3"/>`),
  down: icon(svg`<path d="M6 9l6 6 6-6"/>`),
  person: icon(svg`<circle cx="12" cy="8" r="3.6"/><path d="M5 20c.6-4 3.4-6 7-6s6.4 2 7 6"/>`),
  yes: icon(svg`<path d="M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.5 2.5V10H19l-1.5 9.2c-.1.5-.5.8-1 .8H7"/>`),
  no: icon(svg`<path d="M7 13V4H4v9zM7 13l4 7c1.5 0 2.5-1 2.5-2.5V14H19l-1.5-9.2c-.1-.5-.5-.8-1-.8H7"/>`),
  star: icon(svg`<path d="M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z"/>`),
  swap: icon(svg`<path d="M5 8h13l-3-3M19 16H6l3 3"/>`),
  picture: icon(svg`<rect x="4" y="5" width="16" height="14" rx="2"/><circle cx="9" cy="10" r="1.6"/><path d="M5 18l5-5 3 3 3-4 4 5"/>`),
  sending: icon(svg`<circle cx="12" cy="12" r="8"/><path d="M12 8v4l2.5 2"/>`),
  sent: icon(svg`<path d="M5 13l4.5 4.5L19 7"/>`),
  delivered: icon(svg`<path d="M2.5 13L7 17.5 15 8M11 16l1.5 1.5L22 8"/>`),
  read: icon(svg`<path stroke-width="3" d="M2.5 13L7 17.5 15 8M11 16l1.5 1.5L22 8"/>`),
  failed: icon(svg`<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.5v.1"/>`),
};
