// The desk by keyboard. Letters count by their place on the keyboard, so that they work under every script; they do
// nothing while somebody writes, and can be switched off.
(() => {
  const OFF = "seva.keys.off";
  const dialog = document.getElementById("keys");
  if (!dialog) return;
  const stored = { get: () => { try { return localStorage.getItem(OFF); } catch { return null; } }, set: (off) => { try { off ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { /* private window */ } } };
  const on = document.getElementById("keys-on");
  on.checked = !stored.get();
  on.addEventListener("change", () => stored.set(!on.checked));
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-keys]")) dialog.showModal();
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  const box = () => document.getElementById("reply-text");
  const press = (action) => document.querySelector(`.talk-acts form[action$="/${action}"] button`)?.click();
  const rows = () => [...document.querySelectorAll("#list .row")];
  function go(step) {
    const all = rows();
    const at = all.findIndex((row) => row.hasAttribute("aria-current"));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
    if (next) { next.scrollIntoView({ block: "nearest" }); next.click(); }
  }
  function unfold(selector, field) {
    const fold = document.querySelector(selector);
    if (!fold) return;
    fold.open = true;
    fold.querySelector(field)?.focus();
  }
  const KEYS = {
    KeyJ: () => go(1),
    KeyK: () => go(-1),
    KeyL: () => (document.querySelector("#list .row[aria-current]") || rows()[0])?.focus(),
    KeyT: () => press("take"),
    KeyR: () => box()?.focus(),
    KeyN: () => unfold(".note-fold", "textarea"),
    KeyS: () => unfold(".snooze", "button"),
    KeyC: () => unfold(".card-fold", "#card a, #card button, #card [name=add]"),
    KeyU: () => document.querySelector("[data-undo]")?.click(),
  };
  const SHIFTED = { KeyE: () => press("resolve"), KeyB: () => press("hand-back") };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const writes = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && !dialog.open) {
      const open = document.querySelector(".menu[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); } else if (writes) { event.target.blur(); document.getElementById("panel")?.focus({ preventScroll: true }); }
      return;
    }
    if (writes || dialog.open) return;
    if (event.key === "?") { event.preventDefault(); dialog.showModal(); return; }
    if (!on.checked) return;
    if (event.key === "/" && box()) {
      event.preventDefault();
      box().focus();
      if (!box().value) { box().value = "/"; box().setSelectionRange(1, 1); box().dispatchEvent(new Event("input", { bubbles: true })); }
      return;
    }
    const act = (event.shiftKey ? SHIFTED : KEYS)[event.code];
    if (act) { event.preventDefault(); act(); }
  });
})();
