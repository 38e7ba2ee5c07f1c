// The list stays live without being drawn anew: the live connection brings the lines that say something else, so that
// place, focus and a half-typed search stay. Also: who is looking and typing, a sound and a notification for who starts
// to wait, and the count in the page's title.
(() => {
  const SEARCH_MS = 300;
  const list = () => document.getElementById("list-in");
  if (!list()) return;

  // ---- showing: only lines that say something else are replaced
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const fill = (id, text) => { const part = document.getElementById(id); part.hidden = !text; if (part.textContent !== text) part.textContent = text; };
  function count(tab, number, hot) {
    const link = document.getElementById(tab);
    let shown = link.querySelector(".count");
    if (!number) return shown?.remove();
    if (!shown) { shown = document.createElement("b"); shown.className = hot ? "count hot" : "count"; link.append(shown); }
    shown.textContent = number;
  }
  function place(order, lines) {
    const rows = document.getElementById("list-rows");
    const focused = document.activeElement?.id;
    for (const [id, text] of Object.entries(lines)) {
      const line = parse(text).querySelector("li");
      const ours = document.getElementById(`line-${id}`);
      // The first list of a connection is mostly the one that the page came with.
      if (ours?.outerHTML === line.outerHTML) continue;
      if (ours) ours.replaceWith(line);
      else rows.append(line);
      htmx.process(line);
    }
    const ids = new Set(order.map((id) => `line-${id}`));
    for (const line of [...rows.children]) if (!ids.has(line.id)) line.remove();
    order.forEach((id, at) => {
      const line = document.getElementById(`line-${id}`);
      if (line && rows.children[at] !== line) rows.insertBefore(line, rows.children[at] || null);
    });
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    markOpen();
    markOthers();
  }
  function update(news) {
    if (news.query !== list().dataset.query) return;
    place(news.order, news.lines);
    count("tab-waiting", news.waiting, true);
    count("tab-mine", news.mine, false);
    count("tab-snoozed", news.snoozed, false);
    fill("list-hours", news.closed && list().dataset.closed.replace("{time}", news.closed));
    fill("list-none", news.order.length ? "" : list().dataset.none);
    document.getElementById("list-more").hidden = !news.more;
    document.getElementById("show-more").search = news.more;
    list().dataset.news = news.news;
    title();
  }
  function markOpen() {
    const open = document.getElementById("talk")?.dataset.id;
    for (const row of document.querySelectorAll(".row")) {
      if (row.dataset.id === open) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }
  const words = document.title;
  function title() {
    const news = Number(list().dataset.news);
    document.title = news ? `(${news}) ${words}` : words;
  }

  // ---- choosing: tabs, filters and search change what is shown; without scripts they are links and a form
  let asked = 0;
  async function choose(query) {
    const number = ++asked;
    const address = new URL(location.href);
    address.search = query;
    history.replaceState(history.state, "", address);
    const answer = await fetch(`${list().dataset.list}?${query}`, { headers: { "HX-Request": "true" }, cache: "no-store" }).catch(() => null);
    if (!answer || number !== asked) return;
    if (answer.status === 401) return location.assign(answer.headers.get("HX-Redirect") || "/desk/sign-in");
    const fresh = parse(await answer.text()).getElementById("list-in");
    if (!fresh || number !== asked) return;
    // The form stays: somebody is writing in it.
    for (const id of ["list-tabs", "list-hours", "list-rows", "list-none", "list-more"]) document.getElementById(id).replaceWith(fresh.querySelector(`#${id}`));
    Object.assign(list().dataset, fresh.dataset);
    htmx.process(document.getElementById("list-rows"));
    markOpen();
    markOthers();
    title();
    // The live connection is for what is shown now.
    document.dispatchEvent(new CustomEvent("seva:listen"));
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#list-tabs a, #show-more");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const find = document.getElementById("list-find");
    if (link.id !== "show-more") { find.reset(); for (const field of find.elements) if (field.name) field.value = ""; }
    const query = new URL(link.href).search.slice(1);
    if (link.id !== "show-more") {
      find.elements.show.value = new URLSearchParams(query).get("show");
      for (const tab of document.querySelectorAll("#list-tabs a")) tab.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
    }
    choose(query);
  });
  const read = () => new URLSearchParams([...new FormData(document.getElementById("list-find"))].filter(([, value]) => value.trim())).toString();
  let typed = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("#list-find")) return;
    clearTimeout(typed);
    typed = setTimeout(() => choose(read()), event.target.type === "search" ? SEARCH_MS : 0);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "list-find") return;
    event.preventDefault();
    clearTimeout(typed);
    choose(read());
  });

  // ---- others: who looks at a conversation, and who is writing; nothing of it is stored
  const LOOKING_MS = 40000;
  const WRITING_MS = 6000;
  const TELL_MS = 25000;
  const others = new Map();
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  function noteOther(event) {
    const there = others.get(event.conversation) || new Map();
    const known = there.get(event.agent);
    const now = Date.now();
    if (event.name === "typing.changed") there.set(event.agent, { name: event.agent_name, looks: now + LOOKING_MS, writes: event.on ? now + WRITING_MS : 0 });
    else if (event.on) there.set(event.agent, { writes: 0, ...known, name: event.agent_name, looks: now + LOOKING_MS });
    else there.delete(event.agent);
    others.set(event.conversation, there);
    markOthers();
    // Who has just come does not know yet that this page is open too.
    if (!known && event.on && event.conversation === looked) tellLooking(true);
  }
  function findOthers(id) {
    const now = Date.now();
    const found = [...(others.get(id) || new Map()).values()].filter((one) => one.looks > now);
    const writing = found.filter((one) => one.writes > now);
    const names = (writing.length ? writing : found).map((one) => one.name).join(", ");
    return { names, writing: writing.length > 0 };
  }
  function markOthers() {
    const line = document.getElementById("others");
    const open = document.getElementById("talk")?.dataset.id;
    if (line) {
      const { names, writing } = findOthers(open);
      const text = names && line.dataset[writing ? "writing" : "looking"].replace("{names}", names);
      if (line.textContent !== text) line.textContent = text;
      line.hidden = !text;
    }
    for (const row of document.querySelectorAll("#list-rows .row")) {
      const { names, writing } = findOthers(row.dataset.id);
      let mark = row.querySelector(".there");
      if (!names) { mark?.remove(); continue; }
      if (!mark) { mark = document.createElement("span"); row.querySelector(".row-tags").append(mark); }
      mark.className = writing ? "tag there writing" : "tag there";
      mark.textContent = names;
    }
  }
  let looked = "";
  function tellLooking(on) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token(), on: on ? "1" : "0" });
    fetch(`/desk/c/${looked}/looking`, { method: "POST", body, keepalive: true }).catch(() => {});
  }
  function look() {
    const open = document.visibilityState === "visible" ? document.getElementById("talk")?.dataset.id || "" : "";
    if (open === looked) return;
    if (looked) tellLooking(false);
    looked = open;
    if (looked) tellLooking(true);
  }
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", () => { if (looked) tellLooking(false); looked = ""; });
  setInterval(() => { if (looked) tellLooking(true); }, TELL_MS);
  setInterval(markOthers, WRITING_MS / 2);

  // ---- alerts: asked for by a button, remembered by the browser; a notification only while the page is not seen
  const ALERTS = "seva.alerts";
  const stored = (key, value) => { try { if (value !== undefined) localStorage.setItem(key, value); return localStorage.getItem(key) || ""; } catch { return ""; } };
  let sounds;
  function ring() {
    sounds ||= new AudioContext();
    sounds.resume();
    for (const [after, pitch] of [[0, 660], [0.16, 880]]) {
      const [tone, loud] = [sounds.createOscillator(), sounds.createGain()];
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.15, sounds.currentTime + after);
      loud.gain.exponentialRampToValueAtTime(0.001, sounds.currentTime + after + 0.3);
      tone.connect(loud).connect(sounds.destination);
      tone.start(sounds.currentTime + after);
      tone.stop(sounds.currentTime + after + 0.3);
    }
  }
  function showAlerts() {
    const button = document.getElementById("alerts");
    const on = stored(ALERTS) === "1";
    button.hidden = false;
    button.textContent = on ? button.dataset.off : button.dataset.on;
    button.setAttribute("aria-pressed", on);
  }
  document.addEventListener("click", (event) => {
    if (event.target.id !== "alerts") return;
    stored(ALERTS, stored(ALERTS) === "1" ? "" : "1");
    showAlerts();
    if (stored(ALERTS) !== "1") return;
    ring();
    if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
  });
  function alert(kind) {
    // Of several tabs one is enough.
    if (stored(ALERTS) !== "1" || Date.now() - Number(stored("seva.alerted")) < 2000) return;
    stored("seva.alerted", Date.now());
    ring();
    if (document.visibilityState === "visible" || !("Notification" in window) || Notification.permission !== "granted") return;
    // No word of the customer: others may see the screen.
    const shown = new Notification(words, { body: document.getElementById("alerts").dataset[kind], tag: `seva-${kind}` });
    shown.onclick = () => { focus(); shown.close(); };
  }
  let before;
  function notice(news) {
    const unread = news.news - news.waiting;
    if (before && news.waiting > before.waiting) alert("waiting");
    else if (before && unread > before.unread && document.visibilityState !== "visible") alert("mine");
    before = { waiting: news.waiting, unread };
  }

  // ---- passing on
  document.addEventListener("click", (event) => {
    if (!event.target.matches?.("#transfer [data-fold]")) return;
    event.preventDefault();
    document.getElementById("transfer").replaceChildren();
    document.querySelector(".pass-on a")?.focus();
  });

  // ---- events of the live connection (desk.js passes them on)
  document.addEventListener("seva:event", ({ detail }) => {
    if (detail.name === "list") { notice(detail); update(detail); }
    else if (detail.agent) noteOther(detail);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "panel") { markOpen(); markOthers(); look(); }
    if (event.detail.target.id === "transfer") document.querySelector("#transfer select")?.focus();
  });
  document.getElementById("find-go").hidden = true;
  showAlerts();
  look();
  markOpen();
  title();
})();
