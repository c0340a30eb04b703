// The search field: when a query is complete enough to be asked.

const PAUSE = 120;

/**
 * Call `ask` when the text changed: after a pause in typing, at once when an input method has
 * finished a word, never in the middle of one.
 * @param {HTMLInputElement} input
 * @param {(text: string) => void} ask
 */
export function watch(input, ask) {
  let last = input.value;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let composing = false;
  const now = () => {
    clearTimeout(timer);
    if (input.value === last) return;
    last = input.value;
    ask(last);
  };
  input.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    now();
  });
  input.addEventListener("input", () => {
    if (composing) return;
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!/[\r\n]/.test(text)) return;
    // A one-line field would glue lines together; they are separate words.
    event.preventDefault();
    input.setRangeText(text.replace(/\s*[\r\n]+\s*/g, " "), input.selectionStart ?? 0, input.selectionEnd ?? 0, "end");
    now();
  });
}
