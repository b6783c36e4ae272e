// Light, dark, or as the system says. Runs in the head, before anything is painted, so that the
// page never flashes in the wrong colours. Without scripts the page follows the system.
(() => {
  "use strict";
  const KEY = "kewp-theme";
  const CHOICES = ["system", "light", "dark"];
  const root = document.documentElement;

  function chosen() {
    try {
      const theme = localStorage.getItem(KEY);
      return CHOICES.includes(theme) ? theme : "system";
    } catch {
      return "system"; // storage is forbidden here: the system decides
    }
  }

  function show(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  root.dataset.scripted = "";
  show(chosen());

  document.addEventListener("DOMContentLoaded", () => {
    const picker = document.getElementById("theme");
    if (!picker) return;
    picker.value = chosen();
    picker.addEventListener("change", () => {
      show(picker.value);
      try {
        localStorage.setItem(KEY, picker.value);
      } catch {
        // The choice lasts for this page only.
      }
    });
  });

  // Another tab changed it.
  addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    show(chosen());
    const picker = document.getElementById("theme");
    if (picker) picker.value = chosen();
  });
})();
