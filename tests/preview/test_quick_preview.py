"""A quick page is the page the next whole build makes; where it might not be, there is none."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from trees import REPORT, STORY, TERM, clean, column
from xuelan.build import BuildReport, build
from xuelan.check import check, check_edit
from xuelan.model.review import content_digest
from xuelan.preview import serve
from xuelan.preview.quick_preview import QuickPreview, Snapshot

NOTICE = "materials/notices/notice-2024-3.md"
GUIDE = "materials/guides/guide-study.md"
PAGE = "materials/story-night-school/index.html"

BLOCKS = (
    "1980年冬天，村里办起夜校[@fact-001]。",
    "据报道，二十个人读了一个冬天[@fact-002; @W-002]。",
    "见[通知](../notices/notice-2024-3.md#一时间)和[来信](../reports/report-letter.md)。",
    "夜里在水平梯田上读书，白天修梯田。",
    "他说：“梯田修到哪里，书就读到哪里”[@fact-003]。",
    "## 白天修梯田",
    "## 夜里读书\n\n### 灯下",
    "## 夜里读书",
    "- 一盏灯\n- 两本书[@fact-003]",
    "1. 甲\n2. 乙",
    "| 年 | 事 |\n| --- | --- |\n| 1980 | 夜校[@fact-001] |",
    "> 梯田修到哪里，书就读到哪里",
    "**要紧的话**在后面，`a < b` 也在。",
    "```\n代码里的梯田\n```",
)


def _front(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\n---\n")[0] + "\n---\n"


def _save(root: Path, path: str, body: str) -> None:
    (root / path).write_text(_front(root / path) + body, encoding="utf-8")


def _whole(root: Path, site: Path, quick: QuickPreview) -> BuildReport:
    """Build the whole site, as the preview does."""
    made: list[Snapshot] = []
    number = quick.start_build()
    report = build(
        root,
        site,
        drafts=True,
        on_edition=lambda e: made.append(Snapshot.of(e.collection, e.theme)),
    )
    if report.written is not None:
        quick.finish_build(number, made[-1] if made else None)
    return report


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small column, with an attachment to one of its materials."""
    return column(tmp_path)


@pytest.fixture
def quick(root: Path, tmp_path: Path) -> QuickPreview:
    """The quick preview after the column's first build."""
    quick = QuickPreview()
    assert _whole(root, tmp_path / "site", quick).written is not None
    return quick


@pytest.mark.parametrize("seed", range(6))
def test_a_quick_page_is_the_page_of_the_whole_build(
    seed: int, root: Path, quick: QuickPreview, tmp_path: Path
) -> None:
    """Byte for byte, for random texts, one edit after another."""
    chance = random.Random(seed)
    rendered: dict[str, bytes | None] = {}
    for _ in range(6):
        path = chance.choice([STORY, STORY, REPORT, TERM, GUIDE])
        blocks = chance.sample(BLOCKS, chance.randrange(1, len(BLOCKS)))
        _save(root, path, "\n\n".join(blocks) + "\n")
        files = quick.render(root, {path})
        assert files == [f"materials/{Path(path).stem}/index.html"]
        rendered[files[0]] = quick.get_page(files[0])
    made = clean(root, tmp_path / "clean", drafts=True)
    assert rendered == {file: made[file] for file in rendered}
    assert _whole(root, tmp_path / "site", quick).written is not None
    assert {file: (tmp_path / "site" / file).read_bytes() for file in rendered} == rendered
    assert [quick.get_page(file) for file in rendered] == [None] * len(rendered)


def test_texts_saved_together_are_rendered_together(root: Path, quick: QuickPreview) -> None:
    """If they are few. One may link to a heading that is new in another."""
    _save(root, REPORT, "## 新的一节\n\n来信写了夜校的一个冬天[@W-001]。\n")
    assert len(quick.render(root, {REPORT})) == 1
    _save(root, STORY, "见[来信](../reports/report-letter.md#新的一节)。\n")
    _save(root, TERM, "田[@fact-004]。\n")
    assert len(quick.render(root, {STORY, TERM})) == 2


def _swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (STORY, _swap("title: 夜校的灯", "title: 夜校的火")),
        (STORY, _swap("summary: 山村", "summary: 小山村")),
        (STORY, _swap("tags: [读书, 梯田]", "tags: [读书]")),
        (STORY, _swap("related: [report-letter]", "related: []")),
        (STORY, _swap("status: published", "status: draft")),
        (TERM, _swap("aliases: [水平梯田]", "aliases: [层田]")),
        (STORY, _swap("@fact-001", "@fact-999")),
        (STORY, _swap("@fact-001", "@fact-005")),
        (STORY, _swap("据报道，", "")),
        (STORY, _swap("notice-2024-3.md#一时间", "notice-2024-3.md#三地点")),
        (STORY, _swap("notice-2024-3.md", "notice-2024-4.md")),
        (STORY, _swap("书就读到哪里", "书就念到哪里")),
        (STORY, _swap("## 白天", "#### 白天")),
        (STORY, _swap("白天修梯田，", "<b>白天</b>修梯田，")),
        (NOTICE, _swap("## 一", "## 二")),
        (STORY, lambda text: text.split("\n---\n")[0] + "\n---\n"),
        (STORY, lambda text: text[:40]),
        (STORY, lambda _: ""),
    ],
)
def test_what_needs_the_whole_build_is_left_to_it(
    path: str, change: Callable[[str], str], root: Path, quick: QuickPreview
) -> None:
    """Changes that other pages show, and errors in the text itself or in another one."""
    text = (root / path).read_text(encoding="utf-8")
    (root / path).write_text(change(text), encoding="utf-8")
    assert quick.render(root, {path}) == []
    assert quick.get_page(PAGE) is None


def test_a_signed_text_is_left_to_the_whole_build(root: Path, tmp_path: Path) -> None:
    """It has to be signed again, which is an error until then."""
    text = (root / STORY).read_text(encoding="utf-8")
    catalog, _ = check(root)
    assert catalog is not None
    story = catalog.by_path[STORY]
    digest = content_digest(story, catalog.body_of(story))
    review = f"reviews:\n  - {{stage: 终审, by: 李四, date: '2026-01-03', digest: {digest}}}\n"
    (root / STORY).write_text(text.replace("status:", f"{review}status:", 1), encoding="utf-8")
    quick = QuickPreview()
    assert _whole(root, tmp_path / "site", quick).written is not None
    _save(root, STORY, "夜校。\n")
    signed = check(root)[1]
    assert quick.render(root, {STORY}) == ([] if any(p.is_error for p in signed) else [PAGE])


@pytest.mark.parametrize(
    "other", ["materials/facts.yml", "materials/stories/new.md", "docs/index.md", "mkdocs.yml"]
)
def test_other_files_saved_as_well_need_the_whole_build(
    other: str, root: Path, quick: QuickPreview
) -> None:
    """Of any kind, if they exist."""
    (root / other).touch()
    _save(root, STORY, "夜校。\n")
    assert quick.render(root, {STORY, other}) == []
    (root / other).unlink()
    assert quick.render(root, {STORY, other}) == [PAGE]


@pytest.mark.parametrize("name", [".story.md.swp", "story-night-school.md~", "#story.md#"])
def test_temporary_files_of_an_editor_are_ignored(
    name: str, root: Path, quick: QuickPreview
) -> None:
    """They may exist as long as the text is open in the editor."""
    (root / "materials/stories" / name).touch()
    _save(root, STORY, "夜校。\n")
    assert quick.render(root, {STORY, f"materials/stories/{name}"}) == [PAGE]


def test_a_broken_text_keeps_the_last_quick_page(
    root: Path, quick: QuickPreview, tmp_path: Path
) -> None:
    """The quick page stays the last good page, and the site is not built."""
    _save(root, STORY, "好的一句。\n")
    quick.render(root, {STORY})
    _save(root, STORY, "坏的一句[@fact-999]。\n")
    assert quick.render(root, {STORY}) == []
    assert _whole(root, tmp_path / "site", quick).written is None
    assert "好的一句".encode() in (quick.get_page(PAGE) or b"")


def test_a_build_that_read_an_older_text_keeps_the_newer_quick_page(
    root: Path, quick: QuickPreview, tmp_path: Path
) -> None:
    """A text saved while the build ran is shown until a build has read it."""
    made: list[Snapshot] = []
    _save(root, STORY, "头一句。\n")
    number = quick.start_build()
    build(
        root,
        tmp_path / "site",
        drafts=True,
        on_edition=lambda e: made.append(Snapshot.of(e.collection, e.theme)),
    )
    _save(root, STORY, "第二句。\n")
    assert quick.render(root, {STORY}) == [PAGE]
    quick.finish_build(number, made[-1])
    assert "第二句".encode() in (quick.get_page(PAGE) or b"")
    quick.finish_build(quick.start_build(), None)  # a build that found all as it stood
    assert quick.get_page(PAGE) is None


def test_a_build_that_read_the_same_text_takes_its_quick_page_away(
    root: Path, quick: QuickPreview, tmp_path: Path
) -> None:
    """Also if it was made while the build ran."""
    made: list[Snapshot] = []
    number = quick.start_build()
    _save(root, STORY, "一句。\n")
    assert quick.render(root, {STORY}) == [PAGE]
    build(
        root,
        tmp_path / "site",
        drafts=True,
        on_edition=lambda e: made.append(Snapshot.of(e.collection, e.theme)),
    )
    quick.finish_build(number, made[-1])
    assert quick.get_page(PAGE) is None


class _Saves:
    """Replaces the watcher: reports once that the story was saved."""

    def batches(self) -> list[set[str]]:
        return [{STORY}]


def test_a_save_does_not_wait_for_a_running_build(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick page is there while the build of an earlier save still runs."""
    preview = serve.Preview(root, tmp_path / "site", lambda _: None)
    assert preview.rebuild()
    running, go_on = threading.Event(), threading.Event()

    def slow(*given: object, **named: object) -> BuildReport:
        running.set()
        assert go_on.wait(timeout=60)
        return build(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(serve, "build", slow)
    builder = threading.Thread(target=preview.rebuild)
    builder.start()
    assert running.wait(timeout=60)
    _save(root, STORY, "中途存的一句。\n")
    inbox = preview.tabs.connect()
    preview.render_saved(_Saves())  # type: ignore[arg-type]
    assert '"page"' in inbox.get_nowait()
    assert "中途存的一句".encode() in (preview.quick.get_page(PAGE) or b"")
    go_on.set()
    builder.join()
    assert preview.quick.get_page(PAGE) is None
    assert "中途存的一句".encode() in (tmp_path / "site" / PAGE).read_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_an_edit_is_checked_as_the_whole_column_is(seed: int, root: Path) -> None:
    """``check_edit`` finds the same errors in the text as ``check``, for random texts."""
    chance = random.Random(seed)
    odd = ("据说[@fact-005]。", "二十个人[@fact-002]。", "“谁也没有说过的长长的一句话”。", "[@x]")
    blocks = chance.sample([*BLOCKS, *odd], 8)
    _save(root, STORY, "\n\n".join(blocks) + "\n")
    catalog, problems = check(root)
    assert catalog is not None
    m = catalog.by_path[STORY]
    found = {p for p in check_edit(catalog, m, frozenset()) if p.is_error}
    rules = {"unknown-citation", "hearsay", "quotation", "dead-link"}
    assert found == {p for p in problems if p.path == STORY and p.code.slug in rules}
