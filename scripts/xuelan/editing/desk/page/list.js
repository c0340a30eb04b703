// @ts-check
// The list of all materials, with a search over titles, numbers, names and tags.

import { ask, make, say } from "./dom.js";

const MOST = 200;

/** @param {HTMLElement} main @param {any} about */
export async function showList(main, about) {
  const rows = await ask("list");
  const field = make("input", { type: "search", id: "find", autocomplete: "off" });
  const kind = make(
    "select",
    { id: "find-kind" },
    make("option", { value: "" }, "全部文种"),
    ...about.kinds.map((/** @type {any} */ k) => make("option", { value: k.name }, k.name)),
  );
  const list = make("ul", { class: "listing desk-list", role: "list" });
  const count = make("p", { class: "desk-count", role: "status" });

  function refresh() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter(
      (/** @type {any} */ row) =>
        (!kind.value || row.kind === kind.value) &&
        words.every((/** @type {string} */ w) => row.words.includes(w)),
    );
    list.replaceChildren(...found.slice(0, MOST).map(line));
    const rest = found.length > MOST ? `，这里列出前 ${MOST} 篇，请再写一两个字` : "";
    count.textContent = `共 ${found.length} 篇${rest}`;
  }
  field.addEventListener("input", refresh);
  kind.addEventListener("change", refresh);
  main.replaceChildren(
    make("h1", {}, "全部材料"),
    make("p", {}, "点一篇就可以改。改动先存成草稿，点“存入栏目”才写进文件，交稿之后由审核的人发布。"),
    make(
      "div",
      { class: "desk-find", role: "search" },
      make("label", { for: "find" }, "查找"),
      field,
      make("label", { for: "find-kind" }, "文种"),
      kind,
      make("a", { class: "button button-main", href: "#/new" }, "写新的"),
    ),
    count,
    list,
  );
  refresh();
  say(count.textContent);
}

/** @param {any} row */
function line(row) {
  const marks = [row.kind, row.date].filter(Boolean).join("　");
  return make(
    "li",
    {},
    make("a", { href: `#/article/${encodeURI(row.path)}` }, row.title),
    make("span", { class: "desk-marks" }, marks),
    row.status === "draft" && make("span", { class: "state" }, "草稿"),
    row.status === "withdrawn" && make("span", { class: "state" }, "已撤下"),
    row.draft && make("span", { class: "state" }, `没存完，${row.draft.slice(5, 16).replace("T", " ")}`),
    row.errors > 0 && make("span", { class: "state state-missing" }, `${row.errors} 处错误`),
  );
}
