// @ts-check
// Handing in: which texts go together into one change, and what became of it.

import { alert, ask, explain, make, Refusal } from "./dom.js";

/** @param {HTMLElement} main */
export async function showChange(main) {
  const state = await ask("changes");
  /** @param {string} id @param {string} label @param {any} control @param {string} [help] */
  const line = (id, label, control, help) => [
    make("label", { for: id }, label),
    control,
    help && make("p", { class: "desk-help" }, help),
  ];
  const title = make("input", { type: "text", id: "change-title", required: true, autocomplete: "off" });
  const note = make("textarea", { id: "change-note", rows: 3 });
  const name = make("input", { type: "text", id: "change-name", required: true, value: state.name, autocomplete: "name" });
  const email = make("input", { type: "text", id: "change-email", inputmode: "email", autocomplete: "email" });
  const user = make("input", { type: "text", id: "change-user", autocomplete: "username" });
  const password = make("input", { type: "password", id: "change-password", autocomplete: "off" });
  const onto = make(
    "select",
    { id: "change-onto" },
    make("option", { value: "" }, "单独交一份"),
    ...state.handed.map((/** @type {any} */ h) =>
      make("option", { value: h.branch }, `补到“${h.title}”（${h.time.replace("T", " ")}）`)),
  );
  const list = make("ul", { class: "listing desk-list desk-change", role: "list" }, ...state.files.map(row));
  const result = make("section", { class: "notice", role: "status", hidden: true });
  const button = make("button", { class: "button button-main" }, "交稿");
  const login = make(
    "details",
    { hidden: !/^https?:/.test(state.remote) },
    make("summary", {}, "远程仓库的登录名和口令（要的时候才填，用一次，不保存）"),
    ...line("change-user", "登录名", user),
    ...line("change-password", "口令或令牌", password),
  );
  const form = make(
    "form",
    {
      class: "desk-form",
      submit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        const paths = [...list.querySelectorAll("input:checked")].map((c) => c.value);
        if (!paths.length) return alert("请至少选一篇。");
        button.disabled = true;
        try {
          const done = await ask("hand-in", {
            paths, title: title.value, note: note.value, name: name.value, email: email.value,
            onto: onto.value, user: user.value, password: password.value,
          });
          alert("");
          form.hidden = true;
          tell(result, done);
        } catch (error) {
          explain(error);
          if (!(error instanceof Refusal)) throw error;
        } finally {
          button.disabled = false;
        }
      },
    },
    list,
    ...line("change-title", "这次改了什么", title, "一句话，审核的人先看到它。"),
    ...line("change-note", "给审核人的话（可以不写）", note),
    ...line("change-name", "您的姓名", name),
    ...line("change-email", "电子邮箱（可以不写；写了会留在记录里）", email),
    ...(state.handed.length ? line("change-onto", "交到哪里", onto) : []),
    login,
    make("p", {}, button),
  );
  const told = state.hasGit && state.remote
    ? `选好要一起交的，点“交稿”，就送到 ${state.remote} 等人审核。原来的网站不会变。`
    : "选好要一起交的，点“交稿”，会得到一个压缩包，用邮件发给负责合并的人。原来的网站不会变。";
  main.replaceChildren(
    make("h1", {}, "交稿"),
    make("p", {}, told),
    state.unsaved.length > 0 && make("p", { class: "notice" },
      "还有没存入栏目的草稿：",
      ...state.unsaved.map((/** @type {string} */ path) =>
        make("a", { class: "desk-unsaved", href: `#/article/${encodeURI(path)}` }, path))) || "",
    state.files.length ? form : make("p", {}, "没有改动可交。改好一篇、点了“存入栏目”，它就列在这里。"),
    result,
  );
}

/** @param {any} file */
function row(file) {
  const check = make("input", { type: "checkbox", value: file.path });
  check.checked = !file.handed && !file.errors && !file.unsaved && file.path.endsWith(".md");
  check.disabled = file.errors > 0 || file.unsaved;
  return make(
    "li",
    {},
    make("label", {}, check, make("span", {}, `${file.verb} ${file.title}`)),
    make("span", { class: "desk-marks" }, file.path),
    file.errors > 0 && make("span", { class: "state state-missing" }, `${file.errors} 处错误，改好才能交`),
    file.unsaved && make("span", { class: "state" }, "还有改动没存入栏目"),
    file.handed && make("span", { class: "state" }, "已经交过，等人合并"),
  );
}

/** @param {HTMLElement} place @param {any} done */
function tell(place, done) {
  const letter = make("textarea", { rows: 14, readonly: true, "aria-label": "说明的文字" });
  letter.value = done.letter;
  place.replaceChildren(
    make("h2", {}, done.pushed ? "交好了" : "已经装成一个压缩包"),
    make("p", {}, done.pushed
      ? `已送到远程仓库的分支 ${done.branch}。`
      : `没有直接送出：${done.reason}。请下载压缩包，用邮件发给负责合并的人；里面有改过的文件和说明。`),
    done.link && make("p", {}, make("a", { class: "button", href: done.link, target: "_blank", rel: "noreferrer" }, "到网上提出合并请求")) || "",
    done.archive && make("p", {}, make("a", { class: "button button-main", href: done.archive, download: true }, "下载压缩包")) || "",
    make("p", {}, "说明的文字（可以贴进合并请求或邮件）："),
    letter,
  );
  place.hidden = false;
  place.scrollIntoView({ block: "start" });
}
