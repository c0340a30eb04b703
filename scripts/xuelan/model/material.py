"""A material, the value that all else is made from, and the table of the fields of its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from dataclasses import field as dataclass_field
from operator import attrgetter
from typing import Any, Final

import msgspec

from xuelan.model.fields import Field, Form, Table, Vocabularies, validate
from xuelan.text.digests import key_of
from xuelan.text.file_names import file_link
from xuelan.text.problem import WAIVABLE, Problem
from xuelan.text.source import Document

OWN, OFFICIAL, THIRD_PARTY = "本站原创", "公文", "第三方"
FULL, DIGEST, MISSING = "全文", "摘要", "原文待补"
CURRENT, ENDED, REPLACED, REPEALED = "现行", "已结束", "被替代", "废止"
DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"

TEMPLATE_TEXT: Final = "正文写在这里。小标题用 ##，一段写一行。"
"""The text of a new draft, to be replaced."""

_ATTACHMENT: Final = (
    Field("file", "文件", "附件文件。", Form.FILE, required=True, example="files/form.docx"),
    Field("title", "名称", "读者看到的名称。", required=True, example="会议记录（样表）"),
    Field("full_size", "原尺寸", "true：图片不缩小，按原来的大小发布。", Form.BOOL),
)
_MEDIA: Final = (
    Field("file", "文件", "图片、音频或视频文件。", Form.FILE, required=True),
    Field("title", "名称", "读者看到的名称。", required=True),
    Field("alt", "替代文字", "图片画的是什么，给看不见图的人。"),
    Field("subtitles", "字幕文件", "视频的字幕文件（WebVTT）。", Form.FILE, formerly="caption"),
    Field("transcript", "文字稿", "音频、视频的文字稿。", Form.TEXT),
    Field("full_size", "原尺寸", "true：图片不缩小，按原来的大小发布。", Form.BOOL),
)
_SIGN_OFF: Final = (
    Field(
        "stage", "审次", "第几审。", Form.CHOICE, required=True, choices=("初审", "复审", "终审")
    ),
    Field("by", "审核人", "签字人的真实姓名或职务。", required=True),
    Field("date", "日期", "签字日期。", Form.DATE, required=True),
    Field("digest", "内容指纹", "签字时内容的指纹，由 xuelan review 写上；内容一改就对不上。"),
    Field("opinion", "意见", "审核意见和处理结果。", Form.TEXT),
)
_WAIVER: Final = (
    Field(
        "code",
        "代号",
        "检查结果里方括号中的代号；使网站做不出来或不安全的，不能放行。",
        Form.CHOICE,
        required=True,
        choices=WAIVABLE,
        example="quotation",
    ),
    Field("reason", "理由", "为什么保留。", required=True, example="原件如此，已与纸质文件核对"),
    Field("date", "日期", "放行的日期。", Form.DATE),
)

FIELDS: Final[Table] = (
    Field(
        "id", "编号", "永久编号，与文件名相同，发布后不改。", Form.SLUG, True, example="notice-8"
    ),
    Field(
        "former_ids",
        "曾用编号",
        "改名前的编号，由 xuelan rename 记下；旧网址转到现在的网址。",
        Form.SLUG,
        many=True,
    ),
    Field("kind", "文种", "属于哪一类。", Form.CHOICE, True, vocabulary="kinds", example="通知"),
    Field(
        "title", "标题", "显示的标题，末尾不加句号。", required=True, example="关于学习活动的通知"
    ),
    Field("original_title", "原题", "显示的标题与原作标题不同时，写原作标题。"),
    Field("issuer", "发文机关", "文件由谁制发。"),
    Field("addressee", "主送机关", "文件发给谁；正文开头的主送机关照留。"),
    Field("author", "作者", "真实署名的作者。", Form.NAME, many=True),
    Field("outlet", "媒体或出版者", "报刊、网站、出版社或制作单位。"),
    Field("number", "发文字号", "文件的字号，年份用六角括号。", Form.NUMBER),
    Field("issued", "日期", "发文、刊出或出版的日期，可以只写到年或月。", Form.DATE),
    Field("issued_note", "日期说明", "日期说不准时，用一句话说明。"),
    Field("collected", "收录日期", "收进本栏目的日期。", Form.DATE, True, example="'2026-11-22'"),
    Field("updated", "修订日期", "收录之后正文又有实质改动的日期；没有就不写。", Form.DATE),
    Field("source", "来源网址", "原文所在的网址，只写核准可以外链的。", Form.URL),
    Field(
        "ground",
        "发布依据",
        "凭什么登在这里：本站原创可登全文；公文可登全文或摘要；第三方作品只登自写的摘要。",
        Form.CHOICE,
        required=True,
        choices=(OWN, OFFICIAL, THIRD_PARTY),
        example=OWN,
    ),
    Field("work", "书目编号", "本条就是书目中的哪一种文献。", Form.KEY),
    Field("summary", "提要", "一两句话，四十到一百二十字。", Form.TEXT, True, example="一两句话。"),
    Field("people", "人物", "写到的主要人物。", Form.NAME, many=True),
    Field("places", "地点", "写到的主要地点。", Form.NAME, many=True),
    Field("tags", "标签", "一到四个主题词。", Form.NAME, many=True),
    Field("audience", "适用对象", "适合谁学。", Form.CHOICE, many=True, vocabulary="audiences"),
    Field(
        "activity",
        "用于活动",
        "可用于哪几项活动。",
        Form.CHOICE,
        many=True,
        vocabulary="activities",
    ),
    Field("related", "相关材料", "相关材料的编号。", Form.SLUG, many=True),
    Field("aliases", "别名", "词条的其他写法，正文中出现时也会链接过来。", many=True),
    Field("questions", "讨论题", "供会上讨论的问题。", many=True),
    Field("attachments", "附件", "供下载的文件。", Form.RECORD, many=True, fields=_ATTACHMENT),
    Field("media", "媒体", "图片、音频、视频。", Form.RECORD, many=True, fields=_MEDIA),
    Field(
        "text",
        "文字状态",
        "正文是全文、摘要，还是原文待补。",
        Form.CHOICE,
        required=True,
        choices=(FULL, DIGEST, MISSING),
        example=FULL,
    ),
    Field(
        "life",
        "效力状态",
        "文件是否还在施行，活动是否已经结束。",
        Form.CHOICE,
        required=True,
        choices=(CURRENT, ENDED, REPLACED, REPEALED),
        example=CURRENT,
    ),
    Field("replaced_by", "由何替代", "被替代时，写替代它的材料编号。", Form.SLUG),
    Field(
        "status",
        "发布状态",
        "draft 草稿（不上网）、published 发布、withdrawn 撤下（只留说明）。",
        Form.CHOICE,
        required=True,
        choices=(DRAFT, PUBLISHED, WITHDRAWN),
        example=DRAFT,
    ),
    Field(
        "waive",
        "放行",
        "检查出来、但有理由保留的问题；每一条写代号和理由，检查结果里会列出来。",
        Form.RECORD,
        many=True,
        fields=_WAIVER,
    ),
    Field("withdrawn", "撤下日期", "撤下的材料写明哪一天撤下。", Form.DATE),
    Field("withdrawn_reason", "撤下原因", "撤下的材料用一句话写明为什么，读者看得到。"),
    Field("reviews", "审核签字", "初审、复审、终审。", Form.RECORD, many=True, fields=_SIGN_OFF),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to download. ``path`` is relative to the column, ``size`` in bytes.

    ``copy`` is the file that is published instead of it, if there is one; ``size`` and ``sha256``
    are those of what is published.
    """

    file: str
    title: str
    full_size: bool = False
    path: str = ""
    size: int = 0
    sha256: str = ""
    copy: str = dataclass_field(default="", compare=False)

    @property
    def source(self) -> str:
        """Where the bytes to publish stand, seen from the column's folder."""
        return self.copy or self.path

    @property
    def link(self) -> str:
        """The link to it from its material's page."""
        return file_link(self.path)


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, sound or film. The paths are relative to the column, ``size`` is in bytes.

    The copies are published instead of the files, if there are any; ``size`` is that of what is
    published.
    """

    file: str
    title: str
    alt: str
    subtitles: str
    transcript: str
    full_size: bool = False
    path: str = ""
    subtitles_path: str = ""
    size: int = 0
    copy: str = dataclass_field(default="", compare=False)
    subtitles_copy: str = dataclass_field(default="", compare=False)

    @property
    def sources(self) -> dict[str, str]:
        """Where the bytes of its files stand, by the paths of the files."""
        found = {self.path: self.copy or self.path}
        found[self.subtitles_path] = self.subtitles_copy or self.subtitles_path
        return {path: source for path, source in found.items() if path}

    @property
    def link(self) -> str:
        """The link to it from its material's page."""
        return file_link(self.path)

    @property
    def subtitles_link(self) -> str:
        """The link to its subtitles from its material's page."""
        return file_link(self.subtitles_path)


@dataclass(frozen=True, slots=True)
class SignOff:
    """A reviewer's signature for one stage; ``digest`` is that of the signed content, or empty."""

    stage: str
    by: str
    date: str
    digest: str
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A kind of problem that an editor lets pass in a material, by the name of its code."""

    code: str
    reason: str
    date: str


@dataclass(frozen=True, slots=True)
class Material:
    """One material as its editor wrote it, every field checked.

    Dates are ISO and may be partial. The text begins at ``body_line`` of the file at ``path`` and
    is not held here: ``Catalog.body_of`` reads it. ``digest`` is the SHA-256 of the file (hex),
    ``face`` a digest of everything but the text: two materials with the same face look the same in
    every list. ``lines`` are the lines of the fields by name, encoded, for messages.
    """

    id: str
    former_ids: tuple[str, ...]
    kind: str
    title: str
    original_title: str
    issuer: str
    addressee: str
    author: tuple[str, ...]
    outlet: str
    number: str
    issued: str
    issued_note: str
    collected: str
    updated: str
    source: str
    ground: str
    work: str
    summary: str
    people: tuple[str, ...]
    places: tuple[str, ...]
    tags: tuple[str, ...]
    audience: tuple[str, ...]
    activity: tuple[str, ...]
    related: tuple[str, ...]
    aliases: tuple[str, ...]
    questions: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    media: tuple[Media, ...]
    text: str
    life: str
    replaced_by: str
    status: str
    waive: tuple[Waiver, ...]
    withdrawn: str
    withdrawn_reason: str
    reviews: tuple[SignOff, ...]
    path: str
    face: bytes
    body_line: int
    digest: str
    lines: bytes = dataclass_field(compare=False, repr=False)

    def __reduce__(self) -> tuple[type[Material], tuple[Any, ...]]:
        """Pickle the values alone: half the time of a dataclass's own way."""
        return Material, _values(self)

    @property
    def date(self) -> str:
        """The date under which it is listed: issued if known, else collected."""
        return self.issued or self.collected

    @property
    def changed(self) -> str:
        """The date of its last change in substance: updated, else collected."""
        return max(self.collected, self.updated)

    @property
    def year(self) -> str:
        """The year in which it was issued; empty if that is not known."""
        return self.issued[:4]

    @property
    def publisher(self) -> str:
        """The body that issued it, else the medium that published it."""
        return self.issuer or self.outlet

    @property
    def card(self) -> Material:
        """The material without what depends on its text, as lists and other pages show it."""
        values = [*_values(self)[:-3], 0, "", b""]
        return Material(*values)

    @property
    def is_public(self) -> bool:
        """True if readers may see it."""
        return self.status == PUBLISHED

    @property
    def is_source(self) -> bool:
        """True for another body's document in full: it may be quoted, by itself as well."""
        return self.text == FULL and self.ground != OWN

    @property
    def address(self) -> str:
        """Its page's address below the site's root."""
        return f"materials/{self.id}/"

    @property
    def former_addresses(self) -> tuple[str, ...]:
        """The addresses below the site's root that its page had before."""
        return tuple(f"materials/{name}/" for name in self.former_ids if name != self.id)

    @property
    def first_address(self) -> str:
        """The address of its page when it was new: feeds know it by this one for ever."""
        return f"materials/{self.former_ids[0]}/" if self.former_ids else self.address

    def has_line(self, field: str) -> bool:
        """True if ``field`` stands in its file, empty or not."""
        return bool(self.lines) and field in msgspec.msgpack.decode(self.lines)

    def line_of(self, field: str) -> int:
        """The line of ``field`` in its file; 1 if it is missing there."""
        lines: dict[str, int] = msgspec.msgpack.decode(self.lines) if self.lines else {}
        return lines.get(field, 1)


_values: Final = attrgetter(*(f.name for f in fields(Material)))


_RECORDS: Final[dict[str, Callable[..., Any]]] = {
    "attachments": Attachment,
    "media": Media,
    "waive": Waiver,
    "reviews": SignOff,
}
"""The fields that are lists of records, with the class of a record."""


def parse(document: Document, vocabularies: Vocabularies) -> tuple[Material, list[Problem]]:
    """A :class:`Material` from a document, and everything wrong with its front matter.

    The material comes back in any case, with wrong fields empty, so that the same run can check
    the rest of the collection against it.
    """
    values, problems = validate(document.front, FIELDS, document.path, vocabularies)
    values["status"] = values["status"] or PUBLISHED  # a wrong one is one mistake, not many
    for name, kind in _RECORDS.items():
        values[name] = tuple(kind(**record) for record in values[name])
    material = Material(
        **values,
        path=document.path,
        face=key_of(document.path, values),
        body_line=document.body_line,
        digest=document.digest,
        lines=msgspec.msgpack.encode(document.front.lines),
    )
    return material, problems
