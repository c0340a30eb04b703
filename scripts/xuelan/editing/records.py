"""New records in the data files: facts, works and self-test questions.

A record is put after the last line of its file; every line that is there stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xuelan.editing.changeset import ChangeSet
from xuelan.editing.front_matter import dump
from xuelan.editing.scaffold import ScaffoldError
from xuelan.model import facts, study, works
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER
from xuelan.model.facts import LOW
from xuelan.model.fields import Field, Form, Table
from xuelan.model.forms import KEY
from xuelan.rules.data import TO_FILL_IN
from xuelan.text.yaml_reader import parse_yaml


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record: its data file, its fields, the field that the editor's words go into.

    ``first`` is the id of the first record of a column.
    """

    name: str
    file: str
    table: Table
    main: str
    first: str

    @property
    def path(self) -> str:
        """The path of its file, relative to the column."""
        return f"{MATERIALS_FOLDER}/{self.file}.yml"


RECORD_KINDS: Final = {
    kind.name: kind
    for kind in (
        RecordKind("事实", "facts", facts.FIELDS, "statement", "fact-001"),
        RecordKind("书目", "works", works.FIELDS, "title", "W-001"),
        RecordKind("自测题", "quiz", study.QUESTION_FIELDS, "question", "q-01"),
    )
}

_NUMBERED: Final = re.compile(r"(.*?)([0-9]+)")


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record that was added: its id, its file and the line where it begins."""

    id: str
    path: str
    line: int


def create_record(catalog: Catalog, kind: RecordKind, words: str, wanted: str = "") -> NewRecord:
    """Add a record with ``words`` and the fields to fill in to its data file.

    ``wanted`` is its id, or the beginning of ids of the file (``life`` for ``life-012``), which
    the next free number follows. Raises :class:`ScaffoldError`.
    """
    records = _records_of(catalog, kind)
    name = _choose_id(kind, records, wanted)
    if not catalog.has_read(kind.file):
        raise ScaffoldError(f"{kind.path} 读不出来，请先运行 xuelan check，改好再添加。")
    values = {"id": name, kind.main: words, **_habits(kind, records, name)}
    lines = [_field_line(f, values.get(f.name)) for f in kind.table]
    change = ChangeSet(catalog.column.root)
    place: list[int] = []

    def add(text: str) -> str:
        longer = append_record(text, lines)
        place.append(longer.count("\n") + 1 - len(lines))
        return longer

    change.edit(kind.path, add)
    change.write()
    return NewRecord(name, kind.path, place[0])


def append_record(text: str, lines: list[str]) -> str:
    """``text``, a YAML list of records, with one more; ``lines`` are those of the record.

    Raises :class:`ScaffoldError` where the record would not become one more of the list.
    """
    found = re.search(r"^( *)-( +)(?=\S)", text, re.MULTILINE)
    before, after = (found[1], found[2]) if found else ("", " ")
    written = [before + (" " * (len(after) + 1) if n else f"-{after}") + line
               for n, line in enumerate(lines)]  # fmt: skip
    end = "" if not text or text.endswith("\n") else "\n"
    longer = text + end + "\n".join([*written, ""])
    old, problems = parse_yaml("", text)
    new, wrong = parse_yaml("", longer)
    if problems or wrong or not isinstance(new, list) or new[:-1] != (old or []):
        raise ScaffoldError("文件的写法特别，不能在末尾添加；请把每一项写成以“- id:”开头的几行。")
    return longer


def _records_of(catalog: Catalog, kind: RecordKind) -> Mapping[str, Any]:
    """The records of a kind by id, in the order of the file."""
    if kind.file == "quiz":
        return {q.id: q for q in catalog.questions}
    return catalog.facts if kind.file == "facts" else catalog.works


def _choose_id(kind: RecordKind, records: Mapping[str, Any], wanted: str) -> str:
    """A free id: the one wanted, or the number after the last of its kind in the file."""
    numbered = [match for name in records if (match := _NUMBERED.fullmatch(name))]
    begin = wanted.rstrip("-")
    series = [m for m in numbered if m[1].rstrip("-") == begin] if wanted else numbered[-1:]
    if wanted and not series:
        if wanted in records:
            raise ScaffoldError(f"编号“{wanted}”已经有了，请另取一个，或不写 --id。")
        if not KEY.fullmatch(wanted):
            raise ScaffoldError(f"“{wanted}”不能用作编号：只用英文字母、数字和连字符。")
        return wanted
    if not series:
        return kind.first if kind.first not in records else f"{kind.first}-1"
    head = series[-1][1]
    same = [m for m in numbered if m[1] == head]
    width = len(same[-1][2])
    return f"{head}{max(int(m[2]) for m in same) + 1:0{width}}"


def _habits(kind: RecordKind, records: Mapping[str, Any], name: str) -> dict[str, str]:
    """Values that a new record may begin with: the safest, or those of its series."""
    if kind.file != "facts":
        return {}
    head = _head(name)
    topics = Counter(f.topic for f in records.values() if _head(f.id) == head and f.topic)
    topic = {"topic": topics.most_common(1)[0][0]} if topics else {}
    return {"confidence": LOW, "kind": "事实", **topic}


def _head(name: str) -> str:
    found = _NUMBERED.fullmatch(name)
    return found[1] if found else name


def _field_line(field: Field, value: str | None) -> str:
    """The line of a field with its value or what is to be filled in; a comment if it may go."""
    note = f"  # {field.label}：{field.help}" if field.help else f"  # {field.label}"
    if value is not None:
        chosen = note if field.form is Form.CHOICE else ""
        return dump({field.name: value})[0] + chosen
    if not field.required and field.name != "options":
        return f"# {field.name}:{' []' if field.many else ''}{note}"
    if field.name == "options":
        return f"options: [{TO_FILL_IN}甲, {TO_FILL_IN}乙]{note}"
    if field.form is Form.CHOICE:
        return f"{field.name}:  # {field.label}：{'、'.join(field.choices)}"
    if field.form in (Form.KEY, Form.SLUG, Form.ANY):  # an empty one is reported as missing
        return f"{field.name}:{' []' if field.many else ''}{note}"
    return f"{field.name}: {TO_FILL_IN}{note}"
