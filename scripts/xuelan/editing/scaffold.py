"""Starting things: a new column, a new material."""

from __future__ import annotations

import datetime
import json
import posixpath
import shutil
from collections import Counter
from pathlib import Path
from typing import Final

from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE, Column, Kind
from xuelan.model.fields import SLUG, Field, Form
from xuelan.model.material import DRAFT, FIELDS
from xuelan.reading.loader import load
from xuelan.text import pinyin
from xuelan.text.errors import XuelanError
from xuelan.text.problem import did_you_mean

STARTER: Final = Path(__file__).parent / "starter"
_PLACEHOLDER: Final = "学习专栏"


class ScaffoldError(XuelanError):
    """Nothing was made; the message says why, in Chinese."""


def new_column(folder: Path, title: str) -> None:
    """Make a column called ``title`` in ``folder``, which must be empty or not exist yet."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScaffoldError(f"“{folder}”不是空文件夹，为免覆盖已停止。")
    shutil.copytree(STARTER, folder, dirs_exist_ok=True)
    settings = folder / SETTINGS_FILE
    text = settings.read_text(encoding="utf-8")
    quoted = json.dumps(title, ensure_ascii=False)
    text = text.replace(f"site_name: {_PLACEHOLDER}", f"site_name: {quoted}")
    settings.write_text(text, encoding="utf-8")


def new_material(column: Column, kind_name: str, title: str, slug: str = "") -> str:
    """Write the template of a new draft and return its path, relative to the column.

    ``slug`` is the id; without it the title's pinyin is taken.
    """
    kind = _kind(column, kind_name)
    name = slug or pinyin.slug(title)
    if not SLUG.fullmatch(name):
        raise ScaffoldError(f"“{name}”不能用作编号：只用小写英文字母、数字和连字符。")
    catalog, _ = load(column)
    if name in catalog.by_id:
        raise ScaffoldError(
            f"编号“{name}”已被 {catalog.by_id[name].path} 使用，请用 --id 另取一个。"
        )
    folders = Counter(posixpath.dirname(m.path) for m in catalog.materials if m.kind == kind.name)
    folder = folders.most_common(1)[0][0] if folders else f"{MATERIALS_FOLDER}/{kind.id}"
    path = f"{folder}/{name}.md"
    target = column.root / path
    if target.exists():
        raise ScaffoldError(f"{path} 已经存在。")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(template(kind, title, name, datetime.date.today()), encoding="utf-8")  # noqa: DTZ011
    return path


def _kind(column: Column, name: str) -> Kind:
    for kind in column.kinds:
        if name in (kind.name, kind.id):
            return kind
    names = [k.name for k in column.kinds]
    hint = did_you_mean(name, names) or f"可选：{'、'.join(names)}"
    raise ScaffoldError(f"没有“{name}”这个文种。{hint}")


def template(kind: Kind, title: str, slug: str, today: datetime.date) -> str:
    """The text of a new draft: required fields filled in, the others as comments."""
    given = {
        "id": slug,
        "kind": kind.name,
        "title": json.dumps(title, ensure_ascii=False),
        "collected": f"'{today.isoformat()}'",
        "status": DRAFT,
    }
    lines = ["---"]
    lines += [_line(f, given.get(f.name, ""), needed=f.name in kind.needs) for f in FIELDS]
    lines += ["---", "", "正文写在这里。小标题用 ##，一段写一行。", ""]
    return "\n".join(lines)


def _line(field: Field, value: str, *, needed: bool) -> str:
    note = f"  # {field.label}：{field.help}"
    if value or field.required:
        return f"{field.name}: {value or field.example}{note}"
    if field.form is Form.RECORD:
        return f"# {field.name}:{note}"
    empty = " []" if field.many else ""
    return f"{field.name}:{empty}{note}（必填）" if needed else f"# {field.name}:{empty}{note}"
