// Pictures and documents: choosing them, and what they look like in the talk.
import { html, nothing } from "../vendor/lit/lit.min.js";
import { icons } from "./words.js";

const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"];
const AT_ONCE_MAX = 5;

/** The button beside the field; `take` gets each chosen file. */
export function attachButton(t, take) {
  const chosen = (event) => {
    [...event.target.files].slice(0, AT_ONCE_MAX).forEach(take);
    event.target.value = "";
  };
  return html`<button type="button" class="icon attach" aria-label=${t.attach} title=${t.attach} @click=${(event) => event.currentTarget.nextElementSibling.click()}>${icons.picture}</button>
    <input type="file" accept=${TYPES.join()} multiple hidden aria-hidden="true" tabindex="-1" @change=${chosen}>`;
}

/** Whether the server takes it; it looks into the file itself, this only spares the customer the wait. */
export const isTaken = (file) => TYPES.includes(file.type);

/** Files that were pasted; text is left to the field. */
export function pastedFiles(event) {
  return [...(event.clipboardData?.files || [])].slice(0, AT_ONCE_MAX);
}

/** What came with a message. A file that is still on its way has no address yet. */
export function files(message, t) {
  return (message.files || []).map((one) => {
    const name = one.name || t[`file.${one.kind}`];
    if (!one.url) return html`<div class="bubble file">${icons.picture}<span>${name}</span></div>`;
    const shown = one.kind === "image" && one.shown;
    return html`<a class=${shown ? "shown" : "bubble file"} href=${one.url} target="_blank" rel="noopener" download=${shown ? nothing : name}>
      ${shown ? html`<img class="picture" src=${one.url} alt=${t["file.image"]}>` : html`${icons.picture}<span>${name}</span>`}</a>`;
  });
}
