"""The field tables, and everything that is made from them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import tiny
from conftest import ROOT
from tables import TABLES
from xuelan.cli import main
from xuelan.model import material
from xuelan.model.column import Column
from xuelan.model.fields import Field, Form, Table, validate
from xuelan.reading import settings
from xuelan.reading.loader import load
from xuelan.text.problem import Code
from xuelan.text.source import list_files, read, split
from xuelan.text.yaml_reader import YamlMapping, parse_yaml


@pytest.mark.parametrize(
    ("table", "value", "added"), TABLES, ids=lambda x: getattr(x, "__name__", "")
)
def test_a_value_has_exactly_the_fields_of_its_table(
    table: Table, value: type, added: set[str]
) -> None:
    """What an editor may write is what the program reads, in the same order."""
    own = [f.name for f in dataclasses.fields(value) if f.name not in added]
    assert own == [f.name for f in table]


def _all_fields(table: Table) -> list[Field]:
    return [f for field in table for f in (field, *_all_fields(field.fields))]


@pytest.mark.parametrize("table", [t for t, _, _ in TABLES])
def test_every_field_explains_itself(table: Table) -> None:
    """Label and help are there; a choice has choices, a record has fields."""
    for field in _all_fields(table):
        assert field.label
        assert field.help or field.name in (
            "type",
            "question",
            "options",
            "explain",
            "title",
            "audience",
            "intro",
            "activity",
        )
        assert (field.form is Form.RECORD) == bool(field.fields)
        if field.form is Form.CHOICE:
            assert bool(field.choices) != bool(field.vocabulary)
    assert len({f.name for f in table}) == len(table)


@pytest.fixture(scope="module")
def column() -> Column:
    """The settings of the real column."""
    found, problems = settings.load(ROOT)
    assert problems == []
    assert found is not None
    return found


@pytest.fixture(scope="module")
def schema(column: Column) -> Draft202012Validator:
    """The schema as the command prints it."""
    printed = CliRunner().invoke(main, ["schema", "-C", str(ROOT)]).output
    Draft202012Validator.check_schema(json.loads(printed))
    return Draft202012Validator(json.loads(printed))


def _front_matters() -> list[tuple[str, YamlMapping]]:
    found = []
    for path in list_files(ROOT, "materials", ".md"):
        source, _ = read(ROOT, path)
        assert source is not None
        document, _ = split(source)
        assert document is not None
        found.append((path, document.front))
    return found


def test_the_schema_accepts_every_material_of_the_real_column(
    schema: Draft202012Validator,
) -> None:
    """What ``check`` finds right, an editor program with the schema finds right as well."""
    fronts = _front_matters()
    assert len(fronts) >= 60
    for path, front in fronts:
        assert [e.message for e in schema.iter_errors(front)] == [], path


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("colour", "red"),
        ("id", "Not A Slug"),
        ("kind", "诗歌"),
        ("people", "张三"),
        ("collected", "2026年"),
        ("number", "甲组发[2024]3号"),
        ("source", "www.example.org"),
        ("attachments", [{"file": "a.pdf"}]),
        ("attachments", [{"file": "a.pdf", "title": "甲", "colour": "red"}]),
        ("reviews", [{"stage": "四审", "by": "甲", "date": "2026"}]),
    ],
)
def test_the_schema_refuses_what_check_refuses(
    schema: Draft202012Validator, column: Column, key: str, value: object
) -> None:
    """Unknown keys and wrong values are wrong in both."""
    front = dict(_front_matters()[0][1])
    assert schema.is_valid(front)
    front[key] = value
    assert not schema.is_valid(front)
    text = json.dumps(front, ensure_ascii=False)
    _, problems = validate(_mapping(text), material.FIELDS, "a.md", column.vocabularies)
    assert problems


@pytest.mark.parametrize("name", [f.name for f in material.FIELDS if f.required])
def test_a_required_field_is_required_in_both(
    schema: Draft202012Validator, column: Column, name: str
) -> None:
    """Leaving it out is an error in the schema and in ``check``."""
    front = dict(_front_matters()[0][1])
    del front[name]
    assert not schema.is_valid(front)
    text = json.dumps(front, ensure_ascii=False)
    _, [problem] = validate(_mapping(text), material.FIELDS, "a.md", column.vocabularies)
    assert problem.code is Code.MISSING_FIELD
    assert f"“{name}”" in problem.message


def _mapping(yaml: str) -> YamlMapping:
    value, problems = parse_yaml("a.yml", yaml)
    assert problems == []
    assert isinstance(value, YamlMapping)
    return value


def _one(form: Form, yaml: str, **options: object) -> tuple[object, list[Code]]:
    table = (Field("x", "甲", "", form, **options),)  # type: ignore[arg-type]
    values, problems = validate(_mapping(f"x: {yaml}\n"), table, "a.yml", {"v": ("甲", "乙")})
    return values["x"], [p.code for p in problems]


@pytest.mark.parametrize(
    ("form", "yaml", "value"),
    [
        (Form.LINE, " 夜校的灯 ", "夜校的灯"),
        (Form.LINE, "2016", "2016"),
        (Form.LINE, ">\n  夜校\n  的灯\n", "夜校的灯"),
        (Form.LINE, "|\n  夜校\n  的灯\n", "夜校的灯"),
        (Form.TEXT, "|\n  夜校\n  的灯\n", "夜校\n的灯"),
        (Form.SLUG, "night-school-2", "night-school-2"),
        (Form.KEY, "W-001", "W-001"),
        (Form.DATE, "2016", "2016"),
        (Form.DATE, "2016-02", "2016-02"),
        (Form.DATE, "2016-02-29", "2016-02-29"),
        (Form.NUMBER, "甲组发〔2024〕3号", "甲组发〔2024〕3号"),
        (Form.URL, "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (Form.FILE, "files/表 1.pdf", "files/表 1.pdf"),
        (Form.INT, "3", 3),
        (Form.AMOUNT, "14.2", 14.2),
        (Form.BOOL, "true", True),
    ],
)
def test_right_values(form: Form, yaml: str, value: object) -> None:
    """Each form takes what its name says."""
    assert _one(form, yaml) == (value, [])


@pytest.mark.parametrize(
    ("form", "yaml", "code"),
    [
        (Form.LINE, "[a]", Code.WRONG_TYPE),
        (Form.LINE, "true", Code.WRONG_TYPE),
        (Form.LINE, "1.5", Code.WRONG_TYPE),
        (Form.LINE, '"a\\0b"', Code.CONTROL_CHARACTER),
        (Form.SLUG, "Night", Code.SLUG),
        (Form.SLUG, "-a", Code.SLUG),
        (Form.SLUG, "a--b", Code.SLUG),
        (Form.SLUG, "../a", Code.SLUG),
        (Form.KEY, "a b", Code.SLUG),
        (Form.DATE, "16", Code.DATE),
        (Form.DATE, "2016-2", Code.DATE),
        (Form.DATE, "2015-02-29", Code.DATE),
        (Form.DATE, "'0000'", Code.DATE),
        (Form.DATE, "２０１６", Code.DATE),
        (Form.URL, "ftp://example.org", Code.ADDRESS),
        (Form.URL, "https://", Code.ADDRESS),
        (Form.URL, "https://user@example.org/", Code.ADDRESS),
        (Form.URL, "https://example.org/<b>", Code.ADDRESS),
        (Form.URL, "'https://[::1'", Code.ADDRESS),
        (Form.FILE, "/etc/passwd", Code.OUTSIDE),
        (Form.FILE, "a\\b", Code.OUTSIDE),
        (Form.FILE, "file:///etc/passwd", Code.OUTSIDE),
        (Form.INT, "3.5", Code.WRONG_TYPE),
        (Form.INT, "true", Code.WRONG_TYPE),
        (Form.AMOUNT, "约20", Code.WRONG_TYPE),
        (Form.BOOL, "是", Code.WRONG_TYPE),
        (Form.BOOL, "1", Code.WRONG_TYPE),
    ],
)
def test_wrong_values(form: Form, yaml: str, code: Code) -> None:
    """Each form refuses the rest with its own code, and leaves the field empty."""
    value, codes = _one(form, yaml)
    assert codes == [code]
    assert value in ("", 0, False)


def test_a_wrong_value_that_may_be_waived_is_kept() -> None:
    """Whoever lets it pass, with a reason, wants to see it on the page."""
    assert _one(Form.NUMBER, "甲组发〔24〕3号") == ("甲组发〔24〕3号", [Code.NUMBER])


def test_a_list_keeps_its_right_items() -> None:
    """One wrong item is reported; the others can still be checked against the collection."""
    value, codes = _one(Form.SLUG, "[a, B, c]", many=True)
    assert value == ("a", "c")
    assert codes == [Code.SLUG]


def test_choices_come_from_the_table_or_the_column() -> None:
    """A vocabulary is the column's own list."""
    assert _one(Form.CHOICE, "甲", choices=("甲",)) == ("甲", [])
    assert _one(Form.CHOICE, "乙", vocabulary="v") == ("乙", [])
    assert _one(Form.CHOICE, "丙", vocabulary="v") == ("", [Code.UNKNOWN_VALUE])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text("ab-12〔〕号年/:", max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([f.name for f in material.FIELDS]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(value=st.dictionaries(st.sampled_from([f.name for f in material.FIELDS]), JSON))
def test_validation_always_gives_every_field(value: dict[str, object]) -> None:
    """After the door the types are exact: whatever came in, each field is there and well typed."""
    mapping = _mapping(json.dumps(value, ensure_ascii=False))
    values, _ = validate(mapping, material.FIELDS, "a.md", {"kinds": ("甲",)})
    assert list(values) == [f.name for f in material.FIELDS]
    for field in material.FIELDS:
        assert isinstance(values[field.name], tuple if field.many else str)


def test_the_template_of_every_kind_needs_only_its_required_fields(tmp_path: Path) -> None:
    """``xuelan new`` writes a draft that passes ``check`` but for the fields marked 必填."""
    root = tiny.write(tmp_path)
    column, _ = settings.load(root)
    assert column is not None
    for kind in column.kinds:
        made = CliRunner().invoke(main, ["new", "-C", str(root), kind.name, f"新的{kind.name}"])
        assert made.exit_code == 0, made.output
    found, problems = load(column)
    assert problems == []
    drafts = [m for m in found.materials if m.status == "draft"]
    assert {m.kind for m in drafts} == {k.name for k in column.kinds}
    result = CliRunner().invoke(main, ["check", "-C", str(root), "--format", "json"])
    said = [(p["path"], p["message"]) for p in json.loads(result.output)["problems"]]
    labels = {f.name: f.label for f in material.FIELDS}
    assert said == sorted(
        (m.path, f"“{m.kind}”必须填写“{name}”（{labels[name]}）")
        for m in drafts
        for name in column.kind(m.kind).needs
    )
    for m in drafts:
        assert "（必填）" in (root / m.path).read_text() or not column.kind(m.kind).needs


def test_the_template_names_every_field(tmp_path: Path) -> None:
    """An editor sees in the new file what could be filled in."""
    root = tiny.write(tmp_path)
    CliRunner().invoke(main, ["new", "-C", str(root), "故事", "新故事"])
    text = (root / "materials" / "stories" / "xin-gu-shi.md").read_text()
    for field in material.FIELDS:
        assert f"{field.name}:" in text
        assert field.label in text
