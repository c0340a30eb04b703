// @ts-check
// Comfort, not content: every page says all it has to say without this file.

const root = document.documentElement;

/** @type {(selector: string, from?: ParentNode) => HTMLElement[]} */
const all = (selector, from = document) => [...from.querySelectorAll(selector)].filter((e) => e instanceof HTMLElement);

// Reading settings

/** Keep a choice for the next page; an empty value forgets it. @type {(name: string, value: string) => void} */
function choose(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  try {
    if (value) localStorage.setItem(`xuelan.${name}`, value);
    else localStorage.removeItem(`xuelan.${name}`);
  } catch {
    // Storage may be forbidden: the choice then lasts for this page.
  }
}

const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

/** @type {(button: HTMLElement) => boolean} */
function isPressed({ dataset }) {
  if (dataset.size !== undefined) return dataset.size === (root.dataset.size ?? "");
  if (dataset.face !== undefined) return dataset.face === root.dataset.face;
  return isDark();
}

/** @type {(button: HTMLElement) => void} */
function apply({ dataset }) {
  if (dataset.size !== undefined) choose("size", dataset.size);
  else if (dataset.face !== undefined) choose("face", root.dataset.face === dataset.face ? "" : dataset.face);
  else choose("theme", isDark() === system.matches ? (isDark() ? "light" : "dark") : "");
}

for (const settings of all("[data-settings]")) {
  const buttons = all("button", settings);
  const show = () => buttons.forEach((b) => b.setAttribute("aria-pressed", String(isPressed(b))));
  for (const button of buttons) {
    button.addEventListener("click", () => {
      apply(button);
      show();
    });
  }
  system.addEventListener("change", show);
  show();
  settings.hidden = false;
  for (const opener of all("[data-settings-open]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => {
      opener.setAttribute("aria-expanded", String(settings.classList.toggle("open")));
    });
  }
}

// Copy a reference, print the page

/** Clipboard access is for https only; many an office network has none. @type {(from: HTMLElement) => boolean} */
function copySelected(from) {
  getSelection()?.selectAllChildren(from);
  return document.execCommand("copy");
}

for (const button of all("[data-copy]")) {
  const [cited] = all("[data-cite]", button.parentElement ?? undefined);
  button.hidden = !cited;
  button.addEventListener("click", async () => {
    const copied = navigator.clipboard
      ? await navigator.clipboard.writeText(cited.innerText).then(() => true, () => copySelected(cited))
      : copySelected(cited);
    button.textContent = copied ? "已复制" : "已选中，请按 Ctrl+C";
  });
}
for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const place of all("[data-here]")) place.textContent = place.textContent || location.href.split("#")[0];
for (const source of all(".print-source")) {
  root.style.setProperty("--print-source", JSON.stringify(source.textContent?.trim()));
}

// Self-test: the page holds the answers, this only compares

for (const question of all("[data-question]")) {
  const [button] = all("[data-check]", question);
  const [result] = all("[data-result]", question);
  button.hidden = false;
  button.addEventListener("click", () => {
    const chosen = all("input:checked", question).map((input) => input.getAttribute("value")).join(" ");
    const right = chosen === question.dataset.answer;
    result.className = chosen ? (right ? "right" : "wrong") : "";
    result.textContent = !chosen ? "先选一个答案。" : right ? "答对了。" : "不对，再想想，或者看解析。";
  });
}
