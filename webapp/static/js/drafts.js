// What is typed into a form stays in this tab (sessionStorage) until it is sent: another candidate,
// a search, Back, or signing in again bring it back. A form says what its draft is called in a
// hidden field "draft" (person, Key Event and target, or mapping), so that nobody sees another's.
// A page says with data-drops-draft that what it is called was sent.
(() => {
  "use strict";
  const PREFIX = "kewp-draft ";
  const CHOICE = "[type=radio], [type=checkbox]";

  function stored(name, value) {
    try {
      if (value === undefined) return JSON.parse(sessionStorage.getItem(PREFIX + name)) ?? {};
      if (Object.keys(value).length) sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
      else sessionStorage.removeItem(PREFIX + name);
    } catch {
      // Storage is forbidden or full: the form works as it does without scripts.
    }
    return {};
  }

  const nameOf = (form) => form.elements.namedItem("draft")?.value ?? "";
  const forms = () => [...document.querySelectorAll("form:has([name=draft])")].filter(nameOf);
  const fieldsOf = (form) =>
    [...form.elements].filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden])"));
  const isChosen = (form, name) => form.querySelector(`[name="${name}"]:checked`) !== null;

  function typed(form) {
    const values = {};
    for (const one of fieldsOf(form)) {
      if (one.value && (!one.matches(CHOICE) || one.checked)) values[one.name] = one.value;
    }
    return values;
  }

  // Fills what is empty; what the server or the browser put there is newer. True if it filled any.
  function fill(form) {
    const draft = stored(nameOf(form));
    const empty = fieldsOf(form).filter((one) =>
      one.matches(CHOICE) ? !isChosen(form, one.name) : !one.value,
    );
    const filled = empty.filter((one) =>
      one.matches(CHOICE) ? one.value === draft[one.name] : one.name in draft,
    );
    for (const one of filled) {
      if (one.matches(CHOICE)) one.checked = true;
      else one.value = draft[one.name];
      one.closest("details")?.setAttribute("open", "");
    }
    return filled.length > 0;
  }

  function changed(form) {
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const form = event.target.closest("form");
      if (form && nameOf(form)) stored(nameOf(form), typed(form));
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-discards-draft]");
    if (!button) return;
    const note = button.closest("[data-draft-note]");
    const form = button.closest("form");
    form.reset();
    note.hidden = true;
    changed(form);
  });

  document.querySelectorAll("[data-drops-draft]").forEach((one) => stored(one.dataset.dropsDraft, {}));
  for (const form of forms()) {
    const note = form.querySelector("[data-draft-note]");
    if (fill(form) && note) note.hidden = false;
  }

  // After everything else that fills forms, such as Back: what follows from the answers.
  addEventListener("pageshow", () => {
    forms()
      .filter((form) => form.querySelector(":checked[type=radio]"))
      .forEach(changed);
  });
})();
