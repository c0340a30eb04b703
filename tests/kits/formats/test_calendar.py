"""Calendars: a past deadline is a record, a branch's own meeting is what reminds."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from branch_kits import AWKWARD, blueprint, particulars, plan
from xuelan.kits.formats import calendar
from xuelan.kits.formats.calendar import Meeting, MeetingTask, deadline, meeting
from xuelan.model.material import CURRENT


def events(data: bytes) -> list[object]:
    return Calendar.from_ical(data).walk("VEVENT")


def test_a_deadline_that_has_passed_rings_no_alarm(tmp_path: Path) -> None:
    """The 2024 deadline of an ended activity is a whole day that says it is over."""
    made = plan(tmp_path)
    (file,) = calendar.files(made)
    (event,) = events(file.data)
    assert event["dtstart"].dt == datetime.date(2024, 4, 30)
    assert "已结束" in str(event["summary"])
    assert "日期由支部自定" in str(event["description"])
    assert event.walk("VALARM") == []
    assert file.name == "40-期限记录（已结束）.ics"


def test_a_deadline_that_still_runs_reminds_on_the_days_asked_for(tmp_path: Path) -> None:
    """Seven days and one day ahead, at nine in the morning."""
    made = plan(tmp_path)
    running = replace(made.activity, life=CURRENT)
    (event,) = events(deadline(running, (7, 1), "2026-11-22", "https://example.org/a/"))
    triggers = [a["trigger"].dt for a in event.walk("VALARM")]
    assert triggers == [datetime.timedelta(days=-n, hours=9) for n in (7, 1)]
    assert "已结束" not in str(event["summary"])
    assert str(event["url"]) == "https://example.org/a/"


def test_a_deadline_known_to_the_month_covers_the_month(tmp_path: Path) -> None:
    """No day is invented: “2024-02” lasts from the first to the twenty-ninth."""
    activity = replace(plan(tmp_path).activity, due="2024-02")
    (event,) = events(deadline(activity, (), "2026-11-22", ""))
    assert (event["dtstart"].dt, event["dtend"].dt) == (
        datetime.date(2024, 2, 1),
        datetime.date(2024, 3, 1),
    )


def test_the_guides_own_words_become_days(tmp_path: Path) -> None:
    """“提前7天”, “当天”, “两天内” and “一个月后” are counted from the meeting."""
    assert [(s.days, s.summary) for s in blueprint(tmp_path).tasks] == [
        (-7, "定时间和篇目"),
        (-3, "发材料"),
        (0, "备好签到表"),
        (2, "核对发言要点"),
        (30, "回看一次"),
    ]


def test_a_branchs_meeting_stands_at_its_hour_with_its_agenda(tmp_path: Path) -> None:
    """14:30 in Beijing is 06:30 in UTC; the agenda is the description."""
    first, *rest = events(meeting(blueprint(tmp_path).calendar(particulars())))
    assert first["dtstart"].dt == datetime.datetime(2026, 12, 3, 6, 30, tzinfo=datetime.UTC)
    assert first["dtend"].dt - first["dtstart"].dt == datetime.timedelta(minutes=60)
    assert str(first["location"]) == "三楼会议室"
    assert "主持人：示例甲" in str(first["description"])
    assert "读夜校的灯" in str(first["description"])
    assert [e["dtstart"].dt.isoformat() for e in rest][:2] == ["2026-11-26", "2026-11-30"]


def test_a_meeting_without_an_hour_lasts_the_day(tmp_path: Path) -> None:
    """No hour is invented either."""
    first, *_ = events(meeting(blueprint(tmp_path).calendar(particulars(time=""))))
    assert first["dtstart"].dt == datetime.date(2026, 12, 3)


text = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@given(text, text)
def test_no_line_is_longer_than_75_octets_and_nothing_is_lost(branch: str, place: str) -> None:
    """Folding never splits a character; commas, semicolons and backslashes come back."""
    kept = [t.replace("\\N", "").replace("\\n", "") for t in (branch, place)]
    m = Meeting(kept[0], "集中学习", "2026-12-03", "14:30", 60, kept[1], "", (), (), "2026-11-22")
    data = meeting(m)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    (event,) = events(data)
    assert str(event.get("location", "")) == kept[1]
    if kept[0]:
        assert str(event["summary"]) == f"集中学习（{kept[0]}）"


def test_importing_twice_replaces_instead_of_doubling() -> None:
    """The entries' identities hang on branch, meeting and date, not on when they were made."""
    m = Meeting(
        AWKWARD, "会", "2026-12-03", "", 60, "", "", (), (MeetingTask(-1, "备材料"),), "2026-11-22"
    )
    later = replace(m, stamp="2026-12-01", place="改到二楼")
    uids = [[str(e["uid"]) for e in events(meeting(x))] for x in (m, later)]
    assert uids[0] == uids[1]
    assert len(set(uids[0])) == 2
