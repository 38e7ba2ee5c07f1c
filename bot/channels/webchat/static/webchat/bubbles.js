// How one message looks: bubble, product cards, and its buttons laid out by kind.
import { html, nothing } from "../vendor/lit/lit.min.js";
import { files } from "./files.js";
import { ownStars, stars } from "./stars.js";
import { fill, icons, languageOf, linked, linkTo, pictureOf, safeAddress, timeOf } from "./words.js";

/** `view`: {t, language, press(button), retry(message), live: whether buttons may be pressed, head, foot}. */
export function bubble(message, view) {
  if (message.author === "system") return notice(message, view);
  const mine = message.author === "contact";
  if (asksIfHelped(message) && !view.head) return helped(message, view);
  const who = mine ? view.t.you : message.author === "agent" ? message.name || view.t.assistant : view.t.assistant;
  return html`<div class="message ${mine ? "mine" : message.author}" data-id=${message.id ?? nothing}>
    ${view.head && !mine ? html`<p class="who">${message.author === "agent" ? initial(who) : leaf}<span>${who}</span></p>` : nothing}
    ${mine || !view.head ? html`<span class="sr">${who}: </span>` : nothing}
    ${message.text ? html`<div class="bubble" lang=${languageOf(message.text)}>${(mine && ownStars(message.text, view.t)) || linked(message.text)}</div>` : nothing}
    ${message.image && pictureOf({ image: message.image }) ? html`<img class="picture" src=${pictureOf({ image: message.image })} alt="">` : nothing}
    ${files(message, view.t)}
    ${message.cards.length ? cards(message.cards, view) : nothing}
    ${view.live && message.buttons.length ? buttons(message.buttons, view) : nothing}
    ${view.foot || message.status === "failed" ? foot(message, mine, view) : nothing}
  </div>`;
}

/** "Did this help?" after an answer: a quiet line with yes and no beside it, no bubble of its own. */
const asksIfHelped = (message) => message.author === "bot" && message.text.length < 60 && message.buttons.some((one) => one.kind === "feedback");

function helped(message, view) {
  return html`<div class="message bot" data-id=${message.id ?? nothing}>
    ${view.live ? buttons(message.buttons, view, message.text) : html`<p class="aftertalk" lang=${languageOf(message.text)}>${message.text}</p>`}
    ${view.foot ? foot(message, false, view) : nothing}</div>`;
}

const leaf = html`<svg class="leaf" viewBox="0 0 40 40" width="18" height="18" aria-hidden="true"><path d="M20 36C6 30 5 15 11 5C22 8 30 18 20 36z" fill="currentColor"/><path d="M20 36C32 32 37 22 34 12C26 13 19 20 20 36z" fill="currentColor" opacity=".6"/></svg>`;

const initial = (name) => html`<span class="initial" aria-hidden="true">${[...name][0] || ""}</span>`;

function notice(message, view) {
  return html`<div class="notice" data-id=${message.id ?? nothing}><p lang=${languageOf(message.text)}>${linked(message.text)}</p>
    ${view.live && message.buttons.length ? buttons(message.buttons, view) : nothing}</div>`;
}

function foot(message, mine, view) {
  const time = html`<time datetime=${message.ts || nothing}>${timeOf(message.ts, view.language)}</time>`;
  if (!mine) return html`<p class="foot">${time}</p>`;
  const status = message.status === "delivered" && message.id <= view.readUpTo ? "read" : message.status;
  const again = status === "failed" ? html`<button class="again" type="button" @click=${() => view.retry(message)}>${view.t["retry"]}</button>` : nothing;
  return html`<p class="foot ${status}">${again}${status === "failed" ? view.t["status.failed"] : time}<span class="mark" title=${view.t[`status.${status}`]}>${icons[status]}</span><span class="sr">${view.t[`status.${status}`]}</span></p>`;
}

function cards(all, view) {
  return html`<ul class="cards" aria-label=${view.t.cards}>${all.map((card) => html`<li class="card">
    ${pictureOf(card) ? html`<img src=${pictureOf(card)} alt="" width="128" height="160" loading="lazy">` : nothing}
    <div class="card-words"><b lang=${languageOf(card.title || "")}>${card.title}</b>
      ${card.subtitle ? html`<span class="card-sub" lang=${languageOf(card.subtitle)}>${card.subtitle}</span>` : nothing}
      ${card.price ? html`<span class="card-price">${card.price}</span>` : nothing}
      ${card.link && safeAddress(card.link) ? html`<span class="card-link">${linkTo(card.link, html`${view.t.view}<span class="sr">: ${card.title}</span>`)}</span>` : nothing}
      ${view.live ? (card.buttons || []).filter((one) => one.id).map((one) => html`<button type="button" class="small" @click=${() => view.press(one)}>${one.title}</button>`) : nothing}
    </div></li>`)}</ul>`;
}

/** `asked`: the question that yes and no answer. Stars and clear choices first, then the quiet kinds: related questions, yes or no, another language, a person. */
function buttons(all, view, asked) {
  const of = (...kinds) => all.filter((one) => kinds.includes(one.kind || "choice"));
  const known = ["related", "feedback", "switch", "person", "rating"];
  const choices = all.filter((one) => !known.includes(one.kind));
  const related = of("related");
  const feedback = of("feedback");
  const aside = of("switch", "person");
  const scale = of("rating");
  return html`<div class="buttons">
    ${scale.length ? stars(scale, view) : nothing}
    ${choices.length ? html`<div class="choices">${choices.map((one) => button(one, "choice", view))}</div>` : nothing}
    ${related.length ? html`<div class="related" role="group" aria-label=${view.t.related}><p class="related-title">${view.t.related}</p>${related.map((one) => button(one, "chip", view))}</div>` : nothing}
    ${feedback.length ? html`<div class="feedback" role="group" aria-label=${asked || view.t.feedback}><p lang=${languageOf(asked || view.t.feedback)}>${asked || view.t.feedback}</p>${feedback.map((one, place) => button(one, "thumb", view, place === 0 ? icons.yes : icons.no))}</div>` : nothing}
    ${aside.length ? html`<div class="aside">${aside.map((one) => button(one, "quiet", view, one.kind === "person" ? icons.person : icons.swap))}</div>` : nothing}
  </div>`;
}

function button(one, look, view, mark = nothing) {
  return html`<button type="button" class=${look} lang=${languageOf(one.title)} @click=${() => view.press(one)}>${mark}<span>${one.title}</span></button>`;
}

export function typingBubble(name, t) {
  return html`<div class="message bot typing"><div class="bubble dots"><i></i><i></i><i></i><span class="sr">${fill(t.typing, { name })}</span></div></div>`;
}
