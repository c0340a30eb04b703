"""The parts of a 公文 and of a press text go into the front matter, and nothing is invented."""

from __future__ import annotations

import pytest

from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.convert import Draft, convert
from xuelan.editing.importing.proposal import find_date


def draft(*lines: str) -> Draft:
    """The draft of a text file with these lines; the account of its characters holds."""
    found = convert("示例.txt", "\n".join(lines).encode())
    assert found.proof.holds, found.proof
    return found


NOTICE = (
    "中共示例县委组织部文件",
    "示组发〔2024〕3号",
    "————————————",
    "关于开展读书活动的通知",
    "各党支部：",
    "　　为落实部署，通知如下。",
    "一、时间安排",
    "4月底前完成。",
    "二、有关要求",
    "各支部要重视。",
    "中共示例县委组织部",
    "2024年4月2日",
)


def test_the_parts_of_a_notice() -> None:
    """Mark, number, title, addressee, date; signature and addressee stay in the text as well."""
    found = draft(*NOTICE)
    values = found.values
    assert values["issuer"] == "中共示例县委组织部"
    assert values["number"] == "示组发〔2024〕3号"
    assert values["title"] == "关于开展读书活动的通知"
    assert values["addressee"] == "各党支部"
    assert values["issued"] == "2024-04-02"
    assert found.is_official
    assert found.body.startswith(
        "各党支部：\n\n为落实部署，通知如下。\n\n## 一、时间安排\n\n4月底前"
    )
    assert found.body.endswith("中共示例县委组织部\n\n2024年4月2日\n")


def changed(**lines: str) -> Draft:
    """The notice with some of its lines (by their place, such as ``l1``) written otherwise."""
    text = list(NOTICE)
    for name, line in lines.items():
        text[int(name[1:])] = line
    return draft(*"\n".join(text).split("\n"))


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("示组发[2024]第08号", "示组发〔2024〕8号"),
        ("示组发（2024）12号", "示组发〔2024〕12号"),
        ("示组发【2024】 3 号", "示组发〔2024〕3号"),
        ("示组发〔2024〕3号　　　签发人：某某", "示组发〔2024〕3号"),
    ],
)
def test_numbers_are_written_as_the_norm_has_them(line: str, number: str) -> None:
    """And the report says how the file had them."""
    found = changed(l1=line)
    assert found.values["number"] == number
    assert ("number" in found.unsure) == ("〔2024〕3号" not in line)


def test_a_number_in_brackets_or_in_a_sentence_is_another_document() -> None:
    """Only a number on a line of its own is the document's own."""
    found = draft(
        "读书活动简报",
        "根据国发〔2011〕3号文件，开展活动。",
        "《通知》（示组发〔2024〕3号）已印发。",
    )
    assert "number" not in found.values


@pytest.mark.parametrize(
    "title",
    [
        "关于开展\n读书活动的\n通知",
        "中共示例县委组织部\n关于开展读书活动的通知",
        "关于开展读书活动的通知（试行）",
    ],
)
def test_a_title_may_take_several_lines(title: str) -> None:
    """They are joined until a line ends in a kind of document."""
    assert changed(l3=title).values["title"] == title.replace("\n", "")


def test_a_network_notice_has_neither_signature_nor_date() -> None:
    """What is not there stays empty."""
    found = draft(*NOTICE[:-2])
    assert "issued" not in found.values
    assert found.values["issuer"] == "中共示例县委组织部"


def test_two_issuers_sign_together() -> None:
    """Both are named; mark and signature that differ are told."""
    found = draft(
        "中共示例县委组织部",
        "示例县教育局文件",
        *NOTICE[1:-2],
        "中共示例县委组织部",
        "示例县教育局",
        "2024年4月2日",
    )
    assert found.values["issuer"] == "中共示例县委组织部、示例县教育局"
    assert "issuer" not in found.unsure
    assert "issuer" in changed(l10="示例县教育局").unsure


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("2024年4月2日", "2024-04-02"), ("二〇二四年四月二日", "2024-04-02"),
        ("二○一六年元月廿五日", "2016-01-25"), ("二0一六年十二月三十一日", "2016-12-31"),
        ("2024年4月", "2024-04"), ("2016-3-8 09:30", "2016-03-08"), ("2024年2月30日", ""), ("三月", ""),
    ],
)  # fmt: skip
def test_dates(words: str, date: str) -> None:
    """In figures and in words; a day that does not exist is none."""
    assert find_date(words) == date


@pytest.mark.parametrize(
    "mark", ["秘密★1年", "机密", "绝密★长期", "内部资料 注意保存", "（内部文件）"]
)
def test_marks_of_secrecy_stop_the_import(mark: str) -> None:
    """The message tells the place and does not repeat the text."""
    with pytest.raises(NotImportedError, match="第 1 段是密级或内部标志") as told:
        draft(mark, *NOTICE)
    assert mark not in str(told.value)


def heads(*lines: str) -> list[str]:
    body = draft("示例标题", *lines).body
    return [line for line in body.split("\n") if line.startswith("#")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("一要读书。", "一是思考。"), []),
        (("一、二等奖", "奖励若干。"), []),
        (("1.加强领导。各单位要重视。", "2.加强宣传。"), []),
        (("议程：", "一、领导讲话", "二、宣读决定", "三、交流发言"), []),
        (("一、甲", "文。", "二、乙", "文。"), ["## 一、甲", "## 二、乙"]),
        (("（一）甲", "文。", "（二）乙", "文。"), ["## （一）甲", "## （二）乙"]),
        (("一、 甲", "1. 子", "文。", "2. 丑", "文。", "二、乙", "文。"), ["## 一、甲", "### 1.子", "### 2.丑", "## 二、乙"]),
        (("一、甲", "文。", "附件：1.某表", "2.某件"), ["## 一、甲"]),
        (("第一章 总则", "文。", "第二章 分则", "文。"), ["## 第一章 总则", "## 第二章 分则"]),
    ],
)  # fmt: skip
def test_which_lines_are_headings(lines: tuple[str, ...], expected: list[str]) -> None:
    """A short numbered line with text below it; no level is skipped."""
    assert heads(*lines) == expected


def test_numbers_that_do_not_follow_are_told() -> None:
    """A heading may have been lost on the way."""
    found = draft("示例标题", "一、甲", "文。", "三、丙", "文。")
    assert any("序号不连续：“三、丙”" in s for s in found.told)


@pytest.mark.parametrize(
    ("lines", "outlet", "authors", "date"),
    [
        (("来源：示例日报　作者：张三　2024-03-05",), "示例日报", ["张三"], "2024-03-05"),
        (("2024年03月05日 09:12 来源：示例网",), "示例网", [], "2024-03-05"),
        (("《示例日报》（2024年3月5日第4版）", "本报记者 张三 李四"), "示例日报", ["张三", "李四"], "2024-03-05"),
        (("新华社示例3月5日电（记者张三、李四）春天来了。",), "新华社", ["张三", "李四"], ""),
        (("文/张三",), "", ["张三"], ""),
    ],
)  # fmt: skip
def test_outlet_author_and_date(
    lines: tuple[str, ...], outlet: str, authors: list[str], date: str
) -> None:
    """As bylines, datelines and last lines of press texts have them."""
    found = draft("梨树开花", *lines, "山村里梨树开花了，人们上山劳动。")
    assert found.values["title"] == "梨树开花"
    assert found.values.get("outlet", "") == outlet
    assert found.authors == authors
    assert found.values.get("issued", "") == date
    assert found.is_press == bool(outlet)


def test_the_form_at_the_end_counts_more() -> None:
    """What an author fills in is taken out of the text."""
    found = draft(
        "梨树开花", "山村里梨树开花了。", "投稿单", "文种：事迹", "作者：张三", "日期：2024年3月5日",
        "在哪里看到的：无", "凭什么可以登：本站原创",
    )  # fmt: skip
    assert found.body == "山村里梨树开花了。\n"
    assert found.authors == ["张三"]
    assert found.values["kind"] == "事迹"
    assert found.values["ground"] == "本站原创"
    assert found.values["issued"] == "2024-03-05"


def test_a_title_may_stand_above_the_number() -> None:
    """As websites and papers to a higher body have it."""
    found = draft(
        "示例县财政局关于申请经费的请示",
        "示财〔2024〕9号",
        "县政府：",
        "请批示。",
        "示例县财政局",
        "2024年5月6日",
    )
    assert found.values["title"] == "示例县财政局关于申请经费的请示"
    assert found.values["number"] == "示财〔2024〕9号"
    assert found.values["issuer"] == "示例县财政局"


def test_issuers_may_sign_in_one_line() -> None:
    """Blanks part them; a blank in a short name does not."""
    found = changed(l10="示例市委办公室　　示例市政府办公室")
    assert found.values["issuer"] == "示例市委办公室、示例市政府办公室"
    assert changed(l10="县 委").values["issuer"] == "县委"


def test_an_order_has_a_number_of_its_own_kind() -> None:
    """第12号 stays in the text; who signs it is no issuer."""
    found = draft(
        "示例市人民政府令", "第12号", "《示例办法》现予公布。", "市长 某某", "2024年1月2日"
    )
    assert found.is_official
    assert found.values["issuer"] == "示例市人民政府"
    assert "第12号" in found.body
    assert "number" not in found.values


def test_a_decision_has_its_date_below_the_title() -> None:
    """In brackets; it goes into the front matter."""
    found = draft("关于学习某某同志的决定", "（2016年3月7日）", "某某同志……")
    assert found.is_official
    assert found.values["issued"] == "2016-03-07"
    assert found.body == "某某同志……\n"
