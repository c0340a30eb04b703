"""Pictures, sound and attachments of a text go with it into the kit."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

import office_files as made
import tiny
from kit_plans import STUDY, planned, prints
from xuelan.kits.formats import enclosures, epub
from xuelan.kits.plan import KitPlan
from xuelan.kits.print import press

FILES = """\
media:
  - {file: files/terraces.png, title: 山上的梯田, alt: 一层层的梯田}
  - {file: files/song.mp3, title: 夜校的歌, transcript: 白天修田，夜里读书。}
attachments:
  - {file: files/form.txt, title: '报名表/第1页: 样表'}
  - {file: files/copy.txt, title: '报名表/第1页: 样表'}
questions:"""
WITH_FILES = ("questions:", FILES)


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 80), "#3f6b4f").save(out, "png")
    return out.getvalue()


FOLDER = "materials/stories/files/"
FILES_OF_STORY = {
    f"{FOLDER}terraces.png": _png(),
    f"{FOLDER}song.mp3": made.song(),
    f"{FOLDER}form.txt": b"one",
    f"{FOLDER}copy.txt": b"two",
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    story = {tiny.STORY: tiny.text(tiny.STORY, WITH_FILES)}
    return planned(tmp_path_factory.mktemp("kit"), STUDY, {**FILES_OF_STORY, **story})


def test_pictures_are_printed_and_sounds_are_told(plan: KitPlan) -> None:
    """A picture stands with its caption; of a song the words are printed."""
    data = next(prints(plan)).data
    text = press.visible("".join(press.extract(data)))
    assert "山上的梯田" in text
    assert "夜校的歌白天修田，夜里读书。" in text
    shown = [o for p in pypdfium2.PdfDocument(data) for o in p.get_objects(filter=[3], max_depth=9)]
    assert len(shown) == 1


def test_a_picture_before_a_table_is_printed(tmp_path: Path) -> None:
    """A line before a table stays with it on the page; a picture is no such line.

    Its alternative text is for those who cannot see it, and not printed.
    """
    picture = tiny.text(tiny.STORY, WITH_FILES).replace(
        "\n---\n",
        "\n---\n![图](files/terraces.png)\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n\n",
        1,
    )
    made = planned(tmp_path, STUDY, {**FILES_OF_STORY, tiny.STORY: picture})
    assert "甲乙12" in press.visible("".join(press.extract(next(prints(made)).data)))


def test_the_electronic_book_holds_the_picture(plan: KitPlan) -> None:
    """With its alt text, from a file in the book."""
    made = zipfile.ZipFile(io.BytesIO(epub.book(plan)))
    chapter = made.read("OEBPS/story-night-school.xhtml").decode()
    assert '<img src="images/story-night-school-0.png" alt="一层层的梯田"/>' in chapter
    assert made.read("OEBPS/images/story-night-school-0.png") == _png()
    assert (
        '<meta property="schema:accessMode">visual</meta>'
        in made.read("OEBPS/content.opf").decode()
    )


def test_attachments_keep_their_titles_and_bytes(plan: KitPlan) -> None:
    """Two of one title stay two; a sign Windows refuses is made full-width."""
    assert [(f.name, f.data) for f in enclosures.files(plan)] == [
        ("80-附件/01-报名表／第1页： 样表.txt", b"one"),
        ("80-附件/02-报名表／第1页： 样表.txt", b"two"),
    ]


def test_a_picture_that_breaks_after_the_check_stops_the_book(tmp_path: Path) -> None:
    """Not an empty frame: a sentence that names what is wrong."""
    media = ("questions:", "media:\n  - {file: a.png, title: 图, alt: 山}\nquestions:")
    others = {tiny.STORY: tiny.text(tiny.STORY, media), "materials/stories/a.png": _png()}
    plan = planned(tmp_path, STUDY, others)
    (tmp_path / "column" / "materials/stories/a.png").write_bytes(b"no picture")
    with pytest.raises(press.PressError, match="排版没有通过"):
        list(prints(plan))
