"""Building again is building anew: the same bytes, only faster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trees import REPORT, STORY, TERM, again, clean, column, contents
from xuelan import build as building
from xuelan import build_steps
from xuelan.check import check
from xuelan.engine import inputs
from xuelan.pages import library
from xuelan.reading import materials as reading


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust a file's times at once, so that what they save is tried here as well."""
    monkeypatch.setattr(inputs, "SETTLED_NS", 0)


def _swap(path: str, old: str, new: str) -> Callable[[Path, int], None]:
    def edit(root: Path, step: int) -> None:
        text = (root / path).read_text(encoding="utf-8")
        (root / path).write_text(text.replace(old, new.format(step), 1), encoding="utf-8")

    return edit


def _set(field: str, value: str) -> Callable[[Path, int], None]:
    """An edit that gives a field of the story a value with the number of the step in it."""

    def edit(root: Path, step: int) -> None:
        lines = (root / STORY).read_text(encoding="utf-8").split("\n")
        given = tuple(f"{line.split(':')[0]}: " for line in f"{field}: {value}".split("\n"))
        kept = [line for line in lines if not line.startswith(given)]
        at = kept.index("text: 全文")
        kept.insert(at, f"{field}: {value.format(step)}")
        (root / STORY).write_text("\n".join(kept), encoding="utf-8")

    return edit


def _append(path: str, text: str) -> Callable[[Path, int], None]:
    def edit(root: Path, step: int) -> None:
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(text.format(step))

    return edit


def _add(root: Path, step: int, status: str = "published") -> None:
    """A new material that names the story, with a day of its own."""
    text = (root / REPORT).read_text(encoding="utf-8")
    text = text.replace("id: report-letter", f"id: report-extra-{step}", 1)
    text = text.replace("status: published", f"status: {status}")
    lines = [line for line in text.split("\n") if not line.startswith(("related: ", "work: "))]
    lines.insert(2, "related: [story-night-school]")
    target = root / f"materials/reports/report-extra-{step}.md"
    target.write_text("\n".join(lines), encoding="utf-8")


def _remove(root: Path, step: int) -> None:
    for path in sorted((root / "materials/reports").glob("report-extra-*.md"))[:1]:
        path.unlink()


def _rename(root: Path, step: int) -> None:
    for path in sorted((root / "materials/reports").glob("report-extra-*.md"))[:1]:
        name = f"report-extra-renamed-{step}"
        path.write_text(
            path.read_text(encoding="utf-8").replace(path.stem, name, 1), encoding="utf-8"
        )
        path.rename(path.with_name(f"{name}.md"))


def _template(root: Path, step: int) -> None:
    target = root / "look/partials/terraces.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"<p>{step}</p>", encoding="utf-8")


def _page_template(root: Path, step: int) -> None:
    target = root / "look/pages/withdrawn.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"<h1>{{{{ m.title }}}} {step}</h1>", encoding="utf-8")


EDITS: dict[str, Callable[[Path, int], None]] = {
    "nothing": lambda root, step: None,
    "body": _append(STORY, "\n第{}次补充的话。\n"),
    "another body": _append(REPORT, "\n又补了第{}句。\n"),
    "a glossary word in a body": _append(REPORT, "\n村里修梯田{}层。\n"),
    "a citation": _append(REPORT, "\n夜校办了{}年[@fact-001]。\n"),
    "title": _set("title", "夜校的灯{}"),
    "date": _set("issued", "'20{:02d}-03-01'"),
    "collected": _set("collected", "'2026-02-{:02d}'"),
    "tags": _set("tags", "[读书, 标签{}]"),
    "summary": _set("summary", "山村办夜校，二十个人读了{}个冬天的书。"),
    "kind": _set("kind", "报道\noutlet: 某报{}"),
    "add": _add,
    "add a draft": lambda root, step: _add(root, step, "draft"),
    "add a withdrawn one": lambda root, step: _add(root, step, "withdrawn"),
    "remove": _remove,
    "rename": _rename,
    "glossary word": _swap(TERM, "[水平梯田]", "[水平梯田, 山{}田]"),
    "attachment": _append("materials/stories/a.txt", "第{}行\n"),
    "fact": _swap("materials/facts.yml", "读了一个冬天", "读了{}冬"),
    "work": _swap("materials/works.yml", "title: ", "title: 新{}"),
    "settings": _swap("mkdocs.yml", "tagline: ", "tagline: 新{}"),
    "address": _swap("mkdocs.yml", "example.org/", "example.org/{}/"),
    "hand-written page": _append("docs/index.md", "\n第{}段。\n"),
    "template of the frame": _template,
    "template of a page": _page_template,
}  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A column built once; examples begin with a copy of it and its cache."""
    root = column(tmp_path_factory.mktemp("base"))
    again(root)
    return root


def _same(root: Path, scratch: Path) -> None:
    built, wanted = contents(root / "site"), clean(root, scratch / "clean")
    differing = sorted(p for p in built.keys() | wanted.keys() if built.get(p) != wanted.get(p))
    assert differing == []


@pytest.mark.parametrize("name", EDITS)
def test_after_one_edit_the_site_is_that_of_a_clean_build(
    name: str, base: Path, tmp_path: Path
) -> None:
    """Every kind of edit, alone."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    EDITS[name](root, 7)
    again(root)
    _same(root, tmp_path)


@settings(
    max_examples=int(os.environ.get("XUELAN_EXAMPLES", "6")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.lists(st.sampled_from(sorted(EDITS)), max_size=3), min_size=2, max_size=5))
def test_after_any_edits_the_site_is_that_of_a_clean_build(
    steps: list[list[str]], base: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Builds between edits, several edits between builds, in any order."""
    scratch = tmp_path_factory.mktemp("edits")
    root = scratch / "column"
    shutil.copytree(base, root)
    for number, names in enumerate(steps, 1):
        for offset, name in enumerate(names):
            EDITS[name](root, number * 5 + offset)
        again(root)
    _same(root, scratch)
    shutil.rmtree(scratch)


def test_drafts_appear_and_disappear(base: Path, tmp_path: Path) -> None:
    """A preview and a build of the same folder do not mix."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    _add(root, 1, "draft")
    again(root, drafts=True)
    assert contents(root / "site") == clean(root, tmp_path / "clean", drafts=True)
    again(root)
    _same(root, tmp_path)


def test_a_body_edit_writes_its_page_and_what_counts_characters(base: Path, tmp_path: Path) -> None:
    """Lists, feeds and other pages are not touched."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    _append(REPORT, "\n又补了一句。\n")(root, 1)
    report = again(root)
    assert report.written is not None
    assert report.written.rendered == 1
    pages = {path for path, _ in report.written.changed if not path.startswith("search/")}
    assert pages == {"materials/report-letter/index.html", "catalog.json"}


def _written(root: Path) -> dict[Path, tuple[int, int]]:
    """When each file and folder of the site was written, and where on the disk it is."""
    found = {path: path.stat() for path in (root / "site").rglob("*")}
    return {path: (status.st_mtime_ns, status.st_ino) for path, status in found.items()}


def test_an_unchanged_build_writes_nothing(base: Path, tmp_path: Path) -> None:
    """Not a byte, not a time of writing."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    before = _written(root)
    report = again(root)
    assert report.written is not None
    assert (report.written.rendered, report.written.changed) == (0, ())
    assert _written(root) == before


@pytest.mark.parametrize("left", [[], [".cache", "site", ".site.*"]])
def test_an_unchanged_build_looks_at_no_material(
    left: list[str], base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nothing has changed since the last build, or the first, nothing is read or made."""
    root = tmp_path / "column"
    shutil.copytree(base, root, ignore=shutil.ignore_patterns(*left))
    again(root)

    def never(*arguments: Any) -> Any:
        raise AssertionError(arguments)

    monkeypatch.setattr(build_steps, "read_column", never)
    again(root)


def test_a_first_build_reads_each_material_once(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it learns of a file while reading it, the next build knows without reading it."""
    root = tmp_path / "column"
    shutil.copytree(base, root, ignore=shutil.ignore_patterns(".cache", "site", ".site.*"))
    hashed: list[str] = []
    digest_of = inputs._digest_of

    def noted(path: Path, status: os.stat_result) -> bytes:
        hashed.append(path.as_posix())
        return digest_of(path, status)

    monkeypatch.setattr(inputs, "_digest_of", noted)
    again(root)
    ours = [path for path in hashed if path.startswith(f"{root}/materials/")]
    assert f"{root}/materials/works.yml" in ours
    assert not [path for path in ours if path.endswith(".md")]
    hashed.clear()
    again(root)
    assert hashed == []


def test_all_files_are_asked_for_beforehand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that can be read; a link is not followed, and a pipe keeps nobody waiting."""
    folder = tmp_path / "materials"
    (folder / "deep/er").mkdir(parents=True)
    files = [folder / "a.md", folder / "deep/b.pdf", folder / "deep/er/c.md"]
    for file in (*files, tmp_path / "elsewhere"):
        file.write_text(file.name)
    (folder / "link.md").symlink_to(tmp_path / "elsewhere")
    (folder / "nowhere.md").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.md")
    asked: list[int] = []
    ask = os.posix_fadvise

    def noted(file: int, start: int, size: int, advice: int) -> None:
        ask(file, start, size, advice)
        asked.append(os.fstat(file).st_ino)

    monkeypatch.setattr(os, "posix_fadvise", noted)
    inputs.prefetch(folder)
    assert sorted(asked) == sorted(file.stat().st_ino for file in files)


def test_a_cache_carried_elsewhere_serves_there(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files with other times and the same bytes are neither interpreted nor rendered again."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    there = tmp_path / "there"
    shutil.copytree(
        root, there, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("*site")
    )

    def never(path: str, *_: Any, **__: Any) -> Any:
        raise AssertionError(path)

    monkeypatch.setattr(reading, "interpret", never)
    report = again(there)
    assert report.written is not None
    assert report.written.rendered == 0
    assert contents(there / "site") == contents(root / "site")


def test_a_file_changed_in_the_site_by_hand_is_put_right(base: Path, tmp_path: Path) -> None:
    """So is one added and one removed."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    (root / "site/feed.xml").write_text("mine")
    again(root)
    _same(root, tmp_path)
    (root / "site/materials/stray.html").write_text("mine")
    again(root)
    _same(root, tmp_path)
    (root / "site/catalog.json").unlink()
    again(root)
    _same(root, tmp_path)


def test_an_edit_made_while_a_build_runs_is_never_lost(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changed after the inputs were looked at, and changed back afterwards."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    original = (root / REPORT).read_bytes()
    read_column = build_steps.read_column

    def typed_meanwhile(*arguments: Any) -> Any:
        (root / REPORT).write_bytes(original + "\n一闪而过的一句。\n".encode())
        return read_column(*arguments)

    (root / "docs/index.md").write_text("# 首页\n\n改过。\n", encoding="utf-8")
    monkeypatch.setattr(build_steps, "read_column", typed_meanwhile)
    again(root)
    monkeypatch.undo()
    (root / REPORT).write_bytes(original)
    again(root)
    _same(root, tmp_path)


def test_what_cannot_be_made_of_a_faulty_column_is_no_news(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts are rendered while the rules are applied; if both fail, it is the rules that tell."""
    root = tmp_path / "column"
    shutil.copytree(base, root)

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(library, "facets", fails)
    (root / "docs/index.md").write_text("# 首页\n\n又改过。\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        building.build(root)
    with (root / REPORT).open("a", encoding="utf-8") as report:
        report.write("\n见[别处](../stories/not-there.md)。\n")
    told = building.build(root)
    assert told.written is None
    assert any(p.is_error and p.path == REPORT for p in told.problems)


def test_settings_saved_while_a_build_runs_are_not_lost(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages made with the old settings are made again by the next build."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    again(root)
    read_column = build_steps.read_column

    def saved_meanwhile(*arguments: Any) -> Any:
        found = read_column(*arguments)
        path = root / "mkdocs.yml"
        path.write_text(path.read_text("utf-8").replace("site_name: ", "site_name: 新"), "utf-8")
        return found

    (root / "docs/index.md").write_text("# 首页\n\n又改过。\n", encoding="utf-8")
    monkeypatch.setattr(build_steps, "read_column", saved_meanwhile)
    again(root)
    monkeypatch.undo()
    again(root)
    _same(root, tmp_path)


def test_what_reading_finds_is_told_with_everything_else(base: Path, tmp_path: Path) -> None:
    """A build that is refused for a text it cannot read says what ``check`` says, no less."""
    root = tmp_path / "column"
    shutil.copytree(base, root)
    (root / "materials/broken.md").write_text("没有信息栏\n", encoding="utf-8")
    for pdf in root.rglob("materials/**/*.pdf"):
        pdf.write_bytes(b"%PDF-1.4 broken")
    _, problems = check(root)
    assert building.build(root).problems == problems


def test_texts_rendered_before_a_refusal_are_kept(base: Path, tmp_path: Path) -> None:
    """The next build, with the error mended, renders what was changed and nothing else."""
    root = tmp_path / "column"
    shutil.copytree(base, root, ignore=shutil.ignore_patterns(".cache", "site", ".site.*"))
    report = root / REPORT
    original = report.read_bytes()
    report.write_bytes(original + "\n见[别处](../stories/not-there.md)。\n".encode())
    assert building.build(root).written is None
    report.write_bytes(original)
    mended = building.build(root).written
    assert mended is not None
    assert mended.rendered == 1
    assert not list((root / ".cache").rglob("*.part"))


KIT = """\
id: study
title: 集中学习套装
summary: 给支部集中学习用。
activity: 集中学习
audience: [支部]
readings: [story-night-school]
quiz_all: true
formats: [PDF, EPUB, 离线网页]
"""


def test_kits_too_are_what_a_first_build_makes(tmp_path: Path) -> None:
    """After nothing, after edits of what a kit holds and does not hold, and of its recipe."""
    root = column(tmp_path / "column")
    recipe = root / "materials/kits/study.yml"
    recipe.parent.mkdir()
    recipe.write_text(KIT, encoding="utf-8")
    again(root)
    edits: list[Callable[[Path, int], None]] = [
        lambda _root, _step: None,
        _append(STORY, "\n书里的一句。\n"),
        _append(REPORT, "\n书外的一句。\n"),
        _swap("materials/kits/study.yml", "readings: [", "readings: [report-letter, "),
    ]
    for step, edit in enumerate(edits):
        edit(root, step)
        again(root)
        _same(root, tmp_path)
