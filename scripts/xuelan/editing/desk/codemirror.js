// @ts-check
// The editor for the text, bundled into page/codemirror.mjs when the package is made.
// It keeps what it is given byte for byte: nothing is completed, indented or wrapped by itself.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const PHRASES = {
  Find: "查找",
  Replace: "替换成",
  next: "下一个",
  previous: "上一个",
  all: "全选",
  "match case": "区分大小写",
  "by word": "整词",
  regexp: "正则",
  replace: "替换",
  "replace all": "全部替换",
  close: "关闭",
  "Go to line": "到第几行",
  go: "去",
};

const LOOK = EditorView.theme({
  "&": { border: "1px solid var(--line)", background: "var(--paper)", color: "var(--ink)" },
  "&.cm-focused": { outline: "2px solid var(--seal)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--sans)", lineHeight: "1.8", minHeight: "24rem", maxHeight: "75vh" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { background: "var(--wash)", color: "var(--quiet)", border: "0" },
  ".cm-panels": { background: "var(--wash)", color: "var(--ink)" },
  ".cm-placeholder": { color: "var(--quiet)" },
  ".cm-tooltip": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)" },
});

const INK = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.link, color: "var(--seal)" },
  { tag: tags.url, color: "var(--quiet)" },
  { tag: tags.quote, color: "var(--terrace)" },
  { tag: tags.processingInstruction, color: "var(--quiet)" },
]);

/**
 * @param {string} text @param {string} label @param {() => void} onChange @param {string} nonce
 */
export function makeEditor(text, label, onChange, nonce) {
  /** Set while the text is put there by the page and not by a person. */
  let isSetting = false;
  const extensions = [
    EditorView.cspNonce.of(nonce),
    EditorState.lineSeparator.of("\n"),
    EditorState.phrases.of(PHRASES),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", lang: "zh-CN" }),
    lineNumbers(),
    lintGutter(),
    history(),
    search({ top: true }),
    highlightSelectionMatches(),
    markdown({ base: markdownLanguage, addKeymap: false, completeHTMLTags: false }),
    syntaxHighlighting(INK),
    placeholder("正文写在这里，一段写一行。从 Word 复制来的文字可以直接粘贴。"),
    keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !isSetting) onChange();
    }),
    LOOK,
  ];
  const view = new EditorView({ state: EditorState.create({ doc: text, extensions }) });

  /** @param {number} from @param {number} to @param {string} insert @param {number} [at] */
  const change = (from, to, insert, at = from + insert.length) => {
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: at }, userEvent: "input" });
    view.focus();
  };
  return {
    element: view.dom,
    get: () => view.state.sliceDoc(),
    /** @param {string} other */
    set(other) {
      if (other === view.state.sliceDoc()) return;
      isSetting = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: other } });
      isSetting = false;
    },
    /** @param {number} number */
    goTo(number) {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: line.from, head: line.to }, scrollIntoView: true });
      view.focus();
    },
    /** @param {string} before @param {string} after */
    wrap(before, after) {
      const { from, to } = view.state.selection.main;
      const inside = view.state.sliceDoc(from, to);
      change(from, to, before + inside + after, from + before.length + inside.length);
    },
    /** @param {string} mark */
    lead(mark) {
      const line = view.state.doc.lineAt(view.state.selection.main.from);
      change(line.from, line.from, mark, view.state.selection.main.from + mark.length);
    },
    /** @param {string} added */
    insert(added) {
      const { from, to } = view.state.selection.main;
      change(from, to, added);
    },
    /** @param {any[]} problems */
    mark(problems) {
      const found = problems
        .filter((p) => p.textLine > 0)
        .map((p) => {
          const line = view.state.doc.line(Math.min(p.textLine, view.state.doc.lines));
          const severity = { 错误: "error", 警告: "warning" }[String(p.severity)] ?? "info";
          const message = p.hint ? `${p.message}。${p.hint}` : p.message;
          return { from: line.from, to: line.to, severity: /** @type {any} */ (severity), message };
        });
      view.dispatch(setDiagnostics(view.state, found));
    },
  };
}
