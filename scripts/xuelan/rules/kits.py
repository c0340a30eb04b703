"""Rules about kits' recipes: all that a recipe names exists, so that no kit lacks a part."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from xuelan.model.catalog import Catalog
from xuelan.model.kit import TRANSCRIPT, Kit
from xuelan.model.material import REPEALED, REPLACED
from xuelan.rules import choice
from xuelan.text.problem import Code, Problem, did_you_mean

TITLE, SUMMARY = 40, 120
"""The most characters of a kit's name and summary; a cover has no room for more."""


def check_recipes(catalog: Catalog) -> Iterator[Problem]:
    """Apply every rule to every recipe."""
    seen: dict[str, str] = {}
    for kit in catalog.kits:
        yield from _check_id(kit, seen)
        yield from _check_references(kit, catalog)
        yield from _check_life(kit, catalog)
        yield from _check_agendas(kit, catalog)
        yield from _check_content(kit, catalog)


def _check_id(kit: Kit, seen: dict[str, str]) -> Iterator[Problem]:
    stem = posixpath.basename(kit.path).removesuffix(".yml")
    if kit.id and kit.id != stem:
        message = f"编号“{kit.id}”与文件名“{stem}.yml”不一致"
        yield Problem(kit.path, kit.line_of("id"), Code.ID_MISMATCH, message, "两处改成一样")
    if kit.id and kit.id in seen:
        message = f"编号“{kit.id}”已被 {seen[kit.id]} 使用"
        yield Problem(kit.path, kit.line_of("id"), Code.DUPLICATE_ID, message, "换一个编号")
    seen.setdefault(kit.id, kit.path)


def _check_references(kit: Kit, catalog: Catalog) -> Iterator[Problem]:
    public = [m.id for m in catalog.public]
    wanted: tuple[tuple[str, Iterable[str], Iterable[str], str], ...] = (
        ("readings", kit.readings, public, "材料"),
        ("guides", kit.guides, public, "指南"),
        ("quiz", kit.quiz, [q.id for q in catalog.questions], "自测题"),
    )
    for field, ids, known, label in wanted:
        for i in ids:
            if i in known or (field != "quiz" and not catalog.lacks(i) and i not in catalog.by_id):
                continue
            hidden = field != "quiz" and i in catalog.by_id
            message = f"{label}“{i}”没有发布" if hidden else f"{label}“{i}”不存在"
            hint = "先发布它，或从套装清单里去掉" if hidden else did_you_mean(i, known)
            yield Problem(kit.path, kit.line_of(field), Code.UNKNOWN_REFERENCE, message, hint)


def _check_life(kit: Kit, catalog: Catalog) -> Iterator[Problem]:
    """A recipe names no replaced or repealed document: people act on what is in a kit."""
    for field, ids in (("readings", kit.readings), ("guides", kit.guides)):
        for i in ids:
            m = catalog.by_id.get(i)
            if m and m.life in (REPLACED, REPEALED):
                message = f"“{m.title}”已经{'被替代' if m.life == REPLACED else '废止'}，不进套装"
                hint = f"改用“{m.replaced_by}”" if m.replaced_by else "从套装清单里去掉"
                yield Problem(kit.path, kit.line_of(field), Code.KIT, message, hint)


def _check_agendas(kit: Kit, catalog: Catalog) -> Iterator[Problem]:
    guides = map(catalog.body_of, choice.select_guides(kit, catalog))
    has = {n for guide in guides for n in choice.find_agendas(guide)}
    for minutes in kit.agendas:
        if minutes not in has:
            message = f"指南里没有“{minutes}分钟日程”"
            hint = (
                f"指南里有的是：{'、'.join(f'{n}分钟' for n in sorted(has))}"
                if has
                else "在 guides 里写上带日程的指南"
            )
            yield Problem(kit.path, kit.line_of("agendas"), Code.KIT, message, hint)


def _check_content(kit: Kit, catalog: Catalog) -> Iterator[Problem]:
    """What a recipe asks for in general terms selects something, and the cover has room for it."""
    readings = choice.select_readings(kit, catalog)
    activity = choice.find_activity(kit, catalog)
    faults = (
        (len(kit.title) > TITLE, "title", f"名称太长，封面放不下（最多{TITLE}字）"),
        (len(kit.summary) > SUMMARY, "summary", f"说明太长，封面放不下（最多{SUMMARY}字）"),
        (not kit.readings and not kit.select, "title", "没有阅读材料（readings 或 select）"),
        (bool(kit.select) and not readings, "select", "没有一份材料符合所写的条件"),
        (
            kit.quiz_all and not choice.select_questions(kit, catalog),
            "quiz_all",
            "没有符合的自测题",
        ),
        (kit.calendar and not (activity and activity.due), "calendar", "活动没有写明期限（due）"),
        (
            "会议议程" in kit.forms and not kit.agendas,
            "forms",
            "要会议议程，却没有写议程时长（agendas）",
        ),
        (
            "督查自查表" in kit.forms
            and not any(
                choice.has_ticks(catalog.body_of(g)) for g in choice.select_guides(kit, catalog)
            ),
            "forms",
            "要督查自查表，指南里却没有以“□”开头的自查条目",
        ),
        (bool(kit.reminders) and not kit.calendar, "reminders", "没有日历，提醒用不上"),
        (any(n < 0 for n in kit.reminders), "reminders", "提前的天数不能是负数"),
        (
            TRANSCRIPT in kit.formats and not choice.select_transcripts(kit, catalog),
            "formats",
            "材料里没有可以转录的公文",
        ),
    )
    for wrong, field, message in faults:
        if wrong:
            yield Problem(kit.path, kit.line_of(field), Code.KIT, message)
