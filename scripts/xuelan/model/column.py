"""One column's own settings: its kinds, activities, audiences and footer marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xuelan.model.fields import Field, Form, Table, Vocabularies
from xuelan.model.material import CURRENT, ENDED, FIELDS
from xuelan.model.wording import Wording

SETTINGS_FILE: Final = "mkdocs.yml"
REQUIRED: Final = "required"
MATERIALS_FOLDER: Final = "materials"

_MATERIAL_FIELD_NAMES: Final = tuple(f.name for f in FIELDS)

KIND_FIELDS: Final[Table] = (
    Field("id", "编号", "用在网址里。", Form.SLUG, required=True),
    Field("name", "名称", "写在材料的 kind 里，读者也看到它。", required=True),
    Field("summary", "说明", "这一类收什么。"),
    Field(
        "needs",
        "必填",
        "这一类另外必填的字段。",
        Form.CHOICE,
        many=True,
        choices=_MATERIAL_FIELD_NAMES,
    ),
    Field("glossary", "词条", "这一类是名词解释，正文里第一次出现时加链接。", Form.BOOL),
    Field("official", "公文", "这一类是公文。", Form.BOOL),
)
ACTIVITY_FIELDS: Final[Table] = (
    Field("id", "编号", "用在网址里。", Form.SLUG, required=True),
    Field("name", "名称", "写在材料的 activity 里，读者也看到它。", required=True),
    Field("due", "期限", "截止日期。", Form.DATE),
    Field("due_text", "期限原话", "文件里怎么写的期限。"),
    Field("life", "状态", "现行或已结束。", Form.CHOICE, choices=(CURRENT, ENDED), required=True),
    Field("summary", "说明", "一句话说明做什么。", required=True),
    Field("guide", "指南", "活动指南的材料编号。", Form.SLUG),
)
FOOTER_FIELDS: Final[Table] = (
    Field("host", "主办", "主办单位。"),
    Field("contact", "联系方式", "公开的办公联系方式。"),
    Field("icp", "ICP备案号", "如已取得。"),
    Field("police", "公安备案号", "如已取得。"),
    Field("site_code", "网站标识码", "如已取得。"),
)
COLUMN_FIELDS: Final[Table] = (
    Field("id", "栏目编号", "订阅源用它认出这个栏目：与别的栏目不同，定了就不改，改名也不改。"),
    Field("tagline", "副题", "标题下的一句话。"),
    Field("publisher", "编者", "谁编这个栏目，印在引文和订阅源里。", required=True),
    Field("kinds", "文种", "收哪几类材料。", Form.RECORD, True, True, fields=KIND_FIELDS),
    Field("activities", "活动", "组织哪几项活动。", Form.RECORD, many=True, fields=ACTIVITY_FIELDS),
    Field("audiences", "对象", "材料给谁学。", Form.NAME, many=True),
    Field("essential", "先读", "首页“先读这几篇”的材料编号，按顺序。", Form.SLUG, many=True),
    Field("notice", "依据文件", "部署活动的文件的材料编号。", Form.SLUG),
    Field(
        "reviews",
        "审核",
        "写 required 时，三审没有签齐的材料不上网。",
        Form.CHOICE,
        choices=(REQUIRED,),
    ),
    Field("footer", "页脚", "备案号等，没有就空着。", Form.RECORD, fields=FOOTER_FIELDS),
)

_ICP: Final = re.compile(
    r"[京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新]ICP备[0-9]{5,12}号(?:-[0-9]+)?"
)
_POLICE: Final = re.compile(
    r"[京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新]公网安备\s*([0-9]{11,15})号"
)
_SITE_CODE: Final = re.compile(r"[0-9]{10}|bm[0-9]{8}")
FOOTER_MARKS: Final = {
    "icp": (_ICP, "形如 辽ICP备12345678号-1，照备案系统所发填写"),
    "police": (_POLICE, "形如 辽公网安备 12345678901234号，照备案系统所发填写"),
    "site_code": (_SITE_CODE, "十位数字，或 bm 加八位数字"),
}
"""For each footer mark the pattern it must match, and the hint for an editor."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of material (文种) the column collects."""

    id: str
    name: str
    summary: str
    needs: tuple[str, ...]
    glossary: bool
    official: bool


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity the column serves, with its deadline as the document worded it."""

    id: str
    name: str
    due: str
    due_text: str
    life: str
    summary: str
    guide: str

    @property
    def address(self) -> str:
        """Its page's address below the site's root."""
        return f"activities/{self.id}/"


@dataclass(frozen=True, slots=True)
class Footer:
    """The marks that a site must show if it holds them; empty by default, never invented."""

    host: str = ""
    contact: str = ""
    icp: str = ""
    police: str = ""
    site_code: str = ""

    @property
    def police_digits(self) -> str:
        """The digits of the police record number; the address of its public page has them."""
        match = _POLICE.fullmatch(self.police)
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's settings. ``root`` is its folder; ``url`` ends in ``/`` or is empty.

    ``id`` makes the ids of feeds and their entries, and never changes.

    ``theme_dir`` is the folder of the column's own templates, if it has any. ``reviews`` is
    :data:`REQUIRED` if readers may see only what has all sign-offs. ``closed`` is True if
    the hand-written pages depend on the column's files alone, False with other plugins or hooks of
    the host, which may read anything. ``environment`` are the names and values of the environment
    variables that the settings use. ``excluded`` are the patterns of hand-written pages that are
    not published; ``extensions`` the Markdown extensions that the settings add; ``knows_pages`` is
    False where another plugin may make pages. ``wording`` is the list of ``materials/wording.yml``.
    """

    root: Path
    title: str
    url: str
    description: str
    site_dir: str
    docs_dir: str
    repo_url: str
    edit_uri: str
    copyright: str
    id: str
    tagline: str
    publisher: str
    kinds: tuple[Kind, ...]
    activities: tuple[Activity, ...]
    audiences: tuple[str, ...]
    essential: tuple[str, ...]
    notice: str
    reviews: str
    footer: Footer
    theme_dir: str = ""
    closed: bool = True
    environment: tuple[tuple[str, str], ...] = ()
    excluded: str = ""
    extensions: tuple[str, ...] = ()
    knows_pages: bool = True
    wording: tuple[Wording, ...] = ()

    @property
    def knows_anchors(self) -> bool:
        """True if the anchors of hand-written pages are those that the host gives by itself."""
        return self.knows_pages and "toc" not in self.extensions

    @property
    def vocabularies(self) -> Vocabularies:
        """The column's lists of allowed values, by the names that field tables use."""
        return {
            "kinds": tuple(k.name for k in self.kinds),
            "activities": tuple(a.name for a in self.activities),
            "audiences": self.audiences,
        }

    def kind(self, name: str) -> Kind:
        """The kind called ``name``. Raises ``KeyError``."""
        return {k.name: k for k in self.kinds}[name]

    @property
    def edit_base(self) -> str:
        """The forge's address for editing the column's folder, with ``/``; empty if unknown."""
        if not self.edit_uri:
            return ""
        base = (
            self.edit_uri
            if "://" in self.edit_uri
            else f"{self.repo_url.rstrip('/')}/{self.edit_uri}"
        )
        return base.rstrip("/").removesuffix("/" + self.docs_dir) + "/"

    @property
    def new_material_url(self) -> str:
        """The forge's address for a new file in the materials folder; empty if unknown.

        On GitHub, GitLab and Gitee it has ``/new/`` in the place of ``/edit/``.
        """
        if "/edit/" not in self.edit_base:
            return ""
        return self.edit_base.replace("/edit/", "/new/", 1) + MATERIALS_FOLDER
