// Pictures and documents: choosing them, making photos small enough for a slow phone, sending them, showing them.
import { html, nothing } from "../vendor/lit/lit.min.js";
import { icons } from "./words.js";

const ADDRESS = "/chat/files";
const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"];
const SIDE_MAX = 2000;
const SMALL_BYTES = 300_000;
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

/** Sends one; the server's answer, or nothing if it did not come. Sent again with the same cid it is one message. */
export async function sendFile(item, { session, locale }) {
  const body = await shrink(item.file);
  const headers = { "X-Seva-Session": session, "X-Seva-Cid": item.cid, "X-Seva-Language": locale, "X-Seva-File-Name": encodeURIComponent(item.file.name || "") };
  try {
    const answer = await fetch(ADDRESS, { method: "POST", body, headers, credentials: "omit" });
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** A photo of a phone as a picture that is quick to send; drawing it anew also drops where it was taken. */
async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SMALL_BYTES) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return small && small.size < file.size ? small : file;
  } catch {
    return file;
  }
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
