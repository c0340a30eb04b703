"""What must not be published: personal numbers, addresses, marks of secrecy, in any text."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny
from xuelan.rules.privacy import check_text
from xuelan.text.problem import Problem, as_text

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _slugs(text: str) -> list[str]:
    return [p.code.slug for p in check_text("x.md", text)]


def _identity(place: str, day: str, serial: str) -> str:
    """An identity number made for a test, with its check digit."""
    body = place + day + serial
    total = sum(w * int(n) for w, n in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


BORN = st.dates(date(1900, 1, 1), date(2099, 12, 31))
NUMBER = _identity("110105", "19491231", "002")

FORBIDDEN = [
    ("证号在句中", f"张某的证号是{NUMBER}。", "personal-number"),
    ("证号分三段", "110105 19491231 002X", "personal-number"),
    ("证号用连字符", "110105-19491231-002X", "personal-number"),
    ("证号用全角数字", "１１０１０５１９４９１２３１００２Ｘ", "personal-number"),
    ("证号夹着零宽字符", "110105\u200b19491231\u200b002x", "personal-number"),
    ("证号一格一个数字", "| " + " | ".join(NUMBER) + " |", "personal-number"),
    ("表格里的证号", f"| 1 | 张某 | {NUMBER} |", "personal-number"),
    ("十五位证号", "身份证：110105491231002", "personal-number"),
    ("校验位不对的证号", "身份证号210602195001011238。", "personal-data"),
    ("手机号", "联系人张某，电话13800138000。", "personal-number"),
    ("手机号在括号里", "张某（13800138000）", "personal-number"),
    ("手机号分段", "138 0013 8000", "personal-number"),
    ("手机号带国家号", "+86-138-0013-8000", "personal-number"),
    ("银行卡", "6222 0212 3456 7890 128", "personal-number"),
    ("账号", "账号6222021234567890123。", "personal-data"),
    ("护照", "护照E12345678", "personal-number"),
    ("车牌", "辽F·12345", "personal-data"),
    ("住址到组到号", "家住大梨树村3组12号", "personal-data"),
    ("住址到单元", "阳光小区5号楼2单元301室", "personal-data"),
    ("学生姓名连着学校", "实验小学三年级2班李小红同学", "personal-data"),
    ("固定电话", "联系电话：0411-83634567", "contact"),
    ("邮箱", "来信：zhang.san@example.com", "contact"),
    ("密级和期限", "秘密★1年", "secrecy"),
    ("密级独占一行", "　　机密", "secrecy"),
    ("密级一栏", "密级：绝密", "secrecy"),
    ("内部资料", "内部资料 注意保存", "internal-mark"),
    ("内部资料在括号里", "培训讲义（内部资料，不得外传）", "internal-mark"),
    ("不公开", "（此件不公开）", "internal-mark"),
]
ALLOWED = [
    ("文号", "大委组传〔2016〕29号"),
    ("书号", "ISBN 978-7-5000-0000-0"),
    ("统一社会信用代码", "91210600MA0XXXXX1K"),
    ("公安备案号", "辽公网安备 21020302000123号"),
    ("时间戳", "20160307123456789"),
    ("网址里的数字", "http://www.example.cn/a/13800138000.html"),
    ("金额", "总产值13812345678元"),
    ("带分节的统计数", "2014 2015 2016 2017 2018"),
    ("日期相连", "2016-03-07至2016-06-30"),
    ("保守秘密", "保守党的秘密，是每个党员的义务。"),
    ("故事里的秘密", "他说，大梨树没有秘密，只有一个干字。"),
    ("内部一词", "村里的内部管理，账目公开。"),
    ("热线", "拨打12345"),
    ("村民组", "大梨树村有17个村民组，第五组在山脚。"),
    ("村的成绩", "全村1500户，三组300户先通了路。"),
    ("学校", "村里的小学，三年级有20名学生。"),
    ("引注", "他当了26年书记[@life-001; @W-032]。"),
]


@pytest.mark.parametrize(
    ("text", "slug"), [c[1:] for c in FORBIDDEN], ids=[c[0] for c in FORBIDDEN]
)
def test_what_must_not_be_published_is_found(text: str, slug: str) -> None:
    """Each kind is found in each way that people write it, and only as that kind."""
    assert _slugs(text) == [slug]


@pytest.mark.parametrize("text", [c[1] for c in ALLOWED], ids=[c[0] for c in ALLOWED])
def test_what_looks_like_it_is_left_alone(text: str) -> None:
    """Numbers and words of every day give no alarm."""
    assert _slugs(text) == []


@given(st.sampled_from(["110105", "210682", "820000"]), BORN, st.integers(0, 999))
def test_any_identity_number_is_found(place: str, day: date, serial: int) -> None:
    """A number of a real place and a day of the last two centuries, wherever it stands."""
    number = _identity(place, f"{day:%Y%m%d}", f"{serial:03}")
    assert _slugs(f"毛{number}，") == ["personal-number"]


@given(st.text(alphabet="0123456789 ,.-年月日元〔〕（）号\n", max_size=80))
def test_no_number_is_too_much(text: str) -> None:
    """Any text of digits is looked at; each problem names a line that the text has."""
    for p in check_text("x.md", text, first=5):
        assert 5 <= p.line <= 5 + text.count("\n")


def test_a_message_shows_no_secret() -> None:
    """The message of a mark of secrecy has no word of the line; a number is masked."""
    told = as_text(check_text("x.md", f"绝密★长期 起义计划\n证号{NUMBER} 手机13800138000"))
    assert "起义" not in told
    assert NUMBER not in told
    assert "110105********002X" in told
    assert "13800138000" not in told
    assert "138****8000" in told


def test_several_in_a_line_are_one_problem() -> None:
    """A list of phones is one finding with a count."""
    [found] = check_text("x.md", "电话：13800138000、13900139000、13700137000")
    assert found.message == "有手机号（这一行共 3 处）"


def _found(folder: Path, path: str, content: str) -> list[tuple[str, int, str]]:
    problems: list[Problem] = tiny.problems(folder, {path: content})
    slugs = {"personal-number", "secrecy", "internal-mark"}
    return [(p.path, p.line, p.code.slug) for p in problems if p.code.slug in slugs]


def test_every_text_of_a_column_is_looked_at(tmp_path: Path) -> None:
    """Texts, front matter, data files, hand-written pages and settings: each at its line."""
    story = tiny.text(tiny.STORY) + "\n电话13800138000。\n"
    assert _found(tmp_path / "text", tiny.STORY, story) == [
        (tiny.STORY, story.count("\n"), "personal-number")
    ]
    title = tiny.text(tiny.STORY, ("\nsummary: ", "\nsummary: 电话13800138000，"))
    assert [row[2] for row in _found(tmp_path / "front", tiny.STORY, title)] == ["personal-number"]
    page = "docs/about.md"
    assert _found(tmp_path / "page", page, "# 关于\n\n秘密★1年\n") == [(page, 3, "secrecy")]
    facts = tiny.text("materials/facts.yml") + "# 13800138000\n"
    last = facts.count("\n")
    data = "materials/facts.yml"
    assert _found(tmp_path / "data", data, facts) == [(data, last, "personal-number")]
    settings = tiny.text("mkdocs.yml") + "# 13800138000\n"
    assert [row[0] for row in _found(tmp_path / "set", "mkdocs.yml", settings)] == ["mkdocs.yml"]
