"""References after GB/T 7714—2025: one pattern a carrier, with made-up works."""

from __future__ import annotations

import pytest

from xuelan.model.works import Work, make_reference


def _work(**fields: object) -> Work:
    empty: dict[str, object] = {
        "id": "W-001", "type": "其他", "title": "示例", "title_seen": True, "author": (),
        "outlet": "", "issuer": "", "number": "", "date": "", "date_note": "", "page": "",
        "year_issue": "", "place": "", "reposted_by": "", "url": "", "accessed": "", "seen": "",
        "note": "",
    }  # fmt: skip
    return Work(**{**empty, **fields})  # type: ignore[arg-type]


NEWS = {"type": "报纸", "title": "山村来信", "author": ("张三",), "outlet": "示例日报"}
BOOK = {"type": "图书", "title": "梨园栽培：上册", "author": ("李四",), "outlet": "示例出版社"}
PAPER = {"type": "公文", "title": "关于开展读书活动的通知", "issuer": "甲县委组织部"}
SEEN_ONLINE = {"url": "https://example.org/a", "accessed": "2026-11-20"}


@pytest.mark.parametrize(
    ("work", "printed"),
    [
        (
            _work(**NEWS, date="2024-03-05", page="4"),
            "张三. 山村来信[N]. 示例日报，2024-03-05（4）.",
        ),
        (
            _work(**NEWS, date="2024-03-05", page="04", **SEEN_ONLINE),
            "张三. 山村来信[N/OL]. 示例日报，2024-03-05（4）. https://example.org/a.",
        ),
        (_work(**NEWS, date="2024-03"), "张三. 山村来信[N]. 示例日报，2024-03."),
        (
            _work(
                type="网页",
                title="目录说明",
                author=("甲县档案馆",),
                date="2024-05-06",
                **SEEN_ONLINE,
            ),
            "甲县档案馆. 目录说明[EB/OL]. （2024-05-06）[2026-11-20]. https://example.org/a.",
        ),
        (
            _work(type="网页", title="目录说明", author=("甲县档案馆",), **SEEN_ONLINE),
            "甲县档案馆. 目录说明[EB/OL]. [2026-11-20]. https://example.org/a.",
        ),
        (
            _work(**BOOK, place="甲市", date="2020"),
            "李四. 梨园栽培：上册[M]. 甲市：示例出版社，2020.",
        ),
        (_work(**BOOK, date="2020-05-01"), "李四. 梨园栽培：上册[M]. 示例出版社，2020."),
        (
            _work(
                type="期刊",
                title="梯田土壤",
                author=("赵一", "钱二", "孙三", "周四"),
                outlet="示例学报",
                year_issue="2023，12（3）",
            ),
            "赵一，钱二，孙三，等. 梯田土壤[J]. 示例学报，2023，12（3）.",
        ),
        (
            _work(
                type="期刊",
                title="梯田",
                outlet="示例学报",
                date="2024-05-09",
                url="https://example.org/a",
            ),
            "梯田[J/OL]. 示例学报，2024-05-09. https://example.org/a.",
        ),
        (
            _work(**PAPER, number="甲组发〔2024〕3号", date="2024-04-02", **SEEN_ONLINE),
            (
                "甲县委组织部. 关于开展读书活动的通知：甲组发〔2024〕3号[EB/OL]."
                " （2024-04-02）[2026-11-20]. https://example.org/a."
            ),
        ),
        (
            _work(**PAPER, number="甲组发〔2024〕3号", date="2024-04-02"),
            "甲县委组织部. 关于开展读书活动的通知：甲组发〔2024〕3号[Z]. 2024-04-02.",
        ),
        (_work(**PAPER), "甲县委组织部. 关于开展读书活动的通知[Z]."),
        (
            _work(type="影视", title="夜校的灯", outlet="示例制片厂", date="2016"),
            "夜校的灯[Z]. 示例制片厂，2016.",
        ),
        (
            _work(type="影视", title="夜校的灯", outlet="示例台", date="2016", **SEEN_ONLINE),
            "夜校的灯[EB/OL]. 示例台（2016）[2026-11-20]. https://example.org/a.",
        ),
        (_work(type="其他", title="采访稿"), "采访稿[Z]."),
    ],
)
def test_reference(work: Work, printed: str) -> None:
    """Full-width signs but for the point and the brackets; every entry ends in a point."""
    assert str(make_reference(work)) == printed


@pytest.mark.parametrize("names", [1, 2, 3])
def test_up_to_three_authors_are_all_named(names: int) -> None:
    """Only from the fourth on does 等 stand for the rest."""
    authors = ("赵一", "钱二", "孙三")[:names]
    printed = make_reference(_work(type="报纸", title="题", author=authors)).text
    assert printed == f"{'，'.join(authors)}. 题[N]."


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, ""),
        ({"title_seen": False}, "原题未见"),
        ({"seen": "未见"}, "原文未见"),
        ({"seen": "节选"}, ""),
        ({"reposted_by": "乡村网", "date_note": "不晚于2016年4月"}, "乡村网转载；不晚于2016年4月"),
        ({"note": "题名为通称", "seen": "未见"}, "原文未见；题名为通称"),
    ],
)
def test_what_is_not_certain_stands_beside_the_reference(
    fields: dict[str, object], note: str
) -> None:
    """The printed entry stays after the standard; doubts go to the note."""
    assert make_reference(_work(**fields)).note == note


def test_an_ending_point_is_not_doubled() -> None:
    """A title that ends in a point does not give two."""
    assert make_reference(_work(type="其他", title="题", outlet="甲.")).text == "题[Z]. 甲."
