// What is seldom needed: being notified, and being forgotten. A button that unfolds, and a question before what cannot be undone.
import { LitElement, html, nothing } from "../vendor/lit/lit.min.js";
import { icons } from "./words.js";

class SevaMenu extends LitElement {
  static properties = { t: { attribute: false }, notify: { attribute: false }, open: { state: true } };

  constructor() {
    super();
    this.open = false;
    this.addEventListener("keydown", (event) => this.keyed(event));
    this.addEventListener("focusout", (event) => event.relatedTarget && !this.contains(event.relatedTarget) && this.fold());
    document.addEventListener("pointerdown", (event) => this.contains(event.target) || this.fold());
  }

  createRenderRoot() {
    return this;
  }

  fold() {
    this.open = false;
  }

  /** Escape closes what is on top, not the chat. */
  keyed(event) {
    if (event.key !== "Escape" || !(this.open || this.dialog.open)) return;
    event.stopPropagation();
    if (this.dialog.open) return;
    this.fold();
    this.querySelector(".icon").focus();
  }

  get dialog() {
    return this.querySelector("dialog");
  }

  choose(name, detail) {
    this.fold();
    this.dialog.close();
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  ask() {
    this.fold();
    this.dialog.showModal();
  }

  render() {
    const t = this.t;
    return html`<button type="button" class="icon" aria-expanded=${this.open} aria-controls="menu" aria-label=${t.menu} title=${t.menu} @click=${() => (this.open = !this.open)}>${icons.more}</button>
      <div id="menu" class="menu" role="group" aria-label=${t.menu} ?hidden=${!this.open}>
        ${this.notify ? this.notifyButton(t) : nothing}
        <button type="button" @click=${() => this.ask()}>${t["forget.offer"]}</button>
      </div>
      <dialog aria-labelledby="forget-title" aria-describedby="forget-words">
        <h2 id="forget-title">${t["forget.title"]}</h2><p id="forget-words">${t["forget.words"]}</p>
        <div class="choices"><button type="button" class="choice" autofocus @click=${() => this.dialog.close()}>${t["forget.keep"]}</button>
          <button type="button" class="choice warn" @click=${() => this.choose("seva-forget")}>${t["forget.sure"]}</button></div>
      </dialog>`;
  }

  notifyButton(t) {
    const on = this.notify === "on";
    return html`<button type="button" @click=${() => this.choose("seva-notify", !on)}>${on ? t["notify.stop"] : t["notify.offer"]}</button>`;
  }
}

customElements.define("seva-menu", SevaMenu);
