"""Every pattern of the package means the same on all supported Pythons.

Python before 3.11.5 matches a possessive repeat of more than one sign wrongly (CPython gh-106052):
when the last round fails half-way, what that round has read stays read. ``(?:ab?c)*+`` matches the
``a`` of ``a``. Debian 12 has 3.11.2. A repeat of one sign, ``[a-z]++``, is right everywhere, and so
is the longer form ``(?>(?:ab?c)*)``.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from re import _constants as ops
from re import _parser as parser
from types import ModuleType

import pytest

import tiny
import xuelan
from xuelan.rendering import plain_parser
from xuelan.rules.text import check_text
from xuelan.text import prose

MODULES = sorted(
    m.name for m in pkgutil.walk_packages(xuelan.__path__, "xuelan.") if "__main__" not in m.name
)
ONE_SIGN = {ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY}
POSSESSIVE = re.compile(r"[*+?}]\+")


def _is_wrong_somewhere(parsed: object) -> bool:
    """Whether a possessive repeat of more than one sign is anywhere in a parsed pattern."""
    if isinstance(parsed, parser.SubPattern):
        parsed = parsed.data
    if not isinstance(parsed, (list, tuple)):
        return False
    if len(parsed) == 2 and parsed[0] is ops.POSSESSIVE_REPEAT:
        repeated = parsed[1][2]
        if len(repeated) != 1 or repeated[0][0] not in ONE_SIGN:
            return True
    return any(_is_wrong_somewhere(part) for part in parsed)


def _texts(value: object) -> Iterator[tuple[str, int]]:
    """The patterns in a module's value, with their flags: compiled ones, and texts of such."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value.pattern, value.flags
    elif isinstance(value, str):
        if POSSESSIVE.search(value):
            yield value, 0
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield from _texts(part)


def _made(module: ModuleType) -> Iterator[re.Pattern[str]]:
    """The patterns that functions without parameters return: those are compiled when first used."""
    for value in vars(module).values():
        if getattr(value, "__module__", "") == module.__name__ and callable(value):
            kind = getattr(value, "__annotations__", {}).get("return", "")
            if str(kind).startswith("re.Pattern") and not inspect.signature(value).parameters:
                yield value()


def _written(module: ModuleType) -> list[str]:
    """Every text in the module's source, for those that functions hand to :mod:`re`."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) is str]


def _patterns(name: str) -> Iterator[tuple[str, int]]:
    module = import_module(name)
    yield from _texts([*vars(module).values(), *_made(module), *_written(module)])


def _wrong(patterns: Iterator[tuple[str, int]]) -> Iterator[str]:
    for pattern, flags in patterns:
        try:
            parsed = parser.parse(pattern, flags)
        except re.error:
            continue  # a text that is no pattern, or a part of one
        if _is_wrong_somewhere(parsed):
            yield pattern


@pytest.mark.parametrize("name", MODULES)
def test_no_pattern_is_read_otherwise_by_an_older_python(name: str) -> None:
    """Write ``(?>(?:ab)*)`` for ``(?:ab)*+``; the module's text above says why."""
    assert list(_wrong(_patterns(name))) == []


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        (r"(?:ab?c)*+", True),
        (r"x(?:a|b(?:c|(d\W)?+))", True),
        (r"(?=(?:ab)++)", True),
        (r"(?i:(?>a{2}){2,3}+)", True),
        (r"[ab]++a?+.*+\s{1,2}+(?:[^a])++", False),
        (r"(?>(?:ab?c)*)", False),
    ],
)
def test_wrong_patterns_are_found(pattern: str, *, wrong: bool) -> None:
    """The test above would pass for nothing if it found none."""
    assert list(_wrong(iter([(pattern, 0)]))) == ([pattern] if wrong else [])


def test_every_kind_of_pattern_is_looked_at() -> None:
    """Compiled ones, texts compiled later, and those that a function makes."""
    of_text = {pattern for pattern, _ in _patterns("xuelan.rules.portable")}
    assert any(pattern.startswith("^ *> ?+") for pattern in of_text)
    assert any(r"(?<!\*)" in pattern for pattern in of_text)
    assert prose.CITATION.pattern in {pattern for pattern, _ in _patterns("xuelan.text.prose")}
    assert plain_parser._LINES in {
        pattern for pattern, _ in _patterns("xuelan.rendering.plain_parser")
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("夜校 ", "行末有空格"),
        ("夜校**重点** ", "行末有空格"),
        ("夜校*", "* 号没有配对、挨在一起或夹着标点"),
        ("夜校**重点**。*", "* 号没有配对、挨在一起或夹着标点"),
        ("夜校<!", "尖括号里有 ! 或 @"),
        ("夜校**重", "* 号没有配对、挨在一起或夹着标点"),
        ("正文。[甲](b.md", "链接“](b.md”的写法认不出来"),
    ],
)
def test_what_ends_a_line_is_told(line: str, told: str) -> None:
    """The quick pattern for ordinary lines stops before what it does not know."""
    assert told in [p.message for p in check_text(tiny.in_memory(""), line)]


@pytest.mark.parametrize(
    "text", ["正文。[", "正文。[甲](b.md", "正文 ", "- 正文 ", "| 甲 | 乙", "> [@a"]
)
def test_half_of_a_mark_is_not_plain(text: str) -> None:
    """The quick reader leaves a text that ends in the middle of a mark to the parser."""
    assert plain_parser.parse(text) is None


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("[甲](b.md(x)", []),
        ("[甲](b(c).md)", ["b(c).md"]),
        ('[甲](b.md "题)', []),
        ('[甲](b.md "题")', ["b.md"]),
        ('[甲](b.md "题" )[乙](c.md(', ["b.md"]),
    ],
)
def test_a_link_ends_at_its_own_bracket(text: str, targets: list[str]) -> None:
    """Brackets in a target are in pairs, and a title is whole."""
    assert [link.target for link in prose.links([text])] == targets
