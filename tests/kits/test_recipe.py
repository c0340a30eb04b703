"""A kit's recipe: what it may say, and that it fails rather than come out thinner."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tiny
from conftest import xuelan
from kit_plans import GUIDE, NOTICE, RECIPE, STUDY, files, planned, problems
from xuelan.kits.plan import MissingItemError, plan
from xuelan.rendering.pipeline import render_all
from xuelan.text.problem import Code


def test_a_sound_recipe_has_no_problems(tmp_path: Path) -> None:
    """The recipe the other tests start from is free of problems."""
    assert problems(tmp_path, STUDY) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("[story-night-school,", "[story-night-schol,", "unknown-reference",
         "材料“story-night-schol”不存在"),
        ("guides: [guide-study]", "guides: [guide-stud]", "unknown-reference",
         "指南“guide-stud”不存在"),
        ("agendas: [60]", "agendas: [60, 45]", "kit", "指南里没有“45分钟日程”"),
        ("quiz_all: true", "quiz: [q-99]", "unknown-reference", "自测题“q-99”不存在"),
        ("readings: [story-night-school, notice-2024-3]", "select: {tags: [没有的标签]}", "kit",
         "没有一份材料符合所写的条件"),
        ("readings: [story-night-school, notice-2024-3]\n", "", "kit",
         "没有阅读材料（readings 或 select）"),
        ("notice-2024-3]", "term-terrace]", "kit", "材料里没有可以转录的公文"),
        ("id: study", "id: studies", "id-mismatch", "编号“studies”与文件名“study.yml”不一致"),
        ("quiz_all: true", "reminders: [7]", "kit", "没有日历，提醒用不上"),
        ("quiz_all: true", "calendar: true\nreminders: [-7]", "kit", "提前的天数不能是负数"),
        ("activity: 集中学习\n", "calendar: true\n", "kit", "活动没有写明期限（due）"),
        ("audience: [支部]", "forms: [没有这种表]", "unknown-value",
         "“forms”（表格）没有“没有这种表”这个选项"),
        ("title: 集中学习套装", "title: " + "长" * 41, "kit", "名称太长，封面放不下（最多40字）"),
        ("给支部集中学习用。", "长" * 121, "kit", "说明太长，封面放不下（最多120字）"),
        ("audience: [支部]", "colour: red", "unknown-field", "没有“colour”这个字段"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(
    tmp_path: Path, old: str, new: str, code: str, message: str
) -> None:
    """Each missing item is one error at the recipe's file, in words an editor understands."""
    assert old in STUDY
    found = problems(tmp_path, STUDY.replace(old, new))
    assert (code, message) in [(p.code.slug, p.message) for p in found]
    assert all(p.is_error and p.line > 0 for p in found)


def test_a_draft_is_not_given_out(tmp_path: Path) -> None:
    """A reading that is not published stops the kit, with the way out as a hint."""
    draft = tiny.text(NOTICE, ("status: published", "status: draft"))
    found = problems(tmp_path, STUDY, **{NOTICE: draft})
    assert [(p.message, p.hint) for p in found if p.code is Code.UNKNOWN_REFERENCE] == [
        ("材料“notice-2024-3”没有发布", "先发布它，或从套装清单里去掉")
    ]


def test_a_repealed_document_is_not_given_out(tmp_path: Path) -> None:
    """People act on what a kit holds, so what is no longer in force stays out."""
    repealed = tiny.text(NOTICE, ("life: 已结束", "life: 废止"))
    found = problems(tmp_path, STUDY, **{NOTICE: repealed})
    assert [p.message for p in found] == ["“关于开展读书活动的通知”已经废止，不进套装"]


def test_two_recipes_may_not_share_an_id(tmp_path: Path) -> None:
    """The second file with an id is told which the first is."""
    found = tiny.problems(tmp_path, {**files(), "materials/kits/zweite.yml": STUDY})
    messages = [p.message for p in found if p.code is Code.DUPLICATE_ID]
    assert messages == [f"编号“study”已被 {RECIPE} 使用"]


def test_a_recipe_that_is_a_list_is_refused(tmp_path: Path) -> None:
    """A recipe is one group of fields; anything else is said so, not a traceback."""
    found = problems(tmp_path, "- id: study\n")
    assert "整个文件应为一组字段，写成“字段: 值”的样子" in [p.message for p in found]


def test_a_plan_holds_the_things_themselves(tmp_path: Path) -> None:
    """Ids become materials, the agenda its rows, in the recipe's order."""
    made = planned(tmp_path)
    assert [m.id for m in made.readings] == ["story-night-school", "notice-2024-3"]
    assert [m.id for m in made.guides] == ["guide-study"]
    assert [(a.minutes, a.head, a.rows) for a in made.agendas] == [
        (60, ("时间", "做什么"), (("40分钟", "读夜校的灯"), ("20分钟", "讨论")))
    ]
    assert [(m.id, m.questions) for m in made.materials if m.questions] == [
        ("story-night-school", ("我们的夜校怎么办？",))
    ]
    assert [q.id for q in made.questions] == ["q-01"]
    assert made.date == "2026-01-02"


def test_an_agenda_without_a_table_fails(tmp_path: Path) -> None:
    """A heading that promises an agenda is not enough."""
    guide = tiny.text(GUIDE, ("## 会前\n\n- 定时间\n- 发材料", "## 60分钟日程\n\n以后再写。"))
    catalog = tiny.catalog(tmp_path, {**files(), GUIDE: guide})
    with pytest.raises(MissingItemError, match="60分钟日程”，指南里有标题却没有表格"):
        plan(catalog.kits[0], catalog, render_all(catalog))


def test_selected_readings_follow_the_named_ones(tmp_path: Path) -> None:
    """Conditions add materials by kind and date; nothing comes twice, guides are no readings."""
    recipe = STUDY.replace("readings: [story-night-school, notice-2024-3]",
                           "readings: [report-letter]\nselect: {all: true}")  # fmt: skip
    made = planned(tmp_path, recipe)
    assert [m.id for m in made.readings] == [
        "report-letter", "notice-2024-3", "story-night-school", "term-terrace",
    ]  # fmt: skip


def test_the_version_follows_the_texts_only(tmp_path: Path) -> None:
    """A changed word changes the version; a comment in the recipe does not."""
    first = planned(tmp_path / "1").version
    commented = planned(tmp_path / "2", f"# 备注\n{STUDY}").version
    changed = planned(
        tmp_path / "3", others={tiny.STORY: tiny.text(tiny.STORY, ("二十个人读", "三十个人读"))}
    )
    assert first == commented
    assert changed.version != first


@pytest.mark.parametrize("broken", ["id: study\n  title: [", "- id: study\n", "只有一句话\n"])
def test_a_broken_recipe_is_one_problem(tmp_path: Path, broken: str) -> None:
    """What is wrong with it is told once; it is not called a file nobody uses as well."""
    (problem,) = problems(tmp_path, broken)
    assert problem.is_error
    assert problem.code is not Code.UNUSED_FILE


VERSIONS = """\
changes:
  - {date: '2026-03-01', note: 换了一篇}
  - {date: '2026-02-01', note: 第一次发布}
"""
PLAIN = STUDY.replace("PDF, 大字版PDF, EPUB, 公文转录件", "EPUB")


def test_the_page_tells_what_changed_since_the_last_version(tmp_path: Path) -> None:
    """Collected since, or changed in substance since, by the dates editors wrote."""
    root = tiny.write(tmp_path, files(
        PLAIN + VERSIONS,
        **{
            tiny.STORY: tiny.text(
                tiny.STORY, ("collected: '2026-01-02'", "collected: '2026-02-20'")
            ),
            NOTICE: tiny.text(
                NOTICE,
                ("collected: '2026-01-02'", "collected: '2026-01-02'\nupdated: '2026-02-25'"),
            ),
        },
    ))  # fmt: skip
    assert xuelan("build", "-C", root).returncode == 0
    page = (root / "site/downloads/study/index.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>|\s", "", page.split('id="changes"')[1])
    assert "2026年2月1日的上一版以来：" in text
    assert "新收1篇：夜校的灯" in text
    assert "修订1篇：关于开展读书活动的通知" in text
    assert '<dt>最近改动</dt><dd><time datetime="2026-02-25">' in page
    material = (root / "site/materials/notice-2024-3/index.html").read_text(encoding="utf-8")
    assert "2026年1月2日，2026年2月25日修订" in material


def test_the_first_version_says_so(tmp_path: Path) -> None:
    """There is nothing to compare it with."""
    root = tiny.write(tmp_path, files(PLAIN + "changes: [{date: '2026-02-01', note: 第一次}]\n"))
    assert xuelan("build", "-C", root).returncode == 0
    page = (root / "site/downloads/study/index.html").read_text(encoding="utf-8")
    assert "这是第一版，收入的材料都是新的。" in page
