// Small kindnesses that a page can live without: relative times, copying, no double sending,
// menus that close, and a word when the server does not answer.
(() => {
  "use strict";

  function say(text, isError = false) {
    const status = document.getElementById("status");
    if (!status) return;
    status.classList.toggle("is-error", isError);
    status.textContent = text;
    clearTimeout(say.timer);
    if (!isError) say.timer = setTimeout(() => (status.textContent = ""), 6000);
  }

  // <time datetime> gets its distance from now as title; the absolute date stays what is read.
  const STEPS = [
    ["year", 31536000],
    ["month", 2592000],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

  function distance(iso) {
    const seconds = (Date.parse(iso) - Date.now()) / 1000;
    const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? [];
    return unit ? relative.format(Math.round(seconds / size), unit) : "just now";
  }

  // A table that fits needs no stop on the way of the Tab key.
  function settleTable(region) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
  const tables = new ResizeObserver((entries) => entries.forEach((one) => settleTable(one.target)));

  function enhance(within) {
    within.querySelectorAll("time[datetime]:not([title])").forEach((time) => {
      time.title = distance(time.dateTime);
    });
    within.querySelectorAll(".table-scroll").forEach((region) => tables.observe(region));
  }

  document.addEventListener("DOMContentLoaded", () => enhance(document));
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (button) {
      const text = document.getElementById(button.dataset.copies)?.textContent.trim();
      try {
        await navigator.clipboard.writeText(text);
        say("Copied.");
      } catch {
        say("The browser did not allow copying. Select the text and copy it by hand.", true);
      }
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // A second press while the first is on its way changes nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // With data-clears, what an element says must not outlive a request that failed.
  function failed(event, words) {
    if (event.detail.target?.matches("[data-clears]")) event.detail.target.textContent = "";
    say(words, true);
  }

  document.addEventListener("htmx:sendError", (event) =>
    failed(event, "The server cannot be reached. What you typed is still here; send it again later."),
  );
  document.addEventListener("htmx:responseError", (event) =>
    failed(event, `The server answered ${event.detail.xhr.status}. Nothing was changed; try again.`),
  );
})();
