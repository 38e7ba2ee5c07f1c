// What was said, as this page knows it: no DOM, no socket. One list ordered by id; own messages that the server has not
// confirmed yet stand after it and are kept in `storage`, so that a reload or a crash loses nothing.

const OUTBOX = "seva.outbox";

export class Talk {
  constructor(storage, changed) {
    this.storage = storage;
    this.changed = changed;
    this.confirmed = new Map();
    const kept = readJson(storage, OUTBOX, []).filter((item) => item && item.cid && typeof item.text === "string");
    this.outbox = kept.map((item) => (item.status === "failed" ? item : { ...item, status: undefined }));
    this.readUpTo = 0;
    this.missing();
    this.knownTo = 0;
  }

  get lastId() {
    return this.confirmed.size ? Math.max(...this.confirmed.keys()) : 0;
  }

  get firstId() {
    return this.confirmed.size ? Math.min(...this.confirmed.keys()) : 0;
  }

  get messages() {
    const known = [...this.confirmed.values()].sort((a, b) => a.id - b.id);
    return known.concat(this.outbox.map((item) => ({ ...item, key: item.cid, author: "contact", buttons: [], cards: [], status: item.status || "sending" })));
  }

  /** Takes a message of the server in any of its shapes; one that is known already changes nothing. */
  take(raw) {
    const message = readMessage(raw);
    if (!message || this.confirmed.has(message.id)) return null;
    // What never got an acknowledgement but is in the history has arrived.
    if (message.cid) this.forget(message.cid);
    this.confirmed.set(message.id, message);
    this.readUpTo = Math.max(this.readUpTo, message.readUpTo);
    if (this.whole) this.reach(message);
    this.changed();
    return message;
  }

  // ---- what is known without a gap: up to `knownTo`. Others' messages arrive in order, so each one of them extends it
  // while the connection holds. Own messages do not: they are confirmed before an earlier answer may be here.

  /** The connection is new or comes back: until `caughtUp` there may be a gap before what arrives. */
  missing() {
    this.whole = false;
  }

  /** The history has come without a gap up to this id. */
  knowTo(id) {
    this.knownTo = Math.max(this.knownTo, id || 0);
  }

  /** Nothing is missing any more. */
  caughtUp() {
    this.whole = true;
    for (const message of this.confirmed.values()) this.reach(message);
  }

  reach(message) {
    if (message.author !== "contact") this.knowTo(message.id);
  }

  /** A new own message; `choice` is the opaque id of a pressed button. */
  write(text, choice) {
    const item = { cid: makeId(), text, choice, ts: new Date().toISOString() };
    this.outbox.push(item);
    this.keep();
    return item;
  }

  /** A file of the customer's. Unlike words it does not outlive the page: browsers keep too little. */
  attach(file) {
    const kind = file.type.startsWith("image/") ? "image" : "document";
    const item = { cid: makeId(), text: "", file, files: [{ kind, name: file.name }], ts: new Date().toISOString() };
    this.outbox.push(item);
    this.keep();
    return item;
  }

  nextToSend() {
    return this.outbox.find((item) => item.status !== "failed");
  }

  confirm(cid, ack) {
    const item = this.outbox.find((one) => one.cid === cid);
    if (!item) return;
    this.forget(cid);
    if (!this.confirmed.has(ack.id)) {
      this.confirmed.set(ack.id, { id: ack.id, key: cid, cid, author: "contact", text: item.text, ts: ack.ts || item.ts, status: "delivered", buttons: [], cards: [], files: ack.files || item.files || [] });
    }
    this.keep();
  }

  fail(cid) {
    this.mark(cid, "failed");
  }

  retry(cid) {
    this.mark(cid, undefined);
  }

  /** Of one that the server has not confirmed: `sent` while it is on its way, none while it waits, `failed`. */
  mark(cid, status) {
    this.outbox = this.outbox.map((item) => (item.cid === cid ? { ...item, status } : item));
    this.keep();
  }

  forget(cid) {
    this.outbox = this.outbox.filter((item) => item.cid !== cid);
    this.keep();
  }

  markRead(upToId) {
    this.readUpTo = Math.max(this.readUpTo, upToId || 0);
    this.changed();
  }

  /** The server knows another session: its history starts anew, what was not sent yet goes there. */
  reset() {
    this.confirmed.clear();
    this.readUpTo = 0;
    this.knownTo = 0;
    this.changed();
  }

  /** Nothing was ever said. */
  empty() {
    this.outbox = [];
    this.reset();
    this.keep();
  }

  keep() {
    writeJson(this.storage, OUTBOX, this.outbox.filter((item) => !item.file));
    this.changed();
  }
}

/** Both `bot_uttered` (Rasa's shape with our metadata) and the entries of the history, as one shape. */
export function readMessage(raw) {
  if (!raw) return null;
  const meta = raw.metadata || raw;
  const id = Number(meta.id);
  if (!Number.isFinite(id) || id <= 0) return null;
  const author = meta.author || raw.author || (raw.cid ? "contact" : "bot");
  const cid = raw.cid || undefined;
  return {
    id,
    key: cid || `m${id}`,
    cid,
    author,
    name: meta.author_name || "",
    text: String(raw.text || ""),
    ts: meta.ts || raw.ts,
    buttons: meta.buttons || raw.buttons || [],
    cards: meta.cards || raw.cards || [],
    image: raw.image || imageOf(raw.attachment),
    files: raw.files || meta.files || [],
    turn: meta.turn || raw.turn || null,
    readUpTo: Number(meta.read_up_to_id) || 0,
    status: "delivered",
  };
}

function imageOf(attachment) {
  return attachment && attachment.type === "image" && attachment.payload ? attachment.payload.src || "" : "";
}

export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Browsers may refuse storage to a framed page; the chat then lives as long as the page. */
export function openStorage() {
  try {
    localStorage.setItem("seva.probe", "1");
    localStorage.removeItem("seva.probe");
    return localStorage;
  } catch {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, String(value)), removeItem: (key) => kept.delete(key) };
  }
}

function readJson(storage, key, otherwise) {
  try {
    return JSON.parse(storage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function writeJson(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full: the messages still stand in memory and are sent.
  }
}
