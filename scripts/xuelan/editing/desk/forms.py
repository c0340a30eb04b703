"""The form of a material: its questions from the table of fields, its answers from the file.

What the form does not show, or shows unchanged, stays in the file byte for byte.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from xuelan.editing.front_matter import FrontMatterError, remove_field, set_field
from xuelan.model.column import Column
from xuelan.model.fields import Field, Form, Table, Vocabularies
from xuelan.model.material import FIELDS
from xuelan.text.source import UNREAD, Source, split

Answer = str | list[str] | list[dict[str, str]] | None
"""What a person has entered: a text, a list, records; None where the file has something else."""

_NAMES: Final = frozenset(field.name for field in FIELDS)

WORDS: Final = {
    "": "没有说",
    "true": "是",
    "false": "不是",
    "draft": "草稿（不上网）",
    "published": "发布",
    "withdrawn": "撤下（只留说明）",
}
"""Choices that are written as English words, as a person reads them."""

GROUPS: Final = (
    ("是什么", ("kind", "title", "original_title", "summary", "id")),
    ("从哪里来", ("ground", "issuer", "number", "outlet", "author", "issued", "issued_note",
              "source", "work")),
    ("怎样归类", ("people", "places", "tags", "audience", "activity", "related", "aliases",
              "questions")),
    ("附件和图片", ("attachments", "media")),
    ("状态", ("text", "life", "replaced_by", "collected", "updated", "status")),
    ("审核签字", ("reviews",)),
)  # fmt: skip
"""The fields in the order in which a person thinks of them."""


class AnswerSheet(NamedTuple):
    """A material taken apart: its answers by field, its text and the line where the text begins."""

    answers: dict[str, Answer]
    body: str
    body_line: int
    lines: dict[str, int]


def describe_form(column: Column) -> list[dict[str, Any]]:
    """The groups of the form with their fields, for the page."""
    by_name = {field.name: field for field in FIELDS}
    named = {name for _, names in GROUPS for name in names}
    groups = [*GROUPS, ("其他", tuple(name for name in by_name if name not in named))]
    return [
        {"title": title, "fields": [_describe(by_name[n], column.vocabularies) for n in names]}
        for title, names in groups
        if names
    ]


def _describe(field: Field, vocabularies: Vocabularies) -> dict[str, Any]:
    choices = field.choices or vocabularies.get(field.vocabulary, ())
    if field.form is Form.BOOL:
        choices = ("", "true", "false")
    return {
        "name": field.name,
        "label": field.label,
        "help": field.help,
        "form": field.form.name.lower(),
        "required": field.required,
        "many": field.many,
        "choices": [{"value": c, "label": WORDS.get(c, c)} for c in choices],
        "example": field.example.strip("'"),
        "fields": [_describe(part, vocabularies) for part in field.fields],
    }


def needs_by_kind(column: Column) -> dict[str, list[str]]:
    """The fields that each kind of material needs besides those that all need."""
    return {kind.name: list(kind.needs) for kind in column.kinds}


def take_apart(text: str) -> AnswerSheet | None:
    """Take a material apart; None if its front matter cannot be read."""
    document, problems = split(Source("", text, ""))
    if document is None or any(p.code in UNREAD for p in problems):
        return None  # a part that was read is not the whole
    answers = {field.name: _answer(field, document.front.get(field.name)) for field in FIELDS}
    lines = {k: n for k, n in document.front.lines.items() if k in _NAMES}
    body = "\n".join(text.split("\n")[document.body_line - 1 :])  # with its blanks
    return AnswerSheet(answers, body, document.body_line, lines)


def _answer(field: Field, value: Any) -> Answer:
    """The value of a field as the form shows it; None if the form has no place for it."""
    if value is None or value in ("", []):
        return [] if field.many else ""
    if not field.many:
        return _word(value)
    if not isinstance(value, list):
        return None
    if field.form is not Form.RECORD:
        words = [_word(item) for item in value]
        return None if any(w is None for w in words) else [w for w in words if w is not None]
    records = [_record(item, field.fields) for item in value]
    return None if any(r is None for r in records) else [r for r in records if r is not None]


def _record(value: Any, table: Table) -> dict[str, str] | None:
    known = [field.name for field in table]
    if not isinstance(value, dict) or not set(value) <= set(known):
        return None
    words = {name: "" if value.get(name) is None else _word(value[name]) for name in known}
    return None if None in words.values() else {n: w for n, w in words.items() if w is not None}


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def put_together(text: str, answers: dict[str, Any], body: str) -> str:
    """``text`` with those fields changed whose answer differs, and with ``body`` as its text.

    ``answers`` may leave out fields that the person has not touched.

    Raises :class:`~xuelan.editing.front_matter.FrontMatterError`.
    """
    before = take_apart(text)
    if before is None:
        raise FrontMatterError("信息栏读不出来，请在“整篇文字”里改好它。")
    for field in FIELDS:
        given = _clean(field, answers.get(field.name))
        old = _clean(field, before.answers[field.name])
        if given is None or old is None or given == old:
            continue
        text = set_field(text, field.name, given) if given else remove_field(text, field.name)
    head = text.split("\n")[: _body_line(text) - 1]
    return "\n".join([*head, body])


def _body_line(text: str) -> int:
    after = take_apart(text)
    if after is None:
        raise FrontMatterError("信息栏写不回去，请在“整篇文字”里改。")
    return after.body_line


def _clean(field: Field, given: Any) -> Any:
    """An answer from the page in the shape of its field; None if it has another one."""
    if not field.many:
        return _typed(field, given) if isinstance(given, str) else None
    if not isinstance(given, list):
        return None
    if field.form is not Form.RECORD:
        return [item.strip() for item in given if isinstance(item, str) and item.strip()]
    records = [
        {
            part.name: _typed(part, item[part.name])
            for part in field.fields
            if isinstance(item.get(part.name), str) and item[part.name].strip()
        }
        for item in given
        if isinstance(item, dict)
    ]
    return [record for record in records if record]


def _typed(field: Field, word: str) -> Any:
    """What a person has typed as the value that belongs into the file."""
    word = word.strip()
    if field.form is Form.BOOL and word in ("true", "false"):
        return word == "true"
    if field.form is Form.INT and word.isascii() and word.isdigit():
        return int(word)
    return word


def blank_material(values: dict[str, Any]) -> str:
    """A new material with ``values`` in its front matter and no text."""
    text = "---\n---\n"
    for field in FIELDS:
        if values.get(field.name):
            text = set_field(text, field.name, values[field.name])
    return text + "\n"
