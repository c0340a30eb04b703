"""What may be published is known by its bytes; what comes out names nobody."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

import office_files as made
from office_files import WHO
from xuelan.cleaning.clean import clean_file
from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.kinds import KINDS

NAMING = {
    "a.docx": made.word(),
    "a.xlsx": made.sheet(),
    "a.pptx": made.slides(),
    "a.odt": made.open_document("text"),
    "a.ods": made.open_document("spreadsheet"),
    "a.odp": made.open_document("presentation"),
    "a.doc": made.compound("WordDocument"),
    "a.wps": made.compound("WordDocument"),
    "a.xls": made.compound("Workbook"),
    "a.pdf": made.pdf(),
    "a.mp4": made.film(),
    "a.m4a": made.film(),
    "a.mp3": made.song(),
    "a.webm": made.web_film(),
    "a.zip": made.zipped({"表.docx": made.word(), "说明.txt": "文字".encode()}),
}
EXE = b"MZ\x90\0" + bytes(60)


def everything(data: bytes) -> bytes:
    """The bytes of a file, and those of all members if it is a package."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return b"".join(everything(package.read(name)) for name in package.namelist())


@pytest.mark.parametrize("name", NAMING)
def test_nobody_is_named(name: str) -> None:
    """The published copy names neither author nor owner, and an editor is told."""
    original = NAMING[name]
    found = clean_file(name, original)
    if name != "a.pdf":  # its names lie in compressed streams
        assert WHO.encode() in everything(original)
    assert WHO.encode() not in everything(found.data)
    assert WHO.encode("utf-16-be") not in found.data
    assert any("去掉了" in done for done in found.done)


@pytest.mark.parametrize("name", NAMING)
def test_a_clean_file_stays_as_it_is(name: str) -> None:
    """A copy that names nobody keeps its bytes, whenever it is made."""
    once = clean_file(name, NAMING[name]).data
    assert clean_file(name, NAMING[name]).data == once
    assert clean_file(name, once) == (once, ())


@pytest.mark.parametrize("name", NAMING)
def test_a_damaged_file_raises_nothing_else(name: str) -> None:
    """A file cut off, or with a wrong byte, is published or refused."""
    data = NAMING[name]
    for end in range(0, len(data), max(1, len(data) // 40)):
        for broken in (data[:end], data[:end] + b"\xff" + data[end + 1 :]):
            try:
                clean_file(name, broken)
            except UnfitError as error:
                assert error.hint  # noqa: PT017 - a wrong byte may do no harm


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=200))
def test_any_bytes_are_judged(ending: str, data: bytes) -> None:
    """Whatever bytes stand under whatever name, the only error is the one an editor can read."""
    for start in (b"", NAMING.get(f"a{ending}", b"")[:60]):
        try:
            clean_file(f"a{ending}", start + data)
        except UnfitError as error:
            assert error.hint  # noqa: PT017 - some bytes are what they are called


def test_the_text_stays() -> None:
    """Words, sheets, titles and the standards of a PDF are what they were."""
    document = docx.Document(io.BytesIO(clean_file("a.docx", made.word()).data))
    assert document.paragraphs[0].text == "会议记录"
    assert next(iter(document.comments)).text == "改一下"
    book = openpyxl.load_workbook(io.BytesIO(clean_file("a.xlsx", made.sheet()).data))
    assert book.active["A1"].value == "名单"
    with pikepdf.open(io.BytesIO(clean_file("a.pdf", made.pdf()).data)) as found:
        assert str(found.docinfo["/Title"]) == "题"
        assert found.open_metadata()["pdfaid:part"] == "2"
    assert "题".encode("gbk") in clean_file("a.doc", made.compound("WordDocument")).data


REFUSED = {
    "a program": ("a.exe", EXE, "不是能发布的类型"),
    "a batch file": ("a.bat", b"@echo off", "不是能发布的类型"),
    "a document with macros": ("a.docm", made.word(), "不是能发布的类型"),
    "a page": ("a.html", b"<p>", "不是能发布的类型"),
    "a drawing with scripts": ("a.svg", b"<svg/>", "不是能发布的类型"),
    "no ending": ("a", b"text", "不是能发布的类型"),
    "an iPhone photo": ("a.heic", b"\0\0\0\x18ftypheic", "不是能发布的类型"),
    "a program as PDF": ("a.pdf", EXE, "其实是 EXE"),
    "a text as PDF": ("a.pdf", "说明".encode(), "里面是文字"),
    "a page as PDF": ("a.pdf", b"<!DOCTYPE html><p>", "其实是 HTML"),
    "a page as text": ("a.txt", b"<html><script>", "其实是 HTML"),
    "a PNG as JPEG": ("a.jpg", b"\x89PNG\r\n\x1a\n" + bytes(9), "其实是 PNG"),
    "an iPhone photo as JPEG": ("a.jpg", b"\0\0\0\x18ftypheic" + bytes(9), "其实是 HEIC"),
    "a sheet as document": ("a.docx", made.sheet(), "其实是 XLSX"),
    "a document as ZIP": ("a.zip", made.word(), "其实是 DOCX"),
    "a ZIP as document": ("a.docx", made.zipped({"a.txt": b"a"}), "其实是 ZIP"),
    "an old document as new": ("a.docx", made.compound("WordDocument"), "加了密码，或者其实是老格式"),
    "a new document as old": ("a.doc", made.word(), "其实是 DOCX"),
    "macros": ("a.docx", made.with_members(made.word(), word__vbaProject_DOT_bin=b"x"), "宏"),
    "macros in an old sheet": ("a.xls", made.compound("Workbook", "_VBA_PROJECT_CUR"), "宏"),
    "a locked document": ("a.docx", made.compound("EncryptedPackage"), "加了密码"),
    "a file in an old document": ("a.doc", made.compound("\x01Ole10Native"), "夹带"),
    "a file in a document": (
        "a.docx",
        made.with_members(
            made.word(), word__embeddings__o_DOT_bin="\x01Ole10Native".encode("utf-16-le")
        ),
        "夹带",
    ),
    "a locked PDF": ("a.pdf", made.pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "加了密码"),
    "a program in a ZIP": ("a.zip", made.zipped({"x/a.exe": EXE}), "里面的“x/a.exe”"),
    "a ZIP in a ZIP": ("a.zip", made.zipped({"b.zip": made.zipped({})}), "还有压缩包"),
    "a bomb": ("a.zip", made.zipped({"a.txt": b"a" * 90_000_000}), "压缩炸弹"),
    "nothing": ("a.txt", b"", "是空的"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_published_says_what_to_do(case: str) -> None:
    """The message says what the file is, the hint what to do."""
    name, data, words = REFUSED[case]
    with pytest.raises(UnfitError, match=words) as caught:
        clean_file(name, data)
    assert caught.value.hint


def pdf_with(change: str) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    if change == "file":
        document.attachments["a.exe"] = EXE
    elif change == "script":
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.Root.OpenAction = document.make_indirect(action)
    else:
        document.docinfo["/Author"] = WHO
        signature = pikepdf.Dictionary(ByteRange=[0, 1, 2, 3], Contents=b"x")
        document.Root.Signed = document.make_indirect(signature)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


@pytest.mark.parametrize(("change", "words"), [("file", "夹带"), ("script", "脚本")])
def test_a_pdf_with_more_than_pages_is_refused(change: str, words: str) -> None:
    """A PDF that carries files, or does something when it is opened, is not published."""
    with pytest.raises(UnfitError, match=words):
        clean_file("a.pdf", pdf_with(change))


def test_a_signed_file_stays_as_it_is() -> None:
    """A signature would break: the file is published as it is, and the editor is told."""
    for name, data in (
        ("a.pdf", pdf_with("signature")),
        ("a.docx", made.with_members(made.word(), _xmlsignatures__sig1_DOT_xml=b"<s/>")),
    ):
        found = clean_file(name, data)
        assert found.data == data
        assert "签名" in found.done[0]


def test_a_table_keeps_its_name() -> None:
    """What only sounds like a person is left alone: the name of a table in a sheet."""
    table = b"<table displayName='T' author='" + WHO.encode() + b"'/>"
    found = clean_file("a.xlsx", made.with_members(made.sheet(), xl__t_DOT_xml=table)).data
    assert b'displayName="T"' in everything(found)


def test_texts_of_windows_are_texts() -> None:
    """Notepad's encodings are all texts: UTF-8, with a mark, UTF-16 and GBK."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gbk"):
        data = "名单，共三人\r\n".encode(encoding)
        assert clean_file("a.txt", data).data == clean_file("b.CSV", data).data == data


def test_a_film_no_browser_plays_is_told() -> None:
    """A film in HEVC is published, and the editor is told that some browsers cannot play it."""
    assert any("HEVC" in done for done in clean_file("a.mp4", made.film(b"hvc1")).done)
