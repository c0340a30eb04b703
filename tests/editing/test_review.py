"""Three reviews: sign-offs bound to the content, who has to sign, and the register."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import tiny
from xuelan.build import build
from xuelan.check import check
from xuelan.cli import main
from xuelan.model.catalog import Catalog
from xuelan.model.review import STAGES, content_digest, next_stage
from xuelan.text.problem import Code

ID = "story-night-school"
REQUIRED = ("      footer:", "      reviews: required\n      footer:")


def _run(root: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["review", "-C", str(root), *map(str, arguments)])


def _sign_all(root: Path, *ids: str) -> None:
    for stage, by in zip(STAGES, ("张某", "李某", "王某"), strict=True):
        result = _run(root, *ids, "--sign", stage, "--by", by)
        assert result.exit_code == 0, result.output


def _catalog(root: Path) -> Catalog:
    catalog, _ = check(root)
    assert catalog is not None
    return catalog


def test_signing_writes_into_the_file(tmp_path: Path) -> None:
    """The sign-off has stage, person, day and digest; every other line stays."""
    root = tiny.write(tmp_path)
    before = (root / tiny.STORY).read_text()
    result = _run(root, ID, "--sign", "初审", "--by", "张某", "--opinion", "同意")
    assert result.output == f"{ID}：张某已签初审。\n"
    [signed] = _catalog(root).by_id[ID].reviews
    assert (signed.stage, signed.by, signed.opinion) == ("初审", "张某", "同意")
    added = "".join(
        line
        for line in (root / tiny.STORY).read_text().splitlines(keepends=True)
        if line not in before.splitlines(keepends=True)
    )
    assert added.startswith("reviews:\n  - stage: 初审\n    by: 张某\n")
    assert check(root)[1] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("夜里读书", "夜里看书"),
        ("\ntitle: ", "\ntitle: 新"),
        ("\nsummary: ", "\nsummary: 新"),
    ],
    ids=["text", "title", "summary"],
)
def test_an_edit_voids_the_sign_offs(old: str, new: str, tmp_path: Path) -> None:
    """Of what readers see; the review begins anew."""
    root = tiny.write(tmp_path)
    _sign_all(root, ID)
    assert "审完 1 篇" in _run(root, ID).output
    text = (root / tiny.STORY).read_text()
    assert old in text
    (root / tiny.STORY).write_text(text.replace(old, new, 1))
    assert {p.code for p in check(root)[1]} == {Code.SIGN_OFF}
    assert "等初审 1 篇" in _run(root, ID).output


def test_filing_voids_nothing(tmp_path: Path) -> None:
    """A tag, or that a document has been replaced, is no new text."""
    root = tiny.write(tmp_path)
    catalog = _catalog(root)
    m = catalog.by_id[ID]
    digest = content_digest(m, "正文")
    filed = replace(m, tags=("新",), life="已结束", updated="2026-01-01", status="draft")
    assert content_digest(filed, "正文\n") == digest


def test_the_order_of_the_stages(tmp_path: Path) -> None:
    """No stage before the one it waits for, and each by another person."""
    root = tiny.write(tmp_path)
    assert _run(root, ID, "--sign", "终审", "--by", "王某").output == (
        f"“{ID}”不能签终审：现在等的是初审。\n"
    )
    assert _run(root, ID, "--sign", "初审", "--by", "张某").exit_code == 0
    twice = _run(root, ID, "--sign", "复审", "--by", "张某")
    assert twice.exit_code == 1
    assert twice.output == "“张某”已经签过前面的审次，三审由不同的人签。\n"
    assert _run(root, ID, "--sign", "复审", "--by", "  ").exit_code == 1


def test_who_has_to_sign(tmp_path: Path) -> None:
    """The list goes by stage and names who has signed already."""
    root = tiny.write(tmp_path)
    _run(root, ID, "--sign", "初审", "--by", "张某")
    lines = _run(root).output.splitlines()
    assert f"等复审  {ID}  {_catalog(root).by_id[ID].title}（已签：初审 张某）" in lines
    assert lines[-1].endswith("等复审 1 篇，等终审 0 篇，审完 0 篇。")
    assert all(line.startswith("等初审") for line in lines[:-2])


def test_one_person_twice_is_found(tmp_path: Path) -> None:
    """Written by hand, past the command."""
    root = tiny.write(tmp_path)
    digest = content_digest(
        _catalog(root).by_id[ID], _catalog(root).body_of(_catalog(root).by_id[ID])
    )
    rows = "".join(
        f"  - {{stage: {stage}, by: 张某, date: '2026-01-01', digest: {digest!r}}}\n"
        for stage in STAGES[:2]
    )
    text = tiny.text(tiny.STORY, ("status: published", f"reviews:\n{rows}status: published"))
    (root / tiny.STORY).write_text(text)
    [problem] = check(root)[1]
    assert problem.message == "初审、复审都由“张某”签字"
    assert next_stage(_catalog(root).by_id[ID], digest) == "复审"


def test_unsigned_texts_stay_out(tmp_path: Path) -> None:
    """With ``reviews: required`` only what all have signed is on the site."""
    root = tiny.write(tmp_path, {"mkdocs.yml": tiny.text("mkdocs.yml", REQUIRED)})
    _, problems = check(root)
    unsigned = [p for p in problems if p.code is Code.UNSIGNED]
    assert f"xuelan review {ID} --sign 初审 --by 姓名" in "".join(p.hint for p in unsigned)
    everything = [m.id for m in _catalog(tiny.write(tmp_path / "free")).public]
    assert len(unsigned) == len(everything)
    _sign_all(root, *everything)
    assert [m.id for m in _catalog(root).public] == everything
    assert check(root)[1] == []
    (root / tiny.STORY).write_text((root / tiny.STORY).read_text() + "\n又一段。\n")
    assert ID not in {m.id for m in _catalog(root).public}


def test_a_page_names_its_reviewers(tmp_path: Path) -> None:
    """责任编辑 is who signed first."""
    root = tiny.write(tmp_path)
    _sign_all(root, ID)
    build(root, tmp_path / "site")
    page = (tmp_path / "site/materials" / ID / "index.html").read_text()
    assert "责任编辑：张某" in page
    assert "复审：李某" in page
    assert "终审：王某" in page


def test_the_register(tmp_path: Path) -> None:
    """A Word file with a table for each material: signed stages filled, the others empty."""
    root = tiny.write(tmp_path)
    _run(root, ID, "--sign", "初审", "--by", "张某", "--opinion", "事实已核对")
    target = tmp_path / "登记表.docx"
    assert _run(root, ID, "--form", target).output == f"已写好 {target}，共 1 篇。\n"
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as word:
        document = word.read("word/document.xml").decode()
    for words in ("审核登记表", _catalog(root).by_id[ID].title, "张某", "事实已核对", "终审"):
        assert words in document


def test_nobody_signs_for_what_is_not_there(tmp_path: Path) -> None:
    """An unknown id, or none at all."""
    root = tiny.write(tmp_path)
    assert "没有编号为“story-night”的材料" in _run(root, "story-night").output
    assert _run(root, "--sign", "初审", "--by", "张某").exit_code == 1
