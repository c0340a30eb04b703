// @ts-check
// One material: its form, its text, what is wrong with it and how it will look.
// All that is typed goes to the desk at every pause; the desk keeps it as a draft.

import { alert, ask, dropZone, explain, make, Refusal, say, upload } from "./dom.js";
import { makeForm } from "./form.js";
import { makeProof } from "./proof.js";
import { makeTextField } from "./text.js";

const PAUSE = 500;
const AGAIN = 3000;

/** This window among others that may show the same text. */
const OWN = Math.random().toString(36).slice(2);

const TOOLS = /** @type {const} */ ([
  ["小标题", "lead", "## ", ""],
  ["要点", "lead", "- ", ""],
  ["编号", "lead", "1. ", ""],
  ["加粗", "wrap", "**", "**"],
  ["引文", "lead", "> ", ""],
  ["引注", "wrap", "[@", "]"],
]);

/**
 * @param {HTMLElement} main @param {any} about @param {string} path
 * @returns {Promise<() => Promise<void>>} what to do before another view is shown
 */
export async function showArticle(main, about, path) {
  const shown = await ask("open", { path });
  const article = new Article(about, shown);
  await article.build(main);
  return () => article.close();
}

class Article {
  /** @param {any} about @param {any} shown */
  constructor(about, shown) {
    this.about = about;
    this.path = shown.path;
    this.revision = shown.revision;
    this.base = shown.base;
    this.shown = shown;
    this.isWhole = shown.answers === null;
    this.isChanged = false;
    this.timer = 0;
    /** @type {Promise<void>} */
    this.writing = Promise.resolve();
    this.title = make("h1", {});
    this.state = make("p", { class: "desk-state", role: "status" });
    this.clash = make("div", { class: "notice desk-clash", role: "alert", hidden: true });
    this.form = makeForm(about, shown.answers ?? {}, () => this.touch());
    /** @type {import("./text.js").TextField} */
    this.field = /** @type {any} */ (null);
    this.formPlace = make("section", { "aria-label": "信息栏" });
    this.textTitle = make("h2", { id: "text-title" });
    this.textPlace = make("div", {});
    this.proof = makeProof({
      goTo: (problem) => this.goTo(problem),
      mend: (problems) => this.mend(problems),
    });
    this.guard = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.isChanged) event.preventDefault();
    };
  }

  /** @param {HTMLElement} main */
  async build(main) {
    this.saveButton = make("button", { type: "button", class: "button button-main", click: () => this.save() }, "存入栏目");
    this.dropButton = make("button", { type: "button", class: "button", click: () => this.discard() }, "放弃改动");
    this.wholeButton = make("button", { type: "button", class: "tool", click: () => this.switchMode() });
    const tools = make(
      "div",
      { class: "desk-tools", role: "toolbar", "aria-label": "写法" },
      ...TOOLS.map(([label, kind, before, after]) =>
        make("button", { type: "button", class: "tool", click: () => this.field[kind](before, after) }, label),
      ),
    );
    this.field = await makeTextField(this.isWhole ? this.shown.text : this.shown.body, "正文", () => this.touch());
    this.textPlace.append(tools, this.field.element);
    this.formPlace.append(this.form.element);
    main.replaceChildren(
      this.title,
      make("div", { class: "desk-bar" }, this.saveButton, this.dropButton, this.state),
      this.clash,
      make(
        "div",
        { class: "desk-columns" },
        make("div", {}, this.formPlace, make("section", { "aria-labelledby": "text-title" },
          make("div", { class: "desk-text-head" }, this.textTitle, this.wholeButton), this.textPlace),
          this.makeAttach(), this.makeSign()),
        this.proof.element,
      ),
    );
    this.showMode();
    this.show(this.shown);
    for (const note of this.shown.notes ?? []) alert(`${note}，存入栏目时会改成栏目要求的样子。`);
    addEventListener("beforeunload", this.guard);
  }

  async close() {
    removeEventListener("beforeunload", this.guard);
    await this.flush();
  }

  // Typing

  touch() {
    this.isChanged = true;
    this.state.textContent = "正在写……";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE);
  }

  /** Sends what was typed; one request after the other. */
  flush() {
    clearTimeout(this.timer);
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** What the desk has to know to keep the text as it is on screen. */
  current() {
    const change = { path: this.path, window: OWN, revision: this.revision, base: this.base };
    if (this.isWhole) return { ...change, text: this.field.get() };
    return { ...change, answers: this.form.take(), body: this.field.get() };
  }

  /** @param {object} [more] */
  async write(more = {}) {
    if (!this.isChanged) return;
    this.isChanged = false;
    const change = this.current();
    try {
      this.show(await ask("write", { ...change, ...more }));
      alert("");
    } catch (error) {
      this.isChanged = true;
      if ("answers" in change) this.form.putBack(change.answers);
      if (error instanceof Refusal && error.status === 409) return this.askAboutWindow(error.answer);
      this.state.textContent = "还没有存下来";
      explain(error);
      if (error instanceof Refusal && error.status === 0) this.timer = setTimeout(() => this.flush(), AGAIN);
    }
  }

  /** Shows an answer of the desk; what is being typed meanwhile stays. @param {any} shown */
  show(shown) {
    this.shown = shown;
    this.revision = shown.revision;
    this.base = shown.base;
    const title = shown.answers?.title || this.path.split("/").pop();
    this.title.textContent = title;
    const time = shown.saved ? shown.saved.slice(11, 16) : "";
    this.state.textContent = time
      ? `草稿 ${time} 自动存好，还没存入栏目`
      : "和栏目里的文件一样，没有改动";
    this.saveButton.disabled = !shown.revision;
    this.dropButton.disabled = !shown.revision;
    this.form.mark(shown.problems);
    this.field.mark(this.isWhole ? shown.problems.map((/** @type {any} */ p) => ({ ...p, textLine: p.line })) : shown.problems);
    this.proof.show(shown);
    this.clash.hidden = true;
    if (shown.diskChanged) this.askAboutFile();
  }

  /** Puts a text of the desk in place of the one on screen. @param {any} shown */
  replace(shown) {
    this.isChanged = false;
    clearTimeout(this.timer);
    this.isWhole = shown.answers === null;
    if (shown.answers) this.form.set(shown.answers);
    this.field.set(this.isWhole ? shown.text : shown.body);
    this.showMode();
    this.show(shown);
  }

  // Two versions

  /** @param {any} answer */
  askAboutWindow(answer) {
    this.state.textContent = "还没有存下来";
    this.offer(`${answer.message}那边是 ${answer.other.saved.slice(11, 16)} 存的。`, [
      ["用这个窗口里的", async () => this.write({ over: true })],
      ["换成那个窗口里的", async () => this.replace(await ask("open", { path: this.path }))],
    ]);
  }

  /** @param {string} [digest] */
  askAboutFile(digest) {
    this.offer("这个文件在别处改过（例如用别的程序，或同事更新了栏目）。", [
      ["用我写的", async () => {
        const found = digest ?? (await this.diskDigest());
        this.replace(await ask("save", { path: this.path, revision: this.revision, accept: found }));
        say("已存入栏目。");
      }],
      ["换成文件里的", async () => this.replace(await ask("rebase", { path: this.path }))],
    ]);
  }

  /** The digest of the file as it is now, which the desk tells when it refuses to replace it. */
  async diskDigest() {
    await this.flush();
    try {
      await ask("save", { path: this.path, revision: this.revision });
    } catch (error) {
      if (error instanceof Refusal && error.answer.kind === "disk") return error.answer.other.digest;
      throw error;
    }
    return "";
  }

  /** @param {string} text @param {[string, () => Promise<void>][]} ways */
  offer(text, ways) {
    const buttons = ways.map(([label, way]) =>
      make("button", { type: "button", class: "button", click: async () => {
        this.clash.hidden = true;
        try { await way(); } catch (error) { explain(error); }
      } }, label));
    this.clash.replaceChildren(make("p", {}, text, "另一个版本会留在 .xuelan/kept 文件夹里，不会丢。"), ...buttons);
    this.clash.hidden = false;
  }

  // Buttons

  async save() {
    await this.flush();
    if (this.isChanged) return;
    try {
      this.replace(await ask("save", { path: this.path, revision: this.revision }));
      this.state.textContent = "已存入栏目。要请人审核、发布，请点上面的“交稿”";
    } catch (error) {
      if (error instanceof Refusal && error.answer.kind === "disk") this.askAboutFile(error.answer.other.digest);
      else explain(error);
    }
  }

  async discard() {
    if (!confirm("放弃这一篇没有存入栏目的改动吗？草稿会另外留一份。")) return;
    try {
      await this.flush();
      await ask("discard", { path: this.path });
      this.isChanged = false;
      if (this.shown.isNew) location.hash = "#/";
      else this.replace(await ask("open", { path: this.path }));
    } catch (error) {
      explain(error);
    }
  }

  /** @param {any[]} problems */
  async mend(problems) {
    try {
      await this.flush();
      const chosen = problems.map((p) => `${p.code}:${p.line}`);
      this.replace(await ask("mend", { ...this.current(), chosen }));
      say("已经改好。");
    } catch (error) {
      explain(error);
    }
  }

  /** Saves what is typed, so that the file can be changed; false if that did not work. */
  async settle() {
    await this.flush();
    if (this.shown.revision) await this.save();
    return !this.isChanged && !this.shown.revision;
  }

  makeAttach() {
    const title = make("input", { type: "text", id: "attach-title", autocomplete: "off" });
    const alt = make("input", { type: "text", id: "attach-alt", autocomplete: "off" });
    const told = make("p", { role: "status" });
    const zone = dropZone("把文件拖到这里，或者点下面选一个", "", async (file) => {
      if (!(await this.settle())) return;
      const asked = { path: this.path, name: file.name, title: title.value, alt: alt.value };
      const shown = await upload("attach", asked, file);
      this.replace(shown);
      told.textContent = `已加“${file.name}”。${shown.told.join("")}`;
      title.value = alt.value = "";
    });
    return make(
      "details",
      { class: "desk-part" },
      make("summary", {}, "加附件或图片"),
      make("label", { for: "attach-title" }, "名称（不写就用文件名）"),
      title,
      make("label", { for: "attach-alt" }, "图片上有什么（图片必填，给看不见图的人）"),
      alt,
      zone,
      told,
    );
  }

  makeSign() {
    const stage = make("select", { id: "sign-stage" }, ...["初审", "复审", "终审"].map((s) => make("option", {}, s)));
    const by = make("input", { type: "text", id: "sign-by", autocomplete: "name" });
    const opinion = make("textarea", { id: "sign-opinion", rows: 2 });
    const button = make("button", { type: "button", class: "button", click: async () => {
      try {
        if (!(await this.settle())) return;
        const asked = { path: this.path, stage: stage.value, by: by.value, opinion: opinion.value };
        this.replace(await ask("sign", asked));
        alert("");
        say("已经签字。");
      } catch (error) {
        explain(error);
      }
    } }, "签字");
    return make(
      "details",
      { class: "desk-part" },
      make("summary", {}, "审核签字"),
      make("p", { class: "desk-help" }, "签的是现在这份内容；内容一改，要从初审重新签起。"),
      make("label", { for: "sign-stage" }, "审次"),
      stage,
      make("label", { for: "sign-by" }, "审核人的姓名或职务"),
      by,
      make("label", { for: "sign-opinion" }, "意见（可以不写）"),
      opinion,
      make("p", {}, button),
    );
  }

  /** @param {any} problem */
  goTo(problem) {
    if (this.isWhole) this.field.goTo(problem.line);
    else if (problem.textLine) this.field.goTo(problem.textLine);
    else if (problem.field) this.form.focus(problem.field);
  }

  async switchMode() {
    await this.flush();
    if (this.isChanged) return;
    if (this.isWhole && this.shown.answers === null) {
      alert("信息栏的写法有误，表格显示不出来。请先照右边的提示在这里改好。");
      return;
    }
    this.isWhole = !this.isWhole;
    if (!this.isWhole) this.form.set(this.shown.answers);
    this.field.set(this.isWhole ? this.shown.text : this.shown.body);
    this.showMode();
    this.show(this.shown);
  }

  showMode() {
    this.textTitle.textContent = this.isWhole ? "整篇文字" : "正文";
    this.wholeButton.textContent = this.isWhole ? "回到表格" : "看整篇文字";
    this.formPlace.hidden = this.isWhole;
  }
}
