// The operator's page asks for its parts again every ten seconds, but not while nobody looks, nor
// under a finger that presses or a hand that selects. What is old says so: a green page must not
// stay green because the server is gone. After a restart of the server it finds its way back.
(() => {
  "use strict";

  function poll(parts) {
    const stale = document.getElementById("stale");

    function isOld(event) {
      event.stopPropagation(); // page.js speaks of forms
      if (event.detail.xhr.status === 401) location.reload(); // signs in again and comes back
      stale.hidden = false;
      parts.classList.add("is-old");
    }

    parts.addEventListener("htmx:beforeRequest", (event) => {
      if (document.hidden) event.preventDefault();
    });
    parts.addEventListener("htmx:beforeSwap", (event) => {
      const selection = getSelection();
      const selecting = !selection.isCollapsed && selection.containsNode(parts, true);
      if (selecting || parts.querySelector(":active")) event.detail.shouldSwap = false;
    });
    parts.addEventListener("htmx:afterSwap", () => {
      stale.hidden = true;
      parts.classList.remove("is-old");
    });
    for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
      parts.addEventListener(trouble, isOld);
    }
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) htmx.trigger(parts, "look");
    });
  }

  // The old server may still answer for an instant, so somebody must have seen it gone first.
  async function comeBack(address) {
    let gone = false;
    for (let second = 0; ; second += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      try {
        const answer = await fetch("/health", { cache: "no-store" });
        if (answer.ok && (gone || second > 15)) break;
      } catch {
        gone = true;
      }
    }
    location.replace(address);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const parts = document.querySelector("[data-polled]");
    if (parts) poll(parts);
    const place = document.querySelector("[data-returns-to]");
    if (place) comeBack(place.dataset.returnsTo);
  });
})();
