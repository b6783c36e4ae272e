// Questions of an assessment by keyboard: "1" to "9" choose an option of the question that has
// the focus, or else of the first one without an answer, and move on to the next; after the last
// the focus is on the button, so that Enter sends it. Works in forms with data-questions, also
// in those that arrive later.
(() => {
  "use strict";

  const questions = (form) => [...form.querySelectorAll("fieldset.question")];
  const answered = (question) => question.querySelector("input:checked") !== null;

  function switchedOff() {
    try {
      return localStorage.getItem("kewp-keys-off") === "1";
    } catch {
      return false;
    }
  }

  function formFor(target) {
    const form = target.closest("form[data-questions]");
    if (form) return form;
    const nothingFocused = target === document.body || target.matches("main");
    return nothingFocused && !switchedOff() ? document.querySelector("form[data-questions]") : null;
  }

  function moveOn(form, from) {
    const all = questions(form);
    const later = [...all.slice(all.indexOf(from) + 1), ...all];
    const next = later.find((question) => !answered(question));
    (next ? next.querySelector("input") : form.querySelector("button:not([type=button])"))?.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!/^[1-9]$/.test(event.key)) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) return;
    const form = formFor(event.target);
    if (!form) return;
    const question =
      event.target.closest("fieldset.question") ?? questions(form).find((one) => !answered(one));
    const option = question?.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (!option) return;
    event.preventDefault();
    option.checked = true;
    option.dispatchEvent(new Event("change", { bubbles: true }));
    moveOn(form, question);
  });
})();
