"""Field tables as JSON Schema, for editors that check while typing."""

from __future__ import annotations

from typing import Any, Final

from xuelan.model.fields import SCALARS, Field, Form, Table, Vocabularies
from xuelan.model.forms import DATE, KEY, NUMBER, SLUG


def json_schema(table: Table, vocabularies: Vocabularies) -> dict[str, Any]:
    """The table as a JSON Schema (draft 2020-12) object."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [f.name for f in table if f.required],
        "properties": {f.name: _field_schema(f, vocabularies) for f in table},
    }


_PATTERNS: Final = {
    Form.SLUG: SLUG.pattern,
    Form.KEY: KEY.pattern,
    Form.DATE: DATE.pattern,
    Form.NUMBER: NUMBER,
    Form.URL: r"https?://\S+",
}


def _field_schema(field: Field, vocabularies: Vocabularies) -> dict[str, Any]:
    schema: dict[str, Any]
    if field.form is Form.RECORD:
        schema = json_schema(field.fields, vocabularies)
    elif field.form is Form.CHOICE:
        schema = {"enum": list(field.choices or vocabularies.get(field.vocabulary, ()))}
    elif field.form in SCALARS:
        names = {Form.INT: "integer", Form.AMOUNT: "number", Form.BOOL: "boolean"}
        schema = {"type": names[field.form]}
    elif field.form is Form.ANY:
        schema = {}
    else:
        schema = {"type": "string"}
        if field.form in _PATTERNS:
            schema["pattern"] = f"^(?:{_PATTERNS[field.form]})$"
    if field.many:
        schema = {"type": "array", "items": schema}
    return {**schema, "title": field.label, "description": field.help}
