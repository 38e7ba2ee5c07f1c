// The connection: Rasa's Socket.IO events with our additions (docs/protocol-webchat.md). Sends one message at a time and
// waits for its acknowledgement, so that order holds; asks again until it comes. The server takes a repeated cid once.

import { SignIn } from "./sign-in.js";
import { sendFile } from "./uploads.js";

const SESSION = "seva.session";
const ACK_TIMEOUT_MS = 8000;
const RETRY_MS = 1500;
const SIGN_MS = 1000;

export class Wire {
  /** `on` holds functions: state, bot, typing, connection, error. */
  constructor({ talk, storage, hello, on }) {
    Object.assign(this, { talk, storage, hello, on });
    this.sending = false;
    this.ready = false;
    this.signedAt = 0;
    this.session = storage.getItem(SESSION) || "";
    this.signIn = new SignIn(storage);
  }

  connect(io) {
    this.socket = io({ path: "/socket.io", reconnectionDelay: 500, reconnectionDelayMax: 8000, randomizationFactor: 0.5 });
    const socket = this.socket;
    socket.on("connect", () => {
      this.connected = {};
      this.ask();
    });
    socket.on("disconnect", (reason) => {
      this.ready = false;
      this.connected = undefined;
      this.on.connection("offline");
      // Socket.IO leaves this one kind of ending alone; a restarting server says goodbye this way.
      if (reason === "io server disconnect") setTimeout(() => socket.connect(), 500 + Math.random() * 1500);
    });
    socket.on("connect_error", (error) => {
      if (!error || !error.data || error.data.code !== "busy") return this.on.connection("offline");
      // Refused for now; Socket.IO does not come back by itself after a refusal.
      const seconds = error.data.retry_after_s || 20;
      this.on.error("busy", seconds, error.data.text);
      setTimeout(() => socket.connect(), 1000 * seconds * (1 + Math.random() / 2));
    });
    socket.on("session_confirm", (id) => this.confirmSession(typeof id === "string" ? id : id && id.session_id));
    socket.on("session_state", (state) => this.takeState(state));
    socket.on("bot_uttered", (event) => this.on.bot(this.talk.take(event)));
    socket.on("user_echo", (event) => this.talk.take({ ...event, author: "contact" }));
    socket.on("typing", (event) => this.on.typing(event));
    socket.on("conversation_state", (event) => this.on.state(event));
    socket.on("read", (event) => this.talk.markRead(event.up_to_id));
    socket.on("error", (event) => this.takeError(event || {}));
    // Another page of this browser has begun anew (another person, or forgotten): so does this one.
    addEventListener("storage", (event) => event.key === SESSION && event.newValue && event.newValue !== this.session && location.reload());
    // A phone that slept does not notice at once; asking again is cheap.
    addEventListener("online", () => socket.connected || socket.connect());
    document.addEventListener("visibilitychange", () => document.hidden || socket.connected || socket.connect());
  }

  ask() {
    const session = this.session ? { session_id: this.session } : {};
    this.talk.missing();
    this.asked = this.talk.knownTo;
    this.socket.emit("session_request", { ...session, last_id: this.asked, ...this.hello() });
  }

  confirmSession(id) {
    if (!id) return;
    if (this.session && id !== this.session) this.talk.reset();
    this.session = id;
    this.storage.setItem(SESSION, id);
  }

  /** Gives the session up and asks for a fresh one. */
  leave() {
    this.session = "";
    this.ready = false;
    this.storage.removeItem(SESSION);
    this.socket.disconnect().connect();
  }

  /** Who is signed in on the page around us; empty: nobody any more. */
  identify(token) {
    this.signIn.expect(token);
    if (this.ready) this.introduce();
  }

  /** Vouches for the customer before anything is sent. Whoever is another person begins a conversation of their own. */
  async introduce() {
    if (this.signIn.isTold(this.session)) return this.goOnline();
    this.ready = false;
    const [said, connected] = [this.signIn.token, this.connected];
    const own = await this.signIn.tell(this.session);
    // Cut meanwhile: the next connection begins again.
    if (connected !== this.connected) return;
    // Somebody signed in or out meanwhile.
    if (said !== this.signIn.token) return this.introduce();
    if (own) return this.goOnline();
    this.talk.reset();
    this.session = "";
    this.storage.removeItem(SESSION);
    this.ask();
  }

  goOnline() {
    this.ready = true;
    this.on.connection("online");
    this.flush();
  }

  takeState(state) {
    this.confirmSession(state.session_id);
    for (const message of state.history || []) this.talk.take(message);
    this.talk.knowTo(state.last_id);
    this.talk.markRead(state.read_up_to_id);
    const resumed = this.asked > 0;
    if (resumed && state.more && state.last_id > this.asked) {
      // Away for long: the next page of what was missed.
      this.ask();
      return;
    }
    this.talk.caughtUp();
    // Whether there are earlier messages than those shown is said to a new page only.
    this.on.state(resumed ? { ...state, more: undefined } : state, true);
    this.introduce();
  }

  /** Sends what is waiting, oldest first. Safe to call at any time. */
  async flush() {
    if (this.sending || !this.ready) return;
    this.sending = true;
    try {
      for (let item = this.talk.nextToSend(); item && this.ready; item = this.talk.nextToSend()) {
        const wait = await this.sendOne(item);
        if (wait) await new Promise((done) => setTimeout(done, wait));
      }
    } finally {
      this.sending = false;
    }
  }

  /** Returns how many milliseconds to wait before the next try, 0 if it arrived or never will. */
  async sendOne(item) {
    if (item.file) return this.sendOneFile(item);
    const metadata = { ...this.hello(), title: item.choice ? item.text : undefined };
    const body = { message: item.choice || item.text, session_id: this.session, cid: item.cid, metadata };
    this.refused = undefined;
    // The first letter after it is told at once: the assistant waits a moment for what is written in pieces.
    this.signedAt = 0;
    let ack;
    this.talk.mark(item.cid, "sent");
    try {
      ack = await this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck("user_uttered", body);
    } catch {
      this.talk.mark(item.cid, undefined);
      return this.ready ? RETRY_MS : 0;
    }
    if (ack && ack.ok) {
      this.talk.confirm(item.cid, ack);
      return 0;
    }
    return this.refuse({ ...this.refused, ...ack, cid: item.cid });
  }

  async sendOneFile(item) {
    this.talk.mark(item.cid, "sent");
    const ack = await sendFile(item, { session: this.session, ...this.hello() });
    if (!ack) {
      this.talk.mark(item.cid, undefined);
      return RETRY_MS;
    }
    if (!ack.ok) return this.refuse({ ...ack, cid: item.cid });
    this.talk.confirm(item.cid, ack);
    return 0;
  }

  refuse({ code, cid, retry_after_s: retryAfter, text: words }) {
    if (code === "rate_limited" || code === "unavailable" || code === "busy") {
      this.talk.mark(cid, undefined);
      const seconds = Math.min(60, Math.max(1, Math.ceil(retryAfter || 2)));
      this.on.error(code, seconds);
      return seconds * 1000;
    }
    // What the server will never take: its own words say why.
    this.talk.fail(cid);
    this.on.error(code, 0, words);
    return 0;
  }

  takeError(event) {
    // With an acknowledgement on its way the reason is used there; without one it stands alone.
    this.refused = event;
    if (event.cid || this.ready) return;
    // The request for the session was refused: too many in a short time.
    if (event.code === "busy") this.on.error("busy", event.retry_after_s, event.text);
    setTimeout(() => this.socket.connected && !this.ready && this.ask(), 1000 * Math.min(30, event.retry_after_s || 2));
  }

  /** The customer is writing, or has emptied the field; told once a second at most, and never what is written. */
  tellWriting(on) {
    if (on && Date.now() - this.signedAt < SIGN_MS) return;
    this.signedAt = on ? Date.now() : 0;
    this.tell("typing", { on });
  }

  tell(name, value) {
    if (this.ready) this.socket.emit(name, value);
  }
}
