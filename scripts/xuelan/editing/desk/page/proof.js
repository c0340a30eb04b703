// @ts-check
// Beside the text: what is wrong with it, each with the way to its place, and how it will look.

import { make } from "./dom.js";

/** @param {{goTo: (problem: any) => void, mend: (problems: any[]) => void}} ways */
export function makeProof(ways) {
  const count = make("h2", { id: "faults-title" });
  const list = make("ol", { class: "desk-problems", role: "list" });
  const mendAll = make("button", { type: "button", class: "button", hidden: true });
  const sheet = make("div", { class: "prose desk-sheet", lang: "zh-CN" });
  // A link in the proof leads to a page of the site, which is not here.
  sheet.addEventListener("click", (/** @type {Event} */ event) => {
    if (event.target instanceof Element && event.target.closest("a")) event.preventDefault();
  });
  const element = make(
    "aside",
    { class: "desk-proof", "aria-label": "检查和样子" },
    make("section", { "aria-labelledby": "faults-title" }, count, mendAll, list),
    make("section", { "aria-labelledby": "sheet-title" }, make("h2", { id: "sheet-title" }, "登出来的样子"), sheet),
  );
  return {
    element,
    /** @param {any} shown */
    show(shown) {
      const problems = shown.problems;
      const all = [...problems, ...shown.elsewhere];
      count.textContent = all.length ? `要看的地方：${all.length} 处` : "检查过了，没有问题";
      const mendable = problems.filter((/** @type {any} */ p) => p.edits.length);
      mendAll.hidden = mendable.length < 2;
      mendAll.textContent = `能自动改的 ${mendable.length} 处一起改好`;
      mendAll.onclick = () => ways.mend(mendable);
      list.replaceChildren(
        ...problems.map((/** @type {any} */ p) => line(p, ways)),
        ...shown.elsewhere.map((/** @type {any} */ p) => line(p, null)),
      );
      const answers = shown.answers;
      sheet.replaceChildren();
      if (!answers) return;
      sheet.append(
        make("p", { class: "desk-sheet-title" }, answers.title || "（还没有标题）"),
        answers.summary ? make("p", { class: "summary" }, answers.summary) : "",
      );
      // The desk has cleaned this HTML as it is cleaned for the site.
      const body = make("div", {});
      body.innerHTML = shown.html;
      showPictures(body, shown.path);
      sheet.append(body);
    },
  };
}

/** @param {any} problem @param {any} ways */
function line(problem, ways) {
  const place = problem.label
    ? `“${problem.label}”这一项`
    : problem.textLine
      ? `正文第 ${problem.textLine} 行`
      : problem.path && !ways
        ? problem.path
        : "整篇";
  return make(
    "li",
    { class: `desk-problem desk-${problem.severity === "错误" ? "error" : "note"}` },
    make("strong", {}, problem.severity),
    " ",
    ways && (problem.field || problem.textLine)
      ? make("button", { type: "button", class: "link", click: () => ways.goTo(problem) }, place)
      : make("span", {}, place),
    make("p", {}, problem.message, problem.hint ? "。" : ""),
    problem.hint && make("p", { class: "desk-help" }, problem.hint),
    ways && problem.edits.length > 0 &&
      make("button", { type: "button", class: "tool", click: () => ways.mend([problem]) }, "替我改好"),
  );
}

/**
 * Pictures stand beside the material; the desk has them under another address.
 * @param {HTMLElement} body @param {string} path
 */
function showPictures(body, path) {
  for (const picture of body.querySelectorAll("img")) {
    const source = picture.getAttribute("src") ?? "";
    const name = source.split("/").pop() ?? "";
    picture.setAttribute("src", `file/${path.split("/").slice(0, -1).join("/")}/${name}`);
  }
}
