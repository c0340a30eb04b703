"""The text of attachments is found, with its page or sheet; what cannot be read is reported."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import office_files
import tiny
from search import files
from search.conftest import build
from xuelan.reading import helper
from xuelan.reading.extract import extract_places
from xuelan.reading.helper import HelperProcess
from xuelan.search.results import search
from xuelan.text.problem import Code, Problem, Severity

READER = "xuelan.reading.extract"
ATTACHED = "aliases: []\n"


def with_files(**attached: bytes) -> dict[str, str | bytes]:
    """Files of the tiny column in which the story has these attachments."""
    rows = "".join(
        f"  - {{file: files/{name.replace('_', '.')}, title: {name.partition('_')[0]}表}}\n"
        for name in attached
    )
    story = tiny.text(tiny.STORY, ("\n---\n", f"\nattachments:\n{rows}---\n"))
    folder = tiny.STORY.rpartition("/")[0]
    made: dict[str, str | bytes] = {tiny.STORY: story}
    return made | {f"{folder}/files/{n.replace('_', '.')}": d for n, d in attached.items()}


def complaints(tmp_path: Path, **attached: bytes) -> list[Problem]:
    found = tiny.problems(tmp_path, with_files(**attached))
    assert not [p for p in found if p.is_error], found
    return [p for p in found if p.code is Code.ATTACHMENT_TEXT]


GOOD = {
    "signup_pdf": files.pdf("报名须知", "请于六月底前\n填写报名回执。\n不收费用。"),
    "record_docx": files.word(
        "会议记录（样表）", "出席名单另附。", table=(("时间", "地点"), ("甲", "梨园会场"))
    ),
    "ledger_xlsx": files.workbook(
        名单=(("姓名", "支部"), ("张三", "果园支部")), 统计=(("合计", 42),)
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attachments")
    return build(tiny.write(folder, with_files(**GOOD)), folder / "site")


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("报名须知", "附件《signup表》第1页"),
        ("填写报名回执", "附件《signup表》第2页"),
        ("请于六月底前填写报名回执", "附件《signup表》第2页"),
        ("出席名单另附", "附件《record表》"),
        ("梨园会场", "附件《record表》"),
        ("果园支部", "附件《ledger表》“名单”工作表"),
        ("合计", "附件《ledger表》“统计”工作表"),
        ("ledger表", "附件"),
    ],
)
def test_found_with_page_or_sheet(site: Path, query: str, label: str) -> None:
    """The hit is the material; its label says in which file and where, its link leads to the files."""
    page = search(site, query, 10)
    assert [(f.id, f.label) for f in page.found] == [("story-night-school", label)]
    assert page.found[0].url.endswith("story-night-school/#attachments")


def test_the_reader_is_told_the_page(site: Path, browser: Browser) -> None:
    """The results page, opened from a disk, names file and page, and leads to the files."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "search/index.html").as_uri())
    page.locator(".search-form input").fill("填写报名回执")
    expect(page.locator(".hit-place")).to_have_text("附件《signup表》第2页")
    expect(page.locator(".hit mark").first).to_have_text("填写报名回执")
    page.locator(".hit a").click()
    page.wait_for_url("**/story-night-school/index.html#attachments")
    context.close()


def test_a_line_that_ends_no_sentence_goes_on(site: Path) -> None:
    """Lines of a PDF are joined, sentences are not."""
    assert search(site, "报名回执。不收费用", 10).count == 1
    assert search(site, "报名回执不收费用", 10).group != "完整匹配"


def test_good_files_give_no_problem(tmp_path: Path) -> None:
    """Readable files are not mentioned."""
    assert complaints(tmp_path, **GOOD) == []


SCAN = files.pdf("")
BAD = {
    "no PDF at all": ("bad_pdf", b"%PDF-1.7 nonsense", "不是完好的 PDF 文件"),
    "half a PDF": ("half_pdf", files.pdf("一", "二")[:200], "不是完好的 PDF 文件"),
    "no zip": ("bad_docx", b"PK\3\4 nonsense", "不是完好的 DOCX 文件"),
    "another zip": ("other_docx", files.workbook(甲=((1,),)), "其实是 XLSX 文件"),
    "a zip bomb": ("bomb_docx", files.bomb("word/document.xml"), "其实是 ZIP 文件"),
    "half a workbook": ("half_xlsx", GOOD["ledger_xlsx"][:1500], "不是完好的 XLSX 文件"),
    "not a workbook": ("no_xlsx", files.word("甲"), "其实是 DOCX 文件"),
}


def refusals(tmp_path: Path, **attached: bytes) -> list[Problem]:
    found = tiny.problems(tmp_path, with_files(**attached))
    return [p for p in found if p.is_error]


@pytest.mark.parametrize(("name", "data", "why"), BAD.values(), ids=BAD)
def test_what_is_damaged_is_refused(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    """One error at the line of the attachments, in plain words."""
    (problem,) = refusals(tmp_path, **{name: data})
    assert (problem.path, problem.code) == (tiny.STORY, Code.FILE_CONTENT)
    line = tiny.text(tiny.STORY).split("\n").index("---", 1)
    assert problem.line == line + 1
    assert why in problem.message


def test_what_has_no_text_is_a_warning(tmp_path: Path) -> None:
    """A scan is published, with a warning in plain words; the column can still be built."""
    (problem,) = complaints(tmp_path, scan_pdf=SCAN)
    assert problem.code.severity is Severity.WARNING
    assert "没有文字" in problem.message
    assert "检索不到" in problem.message


def test_what_search_cannot_read_says_so(tmp_path: Path) -> None:
    """Each attachment of a type without readable text is named in a note."""
    old = office_files.compound("WordDocument")
    found = tiny.problems(tmp_path, with_files(old_doc=old, pack_zip=office_files.zipped({})))
    told = [p.message for p in found if p.code is Code.NOT_SEARCHED]
    assert len(told) == 2
    assert "old.doc" in told[0]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a_txt", "通知全文".encode("gbk")),
        ("a_csv", "\ufeff通知全文,1".encode()),
        ("a_txt", "通知全文".encode("utf-16")),
        ("a_odt", office_files.open_document("text", "通知全文")),
        ("a_pptx", office_files.slides("通知全文")),
    ],
)
def test_texts_of_other_programs_are_read(tmp_path: Path, name: str, data: bytes) -> None:
    """Notes of Notepad, documents of LibreOffice and slides are searched as well."""
    path = tmp_path / name.replace("_", ".")
    path.write_bytes(data)
    assert "通知全文" in extract_places(path)[0][1]


def test_entities_do_not_grow(tmp_path: Path) -> None:
    """A document of nested entities is read without them, or refused; nothing explodes."""
    found = tiny.problems(tmp_path, with_files(laughs_docx=files.laughs()))
    assert len([p for p in found if p.code in (Code.ATTACHMENT_TEXT, Code.FILE_CONTENT)]) == 1


def test_one_bad_file_does_not_spoil_the_next(tmp_path: Path) -> None:
    """The files after a bad one are read all the same."""
    assert len(refusals(tmp_path, bad_pdf=b"%PDF-1.7", **GOOD)) == 1


def test_no_thread_is_left_when_files_have_been_read(tmp_path: Path) -> None:
    """Beside one, the next step of the build could not be forked."""
    before = set(threading.enumerate())
    for number in range(5):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"第{number}篇", encoding="utf-8")
        assert len(list(HelperProcess.ask_all(READER, [str(path)]))) == 1
        assert set(threading.enumerate()) == before


def test_a_reader_that_dies_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash or an endless loop in the reading process is one file's problem."""
    for n in range(3):
        (tmp_path / f"{n}.pdf").write_bytes(files.pdf(f"第{n}份"))
    monkeypatch.setattr(helper, "PATIENCE", 0.0)
    first = HelperProcess.ask_all(READER, [str(tmp_path / f"{n}.pdf") for n in range(3)])
    assert next(first) is None
    monkeypatch.undo()
    assert [answer and answer["places"][0][1] for answer in first] == ["第1份", "第2份"]
