// The full results page: facets, order, further results. Its address says what is shown.

import { ask, take } from "./ask.js";
import { chips, unknown } from "./chips.js";
import { report } from "./dialog.js";
import { watch } from "./field.js";
import { current, named } from "./load.js";
import { element, failure, formLinks, offers, result, sentence, SLOW } from "./rows.js";

/**
 * @typedef {import("./texts.js").Hit} Hit
 * @typedef {"kind" | "year" | "unit" | "activity"} Facet
 * @typedef {Record<Facet, number[]> & Record<"kinds" | "years" | "units" | "activities", string[]>} Table
 */

/** @type {[Facet, "kinds" | "years" | "units" | "activities", string][]} */
const FACETS = [
  ["kind", "kinds", "类型"],
  ["year", "years", "年份"],
  ["unit", "units", "单位"],
  ["activity", "activities", "活动"],
];
const MOST_VALUES = 8;
const pageTitle = document.title;
/** @returns {Promise<Table>} */
const facetTable = () => named("facets");

/** @param {Table} table @param {Facet} facet @param {number} doc @param {number} value */
function has(table, facet, doc, value) {
  return facet === "activity" ? !!(table.activity[doc] & (1 << value)) : table[facet][doc] === value;
}

/** @param {HTMLElement} place where the page's form and results go */
export function fill(place) {
  const state = new URLSearchParams(location.search);
  const input = element("input", {
    type: "search", name: "q", id: "page-q", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", enterkeyhint: "search", placeholder: "人名、地名、文号",
  });
  input.value = state.get("q") ?? "";
  const form = element(
    "form", { class: "search-form", role: "search" },
    element("label", { class: "visually-hidden", for: "page-q" }, "检索全部材料"), input,
    element("button", { class: "button", type: "submit" }, "检索"),
  );
  const status = element("p", { class: "search-status", role: "status" });
  const meant = element("p", { class: "search-meant" });
  const forms = element("p", { class: "search-forms" });
  const on = element("p", { class: "search-chips" });
  const order = element("p", { class: "search-order" });
  const list = element("ol", { class: "hits", "data-search-results": "", "aria-label": "检索结果" });
  const more = element("button", { class: "button search-more", type: "button" }, "再看十篇");
  const facets = element("div");
  const filter = element("details", {}, element("summary", {}, "筛选"), facets);
  const aside = element("aside", { class: "search-facets", "aria-label": "筛选" }, filter);
  const results = element("section", { "aria-label": "结果" }, status, on, meant, forms, order, list, more);
  place.replaceChildren(form, element("div", { class: "search-body" }, aside, results));
  filter.open = matchMedia("(min-width: 48rem)").matches;
  aside.hidden = more.hidden = true;

  let turn = 0;
  const run = async () => {
    const mine = ++turn;
    const text = input.value;
    keep(text, state);
    if (!text.trim() && !FACETS.some(([facet]) => state.has(facet))) return clear();
    const slow = setTimeout(() => status.replaceChildren("正在检索……"), SLOW);
    try {
      /** @type {Hit[]} */
      let found = [];
      const reply = await ask(text, async (hits) => {
        const table = await facetTable();
        found = text.trim() ? hits : everything();
        return arranged(table, found, state);
      });
      if (mine !== turn) return;
      const table = await facetTable();
      const chosen = chosenOf(table, state);
      const left = reply.answer.hits.length;
      const whole = { ...reply, answer: { ...reply.answer, hits: found } };
      const shown = chosen.length ? left : undefined;
      status.replaceChildren(...(text.trim() ? sentence(whole, text, shown) : counted(left)), unknown(chosen));
      on.replaceChildren(...chips(chosen, (gone) => {
        const stay = chosen.filter((one) => !gone.includes(one));
        for (const { facet } of gone) state.delete(facet);
        for (const { facet } of gone) {
          if (state.has(facet)) continue;
          for (const one of stay) if (one.facet === facet) state.append(facet, one.name);
        }
        run();
        input.focus();
      }));
      meant.replaceChildren(...offers(reply.meant, (query) => {
        input.value = query;
        run();
      }));
      forms.replaceChildren(...formLinks(reply.forms));
      const focus = document.activeElement?.getAttribute("data-choice");
      facets.replaceChildren(...groups(table, found, state, run));
      aside.hidden = !found.length;
      order.replaceChildren(...(text.trim() && found.length ? orders(state, run) : []));
      if (focus) refocus(place, focus);
      list.replaceChildren(...reply.rows.map(result));
      continueFrom(reply.answer.hits, reply.next);
      document.body.classList.add("searching");
    } catch (error) {
      if (mine === turn) fail(error);
    } finally {
      clearTimeout(slow);
    }
  };

  /** @param {Hit[]} hits @param {number} next */
  const continueFrom = (hits, next) => {
    more.hidden = next >= hits.length;
    more.onclick = async () => {
      const mine = turn;
      more.disabled = true;
      try {
        const [rows, after] = await take(hits, next);
        if (mine !== turn) return;
        const items = rows.map(result);
        list.append(...items);
        continueFrom(hits, after);
        items[0]?.querySelector("a")?.focus();
      } catch (error) {
        if (mine === turn) fail(error);
      } finally {
        more.disabled = false;
      }
    };
  };

  const clear = () => {
    for (const part of [status, on, meant, forms, order, list, facets]) part.replaceChildren();
    aside.hidden = more.hidden = true;
    document.body.classList.remove("searching");
  };

  const fail = (/** @type {unknown} */ error) => {
    clear();
    status.replaceChildren(...failure(run));
    report(error);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  watch(input, run);
  if (input.value || FACETS.some(([facet]) => state.has(facet))) run();
}

/** @param {Table} table @param {URLSearchParams} state @returns {import("./chips.js").Chosen[]} */
function chosenOf(table, state) {
  return FACETS.flatMap(([facet, names, label]) =>
    state.getAll(facet).map((name) => ({ facet, label, name, known: table[names].includes(name) })));
}

/** @param {HTMLElement} place @param {string} choice that had the focus before it was made anew */
function refocus(place, choice) {
  const again = place.querySelector(`[data-choice="${CSS.escape(choice)}"]`);
  if (!(again instanceof HTMLElement)) return;
  again.closest("details")?.setAttribute("open", "");
  again.focus();
}

/** @returns {Hit[]} every document, newest first */
function everything() {
  return Array.from({ length: current().count }, (_, doc) => ({ doc, place: -1, pieces: [] }));
}

/** @param {number} count @returns {(Node | string)[]} */
function counted(count) {
  return ["共", element("b", { "data-search-count": "" }, String(count)), "篇。"];
}

/** @param {string} text @param {URLSearchParams} state put into the page's address */
function keep(text, state) {
  if (text.trim()) state.set("q", text);
  else state.delete("q");
  document.title = text.trim() ? `${text.trim()} - ${pageTitle}` : pageTitle;
  const query = state.toString();
  try {
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  } catch {
    // A page on a disk may not be allowed to change its address.
  }
}

/**
 * @param {Table} table @param {number} doc @param {URLSearchParams} state
 * @param {Facet} [except] a facet that is not looked at
 * @returns {boolean} one value of each facet chosen
 */
function passes(table, doc, state, except) {
  return FACETS.every(([facet, names]) => {
    const wanted = facet === except ? [] : state.getAll(facet);
    return !wanted.length || wanted.some((name) => has(table, facet, doc, table[names].indexOf(name)));
  });
}

/** @param {Table} table @param {Hit[]} hits @param {URLSearchParams} state @returns {Hit[]} */
function arranged(table, hits, state) {
  const kept = hits.filter(({ doc }) => passes(table, doc, state));
  return state.get("sort") === "date" ? kept.sort((a, b) => a.doc - b.doc) : kept;
}

/** @param {URLSearchParams} state @param {() => void} run @returns {(Node | string)[]} */
function orders(state, run) {
  const choice = (/** @type {string} */ value, /** @type {string} */ name) => {
    const chosen = (state.get("sort") ?? "") === value;
    const button = element(
      "button",
      { type: "button", class: "link", "aria-pressed": String(chosen), "data-choice": `sort ${value}` },
      name,
    );
    button.addEventListener("click", () => {
      if (value) state.set("sort", value);
      else state.delete("sort");
      run();
    });
    return button;
  };
  return ["排序：", choice("", "相关"), "　", choice("date", "日期")];
}

/**
 * @param {Table} table @param {Hit[]} hits @param {URLSearchParams} state @param {() => void} run
 * @returns {HTMLElement[]} a group of boxes for each facet, with counts
 */
function groups(table, hits, state, run) {
  return FACETS.flatMap(([facet, names, label]) => {
    const docs = hits.map(({ doc }) => doc).filter((doc) => passes(table, doc, state, facet));
    const values = table[names]
      .map((name, value) => ({ name, count: docs.filter((d) => has(table, facet, d, value)).length }))
      .filter(({ name, count }) => name && (count || state.getAll(facet).includes(name)));
    if (facet !== "year") values.sort((a, b) => b.count - a.count);
    if (!values.length) return [];
    const boxes = values.map((value) => box(facet, value, state, run));
    const rest = boxes.slice(MOST_VALUES);
    const closed = rest.length
      ? [element("details", {}, element("summary", {}, `其余${rest.length}项`), ...rest)]
      : [];
    const legend = element("legend", {}, label);
    return [element("fieldset", {}, legend, ...boxes.slice(0, MOST_VALUES), ...closed)];
  });
}

/**
 * @param {Facet} facet @param {{name: string, count: number}} value
 * @param {URLSearchParams} state @param {() => void} run
 * @returns {HTMLLabelElement}
 */
function box(facet, { name, count }, state, run) {
  const input = element("input", {
    type: "checkbox", name: facet, value: name, "data-choice": `${facet} ${name}`,
  });
  input.checked = state.getAll(facet).includes(name);
  input.addEventListener("change", () => {
    const others = state.getAll(facet).filter((other) => other !== name);
    state.delete(facet);
    for (const value of input.checked ? [...others, name] : others) state.append(facet, value);
    run();
  });
  return element("label", {}, input, ` ${name} `, element("span", { class: "count" }, String(count)));
}
