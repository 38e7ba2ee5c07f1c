// The desk stays live: events name what changed, htmx fetches it again. Drafts are kept by the browser until sent.
(() => {
  const DRAFT = "seva.draft.";
  const columns = document.querySelector("[data-feed]");
  const language = document.documentElement.lang;
  const locale = document.documentElement.dataset.locale || language;
  const stored = {
    get: (key) => { try { return localStorage.getItem(key) || ""; } catch { return ""; } },
    set: (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private window */ } },
  };
  const talk = () => document.getElementById("talk");
  const box = () => document.getElementById("reply-text");
  const soon = (wait, run) => { let timer; return () => { clearTimeout(timer); timer = setTimeout(run, wait); }; };

  // ---- what changes elsewhere
  const refreshStory = soon(80, () => { const story = document.getElementById("story"); if (story) htmx.trigger(story, "seva:story"); });
  let now = {};
  // A conversation that another agent has is another one for what may be done here.
  const differs = (open, told) => told.state !== open.dataset.state || (told.name === "conversation.taken" && told.agent_name !== open.dataset.agent);
  // The answer to what was pressed here shows the new state by itself, mostly before the event; then there is nothing to do.
  const refreshPanel = soon(300, () => { const open = talk(); if (open && differs(open, now)) htmx.ajax("GET", `/desk/c/${open.dataset.id}`, { target: "#panel", swap: "innerHTML" }); });
  function heard(event) {
    const open = talk();
    document.dispatchEvent(new CustomEvent("seva:event", { detail: event }));
    if (!open) return;
    if (event.name === "resync") refreshStory();
    else if (event.conversation === open.dataset.id) {
      // A change of state changes what may be done; anything else leaves the reply that is being written alone.
      if (event.state && differs(open, event)) {
        now = event;
        refreshPanel();
      } else if (event.name !== "typing.changed" && !event.name.startsWith("agent.")) refreshStory();
    }
  }
  function listen() {
    const offline = document.getElementById("offline");
    const shown = document.getElementById("list-in");
    const source = new EventSource(`${columns.dataset.feed}?${shown ? shown.dataset.query : ""}`);
    let timer;
    document.addEventListener("seva:listen", () => { clearTimeout(timer); source.close(); listen(); }, { once: true });
    source.onopen = () => { clearTimeout(timer); offline.hidden = true; };
    source.onerror = () => {
      clearTimeout(timer);
      timer = setTimeout(() => { offline.hidden = false; }, 4000);
      // The browser gives up after some answers (the server was away): begin again.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => document.dispatchEvent(new CustomEvent("seva:listen")), 3000);
    };
    source.onmessage = (message) => heard(JSON.parse(message.data));
    addEventListener("pagehide", () => source.close());
  }

  // ---- the reply and its draft
  function dress() {
    for (const time of document.querySelectorAll("time[data-time]")) time.textContent = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", numberingSystem: "latn" }).format(new Date(time.dateTime));
    for (const time of document.querySelectorAll("time[data-moment]")) time.textContent = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit", numberingSystem: "latn" }).format(new Date(time.dateTime));
    for (const time of document.querySelectorAll("time[data-day]")) time.textContent = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", numberingSystem: "latn" }).format(new Date(time.dateTime));
    for (const time of document.querySelectorAll("time[data-date]")) time.textContent = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", numberingSystem: "latn" }).format(new Date(time.dateTime));
    const open = talk();
    document.body.classList.toggle("has-open", Boolean(open));
    const field = box();
    if (!field || field.dataset.ready) return;
    field.dataset.ready = "1";
    field.value = field.value || stored.get(DRAFT + open.dataset.id);
    const key = field.form.elements.key;
    key.value = key.value || freshKey();
    grow(field);
  }
  const freshKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  function grow(field) {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 240)}px`;
  }
  let told = 0;
  function tellTyping(form) {
    if (Date.now() - told < 3000) return;
    told = Date.now();
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    fetch(`/desk/c/${talk().dataset.id}/typing`, { method: "POST", body }).catch(() => {});
  }
  document.addEventListener("input", (event) => {
    if (event.target.id !== "reply-text") return;
    stored.set(DRAFT + talk().dataset.id, event.target.value);
    tellTyping(event.target.form);
    event.target.form.querySelector(".kept").hidden = !event.target.value;
    grow(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "reply-text" || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
  // Only what the server has taken leaves the box, and only if nothing was typed meanwhile.
  let sent = null;
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches?.(".reply")) sent = box().value; });
  document.addEventListener("seva:done", () => {
    const field = box();
    if (!field || sent === null) return;
    field.value = field.value.startsWith(sent) ? field.value.slice(sent.length) : field.value;
    sent = null;
    field.form.elements.key.value = freshKey();
    stored.set(DRAFT + talk().dataset.id, field.value);
    field.form.querySelector(".kept").hidden = true;
    grow(field);
    field.focus();
  });

  // ---- scrolling: the newest stays in view unless the agent reads further up
  const NEAR = 80;
  // After a swap the browser itself may move what is too short now, until the pictures are back.
  const SETTLED_MS = 500;
  let atEnd = true;
  let top = 0;
  let swapped = 0;
  const isNear = (story) => story.scrollHeight - story.scrollTop - story.clientHeight < NEAR;
  function toEnd() {
    const story = document.getElementById("story");
    if (!story) return;
    story.scrollTop = story.scrollHeight;
    top = story.scrollTop;
  }
  document.addEventListener("scroll", ({ target }) => {
    if (target.id !== "story") return;
    const up = target.scrollTop < top;
    top = target.scrollTop;
    if (!isNear(target)) { if (up) atEnd = false; } else if (performance.now() - swapped > SETTLED_MS) atEnd = true;
  }, true);
  // A picture has its height only when it has come, and what stands below the story may grow.
  document.addEventListener("load", ({ target }) => { if (atEnd && target.closest?.("#story")) toEnd(); }, true);
  const size = new ResizeObserver(() => { if (atEnd) toEnd(); });
  function watchSize() {
    const story = document.getElementById("story");
    size.disconnect();
    if (story) size.observe(story);
  }
  document.addEventListener("htmx:beforeSwap", (event) => {
    const story = document.getElementById("story");
    if (event.detail.target.id === "panel" || !story) atEnd = true;
    if (["panel", "story"].includes(event.detail.target.id)) swapped = performance.now();
    // Refusals come with a page that says how things stand: show it.
    if (event.detail.xhr.status === 404 || event.detail.xhr.status === 409) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    dress();
    if (event.detail.target.id === "panel") {
      watchSize();
      toEnd();
      (matchMedia("(pointer: fine)").matches && box() ? box() : document.getElementById("panel")).focus({ preventScroll: true });
    } else if (event.detail.target.id === "story") {
      if (atEnd) toEnd();
      // The customer wrote again, or the channel's time is over: what an agent may do has changed.
      const now = document.querySelector("#story [data-window]");
      if (now && now.dataset.window !== talk().dataset.window) htmx.ajax("GET", `/desk/c/${talk().dataset.id}`, { target: "#panel", swap: "innerHTML" });
    }
  });
  addEventListener("popstate", () => location.reload());
  dress();
  watchSize();
  toEnd();
  if (columns) listen();
})();
