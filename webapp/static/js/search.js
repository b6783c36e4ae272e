// The arrow keys go from the search box to the results and along them; Up from the first goes back.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const box = document.getElementById("search");
    const results = [...document.querySelectorAll("[data-result]")];
    const here = results.indexOf(document.activeElement);
    if (!results.length || (here < 0 && (document.activeElement !== box || step < 0))) return;
    event.preventDefault();
    const next = here + step;
    if (next < 0) box.focus();
    else results[Math.min(next, results.length - 1)].focus();
  });
})();
