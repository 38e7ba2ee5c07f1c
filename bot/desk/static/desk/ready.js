// Words that are ready: replies by "/" in the box, answers by Alt and a number. Nothing is sent by them.
(() => {
  const box = () => document.getElementById("reply-text");
  const list = () => document.getElementById("canned");
  const shown = () => [...(list()?.children || [])].filter((one) => !one.hidden);
  const chosen = () => shown().find((one) => one.getAttribute("aria-selected") === "true");
  const tell = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  function choose(one) {
    for (const other of list().children) other.setAttribute("aria-selected", String(other === one));
    if (one) { box().setAttribute("aria-activedescendant", one.id); one.scrollIntoView({ block: "nearest" }); } else box().removeAttribute("aria-activedescendant");
  }
  function close() {
    if (!list() || list().hidden) return;
    list().hidden = true;
    choose(null);
  }
  /** What stands between a "/" at the beginning of a line and the cursor; null if there is none. */
  function asked(field) {
    const before = field.value.slice(0, field.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    return line.startsWith("/") && !line.includes(" ") ? line.slice(1).toLowerCase() : null;
  }
  function look(field) {
    const word = asked(field);
    if (word === null || !list()) return close();
    const fits = (one) => one.dataset.shortcut.startsWith(word) || (word.length > 1 && one.textContent.toLowerCase().includes(word));
    for (const one of list().children) one.hidden = !fits(one);
    const first = shown().find((one) => one.dataset.shortcut.startsWith(word)) || shown()[0];
    list().hidden = !first;
    choose(first || null);
  }
  function put(one) {
    const field = box();
    const end = field.selectionStart;
    const start = field.value.lastIndexOf("\n", end - 1) + 1;
    field.setRangeText(one.querySelector("span").textContent, start, end, "end");
    close();
    settle(field);
  }
  /** What is left open ("…") is selected, so that the next key fills it in. */
  function settle(field) {
    tell(field);
    field.focus();
    const open = field.value.indexOf("…");
    if (open >= 0) field.setSelectionRange(open, open + 1);
  }
  document.addEventListener("input", (event) => { if (event.target === box()) look(event.target); });
  // The panel came anew while a word was being written: what Enter means stays the same.
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "panel" && box() && box() === document.activeElement) look(box()); });
  // Before the desk's own Enter, which sends.
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && /^Digit[1-3]$/.test(event.code)) {
      const one = document.querySelector(`[data-suggestion="${event.code.slice(-1)}"]`);
      if (one) { event.preventDefault(); one.click(); }
      return;
    }
    if (event.target !== box() || !list() || list().hidden || event.isComposing) return;
    const all = shown();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length]);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") put(chosen());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("click", (event) => {
    const one = event.target.closest?.("#canned [role=option]");
    if (one) return put(one);
    const ready = event.target.closest?.("[data-suggestion]");
    const field = box();
    if (ready && field) {
      const begun = field.value.trimEnd();
      field.value = begun ? `${begun}\n${ready.dataset.text}` : ready.dataset.text;
      settle(field);
    }
    close();
  });
  // The customer wrote again: other answers may fit.
  let last = "";
  document.addEventListener("htmx:afterSwap", () => {
    const said = [...document.querySelectorAll("#story .said.contact")].pop()?.dataset.message || "";
    const place = document.getElementById("suggestions");
    if (place && said !== last) { last = said; htmx.trigger(place, "seva:suggest"); }
  });
})();
