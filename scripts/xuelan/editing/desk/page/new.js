// @ts-check
// The beginning of a new material: a kind, a title, and the id that follows from it.

import { ask, dropZone, explain, make, say, upload } from "./dom.js";

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
  const report = make("div", { class: "notice", hidden: true });
  const zone = dropZone("已有 Word 文件、网页或 PDF：拖到这里，或者点下面选一个", ".docx,.doc,.wps,.rtf,.odt,.html,.htm,.md,.txt,.pdf,.zip", async (file) => {
    say("正在导入……");
    const made = await upload("import", { name: file.name }, file);
    const told = make("pre", { tabindex: 0 }, made.report);
    report.replaceChildren(
      make("p", {}, "导入好了，请先看报告，再核对文字。"),
      make("p", {}, make("a", { class: "button button-main", href: `#/article/${encodeURI(made.path)}` }, "打开它")),
      told,
    );
    report.hidden = false;
  });
  main.replaceChildren(
    make("h1", {}, "写新的"),
    make("h2", {}, "从文件来"),
    zone,
    report,
    make("h2", {}, "从头写"),
    form,
  );
  title.focus();
}
