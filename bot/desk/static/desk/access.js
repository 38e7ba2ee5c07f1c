// Moments in the reader's own time; copies what is shown only once; without this script it is selected and copied by hand.
(() => {
  const locale = document.documentElement.dataset.locale || document.documentElement.lang;
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", numberingSystem: "latn" });
  for (const time of document.querySelectorAll("time[data-when]")) time.textContent = moment.format(new Date(time.dateTime));
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      try { await navigator.clipboard.writeText(field.value); } catch { field.select(); return; }
      button.textContent = button.dataset.copied;
    });
  }
})();
