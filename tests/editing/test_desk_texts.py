"""Writing at the desk: form, checks, drafts, two windows, files that change meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_client import Desk, running

import tiny
from xuelan.check import check
from xuelan.editing.desk.forms import put_together, take_apart

TITLE = "title: 夜校的灯"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running(tiny.write(tmp_path)) as found:
        yield found


def _write(desk: Desk, shown: Any, window: str = "one", **change: Any) -> tuple[int, Any]:
    """What the page sends after a pause in typing."""
    change = {"answers": {}, "body": shown["body"], **change}
    here = {"window": window, "revision": shown["revision"], "base": shown["base"]}
    return desk.ask("write", path=shown["path"], **here, **change)


def _file(desk: Desk) -> str:
    return (desk.root / tiny.STORY).read_text(encoding="utf-8")


def _kept(desk: Desk) -> list[str]:
    folder = desk.root / ".xuelan/kept"
    return [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.md"))]


# --- the form


def test_the_form_has_every_field_of_the_table(desk: Desk) -> None:
    """With its label, its purpose, its choices, and whether it must be filled in."""
    groups = desk.get("describe")["groups"]
    fields = {f["name"]: f for g in groups for f in g["fields"]}
    assert fields["kind"]["choices"][0]["value"]
    assert fields["title"]["required"]
    assert fields["reviews"]["fields"][0]["label"] == "审次"


def test_what_is_not_touched_stays_byte_for_byte() -> None:
    """All answers of all texts given back as they are change nothing."""
    texts = sorted(tiny.TINY.rglob("*/*/*.md"))
    assert len(texts) > 4
    for path in texts:
        text = path.read_text(encoding="utf-8")
        form = take_apart(text)
        assert form is not None
        assert put_together(text, form.answers, form.body) == text


@pytest.mark.parametrize(
    "line",
    [
        "title: 夜校的灯  # 不要改",
        "title: >\n  夜校\n  的灯",
        "title: '夜校的灯'",
        "title: 2016",
        "title: true",
        "issued: 2016",
        "title: {a: b}",
        "title: 夜校的灯\nplaces: 北村",
        "unknown: [a, {b: c}]",
        "reviews: [{stage: 初审, extra: x}]",
    ],
)
def test_another_way_of_writing_stays_as_well(line: str) -> None:
    """What the form cannot show, or shows in its own way, is not written anew."""
    text = tiny.text(tiny.STORY, (TITLE, line))
    form = take_apart(text)
    assert form is not None
    assert put_together(text, form.answers, form.body) == text


def test_an_answer_changes_its_own_line_only() -> None:
    """The rest of the file stays, comments and order as well."""
    text = tiny.text(tiny.STORY, (TITLE, f"# 一句话\n{TITLE}"))
    new = put_together(text, {"title": "夜校：一盏灯"}, take_apart(text).body)  # type: ignore[union-attr]
    assert new == text.replace(TITLE, "title: 夜校：一盏灯")


@pytest.mark.parametrize(
    "word", ["'x", "a: b", "- a", "#x", "是\n否", "2016-03-28", "*a", "@", "yes"]
)
def test_any_words_come_back_as_they_were_typed(word: str) -> None:
    """YAML's signs mean nothing in the form."""
    text = tiny.text(tiny.STORY)
    form = take_apart(put_together(text, {"title": word, "tags": [word]}, "正文\n"))
    assert form is not None
    assert (form.answers["title"], form.answers["tags"], form.body) == (word, [word], "正文\n")


# --- checks


def test_problems_are_those_of_check_at_their_field_and_line(desk: Desk) -> None:
    """The same messages, before anything is saved."""
    shown = desk.get("open", path=tiny.STORY)
    body = shown["body"] + "\n[点这里](nowhere.md)\n"
    status, after = _write(desk, shown, answers={"number": "某发[2016]8号"}, body=body)
    assert status == 200
    assert _file(desk) == tiny.text(tiny.STORY)
    found = {(p["message"], p["hint"]) for p in after["problems"]}
    by_code = {p["code"]: p for p in after["problems"]}
    assert by_code["document-number"]["field"] == "number"
    assert body.split("\n")[by_code["dead-link"]["textLine"] - 1] == "[点这里](nowhere.md)"
    desk.get("save", path=tiny.STORY, revision=after["revision"])
    assert found == {(p.message, p.hint) for p in check(desk.root)[1] if p.path == tiny.STORY}


def test_a_missing_field_is_told_at_the_field(desk: Desk) -> None:
    """Not at the line where the front matter begins."""
    shown = desk.get("open", path=tiny.STORY)
    _, after = _write(desk, shown, answers={"summary": ""})
    assert [p["field"] for p in after["problems"] if p["code"] == "missing-field"] == ["summary"]


def test_what_breaks_elsewhere_is_told_as_well(desk: Desk) -> None:
    """A heading that another text links to is gone."""
    notice = "materials/notices/notice-2024-3.md"
    shown = desk.get("open", path=notice)
    _, after = _write(desk, shown, body="## 全都改了\n\n只有一句。\n")
    assert tiny.STORY in {p["path"] for p in after["elsewhere"]}


def test_the_text_is_shown_as_the_site_shows_it(desk: Desk) -> None:
    """Rendered and cleaned by the same functions."""
    shown = desk.get("open", path=tiny.STORY)
    _, after = _write(desk, shown, body="## 小标题\n\n一段<script>alert(1)</script>。\n")
    assert "<h2" in after["html"]
    assert "<script" not in after["html"]


def test_fields_that_cannot_be_read_leave_the_whole_text(desk: Desk) -> None:
    """The form gives way to the text of the file, with the problem at its line."""
    broken = tiny.text(tiny.STORY, (TITLE, "title: [夜校的灯"))
    (desk.root / tiny.STORY).write_text(broken, encoding="utf-8")
    shown = desk.get("open", path=tiny.STORY)
    assert (shown["answers"], shown["text"]) == (None, broken)
    assert [p["code"] for p in shown["problems"]] == ["yaml"]
    status, after = _write(desk, shown, text=tiny.text(tiny.STORY))
    assert (status, after["answers"]["title"]) == (200, "夜校的灯")


# --- drafts


def test_a_draft_outlives_the_desk_and_leaves_the_file_alone(tmp_path: Path) -> None:
    """What was typed is there again after a crash; Git and the build do not see it."""
    root = tiny.write(tmp_path)
    with running(root) as first:
        _, after = _write(first, first.get("open", path=tiny.STORY), body="没写完\n")
    with running(root) as second:
        again = second.get("open", path=tiny.STORY)
        assert (again["body"], again["revision"]) == ("没写完\n", after["revision"])
        rows = {r["path"]: r["draft"] for r in second.get("list")}
        assert rows[tiny.STORY] == after["saved"]
    assert (root / tiny.STORY).read_text(encoding="utf-8") == tiny.text(tiny.STORY)
    assert (root / ".xuelan/.gitignore").read_text() == "*\n"
    assert not [p for p in check(root)[1] if p.is_error]


def test_saving_writes_the_text_byte_for_byte(desk: Desk) -> None:
    """Blanks, tabs and missing line ends are the editor's."""
    body = "一\t二  \n\n\n  三\\\n四　五"
    _, after = _write(desk, desk.get("open", path=tiny.STORY), body=body)
    saved = desk.get("save", path=tiny.STORY, revision=after["revision"])
    assert (saved["revision"], saved["body"]) == (0, body)
    assert _file(desk) == tiny.with_body(body)


def test_two_windows_cannot_overwrite_each_other(desk: Desk) -> None:
    """The later one is told, and chooses; the other version is put aside."""
    shown = desk.get("open", path=tiny.STORY)
    assert _write(desk, shown, "one", body="甲\n")[0] == 200
    status, told = _write(desk, shown, "two", body="乙\n")
    assert (status, told["kind"]) == (409, "window")
    assert "甲" in told["other"]["text"]
    status, after = _write(desk, shown, "two", body="乙\n", over=True)
    assert (status, after["body"]) == (200, "乙\n")
    assert _kept(desk) == [tiny.with_body("甲\n")]


def test_a_file_that_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    """The person is told, sees the other version, and nothing of it is lost."""
    _, after = _write(desk, desk.get("open", path=tiny.STORY), body="我的\n")
    theirs = tiny.with_body("别人的\n")
    (desk.root / tiny.STORY).write_text(theirs, encoding="utf-8")
    assert desk.get("open", path=tiny.STORY)["diskChanged"]
    status, told = desk.ask("save", path=tiny.STORY, revision=after["revision"])
    assert (status, told["kind"], told["other"]["text"]) == (409, "disk", theirs)
    assert _file(desk) == theirs
    digest = told["other"]["digest"]
    desk.get("save", path=tiny.STORY, revision=after["revision"], accept=digest)
    assert _file(desk) == tiny.with_body("我的\n")
    assert _kept(desk) == [theirs]


def test_the_file_can_be_taken_in_place_of_the_draft(desk: Desk) -> None:
    """The draft is put aside."""
    _write(desk, desk.get("open", path=tiny.STORY), body="我的\n")
    assert desk.get("rebase", path=tiny.STORY)["text"] == tiny.text(tiny.STORY)
    assert _kept(desk) == [tiny.with_body("我的\n")]


def test_a_damaged_draft_is_put_aside(desk: Desk) -> None:
    """The file is shown instead."""
    _write(desk, desk.get("open", path=tiny.STORY), body="我的\n")
    (draft,) = (desk.root / ".xuelan/drafts").glob("*.json")
    draft.write_bytes(b"{")
    assert desk.get("open", path=tiny.STORY)["text"] == tiny.text(tiny.STORY)
    assert draft.with_suffix(".damaged").exists()


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (tiny.text(tiny.STORY).replace("\n", "\r\n").encode(), "CRLF"),
        (b"\xef\xbb\xbf" + tiny.text(tiny.STORY).encode(), "BOM"),
    ],
)
def test_a_file_of_windows_is_told_and_put_right_by_saving(
    desk: Desk, raw: bytes, note: str
) -> None:
    """Nothing happens to it before."""
    (desk.root / tiny.STORY).write_bytes(raw)
    shown = desk.get("open", path=tiny.STORY)
    assert note in shown["notes"][0]
    assert (desk.root / tiny.STORY).read_bytes() == raw
    _, after = _write(desk, shown, body=shown["body"] + "又一句。\n")
    desk.get("save", path=tiny.STORY, revision=after["revision"])
    assert _file(desk) == tiny.text(tiny.STORY) + "又一句。\n"


def test_a_file_in_another_encoding_is_refused_with_its_reason(desk: Desk) -> None:
    """Its bytes stay."""
    (desk.root / tiny.STORY).write_bytes(tiny.text(tiny.STORY).encode("gb18030"))
    status, told = desk.ask("open", path=tiny.STORY)
    assert (status, "GBK" in told["message"]) == (422, True)


# --- new materials


def test_a_new_material_is_a_draft_until_it_is_saved(desk: Desk) -> None:
    """Its id comes from the title; required choices are made; nothing is on disk yet."""
    path = desk.get("create", kind="故事", title="一盏灯")["path"]
    assert path == "materials/stories/yi-zhan-deng.md"
    shown = desk.get("open", path=path)
    assert (shown["isNew"], shown["answers"]["title"]) == (True, "一盏灯")
    assert not (desk.root / path).exists()
    assert path in {r["path"] for r in desk.get("list")}
    assert {p["code"] for p in shown["problems"]} == {"missing-field", "empty-text"}
    answers = {"summary": "讲一盏灯的事。"}
    _, after = _write(desk, shown, answers=answers, body="灯亮着。\n")
    assert after["problems"] == []
    desk.get("save", path=path, revision=after["revision"])
    assert not [p for p in check(desk.root)[1] if p.is_error]


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"kind": "故事", "title": "  "}, "标题"),
        ({"kind": "小说", "title": "灯"}, "文种"),
        ({"kind": "故事", "title": "灯", "id": "../x"}, "编号"),
        ({"kind": "故事", "title": "灯", "id": "con"}, "Windows"),
        ({"kind": "故事", "title": "灯", "id": "story-night-school"}, "编号"),
    ],
)
def test_a_new_material_that_cannot_be(desk: Desk, asked: dict[str, str], word: str) -> None:
    """The message says what to write instead."""
    status, told = desk.ask("create", **asked)
    assert status == 422
    assert word in told["message"]
