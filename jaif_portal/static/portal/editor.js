"use strict";

// The editor of proposals. Each answer is saved by itself, by htmx. What has not been saved yet
// is kept in this browser, is tried again, later each time, and is put back by the next visit.
// Without this file the page's own button saves everything.
const form = document.getElementById("answers");

if (form) {
  const LONGEST_WAIT = 60;
  const answers = () => form.querySelectorAll("[data-answer]");
  const place = (answer) => `draft:${form.dataset.proposal}:${answer.dataset.answer}`;
  const controls = (answer) =>
    [...answer.querySelectorAll("input, textarea, select")].filter(
      (control) => control.name && control.type !== "hidden" && !control.name.startsWith("take-"),
    );
  const seen = (answer) => form.querySelector(`#seen_${answer.dataset.answer}`);
  const status = (answer, text) => {
    const line = answer.querySelector(".answer-status");
    line.textContent = text;
    return line;
  };
  const isWaiting = (answer) => (answer.edits ?? 0) !== (answer.saved ?? 0);

  const keep = (answer) => {
    const values = controls(answer).map((control) =>
      ["checkbox", "radio"].includes(control.type) ? control.checked : control.value,
    );
    try {
      localStorage.setItem(place(answer), JSON.stringify({ values, seen: seen(answer).value }));
    } catch {
      // A full or closed store: the text is still in the page.
    }
  };

  const putBack = (answer) => {
    const stored = localStorage.getItem(place(answer));
    if (!stored) return;
    const { values, seen: version } = JSON.parse(stored);
    controls(answer).forEach((control, index) => {
      if (typeof values[index] === "boolean") control.checked = values[index];
      else if (values[index] !== undefined) control.value = values[index];
    });
    seen(answer).value = version;
    answer.edits = (answer.edits ?? 0) + 1;
    status(answer, form.dataset.restored);
    htmx.trigger(answer, "again");
  };

  const count = (answer) => {
    const line = answer.querySelector(".answer-count");
    const control = answer.querySelector("[data-most]");
    if (!line || !control) return;
    const left = Number(control.dataset.most) - [...control.value.trim()].length;
    line.classList.toggle("over", left < 0);
    line.textContent = left < 0 ? `${form.dataset.over} ${-left}` : `${form.dataset.left} ${left}`;
  };

  const tryLater = (answer) => {
    status(answer, form.dataset.failed).classList.add("answer-wrong");
    answer.wait = Math.min(LONGEST_WAIT, (answer.wait ?? 0.5) * 2);
    clearTimeout(answer.timer);
    answer.timer = setTimeout(() => htmx.trigger(answer, "again"), answer.wait * 1000);
  };

  const load = (answer) => {
    localStorage.removeItem(place(answer));
    return htmx.ajax("GET", answer.getAttribute("hx-post"), { target: answer, swap: "outerHTML" });
  };

  const showScripted = () => {
    for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
    for (const part of form.querySelectorAll("[data-unscripted]")) part.hidden = true;
  };

  form.addEventListener("input", ({ target }) => {
    const answer = target.closest("[data-answer]");
    if (!answer || target.name.startsWith("take-")) return;
    answer.edits = (answer.edits ?? 0) + 1;
    keep(answer);
    count(answer);
  });

  form.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (!target.matches("[data-answer]")) return;
    target.sent = target.edits ?? 0;
  });

  // A conflict and a wrong answer are shown in place of the state.
  form.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if ([409, 422].includes(detail.xhr.status)) detail.shouldSwap = true;
  });

  form.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (!target.matches("[data-answer]") || detail.requestConfig.verb !== "post") return;
    const line = target.querySelector(".answer-status");
    if (detail.successful) {
      target.saved = target.sent;
      target.wait = undefined;
      line.classList.remove("answer-wrong");
      if (!isWaiting(target)) localStorage.removeItem(place(target));
    } else if (!detail.xhr || detail.xhr.status === 0 || detail.xhr.status >= 500) {
      tryLater(target);
    }
    showScripted();
  });

  form.addEventListener("click", async ({ target }) => {
    const way = target.dataset.resolve;
    if (!way) return;
    const answer = target.closest("[data-answer]");
    const conflict = answer.querySelector(".answer-conflict");
    if (way === "theirs") {
      answer.saved = answer.edits;
      await load(answer);
      return;
    }
    if (way === "both") controls(answer)[0].value = answer.querySelector(".answer-both").value;
    seen(answer).value = conflict.dataset.version;
    answer.edits = (answer.edits ?? 0) + 1;
    keep(answer);
    count(answer);
    htmx.trigger(answer, "again");
  });

  // What others have saved meanwhile appears in fields that nobody types in here.
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id !== "presence") return;
    const versions = JSON.parse(document.getElementById("versions").textContent);
    for (const answer of answers()) {
      const newer = (versions[answer.dataset.answer] ?? 0) > Number(seen(answer).value);
      if (newer && !isWaiting(answer) && !answer.contains(document.activeElement)) load(answer);
    }
  });

  addEventListener("beforeunload", (event) => {
    if ([...answers()].some(isWaiting)) event.preventDefault();
  });

  form.addEventListener("htmx:load", showScripted);
  showScripted();
  for (const answer of answers()) {
    putBack(answer);
    count(answer);
  }
}
