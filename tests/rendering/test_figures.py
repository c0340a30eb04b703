"""A picture by itself with a title is a figure: its caption stands below it, everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import office_files
import tiny
from conftest import ROOT
from xuelan.kits import html_tree
from xuelan.kits.print.typeset import Setting, markup
from xuelan.kits.word.html_to_word import transcript_docx
from xuelan.model.content import media_below, pictures_in
from xuelan.model.material import Media
from xuelan.rendering.links import Dependencies
from xuelan.rendering.renderer import Renderer
from xuelan.text.problem import Code, Problem

FIGURE = '![长桌](files/a.jpg "图1 现场")'


def html(body: str) -> str:
    path = "materials/stories/x.md"
    return Renderer("docs").render("x", path, body, Dependencies({}, {}, {})).html


def test_a_figure_has_its_caption() -> None:
    """The title is visible text below the picture, and both are found by search."""
    found = Renderer("docs").render("x", "materials/x.md", FIGURE, Dependencies({}, {}, {}))
    assert found.html == (
        '<figure id="p1"><img alt="长桌" src="a.jpg"><figcaption>图1 现场</figcaption></figure>'
    )
    assert found.blocks[0].text == "长桌\n图1 现场"


@pytest.mark.parametrize("body", ["![长桌](files/a.jpg)", f"前面{FIGURE}", f"- {FIGURE}"])
def test_other_pictures_stay_in_their_line(body: str) -> None:
    """A picture without a title, or among words, is no figure."""
    assert "<figure" not in html(body)


def test_a_caption_is_plain_text() -> None:
    """Signs of HTML and of markup in a caption are shown as they are written."""
    assert "<figcaption>A&lt;b&gt; &amp; *甲*</figcaption>" in html('![长桌](a.jpg "A<b> & *甲*")')


def test_a_picture_of_the_text_is_not_repeated() -> None:
    """What the text shows is not listed again below it; sound and other pictures are."""
    media = [
        Media(f, f, "", "", "", path=f"materials/files/{f}") for f in ("a.jpg", "图 2.png", "b.mp3")
    ]
    text = html(f"{FIGURE}\n\n![乙](<files/图 2.png>)")
    assert pictures_in(text) == {"a.jpg", "图 2.png"}
    assert [item.file for item in media_below(media, text)] == ["b.mp3"]


def test_a_figure_is_set_on_paper() -> None:
    """Typst gets picture and caption as one; Word, which has no pictures, words for both."""
    setting = Setting(lambda _: "", lambda a: a, {"a.jpg": "materials/files/a.jpg"})
    assert markup(html(FIGURE), setting).startswith("#captioned[#picture(")
    assert list(html_tree.pieces(html_tree.parse(html(FIGURE)))) == ["图1 现场"]
    assert transcript_docx("题", "", html(FIGURE), "", ("", ""), "2026-01-01")


def with_text(tmp_path: Path, body: str, more: str = "") -> list[Problem]:
    media = f"media:\n  - {{file: files/a.mp4, title: 录像, {more}}}\n" if more else ""
    story = tiny.text(tiny.STORY, ("\n---\n", f"\n{media}---\n")) + f"\n{body}\n"
    folder = tiny.STORY.rpartition("/")[0]
    return tiny.problems(
        tmp_path, {tiny.STORY: story, f"{folder}/files/a.mp4": office_files.film()}
    )


def test_a_caption_nobody_would_see_is_told(tmp_path: Path) -> None:
    """A figure joined to the lines around it is a warning, with the edits that part them."""
    found = with_text(tmp_path, f"上文。\n{FIGURE}\n下文。")
    (problem,) = [p for p in found if p.code is Code.FIGURE]
    assert [edit.new for edit in problem.edits] == ["\n", "\n"]


def test_the_old_name_of_subtitles_is_told(tmp_path: Path) -> None:
    """Whoever writes caption is told that the field is called subtitles now."""
    found = with_text(tmp_path, "正文。", "caption: files/a.vtt")
    (problem,) = [p for p in found if p.code is Code.UNKNOWN_FIELD]
    assert "subtitles" in problem.hint


def test_the_example_for_editors_passes(tmp_path: Path) -> None:
    """The example of CONTRIBUTING, with a picture and a form, gives no error and no warning."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    fields = re.findall(r"```yaml\n(attachments:.*?)```", guide, re.DOTALL)[0]
    figure = re.findall(r"```markdown\n(!\[.*?)```", guide, re.DOTALL)[0]
    folder = tiny.STORY.rpartition("/")[0]
    story = tiny.text(tiny.STORY, ("\n---\n", f"\n{fields}---\n")) + f"\n{figure}"
    changed: dict[str, str | bytes] = {
        tiny.STORY: story,
        f"{folder}/files/biaoge.docx": office_files.word(),
        f"{folder}/files/huichang.jpg": office_files.photo(),
    }
    assert {p.code for p in tiny.problems(tmp_path, changed)} <= {Code.FILE_CLEANED}
