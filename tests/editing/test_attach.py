"""Attachments and pictures are added to a material."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

import tiny
from xuelan.check import check
from xuelan.cli import main

ID = "story-night-school"


def _add(root: Path, file: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["add", "-C", str(root), str(file), "--to", ID, *options])


def _picture(file: Path, form: str) -> Path:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, form)
    file.write_bytes(data.getvalue())
    return file


def test_an_attachment_stands_beside_the_material(tmp_path: Path) -> None:
    """It is copied, named in the front matter, and passes the check."""
    root, file = tiny.write(tmp_path), tmp_path / "名单.txt"
    file.write_text("甲、乙\n", "utf-8")
    result = _add(root, file, "--title", "学员名单")
    assert result.exit_code == 0, result.output
    catalog, problems = check(root)
    assert problems == []
    assert catalog is not None
    found = [(a.file, a.title) for a in catalog.by_id[ID].attachments]
    assert found == [("files/名单.txt", "学员名单")]


@pytest.mark.parametrize(
    ("name", "form"), [("灯.png", "PNG"), ("灯.bmp", "BMP"), ("灯.tif", "TIFF")]
)
def test_a_picture_has_words_for_those_who_cannot_see_it(
    tmp_path: Path, name: str, form: str
) -> None:
    """BMP and TIFF become PNG; the command shows how the picture is put into the text."""
    root, file = tiny.write(tmp_path), _picture(tmp_path / name, form)
    assert "--alt" in _add(root, file).output
    result = _add(root, file, "--alt", "一盏灯", "--title", "图1")
    assert '![一盏灯](files/灯.png "图1")' in result.output
    catalog, problems = check(root)
    assert problems == []
    assert catalog is not None
    assert [(i.file, i.alt) for i in catalog.by_id[ID].media] == [("files/灯.png", "一盏灯")]


@pytest.mark.parametrize(
    ("name", "data"), [("a.exe", b"MZ\x90"), ("a.docx", b"words"), ("a.pdf", b"")]
)
def test_a_file_that_cannot_be_published(tmp_path: Path, name: str, data: bytes) -> None:
    """It is refused before anything is written."""
    root, file = tiny.write(tmp_path), tmp_path / name
    file.write_bytes(data)
    result = _add(root, file)
    assert result.exit_code == 1
    assert "没有添加。" in result.output
    assert check(root)[1] == []


def test_a_file_is_not_overwritten(tmp_path: Path) -> None:
    """Another file of that name stays, and the material is not changed."""
    root, file = tiny.write(tmp_path), tmp_path / "a.txt"
    file.write_text("甲\n", "utf-8")
    assert _add(root, file).exit_code == 0
    before = (root / tiny.STORY).read_bytes()
    file.write_text("乙\n", "utf-8")
    assert _add(root, file).exit_code == 1
    assert (root / tiny.STORY).read_bytes() == before
    assert (root / "materials/stories/files/a.txt").read_text("utf-8") == "甲\n"
