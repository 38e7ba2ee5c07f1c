// The page around the frame: opened, closed, how many are unread, who is signed in there,
// whether the browser may notify. Messages go only to origins that the server allows.

export class Host {
  constructor(setup, on) {
    this.framed = window.parent !== window;
    this.origin = setup.origins.includes(setup.host) ? setup.host : location.origin;
    this.isOpen = !this.framed;
    this.on = on;
    // "on", "off", "denied"; empty where it cannot be done.
    this.notify = "";
    addEventListener("message", (event) => this.heard(event));
    this.tell({ seva: "ready" });
  }

  get visible() {
    return this.isOpen && !document.hidden;
  }

  heard(event) {
    if (event.source !== window.parent || event.origin !== this.origin || !event.data) return;
    if (event.data.seva === "opened") {
      this.isOpen = true;
      this.on.opened();
    } else if (event.data.seva === "closed") {
      this.isOpen = false;
      this.on.closed();
    } else if (event.data.seva === "token") {
      this.on.token(String(event.data.token || ""));
    } else if (event.data.seva === "notify") {
      this.notify = String(event.data.state || "");
      this.on.notify(Boolean(event.data.asked));
    }
  }

  close() {
    if (this.framed) this.tell({ seva: "close" });
  }

  tellUnread(count) {
    if (!this.framed) document.title = document.title.replace(/^(\(\d+\) )?/, count ? `(${count}) ` : "");
    this.tell({ seva: "unread", count });
  }

  askNotify(on) {
    this.tell({ seva: "notify", on });
  }

  tellForgotten() {
    this.tell({ seva: "forgotten" });
  }

  tell(data) {
    if (this.framed) window.parent.postMessage(data, this.origin);
  }
}
