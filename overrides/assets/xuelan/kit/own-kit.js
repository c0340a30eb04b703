// @ts-check
// The branch's own kit: what the organiser types becomes filled forms, a ledger and a calendar in
// one ZIP, made in this browser. Nothing is sent; what was typed is kept here until it is wiped.
"use strict";

/**
 * @typedef {{
 *   kit: string, title: string, meeting: string, forms: string[],
 *   agendas: Record<string, Row[]>, checks: Row[], steps: Step[],
 *   readings: { id: string, title: string }[], ledger: boolean,
 * }} OwnKit
 */
/**
 * @typedef {{
 *   stamp: string, product: string, ledgerName: string, calendarName: string, agendaForm: string,
 *   readingsName: string,
 *   forms: { id: string, name: string, number: number }[], texts: string[],
 *   templates: Record<string, Template>, kits: OwnKit[],
 * }} OwnKitData
 */
/**
 * The readings of a kit: a page with places for a title, contents and texts, and each text as HTML.
 * @typedef {{ page: string, texts: Record<string, string> }} OwnKitTexts
 */
/**
 * What was typed and chosen. `date` is ISO, `time` 14:30; both may be empty.
 * @typedef {{
 *   kit: string, branch: string, meeting: string, date: string, time: string, place: string,
 *   host: string, minutes: number, readings: string[], forms: string[],
 * }} Particulars
 */

/**
 * Every file of a branch's kit, as scripts/xuelan/kits/branches_parts.py makes them.
 * @param {OwnKitData} data
 * @param {Particulars} p
 * @returns {Promise<[name: string, data: Uint8Array][]>}
 */
async function ownKitFiles(data, p) {
  const kit = data.kits.find((k) => k.kit === p.kit);
  if (!kit) return [];
  /** @type {[string, Uint8Array][]} */
  const files = [];
  for (const form of data.forms) {
    const agenda = form.id === data.agendaForm;
    if (!kit.forms.includes(form.id) || !p.forms.includes(form.id)) continue;
    if (agenda && !kit.agendas[p.minutes]) continue;
    const template = data.templates[form.id];
    if (!template) continue;
    const name = fileName(`${form.number}-${form.name}${agenda ? `（${p.minutes}分钟）` : ""}`, ".docx");
    const parts = fillTemplate(template, data.texts, ownKitValues(data, kit, p, form.id));
    files.push([name, await zipArchive(parts)]);
  }
  const ledger = data.templates["ledger"];
  if (kit.ledger && ledger) {
    files.push([data.ledgerName, await zipArchive(fillTemplate(ledger, data.texts, { branch: p.branch }))]);
  }
  if (p.date) {
    files.push([data.calendarName, new TextEncoder().encode(branchCalendar(ownKitMeeting(data, kit, p)))]);
  }
  return files;
}

/**
 * The chosen readings as one page that opens without network. Their script is loaded only now, and
 * it is the same for all choices.
 * @param {OwnKitData} data
 * @param {Particulars} p
 * @returns {Promise<[name: string, data: Uint8Array][]>} nothing when no reading was chosen
 */
async function ownKitPage(data, p) {
  const kit = data.kits.find((k) => k.kit === p.kit);
  const chosen = kit?.readings.filter((r) => p.readings.includes(r.id)) ?? [];
  if (!chosen.length) return [];
  const { page, texts } = await ownKitTextsOf(p.kit);
  const parts = {
    title: escapeXml(`${p.branch} ${p.meeting} 学习材料`),
    contents: chosen.map((r) => `<li><a href="#${r.id}">${escapeXml(r.title)}</a></li>`).join(""),
    texts: chosen.map((r) => texts[r.id] ?? "").join("\n"),
  };
  const text = page.replace(/@@(title|contents|texts)@@/g, (_, /** @type {"title"} */ name) => parts[name]);
  return [[data.readingsName, new TextEncoder().encode(text)]];
}

/**
 * @param {string} kit
 * @returns {Promise<OwnKitTexts>}
 */
function ownKitTextsOf(kit) {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error("学习材料的正文没有读到，请检查网络，再点一次。"));
    const script = document.createElement("script");
    Object.assign(globalThis, { ownKitTexts: resolve });
    script.onload = fail; // changes nothing when the texts have come
    script.onerror = fail;
    script.src = `texts/${kit}.js`;
    document.head.append(script);
  });
}

/**
 * @param {OwnKitData} data
 * @param {OwnKit} kit
 * @param {Particulars} p
 * @param {string} form
 * @returns {Values}
 */
function ownKitValues(data, kit, p, form) {
  const [year, month, day] = p.date.split("-").map(Number);
  /** @type {Values} */
  const values = {
    branch: p.branch,
    meeting: p.meeting,
    date: p.date ? `${year}年${month}月${day}日` : "",
    time: p.time,
    place: p.place,
    host: p.host,
    readings: ownKitReadings(kit, p),
    checks: kit.checks,
  };
  if (form === data.agendaForm) {
    values["subtitle"] = `${p.meeting} · ${p.minutes}分钟`;
    values["agenda"] = kit.agendas[p.minutes] ?? [];
  }
  return values;
}

/**
 * @param {OwnKit} kit
 * @param {Particulars} p
 */
function ownKitReadings(kit, p) {
  return kit.readings.filter((r) => p.readings.includes(r.id)).map((r) => r.title).join("；");
}

/**
 * @param {OwnKitData} data
 * @param {OwnKit} kit
 * @param {Particulars} p
 * @returns {Meeting}
 */
function ownKitMeeting(data, kit, p) {
  const read = ownKitReadings(kit, p);
  const rows = kit.agendas[p.minutes] ?? [];
  return {
    branch: p.branch,
    name: p.meeting,
    date: p.date,
    time: p.time,
    minutes: p.minutes,
    place: p.place,
    host: p.host,
    agenda: [
      ...(read ? [`学习篇目：${read}`] : []),
      ...rows.map((row) => `${row["c0"]} ${row["c1"]}：${row["c2"]}`),
    ],
    steps: kit.steps,
    stamp: data.stamp,
    product: data.product,
  };
}

/** @param {OwnKitData} data */
function startOwnKit(data) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-own-kit]"));
  if (!form) return;
  const status = form.querySelector("[data-own-kit-status]");
  const store = "xuelan.own-kit";
  const typed = ["branch", "meeting", "date", "time", "place", "host"];
  let busy = false;
  form.hidden = false;

  restore();
  showChosen();
  form.addEventListener("input", keep);
  form.addEventListener("change", (event) => {
    if (event.target === field("kit")) suggestMeeting();
    showChosen();
    keep();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    make()
      .catch((error) => say(`没有做成：${error instanceof Error ? error.message : error}`))
      .finally(() => (busy = false));
  });
  form.querySelector("[data-own-kit-wipe]")?.addEventListener("click", wipe);

  /**
   * @param {string} name
   * @returns {HTMLInputElement}
   */
  function field(name) {
    return /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (form).elements.namedItem(name));
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement[]} the boxes of that name that belong to the chosen kit
   */
  function boxes(name) {
    const found = /** @type {HTMLFormElement} */ (form).querySelectorAll(`input[name="${name}"]`);
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (found)].filter((box) => !box.disabled);
  }

  /** @returns {Particulars} */
  function read() {
    const text = (/** @type {string} */ name) => field(name).value.replace(/\s+/g, " ").trim();
    return {
      kit: field("kit").value,
      branch: text("branch"),
      meeting: text("meeting"),
      date: field("date").value,
      time: field("time").value,
      place: text("place"),
      host: text("host"),
      minutes: Number(boxes("minutes").find((box) => box.checked)?.value ?? 0),
      readings: boxes("readings").filter((box) => box.checked).map((box) => box.value),
      forms: boxes("forms").filter((box) => box.checked).map((box) => box.value),
    };
  }

  /** Shows the readings, forms and lengths of the chosen kit, and no others. */
  function showChosen() {
    const chosen = data.kits.find((k) => k.kit === field("kit").value);
    for (const group of form?.querySelectorAll("[data-kit]") ?? []) {
      const mine = group instanceof HTMLElement && group.dataset["kit"]?.split(" ").includes(chosen?.kit ?? "");
      if (group instanceof HTMLElement) group.hidden = !mine;
      for (const box of group.querySelectorAll("input")) box.disabled = !mine;
    }
    const lengths = boxes("minutes");
    if (lengths.length && !lengths.some((box) => box.checked)) {
      const usual = lengths[Math.floor(lengths.length / 2)];
      if (usual) usual.checked = true;
    }
  }

  function suggestMeeting() {
    const names = data.kits.map((k) => k.meeting);
    const chosen = data.kits.find((k) => k.kit === field("kit").value);
    if (chosen && (!field("meeting").value || names.includes(field("meeting").value))) {
      field("meeting").value = chosen.meeting;
    }
  }

  async function make() {
    const particulars = read();
    say("正在生成……");
    const files = [...(await ownKitPage(data, particulars)), ...(await ownKitFiles(data, particulars))];
    const folder = fileName(`${particulars.branch} ${particulars.meeting}`);
    const archive = await zipArchive(files.map(([name, bytes]) => [`${folder}/${name}`, bytes]));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([new Uint8Array(archive)], { type: "application/zip" }));
    link.download = `${folder}.zip`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    const calendar = particulars.date ? "" : "没有填日期，所以没有日历文件。";
    say(`已生成“${folder}.zip”，里面有${files.length}个文件。${calendar}`);
  }

  function keep() {
    try {
      localStorage.setItem(store, JSON.stringify(read()));
    } catch {
      // Storage may be forbidden: then nothing is kept, which the page also promises to allow.
    }
  }

  function restore() {
    /** @type {Partial<Particulars>} */
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(store) ?? "{}") ?? {};
    } catch {
      // Forbidden or damaged: begin with an empty form.
    }
    if (data.kits.some((k) => k.kit === kept.kit)) field("kit").value = kept.kit ?? "";
    for (const name of typed) {
      const value = kept[/** @type {"branch"} */ (name)];
      if (typeof value === "string") field(name).value = value;
    }
    if (Array.isArray(kept.readings)) tick("readings", kept.readings);
    if (Array.isArray(kept.forms)) tick("forms", kept.forms);
    tick("minutes", [String(kept.minutes)]);
    suggestMeeting();
  }

  /**
   * @param {string} name
   * @param {string[]} values
   */
  function tick(name, values) {
    const mine = form?.querySelectorAll(`[data-kit~="${field("kit").value}"] input[name="${name}"]`) ?? [];
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (mine)) box.checked = values.includes(box.value);
  }

  function wipe() {
    try {
      localStorage.removeItem(store);
    } catch {
      // Nothing was kept.
    }
    form?.reset();
    suggestMeeting();
    showChosen();
    say("填写的内容已从这台电脑的浏览器里清除。");
  }

  /** @param {string} text */
  function say(text) {
    if (status) status.textContent = text;
  }
}
