// @ts-check
// The beginning of a new material: a kind, a title, and the id that follows from it.

import { ask, explain, make } from "./dom.js";

/** @param {HTMLElement} main @param {any} about */
export async function showNew(main, about) {
  const kind = make(
    "select",
    { id: "new-kind", required: true },
    ...about.kinds.map((/** @type {any} */ k) => make("option", { value: k.name }, k.name)),
  );
  const told = make("p", { class: "desk-help", id: "new-kind-help" });
  const tell = () => {
    told.textContent = about.kinds[kind.selectedIndex]?.summary ?? "";
  };
  kind.addEventListener("change", tell);
  tell();
  const title = make("input", { type: "text", id: "new-title", required: true, autocomplete: "off" });
  const id = make("input", { type: "text", id: "new-id", autocomplete: "off", spellcheck: "false" });
  const form = make(
    "form",
    {
      class: "desk-form",
      submit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        try {
          const made = await ask("create", { kind: kind.value, title: title.value, id: id.value });
          location.hash = `#/article/${encodeURI(made.path)}`;
        } catch (error) {
          explain(error);
        }
      },
    },
    make("label", { for: "new-kind" }, "文种"),
    kind,
    told,
    make("label", { for: "new-title" }, "标题"),
    title,
    make("label", { for: "new-id" }, "编号（可以不填）"),
    id,
    make("p", { class: "desk-help" }, "编号用在网址里，只用小写英文、数字和连字符；不填就用标题的拼音。"),
    make("p", {}, make("button", { class: "button button-main" }, "开始写")),
  );
  main.replaceChildren(make("h1", {}, "写新的"), form);
  title.focus();
}
