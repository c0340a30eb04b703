"""Rules about the collection: settings, ids, references between materials, rights, life cycle."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from xuelan.model.catalog import DATA_FILES, Catalog, explain_missing
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.model.kit import FOLDER as RECIPES
from xuelan.model.material import (
    FIELDS,
    FULL,
    MISSING,
    OFFICIAL,
    OWN,
    REPLACED,
    THIRD_PARTY,
    WITHDRAWN,
    Material,
)
from xuelan.model.review import STAGES, content_digest
from xuelan.rules import privacy
from xuelan.rules.front import find_skipped
from xuelan.text.file_names import explain_bad_name, fold_name, published_name
from xuelan.text.problem import Code, Problem, did_you_mean
from xuelan.text.source import list_files


def check_settings(catalog: Catalog) -> Iterator[Problem]:
    """Materials that the settings name exist and are published, and no line is private."""
    column = catalog.column
    yield from privacy.check_text(SETTINGS_FILE, _settings_text(column.root))
    named = [(i, "essential") for i in column.essential]
    named += [(a.guide, "activities") for a in column.activities if a.guide]
    named += [(column.notice, "notice")] if column.notice else []
    for material, where in named:
        line = _settings_line(column.root, material)
        found = catalog.by_id.get(material)
        if catalog.lacks(material):
            message = f"{where} 里的材料“{material}”不存在"
            hint = explain_missing(catalog, material)
            yield Problem(SETTINGS_FILE, line, Code.UNKNOWN_REFERENCE, message, hint)
        elif found and not catalog.shows(found):
            message = f"{where} 里的材料“{material}”没有发布"
            hint = "先发布它，或从设置里去掉"
            yield Problem(SETTINGS_FILE, line, Code.UNKNOWN_REFERENCE, message, hint)


def _settings_line(root: Path, word: str) -> int:
    """The first line of the settings that has ``word``; 1 if none has."""
    lines = _settings_text(root).split("\n")
    return next((n for n, line in enumerate(lines, 1) if word in line), 1)


def _settings_text(root: Path) -> str:
    return (root / SETTINGS_FILE).read_text(encoding="utf-8", errors="replace")


def check_ids(catalog: Catalog) -> Iterator[Problem]:
    """An id is the name of its file and belongs to one material only."""
    seen: dict[str, str] = {}
    for m in sorted(catalog.materials, key=lambda m: m.path):
        stem = posixpath.basename(m.path).removesuffix(".md")
        if m.id and m.id != stem:
            message = f"编号“{m.id}”与文件名“{stem}.md”不一致"
            hint = "两处改成一样；已发布的以编号为准"
            yield Problem(m.path, m.line_of("id"), Code.ID_MISMATCH, message, hint)
        if m.id and m.id in seen:
            message = f"编号“{m.id}”已被 {seen[m.id]} 使用"
            yield Problem(m.path, m.line_of("id"), Code.DUPLICATE_ID, message, "换一个编号")
        seen.setdefault(m.id, m.path)


def check_former_ids(catalog: Catalog) -> Iterator[Problem]:
    """The former ids of a material lead to it alone."""
    owners = {m.id: m for m in catalog.materials}
    for m in catalog.materials:
        for old in dict.fromkeys(m.former_ids):
            other = owners.setdefault(old, m)
            if other is not m:
                now = "现在的" if other.id == old else "的曾用"
                message = f"曾用编号“{old}”是 {other.path} {now}编号"
                hint = "一个旧网址只能转到一份材料，从一处删掉"
                yield Problem(m.path, m.line_of("former_ids"), Code.DUPLICATE_ID, message, hint)


def check_references(catalog: Catalog) -> Iterator[Problem]:
    """Materials and works that front matter names exist."""
    for m in catalog.materials:
        wanted = [(i, "related") for i in m.related]
        wanted += [(m.replaced_by, "replaced_by")] if m.replaced_by else []
        for other, field in wanted:
            if other == m.id or catalog.lacks(other):
                message = f"材料“{other}”不存在" if other != m.id else "相关材料写了自己"
                hint = explain_missing(catalog, other) if other != m.id else ""
                yield Problem(m.path, m.line_of(field), Code.UNKNOWN_REFERENCE, message, hint)
        successor = catalog.by_id.get(m.replaced_by)
        if m.is_public and successor and not successor.is_public:
            message = f"替代它的材料“{m.replaced_by}”没有发布"
            line = m.line_of("replaced_by")
            yield Problem(m.path, line, Code.UNKNOWN_REFERENCE, message, "两份一起发布")
        if m.work and m.work not in catalog.works and catalog.has_read("works"):
            hint = did_you_mean(m.work, catalog.works)
            message = f"书目里没有“{m.work}”"
            yield Problem(m.path, m.line_of("work"), Code.UNKNOWN_REFERENCE, message, hint)


def check_rights(catalog: Catalog) -> Iterator[Problem]:
    """A kind has its required fields, and how much of a text is shown fits the ground for it."""
    needs = {k.name: k.needs for k in catalog.column.kinds}
    for m in catalog.materials:
        for field in needs.get(m.kind, ()):
            if not getattr(m, field):
                label = next((f.label for f in FIELDS if f.name == field), field)
                line = m.line_of(field) if m.has_line(field) else m.line_of("kind")
                message = f"“{m.kind}”必须填写“{field}”（{label}）"
                hint = f"加一行 {field}: ……（{label}）"
                yield Problem(m.path, line, Code.MISSING_FIELD, message, hint)
        for field, message, hint in _find_rights_faults(m):
            yield Problem(m.path, m.line_of(field), Code.RIGHTS, message, hint)


def _find_rights_faults(m: Material) -> Iterator[tuple[str, str, str]]:
    if m.ground == THIRD_PARTY and m.text == FULL:
        yield "text", "第三方作品不得刊登全文", "改为 text: 摘要，正文只写自己的话"
    if m.ground == THIRD_PARTY and not (m.outlet or m.issuer or m.author or m.work):
        yield "ground", "第三方作品要写明媒体、单位或作者，或登记在书目里", ""
    if m.ground == OFFICIAL and not m.issuer:
        yield "ground", "公文要写明发文机关（issuer）", ""
    if m.ground == OWN and m.text == MISSING:
        yield "text", "本站原创不存在“原文待补”", "还没写好的稿子请用 status: draft"


def check_files(catalog: Catalog) -> Iterator[Problem]:
    """No two files of a material share a name, and every file in ``materials/`` is used."""
    used = {f"{MATERIALS_FOLDER}/{name}.yml" for name in DATA_FILES}
    used |= {*catalog.by_path, *catalog.unread}
    used |= {*list_files(catalog.column.root, RECIPES, ".yml")}
    for m in catalog.materials:
        names: dict[str, str] = {}
        for field, path in _file_fields(m):
            name = posixpath.basename(path)
            first = names.setdefault(fold_name(published_name(path)), path)
            if fold_name(first) != fold_name(path):  # else the two paths are reported below
                other = posixpath.basename(first)
                message = f"两个文件都叫“{name}”"
                if other != name:
                    message = f"文件“{other}”和“{name}”只差大小写"
                yield Problem(m.path, m.line_of(field), Code.DUPLICATE_FILE, message, "改一个名字")
            used.add(path)
    named = {posixpath.basename(a.file) for m in catalog.materials for a in m.attachments}
    paths = list_files(catalog.column.root, MATERIALS_FOLDER, "")
    yield from _find_bad_folders(paths)
    for path in paths:
        is_named = posixpath.basename(path) in named
        if path not in used and not is_named and (skipped := find_skipped(path)):
            yield skipped
        elif path not in used and not catalog.unread:
            hint = "材料是 .md 文件，数据是规定名称的 .yml 文件；暂时不用的，文件名前加“_”"
            yield Problem(path, 1, Code.UNUSED_FILE, "这个文件没有被用到", hint)


def _find_bad_folders(paths: list[str]) -> Iterator[Problem]:
    """Folders that Windows does not take, and files or folders that are one on some disks."""
    spelled: dict[str, str] = {}
    known: set[str] = set()
    for path in paths:
        folder = posixpath.dirname(path)
        if folder not in known and (fault := explain_bad_name(folder)):
            yield Problem(path, 1, Code.FILE_NAME, f"文件夹“{folder}”：{fault}", "改一个名字")
        known.add(folder)
        for place in (folder, path):
            first = spelled.setdefault(fold_name(place), place)
            if first != place:
                message = f"“{first}”和“{place}”只差大小写，在 Windows 上是同一个"
                yield Problem(path, 1, Code.DUPLICATE_FILE, message, "改一个名字")
                break


def _file_fields(m: Material) -> Iterator[tuple[str, str]]:
    """The files of a material: the field that names one, and its path."""
    yield from (("attachments", a.path) for a in m.attachments)
    for item in m.media:
        yield from (("media", path) for path in (item.path, item.subtitles_path) if path)


def check_life(catalog: Catalog) -> Iterator[Problem]:
    """A replaced document names its successor, and the content is the one reviewers signed."""
    for m in catalog.materials:
        if m.status == WITHDRAWN and not (m.withdrawn and m.withdrawn_reason):
            message = "没有写明哪一天、为什么撤下"
            hint = "在信息栏写 withdrawn: '年-月-日' 和 withdrawn_reason: 一句话"
            yield Problem(m.path, m.line_of("status"), Code.WITHDRAWAL, message, hint)
        if m.life == REPLACED and not m.replaced_by:
            message = "没有写明由哪一份材料替代"
            hint = "加一行 replaced_by: 替代它的材料的编号"
            yield Problem(m.path, m.line_of("life"), Code.LIFE, message, hint)
        if m.reviews:
            yield from _check_sign_offs(m, content_digest(m, catalog.body_of(m)))


def _check_sign_offs(m: Material, digest: str) -> Iterator[Problem]:
    """The sign-offs of a material with the content ``digest`` that hold no longer, or never did.

    One that was given again for the present content makes up for an earlier one.
    """
    line, hint = m.line_of("reviews"), "请重新审核签字：xuelan review 列出等谁签"
    for stage in STAGES:
        signed = [s for s in m.reviews if s.stage == stage]
        if signed and signed[-1].digest and signed[-1].digest != digest:
            yield Problem(m.path, line, Code.SIGN_OFF, f"{stage}签字之后内容又有改动", hint)
    by_stage = {s.stage: s.by for s in m.reviews}
    people = Counter(by_stage.values())
    for person, count in people.items():
        if count > 1:
            stages = "、".join(stage for stage in STAGES if by_stage.get(stage) == person)
            message = f"{stages}都由“{person}”签字"
            yield Problem(m.path, line, Code.SIGN_OFF, message, "三审由不同的人签")
