"""Calendar files (iCalendar, RFC 5545): the deadline of an activity, and the meeting of a branch.

The deadline of an activity that has ended is a record: it has no alarm, and its title says so. The
calendar of a branch has its meeting and a day for each task that the guide gives before and after
it. The browser writes the same calendar (``overrides/assets/xuelan/kit/calendar.js``).

Times are in Beijing time and written in UTC, which needs no time-zone table.
"""

from __future__ import annotations

import calendar
import datetime
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from icalendar import Alarm, Calendar, Event, vText

from xuelan.kits.plan import KitFile, KitPlan
from xuelan.model.column import Activity
from xuelan.model.content import Rendered
from xuelan.model.material import CURRENT
from xuelan.text.dates import first_day, zh_date
from xuelan.text.file_names import file_name

PRODUCT: Final = "-//xuelan//study kit//ZH"
BEFORE, AFTER = "会前准备", "会后"
"""Sections of a guide whose points begin with the time they are due."""
BEIJING: Final = datetime.timezone(datetime.timedelta(hours=8))
LONGEST_SUMMARY: Final = 24
"""Characters of an entry's title that the month view of a phone shows."""

_AHEAD: Final = re.compile(r"提前(\d{1,2})天(?:到\d{1,2}天)?，?(.+)", re.DOTALL)
_SAME_DAY: Final = re.compile(r"当天，?(.+)", re.DOTALL)
_LATER: Final = re.compile(
    r"([一两二三四五六七八九十]|\d{1,2})(天|周|个月)(?:内|后|以后)，?(.+)", re.DOTALL
)
_NUMERALS: Final = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2}
_UNITS: Final = {"天": 1, "周": 7, "个月": 30}
_FIRST_POINT: Final = re.compile(r"[^。；：，]+")


@dataclass(frozen=True, slots=True)
class MeetingTask:
    """A task ``days`` after the meeting (before it, if negative), in the words of the guide."""

    days: int
    text: str

    @property
    def summary(self) -> str:
        """Its first phrase, short enough for the title of an entry."""
        match = _FIRST_POINT.match(self.text)
        assert match is not None
        point = match[0]
        return point if len(point) <= LONGEST_SUMMARY else point[: LONGEST_SUMMARY - 1] + "…"


@dataclass(frozen=True, slots=True)
class Meeting:
    """The meeting of a branch, with the dated tasks of its guide.

    ``date`` is ISO, ``time`` is ``14:30`` or empty for a whole day, ``stamp`` is the ISO date used
    for “now”. The UIDs of entries are made from ``date``, ``branch`` and ``name``, so that a second
    import replaces the first.
    """

    branch: str
    name: str
    date: str
    time: str
    minutes: int
    place: str
    host: str
    agenda: tuple[str, ...]
    tasks: tuple[MeetingTask, ...]
    stamp: str


def files(plan: KitPlan) -> Iterator[KitFile]:
    """The deadline of the activity; nothing for a kit without one."""
    if plan.activity is None:
        return
    ended = plan.activity.life != CURRENT
    label = "期限记录（已结束）" if ended else "期限提醒"
    address = plan.address_of(plan.activity.address)
    data = deadline(plan.activity, plan.kit.reminders, plan.date, address)
    yield KitFile(file_name(f"40-{label}", ".ics"), f"{label}（日历）", "日程", data)


def deadline(activity: Activity, reminders: Sequence[int], stamp: str, address: str) -> bytes:
    """A calendar with the deadline of ``activity``.

    While the activity runs, alarms ring ``reminders`` days ahead; one that has ended has none.
    ``stamp`` is the ISO date used for “now”.
    """
    ended = activity.life != CURRENT
    event = _event(f"deadline-{activity.id}@xuelan", stamp)
    first, end = _span(activity.due)
    event.add("dtstart", first)
    event.add("dtend", end)
    event.add("transp", "TRANSPARENT")
    wording = activity.due_text or zh_date(activity.due)
    if ended:
        event.add("summary", f"{activity.name}（当年的期限，已结束）")
        text = f"原定期限：{wording}。活动已经结束，这里只作记录；今天组织学习，日期由支部自定。"
    else:
        event.add("summary", f"{activity.name}截止")
        text = f"期限：{wording}。{activity.summary}"
        for days in sorted(set(reminders), reverse=True):
            _alarm(event, datetime.timedelta(days=-days, hours=9), f"{activity.name}：{wording}")
    event.add("description", text)
    if address:
        event.add("url", address)
    return _calendar(f"{activity.name}期限", [event])


def meeting(m: Meeting) -> bytes:
    """The calendar of a branch: the meeting with its agenda, and a day for each task."""
    identity = f"{zlib.crc32(f'{m.branch}|{m.name}'.encode()):08x}"
    events = [_meeting_event(m, identity)]
    day = datetime.date.fromisoformat(m.date)
    for number, task in enumerate(m.tasks, 1):
        event = _event(f"{m.date}-{identity}-{number}@xuelan", m.stamp)
        on = day + datetime.timedelta(days=task.days)
        event.add("dtstart", on)
        event.add("dtend", on + datetime.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("summary", f"{m.name}：{task.summary}")
        event.add("description", task.text)
        _alarm(event, datetime.timedelta(hours=9), task.summary)
        events.append(event)
    return _calendar(f"{m.branch} {m.name}".strip(), events)


def _meeting_event(m: Meeting, identity: str) -> Event:
    event = _event(f"{m.date}-{identity}@xuelan", m.stamp)
    if m.time:
        start = datetime.datetime.fromisoformat(f"{m.date}T{m.time}").replace(tzinfo=BEIJING)
        begin = start.astimezone(datetime.UTC)
        event.add("dtstart", begin)
        event.add("dtend", begin + datetime.timedelta(minutes=m.minutes))
        _alarm(event, datetime.timedelta(days=-1), f"明天：{m.name}")
    else:
        first = datetime.date.fromisoformat(m.date)
        event.add("dtstart", first)
        event.add("dtend", first + datetime.timedelta(days=1))
        _alarm(event, datetime.timedelta(hours=-15), f"明天：{m.name}")
    event.add("summary", f"{m.name}（{m.branch}）" if m.branch else m.name)
    if m.place:
        event.add("location", m.place)
    lines = [*([f"主持人：{m.host}"] if m.host else []), *m.agenda]
    if lines:
        event.add("description", "\n".join(lines))
    return event


def tasks(guide: Rendered) -> tuple[MeetingTask, ...]:
    """The dated points below 会前准备 and 会后 of a guide: 提前7天，定时间 is 定时间 on day -7."""
    found: list[MeetingTask] = []
    for block in guide.blocks:
        section = guide.headings[block.section].text if block.section >= 0 else ""
        if section == BEFORE:
            if ahead := _AHEAD.fullmatch(block.text):
                found.append(MeetingTask(-int(ahead[1]), ahead[2]))
            elif today := _SAME_DAY.fullmatch(block.text):
                found.append(MeetingTask(0, today[1]))
        elif section == AFTER:
            if later := _LATER.fullmatch(block.text):
                amount = _NUMERALS.get(later[1]) or int(later[1])
                found.append(MeetingTask(amount * _UNITS[later[2]], later[3]))
            elif today := _SAME_DAY.fullmatch(block.text):
                found.append(MeetingTask(0, today[1]))
    return tuple(sorted(found, key=lambda s: s.days))


def _span(due: str) -> tuple[datetime.date, datetime.date]:
    """First day of a day, month or year, and the day after its last: 2024-02 ends on 2024-03-01."""
    first = datetime.date.fromisoformat(first_day(due))
    match due.count("-"):
        case 2:
            days = 1
        case 1:
            days = calendar.monthrange(first.year, first.month)[1]
        case _:
            days = 366 if calendar.isleap(first.year) else 365
    return first, first + datetime.timedelta(days=days)


def _event(uid: str, stamp: str) -> Event:
    event = Event()
    event.add("uid", uid)
    moment = datetime.datetime.fromisoformat(first_day(stamp)).replace(tzinfo=datetime.UTC)
    event.add("dtstamp", moment)
    return event


def _alarm(event: Event, ahead: datetime.timedelta, text: str) -> None:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", ahead)
    alarm.add("description", text)
    event.add_component(alarm)


def _calendar(name: str, events: Sequence[Event]) -> bytes:
    book = Calendar()
    book.add("version", "2.0")
    book.add("prodid", PRODUCT)
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", vText(name))
    for event in events:
        book.add_component(event)
    return bytes(book.to_ical())
