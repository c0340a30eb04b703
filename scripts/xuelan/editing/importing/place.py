"""Where a draft goes in a column, and the file that is written there."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from xuelan.editing.importing.blocks import Enclosure, tidy_blanks
from xuelan.editing.importing.convert import Draft
from xuelan.editing.importing.official import genre_of
from xuelan.editing.importing.sandbox import ReadyPicture
from xuelan.editing.scaffold import ScaffoldError, choose_folder, find_kind
from xuelan.model.catalog import Catalog
from xuelan.model.column import Kind
from xuelan.model.fields import Field, Form
from xuelan.model.forms import NUMBER, SLUG
from xuelan.model.material import (
    CURRENT,
    DRAFT,
    FIELDS,
    FULL,
    OFFICIAL,
    OWN,
    THIRD_PARTY,
)
from xuelan.text import pinyin
from xuelan.text.file_names import file_name

LONGEST_ID: Final = 48
_REFUSED_ENDINGS: Final = (".htm", ".html", ".svg", ".xml", ".js", ".css", ".md", ".yml", ".yaml")


@dataclass
class Placed:
    """A material ready to be written: its file, its text, and the files beside it by their paths.

    ``told`` adds to what the draft tells.
    """

    path: str
    kind: str
    text: str
    files: dict[str, bytes] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    unsure: dict[str, str] = field(default_factory=dict)


def place(
    catalog: Catalog, draft: Draft, pictures: list[ReadyPicture], to: str, taken: set[str]
) -> Placed:
    """Choose kind, id and folder of a draft. ``taken`` are ids that this run has given out.

    ``to`` is what the editor asked for: KIND or KIND/ID. Raises :class:`ScaffoldError` for a kind
    or id that cannot be.
    """
    wanted, _, slug = to.partition("/")
    kind, doubt = _choose_kind(catalog, draft, wanted)
    if slug and not SLUG.fullmatch(slug):
        raise ScaffoldError(f"“{slug}”不能用作编号：只用小写英文字母、数字和连字符。")
    if slug and (slug in catalog.by_id or slug in taken):
        raise ScaffoldError(f"编号“{slug}”已经有了，请另取一个。")
    folder = choose_folder(catalog, kind)
    name = slug or _free_id(catalog, kind, draft, folder, taken)
    if (catalog.column.root / f"{folder}/{name}.md").exists():
        raise ScaffoldError(f"{folder}/{name}.md 已经存在，没有覆盖。请用 --to 另取一个编号。")
    placed = Placed(f"{folder}/{name}.md", kind.name, "", unsure=dict(draft.unsure))
    if doubt:
        placed.unsure["kind"] = doubt
    body, media = _add_pictures(placed, draft, pictures, name)
    attachments = _add_files(placed, draft.enclosures, name)
    values = _settle(placed, draft, kind)
    front = _front_matter(values | {"id": name, "kind": kind.name}, draft.authors, placed.unsure)
    records = {"attachments": attachments, "media": media}
    placed.text = "\n".join(
        ["---", *front, *_records(records), f"status: {DRAFT}", "---", "", body]
    )
    placed.told += _find_twins(catalog, values)
    lacking = [n for n in kind.needs if n not in values and not (n == "author" and draft.authors)]
    if lacking:
        labels = "、".join(f.label for f in FIELDS if f.name in lacking)
        placed.told.append(f"“{kind.name}”还要填写：{labels}。原件里没有找到，请补上。")
    return placed


def _find_twins(catalog: Catalog, values: dict[str, str]) -> list[str]:
    """Materials that may be the same document: with its number, or its title."""
    number, title = values.get("number", ""), values.get("title", "")
    twins = [m for m in catalog.materials if (number and m.number == number) or m.title == title]
    return [f"栏目里已有 {m.path}“{m.title}”，可能是同一份文件，请核对。" for m in twins]


def _choose_kind(catalog: Catalog, draft: Draft, wanted: str) -> tuple[Kind, str]:
    """The kind of a draft, and why that is not certain."""
    column = catalog.column
    if wanted:
        return find_kind(column, wanted), ""
    named = draft.values.get("kind", "")
    for kind in column.kinds:
        if named in (kind.name, kind.id):
            return kind, ""
    if draft.is_official:
        genre = genre_of(draft.values.get("title", ""))
        kinds = [k for k in column.kinds if k.official] or list(column.kinds)
        exact = next((k for k in kinds if k.name == genre), None)
        return exact or kinds[0], "" if exact else "按公文选的"
    if draft.is_press:
        press = next((k for k in column.kinds if "outlet" in k.needs), None)
        if press is not None:
            return press, "按有媒体名选的"
    plain = [k for k in column.kinds if not (k.official or k.glossary or k.needs)]
    return (plain or list(column.kinds))[0], "看不出是哪一类"


def _free_id(catalog: Catalog, kind: Kind, draft: Draft, folder: str, taken: set[str]) -> str:
    """An id by number or title that no other material has."""
    number = re.search(r"〔(\d{4})〕(\d+)号", draft.values.get("number", ""))
    name = f"{kind.id}-{number[1]}-{number[2]}" if number else _slug(draft.values["title"])
    root = catalog.column.root
    count, free = 1, name
    while free in catalog.by_id or free in taken or (root / f"{folder}/{free}.md").exists():
        count += 1
        free = f"{name}-{count}"
    return free


def _slug(title: str) -> str:
    """The sound of a title, cut between two words."""
    name = re.sub(r"[^a-z0-9]+", "-", pinyin.slug(title)).strip("-") or "x"
    return name if len(name) <= LONGEST_ID else name[: LONGEST_ID + 1].rpartition("-")[0]


def _add_pictures(
    placed: Placed, draft: Draft, pictures: list[ReadyPicture], name: str
) -> tuple[str, list[dict[str, str]]]:
    """The text with the pictures' names, and the records of the pictures."""
    body, media = draft.body, []
    for n, (picture, ready) in enumerate(zip(draft.pictures, pictures, strict=True), 1):
        mark = picture.mark(picture.name)
        if not ready.data:
            placed.told.append(f"第 {n} 张图片没有收入：{ready.told}。")
            lost = picture.caption  # stays as a paragraph
            body = re.sub(rf"(?:^|\n\n){re.escape(mark)}(?=\n)", f"\n\n{lost}" * bool(lost), body)
            continue
        file = f"files/{name}-{n}{ready.ending}"
        placed.files[f"{PurePosixPath(placed.path).parent}/{file}"] = ready.data
        body = body.replace(mark, picture.mark(file))
        title = picture.caption or picture.alt or f"图片{n}"
        media.append({"file": file, "title": title, "alt": picture.alt})
        if ready.told:
            placed.told.append(f"第 {n} 张图片：{ready.told}。")
        if not picture.alt:
            placed.told.append(f"第 {n} 张图片没有说明，请在正文和 media 里写明画的是什么。")
        elif picture.alt == picture.caption:
            placed.told.append(f"第 {n} 张图片的替代文字取自图题，请改成画面上有什么。")
    return body, media


def _add_files(placed: Placed, enclosures: list[Enclosure], name: str) -> list[dict[str, str]]:
    """The records of the files that came along; the digest of its bytes is in a file's name."""
    records = []
    for enclosure in enclosures:
        suffix = PurePosixPath(enclosure.name).suffix.lower()
        if suffix in _REFUSED_ENDINGS or not enclosure.data:
            placed.told.append(f"文件“{enclosure.name}”不能作附件，没有收入。")
            continue
        sha256 = hashlib.sha256(enclosure.data).hexdigest()
        file = f"files/{name}-{sha256[:8]}{suffix}"
        placed.files[f"{PurePosixPath(placed.path).parent}/{file}"] = enclosure.data
        title = file_name(PurePosixPath(enclosure.name).stem)
        records.append({"file": file, "title": title})
        placed.told.append(f"附件“{enclosure.name}”存为 {file}，SHA-256：{sha256}")
    return records


def _settle(placed: Placed, draft: Draft, kind: Kind) -> dict[str, str]:
    """The fields as far as they may stand in front matter."""
    values = {k: tidy_blanks(v) for k, v in draft.values.items() if v}
    by = values.pop("by", "")
    if by:
        values.setdefault("issuer" if kind.official or draft.is_official else "outlet", by)
    if number := values.get("number"):
        if not re.fullmatch(NUMBER, number):
            placed.told.append(f"文号“{number}”不合写法，没有写进信息栏，请补上。")
            del values["number"]
        elif "issued" not in values and (year := re.search(r"〔(\d{4})〕", number)):
            values["issued"] = year[1]
            placed.unsure["issued"] = "原件没有日期，年份取自文号"
    seen = values.pop("seen", "")
    if seen:
        placed.told.append(f"投稿单写的出处：{seen}。请登记到书目（materials/works.yml）。")
    official = kind.official or draft.is_official
    if "ground" not in values:
        values["ground"] = OFFICIAL if official else THIRD_PARTY if draft.is_press else OWN
        placed.unsure["ground"] = "凭什么可以登"
    if values["ground"] == THIRD_PARTY:
        placed.told.append(
            "这像是第三方作品：不得登全文。请把正文改写成自己的提要，text 改为“摘要”。"
        )
    values["collected"] = datetime.date.today().isoformat()  # noqa: DTZ011 - the editor's own day
    values["text"] = FULL
    if "life" not in values:
        values["life"] = CURRENT
        if official:
            placed.unsure["life"] = "是否仍在施行"
    return values


def _front_matter(values: dict[str, str], authors: list[str], unsure: dict[str, str]) -> list[str]:
    """The lines of the front matter, in the order of the table of fields."""
    lines = []
    for f in FIELDS:
        if f.name == "status":
            continue
        note = f"  # 请核对：{unsure[f.name]}" if f.name in unsure else ""
        if f.name == "author" and authors:
            lines.append(f"author: [{', '.join(map(_quote, authors))}]{note}")
        elif f.name in values and not f.many:
            lines.append(f"{f.name}: {_value(f, values[f.name])}{note}")
        elif f.name in unsure:
            lines.append(f"{f.name}:{note}")
    return lines


def _value(f: Field, text: str) -> str:
    if f.form is Form.DATE:
        return f"'{text}'"
    if f.form is Form.SLUG:
        return text
    plain = re.fullmatch(
        r"[一-鿿〔〕（）《》“”、，。；！？0-9A-Za-z][^\x00-\x1f:#'\"\\\[\]{}&*!|>%@`]*", text
    )
    return (
        text
        if plain and not re.fullmatch(r"[0-9.\-]+|true|false|null|yes|no", text)
        else _quote(text)
    )


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _records(records: dict[str, list[dict[str, str]]]) -> list[str]:
    lines = []
    for name, rows in records.items():
        if rows:
            lines.append(f"{name}:")
        for row in rows:
            pairs = [f"{k}: {_quote(v)}" for k, v in row.items() if v]
            lines += [f"  - {pairs[0]}", *(f"    {pair}" for pair in pairs[1:])]
    return lines
