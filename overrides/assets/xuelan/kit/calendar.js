// @ts-check
// A branch's calendar (iCalendar, RFC 5545): the same file as scripts/xuelan/kits/calendars.py.
"use strict";

/** @typedef {{ days: number, text: string, summary: string }} Step */
/**
 * @typedef {{
 *   branch: string, name: string, date: string, time: string, minutes: number, place: string,
 *   host: string, agenda: string[], steps: Step[], stamp: string, product: string,
 * }} Meeting
 */

const DAY = 24 * 60 * 60 * 1000;
const BEIJING = 8 * 60 * 60 * 1000;

/**
 * @param {Meeting} m `date` is ISO, `time` 14:30 or empty for a whole day
 * @returns {string} the calendar, lines ended and folded as the standard asks
 */
function branchCalendar(m) {
  const identity = crc32(new TextEncoder().encode(`${m.branch}|${m.name}`)).toString(16).padStart(8, "0");
  const stamp = `DTSTAMP:${m.stamp.replace(/-/g, "")}T000000Z`;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:${m.product}`,
    "METHOD:PUBLISH",
    `X-WR-CALNAME:${calendarText(`${m.branch} ${m.name}`.trim())}`,
    ...meetingEvent(m, identity, stamp),
  ];
  const held = Date.parse(`${m.date}T00:00:00Z`);
  m.steps.forEach((step, number) => {
    const on = held + step.days * DAY;
    lines.push(
      "BEGIN:VEVENT",
      `SUMMARY:${calendarText(`${m.name}：${step.summary}`)}`,
      `DTSTART;VALUE=DATE:${calendarDay(on)}`,
      `DTEND;VALUE=DATE:${calendarDay(on + DAY)}`,
      stamp,
      `UID:${m.date}-${identity}-${number + 1}@xuelan`,
      `DESCRIPTION:${calendarText(step.text)}`,
      "TRANSP:TRANSPARENT",
      ...calendarAlarm(step.summary, "PT9H"),
      "END:VEVENT",
    );
  });
  lines.push("END:VCALENDAR");
  return lines.map((line) => `${foldedLine(line)}\r\n`).join("");
}

/**
 * @param {Meeting} m
 * @param {string} identity
 * @param {string} stamp
 * @returns {string[]}
 */
function meetingEvent(m, identity, stamp) {
  const first = Date.parse(`${m.date}T00:00:00Z`);
  const [hours = 0, minutes = 0] = m.time.split(":").map(Number);
  const start = first + (hours * 60 + minutes) * 60 * 1000 - BEIJING;
  const end = start + m.minutes * 60 * 1000;
  const told = [...(m.host ? [`主持人：${m.host}`] : []), ...m.agenda];
  return [
    "BEGIN:VEVENT",
    `SUMMARY:${calendarText(m.branch ? `${m.name}（${m.branch}）` : m.name)}`,
    m.time ? `DTSTART:${calendarMoment(start)}` : `DTSTART;VALUE=DATE:${calendarDay(first)}`,
    m.time ? `DTEND:${calendarMoment(end)}` : `DTEND;VALUE=DATE:${calendarDay(first + DAY)}`,
    stamp,
    `UID:${m.date}-${identity}@xuelan`,
    ...(told.length ? [`DESCRIPTION:${calendarText(told.join("\n"))}`] : []),
    ...(m.place ? [`LOCATION:${calendarText(m.place)}`] : []),
    ...calendarAlarm(`明天：${m.name}`, m.time ? "-P1D" : "-PT15H"),
    "END:VEVENT",
  ];
}

/**
 * @param {string} text
 * @param {string} trigger
 */
function calendarAlarm(text, trigger) {
  return ["BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${calendarText(text)}`, `TRIGGER:${trigger}`, "END:VALARM"];
}

/** @param {number} time */
function calendarDay(time) {
  return new Date(time).toISOString().slice(0, 10).replace(/-/g, "");
}

/** @param {number} time */
function calendarMoment(time) {
  return `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** @param {string} text */
function calendarText(text) {
  return text.replace(/\\/g, "\\\\").replace(/;/g, "\\;").replace(/,/g, "\\,").replace(/\r\n|\r|\n/g, "\\n");
}

/**
 * A line folded so that none is longer than 75 octets, never inside a character or an escape.
 * @param {string} line
 * @returns {string}
 */
function foldedLine(line) {
  const encoder = new TextEncoder();
  /** @type {string[]} */
  const folded = [];
  /** @type {string[]} */
  let current = [];
  let octets = 0;
  for (const character of line) {
    const more = encoder.encode(character).length;
    if (current.length && octets + more > 74) {
      const last = current.length > 1 && /[\\^]/.test(current[current.length - 1] ?? "") ? current.splice(-1) : [];
      folded.push(current.join(""));
      current = last;
      octets = last.length;
    }
    current.push(character);
    octets += more;
  }
  return [...folded, current.join("")].join("\r\n ");
}
