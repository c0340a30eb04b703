"""Parcels with a text, a form and pictures; web pages; Markdown from elsewhere."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

from click.testing import CliRunner, Result
from PIL import Image
from word import docx, p

from xuelan.check import check
from xuelan.cli import main
from xuelan.editing.importing.convert import Draft, convert


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def picture(width: int = 40) -> bytes:
    """A photograph that tells who took it."""
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Photographer"
    Image.new("RGB", (width, 30), (200, 80, 40)).save(target, "JPEG", exif=exif)
    return target.getvalue()


TEXT = docx(p("梨树开花") + p("山村里梨树开花了，人们上山劳动。"))
FORM = "文种：事迹\n作者：张三\n日期：2024年3月5日\n凭什么可以登：本站原创\n"
TABLE = b"PK\x03\x04 a workbook"


def parcel(folder: Path, **files: bytes) -> Path:
    """A ZIP as Windows makes it in China: names in GBK, and nothing that says so."""
    target = folder / "投稿包.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return target


def test_a_parcel_becomes_one_material(tmp_path: Path) -> None:
    """The form fills the front matter, pictures lose their metadata, other files become attachments."""
    assert run("init", tmp_path / "own").exit_code == 0
    file = parcel(
        tmp_path,
        梨树开花__docx=TEXT, 投稿单__txt=FORM.encode("gb18030"), 梯田__jpg=picture(3000), 名单__pdf=b"%PDF-1.4 x",
    )  # fmt: skip
    result = run("import", "-C", tmp_path / "own", file)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "own/materials/story"
    written = (folder / "li-shu-kai-hua.md").read_text(encoding="utf-8")
    assert "kind: 事迹" in written
    assert 'author: ["张三"]' in written
    assert "issued: '2024-03-05'" in written
    sha256 = hashlib.sha256(b"%PDF-1.4 x").hexdigest()
    assert sha256 in result.output
    assert (folder / f"files/li-shu-kai-hua-{sha256[:8]}.pdf").read_bytes() == b"%PDF-1.4 x"
    shown = Image.open(folder / "files/li-shu-kai-hua-1.jpg")
    assert max(shown.size) == 2000
    assert not shown.getexif()


def test_a_parcel_with_two_texts_is_refused(tmp_path: Path) -> None:
    """Which of them is meant is for the editor to say."""
    assert run("init", tmp_path / "own").exit_code == 0
    result = run("import", "-C", tmp_path / "own", parcel(tmp_path, 甲__docx=TEXT, 乙__docx=TEXT))
    assert result.exit_code == 1
    assert "应当只有一份正文" in result.output


def page(body: str, head: str = "") -> Draft:
    found = convert("示例.html", f"<html><head>{head}</head><body>{body}</body></html>".encode())
    assert found.proof.holds, found.proof
    return found


def test_a_news_page() -> None:
    """Title, source and date; what stands around the text is left out and counted."""
    found = page(
        "<nav>首页 新闻</nav><h1>梨树开花</h1><div>2024-03-05 来源：示例日报</div>"
        "<article><p>第一段，写春天。</p><p>第二段，写劳动。</p></article><footer>版权所有</footer>",
        '<title>梨树开花-示例网</title><meta name="ContentSource" content="示例日报">'
        '<meta name="PubDate" content="2024-03-05 09:30">',
    )
    assert found.values["title"] == "梨树开花"
    assert found.values["outlet"] == "示例日报"
    assert found.values["issued"] == "2024-03-05"
    assert found.body == "第一段，写春天。\n\n第二段，写劳动。\n"
    assert any("首页新闻" in row.words for row in found.proof.left_out)


def test_what_a_page_hides_stays_hidden() -> None:
    """By its style or by an attribute."""
    found = page(
        '<h1>标题在此</h1><p>甲<span style="display: none">密</span>。</p><p hidden>藏</p>'
    )
    assert found.body == "甲。\n"
    assert [(row.kind, row.words) for row in found.proof.left_out] == [("隐藏的文字", "密藏")]


def test_lists_tables_and_quotations_of_a_page() -> None:
    """In the Markdown that the check accepts."""
    found = page(
        "<h1>标题在此</h1><ul><li>甲<ul><li>子</li></ul></li><li>乙</li></ul><p>说明。</p><ol><li>一</li><li>二</li></ol>"
        "<table><tr><th>项</th><th>数</th></tr><tr><td rowspan=2>梨</td><td>1</td></tr><tr><td>2</td></tr></table>"
        "<blockquote><p>引文。</p></blockquote><p>第一行。<br>第二行。</p>"
    )  # fmt: skip
    assert found.body == (
        "- 甲\n    - 子\n\n- 乙\n\n说明。\n\n1. 一\n2. 二\n\n| 项 | 数 |\n| --- | --- |\n| 梨 | 1 |\n| | 2 |\n\n"
        "> 引文。\n\n第一行。\n\n第二行。\n"
    )


def test_markdown_as_we_write_it_stays_as_it_is() -> None:
    """Byte for byte, citations too; the title leaves the text."""
    body = "第一段[@life-001]。\n\n## 小标题\n\n- 甲\n- 乙\n"
    found = convert("示例.md", f"# 梨树开花\n\n{body}".encode())
    assert found.body == body
    assert found.values["title"] == "梨树开花"


def test_other_markdown_is_written_anew() -> None:
    """Front matter of other programs is read as far as it is known; the rest is told."""
    text = (
        "---\ntitle: 梨树开花\ndate: 2024-03-05\nlayout: post\n---\n第一段<br>第二行\n* 甲\n* 乙\n"
    )
    found = convert("示例.md", text.encode())
    assert found.values["title"] == "梨树开花"
    assert found.values["issued"] == "2024-03-05"
    assert found.body.endswith("- 甲\n- 乙\n")
    assert any("layout" in s for s in found.told)


def test_every_text_of_a_column_comes_back_as_it_was(tmp_path: Path) -> None:
    """A material of the starter, imported into another column, passes the check there."""
    assert run("init", tmp_path / "own").exit_code == 0
    source = tmp_path / "own/materials/guide/guide-study.md"
    result = run("import", "-C", tmp_path / "own", source, "--to", "活动指南/guide-again")
    assert result.exit_code == 0, result.output
    _, problems = check(tmp_path / "own")
    assert [q for q in problems if "guide-again" in q.path and q.is_error] == []
