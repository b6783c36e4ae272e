// Single keys: "/" searches, "?" shows the keys, "g" then a letter goes to a section.
// Elements announce their own key: data-key="u" is clicked by "u", data-go="c" by "g" then "c".
// Keys can be switched off in the dialog (WCAG 2.1.4) and never act while somebody is typing.
(() => {
  "use strict";
  const OFF = "kewp-keys-off";
  const CHORD_MS = 1500;
  let chordUntil = 0;

  function switchedOff() {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  }

  function isTyping(target) {
    return (
      target.isContentEditable ||
      target.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])")
    );
  }

  function find(attribute, key) {
    return [...document.querySelectorAll(`[${attribute}]`)].find(
      (element) => element.getAttribute(attribute) === key && element.checkVisibility(),
    );
  }

  function press(event, element) {
    event.preventDefault();
    if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
      element.focus();
      element.select?.();
    } else {
      element.click(); // without moving the focus, so that the page stays where it is
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape" && event.target.matches("[data-key='/']")) event.target.blur();
      return;
    }
    if (switchedOff() && event.key !== "?") return;
    if (document.querySelector("dialog[open]")) return;

    if (Date.now() < chordUntil) {
      chordUntil = 0;
      const place = find("data-go", event.key);
      if (place) press(event, place);
      return;
    }
    if (event.key === "g") {
      chordUntil = Date.now() + CHORD_MS;
      return;
    }
    const element = find("data-key", event.key);
    if (element) press(event, element);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const dialog = document.getElementById("keys");
    if (!dialog) return;
    document.querySelector("[data-opens-keys]")?.addEventListener("click", () => dialog.showModal());
    const box = dialog.querySelector("[data-keys-on]");
    box.checked = !switchedOff();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(OFF, box.checked ? "0" : "1");
      } catch {
        box.checked = true; // cannot be remembered here
      }
    });
  });
})();
