// @ts-check
// The SCORM 1.2 course: keeps what was read and tried, and tells the training platform. A classic
// script, because platforms may open the course where modules are not allowed. Opened without a
// platform it works all the same and remembers nothing.
"use strict";

(() => {
  /**
   * The part of the SCORM 1.2 run-time interface the course uses.
   * @typedef {{
   *   LMSInitialize(empty: ""): string | boolean,
   *   LMSGetValue(name: string): string,
   *   LMSSetValue(name: string, value: string): string | boolean,
   *   LMSCommit(empty: ""): string | boolean,
   *   LMSFinish(empty: ""): string | boolean,
   * }} Platform
   */

  const SEPARATOR = "/";
  const started = Date.now();
  const platform = findPlatform();
  let open = false;

  const readings = [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-read]"))];
  const questions = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-question]"))];
  const tried = questions.map(() => false);

  begin();
  for (const box of readings) box.addEventListener("change", report);
  questions.forEach((question, number) => {
    question.querySelector("[data-check]")?.addEventListener("click", () => {
      if (!showResult(question)) return;
      tried[number] = true;
      report();
    });
  });
  window.addEventListener("hashchange", () => tell("cmi.core.lesson_location", location.hash.slice(0, 255)));
  // pagehide, not unload: browsers no longer promise unload.
  window.addEventListener("pagehide", finish);

  /**
   * The platform's interface: in this window, a window around it, or the one that opened it.
   * @returns {Platform | null}
   */
  function findPlatform() {
    for (const first of [window, window.opener]) {
      /** @type {any} */
      let place = first;
      for (let depth = 0; place && depth < 8; depth += 1) {
        try {
          if (place.API) return place.API;
        } catch {
          break; // Another origin: nothing to find there or above.
        }
        if (place.parent === place) break;
        place = place.parent;
      }
    }
    return null;
  }

  function begin() {
    if (platform) {
      open = String(platform.LMSInitialize("")) === "true";
    }
    restore(ask("cmi.suspend_data"));
    if (ask("cmi.core.lesson_status") === "not attempted") tell("cmi.core.lesson_status", "incomplete");
    const place = ask("cmi.core.lesson_location");
    if (place.startsWith("#") && !location.hash && document.getElementById(decodeURIComponent(place.slice(1)))) {
      location.hash = place;
    }
    showProgress();
    commit();
  }

  /** @param {string} data what report() stored */
  function restore(data) {
    const [read = "", tries = ""] = data.split(SEPARATOR);
    readings.forEach((box, number) => {
      box.checked = read[number] === "1";
    });
    questions.forEach((question, number) => {
      tried[number] = tries[number] === "1";
      if (tried[number]) mark(question, "已经答过");
    });
  }

  function report() {
    const read = readings.map((box) => (box.checked ? "1" : "0")).join("");
    tell("cmi.suspend_data", read + SEPARATOR + tried.map((t) => (t ? "1" : "0")).join(""));
    if (isComplete()) tell("cmi.core.lesson_status", "completed");
    showProgress();
    commit();
  }

  function isComplete() {
    return readings.every((box) => box.checked) && tried.every(Boolean);
  }

  function showProgress() {
    const line = document.querySelector("[data-progress]");
    if (!line) return;
    const parts = [`已读${readings.filter((box) => box.checked).length}篇，共${readings.length}篇`];
    if (questions.length) parts.push(`已答${tried.filter(Boolean).length}题，共${questions.length}题`);
    line.textContent = parts.join("；") + (isComplete() ? "。全部完成。" : "。");
  }

  /**
   * Says whether the answer is right, and shows why.
   * @param {HTMLElement} question
   * @returns {boolean} false while nothing is chosen
   */
  function showResult(question) {
    const chosen = [.../** @type {NodeListOf<HTMLInputElement>} */ (question.querySelectorAll("input:checked"))];
    if (!chosen.length) {
      mark(question, "先选一个答案。");
      return false;
    }
    const answer = chosen.map((input) => input.value).join(" ");
    mark(question, answer === question.dataset["answer"] ? "答对了。" : "和答案不一样，看看解析。");
    question.querySelector("[data-explain]")?.removeAttribute("hidden");
    return true;
  }

  /**
   * @param {HTMLElement} question
   * @param {string} text
   */
  function mark(question, text) {
    const place = question.querySelector("[data-result]");
    if (place) place.textContent = text;
  }

  function finish() {
    if (!open || !platform) return;
    tell("cmi.core.session_time", clock(Date.now() - started));
    tell("cmi.core.exit", isComplete() ? "" : "suspend");
    commit();
    platform.LMSFinish("");
    open = false;
  }

  /** @param {string} name */
  function ask(name) {
    return open && platform ? String(platform.LMSGetValue(name) ?? "") : "";
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  function tell(name, value) {
    if (open && platform) platform.LMSSetValue(name, value);
  }

  function commit() {
    if (open && platform) platform.LMSCommit("");
  }

  /**
   * SCORM 1.2's CMITimespan, HHHH:MM:SS.
   * @param {number} milliseconds
   */
  function clock(milliseconds) {
    const seconds = Math.max(0, Math.round(milliseconds / 1000));
    const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
    return `${String(Math.floor(seconds / 3600)).padStart(4, "0")}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }
})();
