// Copies what is shown only once; without this script it is selected and copied by hand.
(() => {
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
