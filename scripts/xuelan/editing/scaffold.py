"""Create a new column or a new material."""

from __future__ import annotations

import datetime
import json
import posixpath
import shutil
import uuid
from collections import Counter
from pathlib import Path
from typing import Final

from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE, Column, Kind
from xuelan.model.fields import Field, Form
from xuelan.model.forms import explain_bad_id
from xuelan.model.material import DRAFT, FIELDS, TEMPLATE_TEXT
from xuelan.reading.loader import load
from xuelan.text import pinyin
from xuelan.text.errors import XuelanError
from xuelan.text.problem import did_you_mean

STARTER: Final = Path(__file__).parent / "starter"
"""A whole column in files, copied as it is but for its title."""

_TITLE_LINE: Final = "site_name: 学习专栏"
"""The line of the starter's settings that names the column."""


_ID_LINE: Final = "      id: 新栏目"
"""The line of the starter's settings with the column's id, which no other column may have."""


class ScaffoldError(XuelanError):
    """Nothing was created; the message says why, in Chinese."""


def create_column(folder: Path, title: str) -> None:
    """Create a column called ``title`` in ``folder``, which must be empty or not exist yet.

    Raises :class:`ScaffoldError` otherwise.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScaffoldError(f"“{folder}”不是空文件夹，为免覆盖已停止。")
    shutil.copytree(STARTER, folder, dirs_exist_ok=True)
    settings = folder / SETTINGS_FILE
    text = settings.read_text(encoding="utf-8")
    text = text.replace(_ID_LINE, f"      id: {uuid.uuid4()}")
    text = text.replace(_TITLE_LINE, f"site_name: {_quote(title)}")
    settings.write_text(text, encoding="utf-8", newline="\n")


def create_material(column: Column, kind_name: str, title: str, slug: str = "") -> str:
    """Write a new draft and return its path, relative to the column.

    ``slug`` is its id, by default the pinyin of the title. Raises :class:`ScaffoldError` for an
    unknown kind and for an id that is malformed or taken.
    """
    catalog, _ = load(column)
    kind, path = propose_path(catalog, kind_name, title, slug)
    target = column.root / path
    if target.exists():
        raise ScaffoldError(f"{path} 已经存在。")
    target.parent.mkdir(parents=True, exist_ok=True)
    today = datetime.date.today()  # noqa: DTZ011 - the editor's own day
    draft = compose_draft(kind, title, target.stem, today)
    target.write_text(draft, encoding="utf-8", newline="\n")
    return path


def propose_path(catalog: Catalog, kind_name: str, title: str, slug: str = "") -> tuple[Kind, str]:
    """Return the kind called ``kind_name``, and the path of a new material of it.

    Its id, the name of the file, is ``slug``, by default the pinyin of ``title``. Raises
    :class:`ScaffoldError` for an unknown kind and for an id that is malformed or taken.
    """
    kind = find_kind(catalog.column, kind_name)
    name = slug or pinyin.slug(title)
    if fault := explain_bad_id(name):
        raise ScaffoldError(fault)
    if name in catalog.by_id:
        raise ScaffoldError(
            f"编号“{name}”已被 {catalog.by_id[name].path} 使用，请用 --id 另取一个。"
        )
    return kind, f"{choose_folder(catalog, kind)}/{name}.md"


def find_kind(column: Column, name: str) -> Kind:
    """Return the kind with this name or id. Raises :class:`ScaffoldError` if there is none."""
    for kind in column.kinds:
        if name in (kind.name, kind.id):
            return kind
    names = [k.name for k in column.kinds]
    hint = did_you_mean(name, names) or f"可选：{'、'.join(names)}"
    raise ScaffoldError(f"没有“{name}”这个文种。{hint}")


def choose_folder(catalog: Catalog, kind: Kind) -> str:
    """Return the folder in which most materials of ``kind`` stand, or a new one named by it."""
    folders = Counter(posixpath.dirname(m.path) for m in catalog.materials if m.kind == kind.name)
    return folders.most_common(1)[0][0] if folders else f"{MATERIALS_FOLDER}/{kind.id}"


def compose_draft(kind: Kind, title: str, slug: str, today: datetime.date) -> str:
    """Return the text of a new draft: required fields to fill in, the others as comments."""
    values = {
        "id": slug,
        "kind": kind.name,
        "title": _quote(title),
        "collected": f"'{today.isoformat()}'",
        "status": DRAFT,
    }
    lines = ["---"]
    lines += [_field_line(f, values.get(f.name, ""), required=f.name in kind.needs) for f in FIELDS]
    lines += ["---", "", TEMPLATE_TEXT, ""]
    return "\n".join(lines)


def _quote(title: str) -> str:
    """Return ``title`` as a YAML string: every JSON string is one."""
    return json.dumps(title, ensure_ascii=False)


def _field_line(field: Field, value: str, *, required: bool) -> str:
    """Return the line of ``field``; ``required`` is True when its kind of material needs it."""
    note = f"  # {field.label}：{field.help}"
    if value or field.required:
        return f"{field.name}: {value or field.example}{note}"
    if field.form is Form.RECORD:
        return f"# {field.name}:{note}"
    empty = " []" if field.many else ""
    return f"{field.name}:{empty}{note}（必填）" if required else f"# {field.name}:{empty}{note}"
