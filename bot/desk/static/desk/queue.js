// The list stays live without being drawn anew: the live connection brings the lines that say something else, so that
// place, focus and a half-typed search stay. Also: who is looking and typing, a sound and a notification for who starts
// to wait, and the count in the page's title.
(() => {
  const SEARCH_MS = 300;
  const list = () => document.getElementById("list-in");
  if (!list()) return;

  // ---- showing: only lines that say something else are replaced
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const fill = (id, text) => { const part = document.getElementById(id); part.hidden = !text; if (part.innerHTML !== text) part.innerHTML = text; };
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

  // ---- others: who looks at the open conversation, and who is writing; nothing of it is stored
  function markOthers() {}

  // ---- events of the live connection (desk.js passes them on)
  document.addEventListener("seva:event", ({ detail }) => { if (detail.name === "list") update(detail); });
  markOpen();
  title();
})();
