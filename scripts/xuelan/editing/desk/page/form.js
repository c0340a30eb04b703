// @ts-check
// The form of a material, made from the table of fields that the desk sends.

import { make } from "./dom.js";

/**
 * @typedef {object} FieldTable
 * @property {string} name
 * @property {string} label
 * @property {string} help
 * @property {string} form
 * @property {boolean} required
 * @property {boolean} many
 * @property {{value: string, label: string}[]} choices
 * @property {string} example
 * @property {FieldTable[]} fields
 */

/**
 * A form: `element` to show, `touched` the answers a person has changed, `set` to show others.
 * @param {any} about
 * @param {Record<string, any>} answers
 * @param {() => void} onChange
 */
export function makeForm(about, answers, onChange) {
  /** @type {Record<string, any>} */
  let shown = structuredClone(answers);
  /** @type {Record<string, any>} */
  let touched = {};
  const element = make("div", { class: "desk-groups" });

  /** @param {string} name @param {any} value */
  const change = (name, value) => {
    shown[name] = value;
    touched[name] = value;
    onChange();
    if (name === "kind") markRequired();
  };

  function markRequired() {
    const needed = new Set(about.needs[shown.kind] ?? []);
    for (const mark of element.querySelectorAll("[data-need]"))
      mark.hidden = mark.dataset.always === undefined && !needed.has(mark.dataset.need);
  }

  function draw() {
    const open = new Set([...element.querySelectorAll("details[open]")].map((d) => d.dataset.group));
    element.replaceChildren(
      ...about.groups.map((/** @type {any} */ group, /** @type {number} */ n) =>
        make(
          "details",
          { "data-group": group.title, open: open.size ? open.has(group.title) : n === 0 },
          make("summary", {}, group.title, make("span", { class: "desk-group-count" })),
          ...group.fields.map((/** @type {FieldTable} */ f) => drawField(f, shown[f.name], change)),
        ),
      ),
    );
    markRequired();
  }
  draw();
  return {
    element,
    /** The answers changed since the last call. */
    take() {
      const taken = touched;
      touched = {};
      return taken;
    },
    /** @param {Record<string, any>} taken Puts back what could not be kept. */
    putBack(taken) {
      touched = { ...taken, ...touched };
    },
    /** @param {Record<string, any>} others */
    set(others) {
      shown = structuredClone(others);
      touched = {};
      draw();
    },
    /** @param {string} name @param {any} value */
    answer(name, value) {
      change(name, value);
      draw();
    },
    /** @param {string} name */
    get(name) {
      return shown[name];
    },
    /** @param {string} name */
    focus(name) {
      const place = element.querySelector(`[data-field="${name}"]`);
      const group = place?.closest("details");
      if (group) group.open = true;
      place?.scrollIntoView({ block: "center" });
      place?.querySelector("input, select, textarea, button")?.focus();
    },
    /** Shows the problems beside their fields. @param {any[]} problems */
    mark(problems) {
      for (const place of element.querySelectorAll("[data-field]")) {
        const own = problems.filter((p) => p.field === place.dataset.field);
        const told = place.querySelector(".desk-faults");
        told.replaceChildren(
          ...own.map((p) => make("span", {}, `${p.severity}：${p.message}。${p.hint}`)),
        );
        place.classList.toggle("desk-wrong", own.some((p) => p.severity === "错误"));
        for (const control of place.querySelectorAll("input, select, textarea"))
          control.setAttribute("aria-invalid", String(own.some((p) => p.severity === "错误")));
      }
      for (const group of element.querySelectorAll("details")) {
        const count = group.querySelectorAll(".desk-wrong").length;
        group.querySelector(".desk-group-count").textContent = count ? `${count} 项要改` : "";
      }
    },
  };
}

/** @param {FieldTable} field @param {any} value @param {(name: string, value: any) => void} change */
function drawField(field, value, change) {
  const id = `field-${field.name}`;
  const faults = make("p", { class: "desk-faults", id: `${id}-faults`, "aria-live": "polite" });
  const help = make("p", { class: "desk-help", id: `${id}-help` }, field.help);
  const mark = make("span", { class: "desk-need", "data-need": field.name }, "必填");
  if (field.required) mark.dataset.always = "";
  /** @param {any} given */
  const give = (given) => change(field.name, given);
  const isSet = field.form === "record" || (field.many && field.choices.length > 0);
  const title = isSet
    ? make("legend", {}, field.label, mark)
    : make("label", { for: id }, field.label, mark);
  const described = { id, "aria-describedby": `${id}-help ${id}-faults` };
  const control =
    value === null
      ? make("p", { class: "desk-help" }, "这一项的写法这里显示不了，请在“整篇文字”里改。")
      : field.form === "record"
        ? drawRecords(field, value, give)
        : drawControl(field, value, described, give);
  return make(
    isSet ? "fieldset" : "div",
    { class: "desk-field", "data-field": field.name },
    title,
    control,
    help,
    faults,
  );
}

/**
 * @param {FieldTable} field @param {any} value @param {Record<string, any>} attributes
 * @param {(value: any) => void} give
 */
function drawControl(field, value, attributes, give) {
  if (field.many && field.choices.length) return drawChecks(field, value, give);
  if (field.choices.length) return drawChoice(field, value, attributes, give);
  if (field.many) {
    const long = field.name === "questions";
    const area = make("textarea", { ...attributes, rows: Math.max(long ? 3 : 2, value.length) });
    area.value = value.join("\n");
    area.placeholder = "一行写一个";
    area.addEventListener("input", () => give(area.value.split("\n").filter((/** @type {string} */ t) => t.trim())));
    return area;
  }
  if (field.form === "text") {
    const area = make("textarea", { ...attributes, rows: 3 });
    area.value = value;
    area.addEventListener("input", () => give(area.value));
    return area;
  }
  const input = make("input", { ...attributes, type: "text", autocomplete: "off", value });
  if (field.example && field.example !== value) input.placeholder = `例如 ${field.example}`;
  if (field.form === "date") input.inputMode = "numeric";
  input.addEventListener("input", () => give(input.value));
  return input;
}

/** @param {FieldTable} field @param {string} value @param {Record<string, any>} attributes @param {(value: any) => void} give */
function drawChoice(field, value, attributes, give) {
  const choices = [...field.choices];
  if (!choices.some((c) => c.value === value))
    choices.unshift({ value, label: value || "请选择" });
  const select = make(
    "select",
    attributes,
    ...choices.map((c) => make("option", { value: c.value, selected: c.value === value }, c.label)),
  );
  select.addEventListener("change", () => give(select.value));
  return select;
}

/** @param {FieldTable} field @param {string[]} value @param {(value: any) => void} give */
function drawChecks(field, value, give) {
  const known = field.choices.map((c) => c.value);
  const all = [...known, ...value.filter((v) => !known.includes(v))];
  const box = make("div", { class: "desk-checks" });
  box.append(
    ...all.map((v) => {
      const check = make("input", { type: "checkbox", value: v });
      check.checked = value.includes(v);
      check.addEventListener("change", () => {
        const on = [...box.querySelectorAll("input")].filter((c) => c.checked);
        give(on.map((c) => c.value));
      });
      return make("label", {}, check, v);
    }),
  );
  return box;
}

/** @param {FieldTable} field @param {Record<string, string>[]} value @param {(value: any) => void} give */
function drawRecords(field, value, give) {
  const box = make("div", { class: "desk-records" });
  /** @type {Record<string, string>[]} */
  const records = structuredClone(value);

  function draw() {
    box.replaceChildren(
      ...records.map((record, n) =>
        make(
          "fieldset",
          { class: "desk-record" },
          make("legend", {}, `${field.label} ${n + 1}`),
          ...field.fields.map((part) => {
            const id = `field-${field.name}-${n}-${part.name}`;
            const control = drawControl(part, record[part.name] ?? "", { id }, (given) => {
              record[part.name] = given;
              give(records);
            });
            return make("div", {}, make("label", { for: id }, part.label), control);
          }),
          make(
            "button",
            {
              type: "button",
              class: "tool",
              click: () => {
                records.splice(n, 1);
                give(records);
                draw();
              },
            },
            `去掉${field.label} ${n + 1}`,
          ),
        ),
      ),
      make(
        "button",
        {
          type: "button",
          class: "tool",
          click: () => {
            records.push({});
            draw();
          },
        },
        `加一个${field.label}`,
      ),
    );
  }
  draw();
  return box;
}
