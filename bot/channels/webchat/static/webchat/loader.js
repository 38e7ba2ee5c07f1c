// Puts the chat's button on a page: <script src="https://your-seva/widget.js" data-language="gu" data-product="handle">.
// The chat itself is a frame of our own; page and frame cannot read each other. TEXTS is filled in by the server.
// data-token (or window.seva.identify) says who is signed in on the page; empty: nobody any more (docs/your-own-shop.md).
// data-theme "dark" or "light" (else as the system has it), data-colour "#7a1f3d", data-side "left".
(() => {
  const script = document.currentScript;
  if (!script || window.seva) return;
  const base = new URL(script.src).origin;
  const all = TEXTS;
  const wanted = script.dataset.language || document.documentElement.lang || navigator.language || "";
  const language = all[wanted.slice(0, 2).toLowerCase()] ? wanted.slice(0, 2).toLowerCase() : Object.keys(all)[0];
  const t = all[language];
  const phone = matchMedia("(max-width: 560px), (max-height: 480px)");
  const memory = (store, key, value) => {
    try {
      return value === undefined ? store.getItem(key) : store.setItem(key, value);
    } catch {
      return null;
    }
  };

  const theme = ["dark", "light"].includes(script.dataset.theme) ? script.dataset.theme : "";
  const colour = /^#[0-9a-f]{6}$/i.test(script.dataset.colour || script.dataset.color) ? script.dataset.colour || script.dataset.color : "";
  // Black or white on it, whichever reads better (WCAG 2.2, relative luminance).
  const luminance = (hex) => [1, 3, 5].reduce((sum, at, place) => sum + [0.2126, 0.7152, 0.0722][place] * (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2, 0);
  const ink = colour && luminance(colour) > 0.18 ? "#1b1916" : "#fff";
  const dark = "iframe { background: #1c1a17; }";

  const root = document.createElement("div");
  root.id = "seva-chat";
  const shadow = root.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  const side = script.dataset.side === "left" ? "left" : "right";
  sheet.replaceSync(`
    :host { all: initial; position: fixed; z-index: 2147483001; }
    button { position: fixed; ${side}: max(20px, env(safe-area-inset-${side})); bottom: max(20px, env(safe-area-inset-bottom)); z-index: 2147483000; display: flex; align-items: center; gap: 10px; height: 56px; padding: 0 22px 0 18px; border: 0; border-radius: 28px; background: ${colour || "#2d5a43"}; color: ${ink}; font: 600 16px/1.3 system-ui, "Noto Sans Gujarati", "Noto Sans Tamil", sans-serif; box-shadow: 0 6px 24px rgb(30 20 10 / .28); cursor: pointer; }
    button:hover { box-shadow: 0 6px 24px rgb(30 20 10 / .28), inset 0 0 0 40px rgb(0 0 0 / .14); }
    button:focus-visible { outline: 3px solid #e0a63f; outline-offset: 3px; }
    button[hidden], iframe[hidden] { display: none; }
    b { position: absolute; top: -6px; ${side}: 6px; min-width: 22px; height: 22px; padding: 0 6px; box-sizing: border-box; border-radius: 11px; background: #a8362d; color: #fff; font: 600 13px/22px system-ui, sans-serif; text-align: center; }
    b:empty { display: none; }
    iframe { position: fixed; ${side}: 20px; bottom: 20px; z-index: 2147483001; width: 400px; height: min(680px, calc(100dvh - 40px)); border: 0; border-radius: 18px; background: #fbf6ec; color-scheme: normal; box-shadow: 0 12px 48px rgb(30 20 10 / .3); }
    iframe.full { inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none; }
    ${{ dark, light: "" }[theme] ?? `@media (prefers-color-scheme: dark) { ${dark} }`}
    @media (prefers-reduced-motion: no-preference) { iframe:not(.full) { animation: rise .18s ease-out; } @keyframes rise { from { opacity: 0; transform: translateY(12px); } } }
    @media print { :host { display: none; } }`);
  shadow.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = '<svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" aria-hidden="true"><path d="M4 5h16v11H11l-5 4v-4H4z"/><path d="M8.5 10.5h.1M12 10.5h.1M15.5 10.5h.1" stroke-linecap="round" stroke-width="2.6"/></svg><span></span><b aria-hidden="true"></b>';
  const [label, badge] = [button.querySelector("span"), button.querySelector("b")];
  label.textContent = t.open;
  button.setAttribute("aria-haspopup", "dialog");
  shadow.append(button);
  let frame = null;
  let open = false;
  // Undefined where the page does not know its customers.
  let token = script.dataset.token;

  const tell = (data) => frame && frame.contentWindow && frame.contentWindow.postMessage(data, base);

  // By message and never in the frame's address, which logs would keep.
  const tellToken = () => token !== undefined && tell({ seva: "token", token });

  function identify(signed) {
    token = String(signed || "");
    tellToken();
  }

  function makeFrame() {
    if (frame) return;
    const query = new URLSearchParams({ language, host: location.origin, page: location.origin + location.pathname, title: document.title.slice(0, 120) });
    for (const [name, value] of Object.entries({ product: script.dataset.product, theme, colour })) if (value) query.set(name, value);
    frame = document.createElement("iframe");
    frame.title = t.title;
    frame.hidden = true;
    frame.src = `${base}/chat/?${query}`;
    shadow.append(frame);
  }

  // What was put before the page's own title, to be taken away again.
  let mark = "";
  let count = 0;

  function tellCount(now) {
    badge.textContent = now || "";
    button.setAttribute("aria-label", now ? `${t.open}, ${t.new_messages.replace("{count}", now)}` : t.open);
    const own = mark && document.title.startsWith(mark) ? document.title.slice(mark.length) : document.title;
    mark = now ? `(${now}) ` : "";
    if (document.title !== mark + own) document.title = mark + own;
    if (now > count && document.hidden && notifies() === "on") notify();
    count = now;
  }

  // The browser's own notification: only after the customer asked for it in the chat, and without what was written.
  function notifies() {
    if (!("Notification" in window) || !isSecureContext || !matchMedia("(pointer: fine)").matches) return "";
    if (Notification.permission === "denied") return "denied";
    return Notification.permission === "granted" && memory(localStorage, "seva.notify") === "1" ? "on" : "off";
  }

  function notify() {
    try {
      const shown = new Notification(t["notify.title"], { tag: "seva", lang: language });
      shown.onclick = () => {
        window.focus();
        show(true);
        shown.close();
      };
    } catch {
      // Some browsers have the name but not the thing; the title and the badge have told it.
    }
  }

  async function askNotify(on) {
    if (on && "Notification" in window) await Notification.requestPermission();
    memory(localStorage, "seva.notify", on ? "1" : "0");
    // Asked, but the browser's question was put aside: nothing to say.
    tell({ seva: "notify", state: notifies(), asked: !on || notifies() !== "off" });
  }

  function fit() {
    if (!frame) return;
    frame.classList.toggle("full", phone.matches);
    const view = window.visualViewport;
    // On phones the keyboard shrinks only the visual viewport: keep the writing line above it.
    const full = open && phone.matches && view;
    frame.style.height = full ? `${view.height}px` : "";
    frame.style.top = full ? `${view.offsetTop}px` : "";
    document.documentElement.style.overflow = full ? "hidden" : "";
  }

  function show(on, focus = true) {
    makeFrame();
    open = on;
    frame.hidden = !on;
    button.hidden = on;
    fit();
    memory(sessionStorage, "seva.open", on ? "1" : "0");
    if (on) memory(localStorage, "seva.used", "1");
    tell({ seva: on ? "opened" : "closed" });
    if (focus) (on ? frame : button).focus();
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== base || !event.data) return;
    if (event.data.seva === "close") show(false);
    if (event.data.seva === "ready") {
      tellToken();
      tell({ seva: "notify", state: notifies() });
      if (open) tell({ seva: "opened" });
    }
    if (event.data.seva === "unread") tellCount(Math.max(0, Math.min(99, Number(event.data.count) || 0)));
    if (event.data.seva === "notify") askNotify(event.data.on === true);
    if (event.data.seva === "forgotten") for (const key of ["seva.used", "seva.notify"]) memory(localStorage, key, "");
  });
  button.addEventListener("click", () => show(true));
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element && event.target.closest("[data-seva-open]");
    if (opener) show(true);
  });
  phone.addEventListener("change", fit);
  if (window.visualViewport) for (const name of ["resize", "scroll"]) window.visualViewport.addEventListener(name, fit);
  window.seva = { open: () => show(true), close: () => show(false), identify };

  function start() {
    for (const element of document.querySelectorAll("[data-seva-shown]")) element.hidden = false;
    document.body.append(root);
    // Whoever was chatting goes on on the next page; whoever chatted before hears of an agent's answer by the badge.
    if (memory(sessionStorage, "seva.open") === "1" && !phone.matches) show(true, false);
    else if (memory(localStorage, "seva.used")) afterLoad(makeFrame);
  }

  // The page itself comes first.
  function afterLoad(work) {
    const later = () => (window.requestIdleCallback || setTimeout)(work);
    if (document.readyState === "complete") later();
    else addEventListener("load", later, { once: true });
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start, { once: true });
})();
