// What an agent writes besides the reply itself: notes, words that come back by "undo", names put in by a press.
(() => {
  const reply = () => document.getElementById("reply-text");
  const tell = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  /** Puts `text` where the cursor is. */
  function insert(field, text) {
    const start = field.selectionStart ?? field.value.length;
    field.setRangeText(text, start, field.selectionEnd ?? start, "end");
    tell(field);
    field.focus();
  }
  document.addEventListener("click", (event) => {
    const press = event.target.closest?.("[data-insert]");
    const field = press && document.getElementById(press.dataset.into);
    if (field) insert(field, press.dataset.insert);
  });

  // A reply that was taken back is a draft again, before whatever was begun meanwhile.
  document.addEventListener("htmx:afterSwap", () => {
    const back = document.querySelector("#story [data-words]");
    const field = reply();
    if (!back || !field) return;
    const begun = field.value.trim();
    field.value = begun ? `${back.textContent}\n${begun}` : back.textContent;
    back.remove();
    tell(field);
    field.focus();
  });

  // The card: folded where there is no room beside the story, fresh when something happened, unless it is being used.
  const narrow = matchMedia("(max-width: 72rem)");
  let folded = narrow.matches;
  function fold() {
    const card = document.querySelector(".card-fold");
    if (card && !card.dataset.ready) { card.dataset.ready = "1"; card.open = !narrow.matches || !folded; }
  }
  narrow.addEventListener("change", () => { const card = document.querySelector(".card-fold"); if (card) card.open = !narrow.matches; });
  document.addEventListener("toggle", (event) => { if (narrow.matches && event.target.matches?.(".card-fold")) folded = !event.target.open; }, true);
  let soon;
  document.addEventListener("htmx:afterSwap", (event) => {
    fold();
    if (event.detail.target.id !== "story") return;
    clearTimeout(soon);
    soon = setTimeout(() => {
      const card = document.getElementById("card");
      if (card && !card.contains(document.activeElement)) htmx.trigger(card, "seva:card");
    }, 400);
  });
  fold();

  document.addEventListener("seva:acted", () => {
    const story = document.getElementById("story");
    if (story) htmx.trigger(story, "seva:story");
  });

  document.addEventListener("seva:event", (event) => {
    if (["note.mentioned", "resync"].includes(event.detail.name)) htmx.trigger(document.body, "seva:mentions");
  });

  // Files that go with the next reply: named, and gone once it was taken.
  function nameFiles(input) {
    const line = input.form.querySelector(".attached");
    line.hidden = !input.files.length;
    line.textContent = input.files.length ? line.dataset.one.replace("{names}", [...input.files].map((one) => one.name).join(", ")) : "";
  }
  document.addEventListener("change", (event) => { if (event.target.matches?.(".attach input")) { nameFiles(event.target); reply()?.focus(); } });
  document.addEventListener("seva:done", () => {
    const input = document.querySelector(".attach input");
    if (input && posted) { input.value = ""; nameFiles(input); }
    posted = false;
  });
  let posted = false;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches?.(".reply")) return;
    posted = true;
    // There is nothing to send: the page stays as it is.
    if (!reply().value.trim() && !event.target.querySelector(".attach input")?.files.length) { event.preventDefault(); reply().focus(); }
  });
  // Pasted pictures are files too.
  document.addEventListener("paste", (event) => {
    const input = event.target === reply() && document.querySelector(".attach input");
    if (!input || !event.clipboardData?.files.length) return;
    input.files = event.clipboardData.files;
    nameFiles(input);
    event.preventDefault();
  });

  // A note that was kept leaves its box.
  let kept = "";
  document.addEventListener("htmx:beforeRequest", (event) => { kept = event.target.matches?.(".note-form") ? event.target.elements.note.value : kept; });
  document.addEventListener("seva:done", () => {
    const field = document.getElementById("note-text");
    if (!kept || !field) return;
    if (field.value === kept) field.value = "";
    kept = "";
    field.closest("details").open = Boolean(field.value);
  });
})();
