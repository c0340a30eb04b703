"""A plan holds what its key hashes: no exporter can see something its key does not know."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tiny
from branch_kits import RECIPE, WITH_DAYS, plan
from conftest import ROOT
from kit_plans import GUIDE, planned
from xuelan.kits.assets import Assets
from xuelan.kits.cache_keys import hash_value
from xuelan.kits.plan import KitPlan
from xuelan.kits.print import press
from xuelan.model.catalog import Catalog
from xuelan.model.column import Column
from xuelan.text.source import ChangedError

WORKS = "materials/works.yml"
FILE = "materials/stories/files/form.txt"
WITH_FILE = {
    GUIDE: WITH_DAYS,
    tiny.STORY: tiny.text(
        tiny.STORY,
        ("questions:", "attachments: [{file: files/form.txt, title: 样表}]\nquestions:"),
    ),
    FILE: "样表一",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return planned(tmp_path_factory.mktemp("column"), RECIPE, WITH_FILE)


def children(value: Any) -> Iterator[tuple[Any, Any]]:
    """The parts of a value, each with its name or place."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)
    elif dataclasses.is_dataclass(value):
        yield from ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
    elif isinstance(value, msgspec.Struct):
        yield from msgspec.structs.asdict(value).items()


def with_part(value: Any, place: Any, part: Any) -> Any:
    """The same value with another part in one place."""
    if isinstance(value, dict):
        return {**value, place: part}
    if isinstance(value, tuple):
        return (*value[:place], part, *value[place + 1 :])
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **{place: part})
    return dataclasses.replace(value, **{place: part})


def variants(value: Any) -> Iterator[Any]:
    """Every value that differs in one place, however deep."""
    match value:
        case bool():
            yield not value
        case str():
            yield f"{value}x"
        case int():
            yield value + 1
        case bytes():
            yield value + b"x"
        case None:
            yield "x"
        case tuple():
            yield (*value, "x")
            yield from [value[:-1]] if value else []
        case dict():
            yield {**value, "x": "x"}
            yield from [dict(reversed(value.items()))] if len(value) > 1 else []
    for place, part in children(value):
        for other in variants(part):
            yield with_part(value, place, other)


def parts(value: Any) -> Iterator[Any]:
    """Everything that can be reached from a value."""
    yield value
    for _, part in children(value):
        yield from parts(part)


def test_any_change_in_a_plan_changes_its_key(made: KitPlan) -> None:
    """Each number, text and place in it, the order of mappings too, and nothing twice."""
    keys = [hash_value(v) for v in (made, *variants(made))]
    assert len(keys) > 300
    assert len(set(keys)) == len(keys)


def test_a_plan_leads_to_nothing_else(made: KitPlan) -> None:
    """What can be reached is frozen and hashed; the catalog and the settings are not among it."""
    plain = (str, int, float, bytes, tuple, dict, type(None))
    for value in parts(made):
        assert not isinstance(value, Catalog | Column | Path)
        if dataclasses.is_dataclass(value):
            assert value.__dataclass_params__.frozen
        else:
            assert isinstance(value, (*plain, msgspec.Struct, Assets)), type(value)


def test_a_file_stands_in_the_key_with_its_bytes(made: KitPlan, tmp_path: Path) -> None:
    """The same column elsewhere has the same key; one with another attachment has not."""
    same = planned(tmp_path / "same", RECIPE, WITH_FILE)
    other = planned(tmp_path / "other", RECIPE, {**WITH_FILE, FILE: "样表二"})
    assert hash_value(same) == hash_value(made)
    assert hash_value(other) != hash_value(made)


def test_a_file_changed_since_its_key_was_made_is_not_read(tmp_path: Path) -> None:
    """Else what was made from it would be kept under the key of another."""
    made = planned(tmp_path, RECIPE, WITH_FILE)
    hash_value(made)
    (made.assets.root / FILE).write_bytes(b"two")
    with pytest.raises(ChangedError):
        made.assets.read(FILE)


def test_a_file_the_plan_does_not_name_is_not_read(made: KitPlan) -> None:
    """Not even one that lies in the same folder."""
    with pytest.raises(KeyError):
        made.assets.read(WORKS)


def test_a_page_shows_no_file_the_plan_does_not_name() -> None:
    """Typst finds the pictures it is given, and no other file of the column."""
    source = '#set document(title: "x")\n#read("/mkdocs.yml")'
    with pytest.raises(press.PressError, match="file not found"):
        press.pdf(source, ROOT, "2026-01-02", [])


def test_lines_that_only_move_change_no_key(tmp_path: Path) -> None:
    """A comment above all works and one in the recipe: nothing has to be made anew."""
    works = {WORKS: f"# 备注\n{tiny.text(WORKS)}"}
    first = plan(tmp_path / "1")
    moved = planned(tmp_path / "2", f"# 备注\n{RECIPE}", {GUIDE: WITH_DAYS, **works})
    assert hash_value(moved) == hash_value(first)


def test_what_cannot_be_hashed_is_refused() -> None:
    """An object without a value does not come into a plan unseen."""
    with pytest.raises(TypeError, match="is not hashed"):
        hash_value(object())
