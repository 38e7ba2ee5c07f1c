// The chat window: what is shown and pressed. What was said stands in talk.js, the connection in wire.js.
import { LitElement, html, nothing, repeat } from "../vendor/lit/lit.min.js";
import { bubble, typingBubble } from "./bubbles.js";
import { takeEarlier } from "./earlier.js";
import { attachButton, isTaken, pastedFiles } from "./files.js";
import { forgetMe } from "./forget.js";
import { Host } from "./host.js";
import { dress } from "./looks.js";
import "./menu.js";
import { Talk, openStorage } from "./talk.js";
import { Wire } from "./wire.js";
import { dateOf, dayOf, fill, icons, knowOwnAddress, languageOf, sameDay } from "./words.js";

const setup = JSON.parse(document.getElementById("seva-setup").textContent);
knowOwnAddress(setup.base);
dress(setup.looks);
const LANGUAGE = "seva.language";
const SEEN = "seva.seen";
// A person's sign is renewed while they write; the assistant's lasts until it answers.
const TYPING_MS = { agent: 6000, bot: 20000 };
const OFFLINE_AFTER_MS = 1500;
const COUNT_FROM = 200;
const GROUP_MS = 5 * 60000;

class SevaChat extends LitElement {
  constructor() {
    super();
    this.storage = openStorage();
    this.language = this.storage.getItem(LANGUAGE) || setup.language;
    this.talk = new Talk(this.storage, () => this.requestUpdate());
    this.state = { state: "bot", agent: "" };
    this.connection = "connecting";
    this.hint = "";
    this.typing = "";
    this.draft = "";
    this.follow = true;
    this.below = false;
    this.scrollTarget = 0;
    this.unseen = 0;
    this.loaded = false;
    this.host = new Host(setup, { opened: () => this.opened(), closed: () => this.requestUpdate(), token: (token) => this.wire.identify(token), notify: (asked) => this.toldNotify(asked) });
    this.wire = new Wire({
      talk: this.talk,
      storage: this.storage,
      hello: () => ({ locale: this.language, page: setup.page }),
      on: {
        bot: (message) => this.arrived(message),
        state: (state, whole) => this.takeState(state, whole),
        typing: (event) => this.showTyping(event),
        connection: (state) => this.showConnection(state),
        error: (code, seconds, words) => this.showHint(code, seconds, words),
      },
    });
  }

  // Into the page itself, not a shadow root: one style sheet file is all that the page's policy lets in.
  createRenderRoot() {
    return this;
  }

  get t() {
    return setup.texts[this.language] || setup.texts.en;
  }

  connectedCallback() {
    super.connectedCallback();
    this.wire.connect(window.io);
    document.addEventListener("visibilitychange", () => this.markSeen());
    addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && this.host.close());
    addEventListener("resize", () => this.follow && this.toNewest());
    // A picture has its height only once it is there.
    this.addEventListener("load", () => this.follow && this.toNewest(), true);
  }

  // ---- what arrives

  takeState(state, whole) {
    this.state = { state: state.state || "bot", agent: nameOf(state.agent) };
    if (whole) {
      this.loaded = true;
      if (state.more !== undefined) this.more = Boolean(state.more);
      if (state.language && this.talk.lastId) this.setLanguage(state.language);
      this.countUnseen();
      this.updateComplete.then(() => this.toEnd());
    }
    this.requestUpdate();
    this.markSeen();
  }

  arrived(message) {
    if (!message) return;
    this.stopTyping();
    if (message.turn && message.turn.language) this.setLanguage(message.turn.language);
    if (!this.host.visible) this.unseen += 1;
    this.host.tellUnread(this.unseen);
    this.markSeen();
  }

  showTyping({ on, who, name }) {
    clearTimeout(this.typingTimer);
    if (on && who === "agent") this.talk.markRead(this.talk.lastId);
    this.typing = on ? name || (who === "agent" && this.state.agent) || this.t.assistant : "";
    if (on) this.typingTimer = setTimeout(() => this.stopTyping(), TYPING_MS[who] || TYPING_MS.bot);
    this.requestUpdate();
  }

  stopTyping() {
    clearTimeout(this.typingTimer);
    this.typing = "";
    this.requestUpdate();
  }

  showConnection(state) {
    clearTimeout(this.connectionTimer);
    const show = () => {
      this.connection = state;
      this.requestUpdate();
    };
    // Short breaks are mended before anybody needs to know.
    if (state === "offline") this.connectionTimer = setTimeout(show, OFFLINE_AFTER_MS);
    else show();
  }

  showHint(code, seconds, words) {
    const key = code === "unavailable" ? "connection.unavailable" : `error.${code}`;
    this.showWords(fill(this.t[key] || words || this.t["error.failed"], { seconds }), Math.max(4000, (seconds || 0) * 1000));
  }

  showWords(words, shownMs) {
    clearTimeout(this.hintTimer);
    this.hint = words;
    this.hintTimer = setTimeout(() => this.showNoHint(), shownMs);
    this.requestUpdate();
  }

  showNoHint() {
    this.hint = "";
    this.requestUpdate();
  }

  opened() {
    this.unseen = 0;
    this.host.tellUnread(0);
    this.markSeen();
    this.toEnd();
    // On a touch screen the keyboard would cover the greeting.
    if (matchMedia("(pointer: fine)").matches) this.field?.focus();
    this.requestUpdate();
  }

  /** What came while no page was open; on a browser's first page nothing has. */
  countUnseen() {
    const seen = Number(this.storage.getItem(SEEN) ?? this.talk.lastId);
    this.unseen = this.talk.messages.filter((one) => one.author !== "contact" && one.id > seen).length;
    this.host.tellUnread(this.unseen);
  }

  markSeen() {
    if (!this.host.visible) return;
    if (this.unseen) this.host.tellUnread(0);
    this.unseen = 0;
    const last = this.talk.lastId;
    this.storage.setItem(SEEN, last);
    if (last > (this.toldRead || 0) && this.wire.ready) {
      this.toldRead = last;
      this.wire.tell("read", { up_to_id: last });
    }
  }

  // ---- what the customer does

  /** `ended`: it is about a conversation that stays ended. */
  send(text, choice, ended) {
    const clean = text.trim();
    if (!clean) return;
    if ([...clean].length > setup.text_max) return this.showHint("too_long");
    this.talk.write(clean, choice);
    // Writing after the end begins anew, with the assistant.
    if (this.state.state === "closed" && !ended && !this.adding) this.state = { state: "bot", agent: "" };
    this.adding = false;
    this.follow = true;
    this.wire.flush();
  }

  attach(file) {
    if (!isTaken(file)) return this.showHint("file_kind");
    this.talk.attach(file);
    this.follow = true;
    this.wire.flush();
  }

  pasted(event) {
    const files = pastedFiles(event);
    if (files.length) event.preventDefault();
    files.forEach((file) => this.attach(file));
  }

  submit(event) {
    event?.preventDefault();
    if ([...this.draft.trim()].length > setup.text_max) return this.showHint("too_long");
    this.send(this.draft);
    this.draft = "";
    this.field.value = "";
    this.grow();
    this.field.focus();
    this.requestUpdate();
  }

  press(button) {
    this.send(button.title, button.id, String(button.kind).startsWith("rating"));
    // The words that it asks for are about the same.
    this.adding = button.kind === "rating_words";
    // The pressed button goes; the focus must not fall to the page's beginning.
    this.updateComplete.then(() => (matchMedia("(pointer: fine)").matches ? this.field : this.log)?.focus({ preventScroll: true }));
  }

  async forget() {
    const { key, number, day } = await forgetMe(this);
    if (key !== "forget.failed") this.state = { state: "bot", agent: "" };
    this.more = false;
    // Word joiners keep the request's number on one line.
    this.showWords(fill(this.t[key], { number: number?.replace("-", "\u2060-\u2060"), day: day && dateOf(day, this.language) }), 15000);
    this.field.focus();
  }

  toldNotify(asked) {
    if (asked) this.showWords(this.t[`notify.${this.host.notify || "denied"}`], 6000);
    this.requestUpdate();
  }

  retry(message) {
    this.talk.retry(message.cid);
    this.wire.flush();
  }

  keyed(event) {
    // While an input method composes (keyCode 229 in older browsers), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.submit(event);
  }

  wrote() {
    this.draft = this.field.value;
    this.wire.tellWriting(Boolean(this.draft.trim()));
    this.grow();
    this.requestUpdate();
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 140)}px`;
  }

  setLanguage(language, chosen) {
    if (!setup.texts[language] || language === this.language) return;
    this.language = language;
    this.storage.setItem(LANGUAGE, language);
    this.requestUpdate();
    if (chosen) this.updateComplete.then(() => this.toEnd());
  }

  // ---- scrolling: the newest stays in view unless the customer reads further up

  scrolled() {
    const log = this.log;
    const below = log.scrollHeight - log.scrollTop - log.clientHeight > 60;
    this.follow = !below || Math.abs(log.scrollTop - this.scrollTarget) < 4;
    if (below !== this.below) {
      this.below = below;
      this.requestUpdate();
    }
  }

  /** To the newest; but an answer longer than the window is shown from its question on. */
  toNewest() {
    const log = this.log;
    if (!log) return;
    const end = log.scrollHeight - log.clientHeight;
    const asked = [...log.querySelectorAll(".mine")].at(-1);
    this.scrollTarget = asked ? Math.min(end, asked.offsetTop - log.offsetTop - 10) : end;
    log.scrollTop = this.scrollTarget;
  }

  toEnd() {
    this.follow = true;
    if (this.log) this.log.scrollTop = this.log.scrollHeight;
  }

  /** Earlier messages come in above; what is being read stays where it is, and nothing of it is read aloud. */
  async showEarlier() {
    const log = this.log;
    const fromEnd = log.scrollHeight - log.scrollTop;
    this.follow = false;
    log.ariaLive = "off";
    const more = await takeEarlier(this.wire, this.talk);
    if (more === undefined) this.showHint("unavailable");
    else this.more = more;
    this.requestUpdate();
    await this.updateComplete;
    log.scrollTop = log.scrollHeight - fromEnd;
    if (!this.more) log.focus({ preventScroll: true });
    setTimeout(() => (log.ariaLive = "polite"), 1000);
  }

  get log() {
    return this.querySelector("#log");
  }

  get field() {
    return this.querySelector("#field");
  }

  updated() {
    document.documentElement.lang = this.language;
    if (this.follow) this.toNewest();
  }

  // ---- what is shown

  render() {
    const t = this.t;
    return html`${this.header(t)}${this.banner(t)}
      <div id="log" role="log" aria-label=${t.log} aria-live="polite" aria-relevant="additions" tabindex="0" @scroll=${() => this.scrolled()}>
        ${this.more ? html`<p class="day"><button type="button" class="quiet" @click=${() => this.showEarlier()}>${t.older}</button></p>` : nothing}
        ${this.talk.messages.length || !this.loaded ? nothing : this.greeting(t)}
        ${repeat(this.rows(), (row) => row.key, (row) => row.view)}
        ${this.typing ? typingBubble(this.typing, t) : nothing}
      </div>
      ${!this.below ? nothing : html`<button type="button" class="to-end" @click=${() => this.toEnd()} aria-label=${t.newest} title=${t.newest}>${icons.down}</button>`}
      ${this.composer(t)}`;
  }

  rows() {
    const messages = this.talk.messages;
    const lastOwn = messages.findLastIndex((one) => one.author === "contact");
    const view = { t: this.t, language: this.language, readUpTo: this.talk.readUpTo, press: (one) => this.press(one), retry: (one) => this.retry(one) };
    return messages.map((message, place) => {
      const before = messages[place - 1];
      const after = messages[place + 1];
      const day = !before || !sameDay(before.ts, message.ts) ? html`<p class="day"><span>${dayOf(message.ts, this.language, this.t)}</span></p>` : nothing;
      const head = day !== nothing || !together(before, message);
      const foot = !after || !together(message, after);
      return { key: message.key, view: html`${day}${bubble(message, { ...view, live: place > lastOwn, head, foot })}` };
    });
  }

  header(t) {
    const withAgent = this.state.state === "agent";
    return html`<header class="head">
      <div class="head-words"><h1>${setup.shop_name}</h1>
        <p>${withAgent ? this.state.agent || t["state.agent_unnamed"] : t.title}</p></div>
      <label class="language"><span class="sr">${t.language}</span>
        <select @change=${(event) => this.setLanguage(event.target.value, true)}>${Object.entries(setup.languages).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === this.language}>${name}</option>`)}</select></label>
      <seva-menu .t=${t} .notify=${this.host.notify} @seva-notify=${(event) => this.host.askNotify(event.detail)} @seva-forget=${() => this.forget()}></seva-menu>
      ${this.host.framed ? html`<button type="button" class="icon" @click=${() => this.host.close()} aria-label=${t.close} title=${t.close}>${icons.close}</button>` : nothing}
    </header>`;
  }

  banner(t) {
    const { state, agent } = this.state;
    const words = { waiting: t["state.waiting"], closed: t["state.closed"], agent: agent ? fill(t["state.agent"], { name: agent }) : t["state.agent_unnamed"] }[state];
    return html`<div class="banner-slot" role="status">${words && this.talk.messages.length ? html`<p class="banner ${state}">${state === "closed" ? nothing : icons.person}<span>${words}</span></p>` : nothing}</div>`;
  }

  greeting(t) {
    const asked = ["first", "second", "third", "fourth"].map((key) => t[`starters.${key}`]);
    return html`<div class="greeting"><p class="hello">${t.greeting}</p>
      <p class="tongues" role="group" aria-label=${t.language}>${Object.entries(setup.languages).map(([code, name]) => html`<button type="button" lang=${code} aria-pressed=${code === this.language} @click=${() => this.setLanguage(code, true)}>${name}</button>`)}</p>
      <div class="starters" role="group" aria-label=${t.starters_title}><p class="related-title">${t.starters_title}</p>${asked.map((words) => html`<button type="button" class="chip" lang=${languageOf(words)} @click=${() => this.press({ title: words })}>${words}</button>`)}</div></div>`;
  }

  composer(t) {
    const left = setup.text_max - [...this.draft].length;
    const hint = this.connection === "offline" ? t["connection.offline"] : this.hint;
    return html`<form class="composer" @submit=${(event) => this.submit(event)}>
      <div class="hint-slot" role="status">${hint ? html`<p class="hint">${hint}</p>` : nothing}</div>
      <div class="line">${attachButton(t, (file) => this.attach(file))}<textarea id="field" rows="1" aria-label=${t.input_label} placeholder=${t.input_placeholder} enterkeyhint="send" autocomplete="off" @input=${() => this.wrote()} @keydown=${(event) => this.keyed(event)} @paste=${(event) => this.pasted(event)}></textarea>
        <button type="submit" class="send" aria-label=${t.send} title=${t.send} ?disabled=${!this.draft.trim() || left < 0}>${icons.send}</button></div>
      ${left < COUNT_FROM ? html`<p class="count ${left < 0 ? "over" : ""}" role="status">${fill(t.count_left, { count: left })}</p>` : nothing}
    </form>`;
  }
}

function together(a, b) {
  return Boolean(a && b) && a.author === b.author && a.name === b.name && a.author !== "system" && sameDay(a.ts, b.ts) && Math.abs(new Date(b.ts) - new Date(a.ts)) < GROUP_MS;
}

function nameOf(agent) {
  return typeof agent === "string" ? agent : (agent && agent.name) || "";
}

customElements.define("seva-chat", SevaChat);
