"""Files that are made to hurt are refused before they are read, in little time and memory."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from word import NAMESPACES, docx, p

from xuelan.editing.importing import sandbox
from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.child import MAX_MEMORY
from xuelan.editing.importing.convert import convert
from xuelan.editing.importing.office import to_docx
from xuelan.editing.importing.sandbox import convert_apart, read_file


def with_member(name: str, data: bytes = b"x", mode: int = 0) -> bytes:
    """A Word file with one more member."""
    target = io.BytesIO(docx(p("甲乙")))
    with zipfile.ZipFile(target, "a") as archive:
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        archive.writestr(member, data)
    return target.getvalue()


def of_document(text: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", text)
    return target.getvalue()


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "甲"><!ENTITY b "&a;&a;&a;&a;">]>'
    f"<w:document {NAMESPACES}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
)
BOMB = f"<w:document {NAMESPACES}><w:body>{'<w:p><w:r><w:t>甲</w:t></w:r></w:p>' * 500_000}</w:body></w:document>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (with_member("word/vbaProject.bin"), "宏"),
        (with_member("word/activeX/activeX1.xml"), "宏"),
        (with_member("../../outside.txt"), "指到外面"),
        (with_member("/etc/outside"), "指到外面"),
        (with_member("C:\\outside"), "指到外面"),
        (with_member("link", mode=0o120777), "符号链接"),
        (of_document(ENTITIES), "外部实体"),
        (of_document(ENTITIES.encode().decode().replace("<?xml version=\"1.0\"?>", "")), "外部实体"),
        (of_document(BOMB), "压缩炸弹"),
        (of_document("<w:document"), "损坏"),
        (b"PK\x03\x04" + b"\0" * 100, "损坏"),
        (b"", "损坏"),
        (zipfile.ZipFile.__doc__.encode(), "损坏"),
    ],
    ids=["macro", "control", "up", "root", "drive", "link", "entity", "no head", "bomb", "cut", "zeros", "empty", "text"],
)  # fmt: skip
def test_a_hostile_word_file_is_refused(data: bytes, said: str) -> None:
    """The message says what is wrong and never shows a traceback."""
    with pytest.raises(NotImportedError, match=said):
        convert("坏.docx", data)


def test_an_entity_in_utf_16_is_seen_too() -> None:
    """A parser would read it in any encoding."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "word/document.xml",
            ENTITIES.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16"),
        )
    with pytest.raises(NotImportedError, match="外部实体"):
        convert("坏.docx", target.getvalue())


def test_large_files_are_refused_unread(tmp_path: Path) -> None:
    """500 MB are told by their size alone."""
    large = tmp_path / "大.docx"
    with large.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(NotImportedError, match="超过 50 MB"):
        read_file(large)


def test_a_page_of_a_hundred_thousand_levels_is_refused() -> None:
    """Nothing here calls itself so often."""
    with pytest.raises(NotImportedError, match="套得太深"):
        convert("坏.html", b"<div>" * 100_000 + "甲".encode())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("坏.txt", "甲" * 600_000),
        ("坏.pdf", "%PDF-1.4 nothing"),
        ("坏.md", " \n"),
        ("坏.exe", "MZ"),
        ("坏", "甲"),
    ],
)
def test_other_files_that_cannot_be_imported(name: str, data: str) -> None:
    """Too long, damaged, empty or of another kind: said in a sentence."""
    with pytest.raises(NotImportedError):
        convert(name, data.encode())


def test_a_reader_that_takes_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps it busy, it has so many seconds."""
    monkeypatch.setattr(sandbox, "MAX_SECONDS", 0.05)
    with pytest.raises(NotImportedError, match="已停止"):
        convert_apart(tmp_path, "示例.docx", docx(p("甲乙")))


@pytest.mark.skipif(sys.platform == "win32", reason="the system there has no such limit")
def test_a_reader_that_takes_too_much_memory_is_ended() -> None:
    """It gets a MemoryError, or is ended by its own watch."""
    greedy = "from xuelan.editing.importing.child import *; limit_memory(); x = []\nwhile True: x.append(bytearray(10**7))"
    done = subprocess.run(
        [sys.executable, "-c", greedy], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    used = "import resource; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {greedy!r}], capture_output=True); {used}"
    told = subprocess.run([sys.executable, "-c", outer], capture_output=True, text=True, check=True)
    assert int(told.stdout) < MAX_MEMORY + 30_000_000


def test_a_wps_file_may_be_a_docx_inside() -> None:
    """WPS saves .wps as a package, too: no other program is needed for it."""
    data = docx(p("甲乙"))
    assert to_docx("文稿.wps", data) == data


def test_an_old_word_file_with_macros_is_refused() -> None:
    """Before any program opens it."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le")
    with pytest.raises(NotImportedError, match="宏"):
        to_docx("坏.doc", data)


def test_a_large_parent_does_not_count(tmp_path: Path) -> None:
    """A big column in memory is no reason to refuse a small file."""
    ballast = bytearray(MAX_MEMORY + 50_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    draft = convert_apart(tmp_path, "示例.docx", docx(p("示例标题") + p("甲乙。")))
    assert draft.body == "甲乙。\n"
    assert ballast
