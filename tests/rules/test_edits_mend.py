"""The edits of a problem mend it, wherever it stands, and change no word."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tiny
from strategies import AS_WRITTEN
from xuelan.reading.materials import interpret
from xuelan.text.edits import apply_edits
from xuelan.text.problem import Code, Problem

_VOCABULARIES = {"kinds": ("故事",), "audiences": ("支部",), "activities": ("集中学习",)}
_ABOUT_WORDS = frozenset({Code.SIGN, Code.LOST_SIGN, Code.CONTROL_CHARACTER})
"""Findings about signs that are letters or figures themselves: ligatures, names of signs."""


def _found(text: str) -> tuple[Problem, ...]:
    return interpret(tiny.STORY, text.encode(), _VOCABULARIES).problems


def _bare_words(text: str) -> str:
    """Letters, characters and figures, of whatever width."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


def _kind(p: Problem) -> tuple[Code, str]:
    """What a problem is about, without its count and the words it quotes."""
    return p.code, re.sub(r"，这一(?:段|行)共 \d+ 处|“.*”|\d+", "", p.message)


def _line_before(line: int, p: Problem) -> int:
    """How many lines the edits add above ``line``."""
    return line + sum(e.new.count("\n") for e in p.edits if e.line < line)


FORMS = st.sampled_from([("\n", ""), ("\r\n", ""), ("\n", "\ufeff"), ("\r\n", "\ufeff")])


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=AS_WRITTEN, form=FORMS, indent=st.sampled_from(["", "", "　　", "　"]))
def test_edits_mend_what_they_are_offered_for(
    body: str, form: tuple[str, str], indent: str
) -> None:
    """After the edits of one problem it is gone at its line, and all words are there."""
    end, bom = form
    lines = [indent + line if line and line[0].isalnum() else line for line in body.split("\n")]
    text = bom + tiny.with_body("\n".join(lines)).replace("\n", end)
    for p in _found(text):
        if not p.edits:
            continue
        after = apply_edits(text, p.edits)
        if p.code not in _ABOUT_WORDS:
            assert _bare_words(after) == _bare_words(text), p
        first = min(e.line for e in p.edits)
        last = max(_line_before(e.line, p) + e.new.count("\n") for e in p.edits)
        left = [q for q in _found(after) if _kind(q) == _kind(p) and first <= q.line <= last]
        assert not left, (p, after)
