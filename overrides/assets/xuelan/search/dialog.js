// The dialog in the header of every page: `/` or Ctrl+K opens it, arrows walk the results.

import { ask } from "./ask.js";
import { watch } from "./field.js";
import { element, failure, formLinks, link, offers, result, sentence, SLOW } from "./rows.js";

/** @type {HTMLDialogElement | undefined} */
let dialog;

/** @param {HTMLElement} opener the link to the search page */
export function wire(opener) {
  opener.setAttribute("aria-haspopup", "dialog");
  opener.setAttribute("aria-keyshortcuts", "/ Control+K");
  opener.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    const slash = event.key === "/" && !modified && !typing;
    const letter = event.key.toLowerCase() === "k" && event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!slash && !letter) return;
    event.preventDefault();
    open();
  });
}

function open() {
  dialog ??= build();
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input")?.select();
}

/** @returns {HTMLDialogElement} */
function build() {
  const input = element("input", {
    type: "search", name: "q", id: "search-q", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", enterkeyhint: "search", placeholder: "人名、地名、文号",
  });
  const status = element("p", { class: "search-status", role: "status" });
  const meant = element("p", { class: "search-meant" });
  const forms = element("p", { class: "search-forms" });
  const list = element("ol", { class: "hits", "data-search-results": "", "aria-label": "检索结果" });
  const all = element("a", { class: "search-all" }, "在检索页查看全部，按文种、年份筛选");
  const close = element("button", { type: "button", class: "tool" }, "关闭");
  const form = element(
    "form", { class: "search-form", role: "search", action: link("search/") },
    element("label", { class: "visually-hidden", for: "search-q" }, "检索全部材料"), input, close,
  );
  const made = element(
    "dialog", { class: "search-dialog", "aria-label": "检索" }, form, status, meant, forms, list, all,
  );
  all.hidden = true;
  document.body.append(made);
  close.addEventListener("click", () => made.close());
  made.addEventListener("click", (event) => event.target === made && made.close());
  form.addEventListener("submit", (event) => !input.value.trim() && event.preventDefault());
  made.addEventListener("keydown", (event) => walk(event, [input, ...forms.querySelectorAll("a"), ...list.querySelectorAll("a")]));

  let turn = 0;
  const run = async (/** @type {string} */ text) => {
    const mine = ++turn;
    const slow = setTimeout(() => status.replaceChildren("正在检索……"), SLOW);
    try {
      const reply = await ask(text);
      if (mine !== turn) return;
      const asked = text.trim() !== "";
      status.replaceChildren(...(asked ? sentence(reply, text) : []));
      meant.replaceChildren(...offers(reply.meant, (query) => {
        input.value = query;
        input.focus();
        run(query);
      }));
      forms.replaceChildren(...formLinks(reply.forms));
      list.replaceChildren(...reply.rows.map(result));
      all.hidden = !reply.rows.length;
      all.href = `${link("search/")}?q=${encodeURIComponent(text.trim())}`;
    } catch (error) {
      if (mine !== turn) return;
      for (const part of [meant, forms, list]) part.replaceChildren();
      all.hidden = true;
      status.replaceChildren(...failure(() => run(text)));
      report(error);
    } finally {
      clearTimeout(slow);
    }
  };
  watch(input, run);
  return made;
}

/** @param {unknown} error */
export function report(error) {
  console.warn(error);
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} stops the field and the results' links */
function walk(event, stops) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.isComposing) return;
  const at = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = stops[Math.min(stops.length - 1, Math.max(0, at + step))];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
