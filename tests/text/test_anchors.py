"""Names of headings: stable, readable, and the same before and after rendering."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import tiny
from strategies import TEXTS
from xuelan.model.catalog import Catalog
from xuelan.rules.text import check_text
from xuelan.text.anchors import Anchors, heading_ids, slug


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return tiny.catalog(tmp_path_factory.mktemp("anchors"))


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("一、时间", "一时间"),
        ("（一）会前", "一会前"),
        ("2016年3月：“干”字", "2016年3月干字"),
        ("ＡＢＣ Plan", "s-abcplan"),
        ("P1", "s-p1"),
        ("30 分钟日程", "30分钟日程"),
        ("……", "s"),
        ("-甲-", "甲"),
    ],
)
def test_an_anchor_is_the_heading_without_its_marks(heading: str, anchor: str) -> None:
    """Chinese is kept, so a link to a clause can be read and written by hand."""
    assert slug(heading) == anchor


def test_the_same_heading_twice_gets_a_number() -> None:
    """The first keeps the plain name; a name that is taken is passed over."""
    anchors = Anchors()
    names = [anchors.unique(n) for n in ("会前", "会前", "会前-2", "会前")]
    assert names == ["会前", "会前-2", "会前-2-2", "会前-3"]


@given(st.lists(st.sampled_from(["a", "a-2", "a-2-2", "b"]), max_size=8))
def test_no_anchor_is_handed_out_twice(wanted: list[str]) -> None:
    """Whatever the headings are called."""
    anchors = Anchors()
    given_out = [anchors.unique(name) for name in wanted]
    assert len(set(given_out)) == len(given_out)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(body=TEXTS)
def test_anchors_are_known_without_rendering(catalog: Catalog, body: str) -> None:
    """In every text ``check`` accepts, the headings it sees are the headings of the page."""
    assume(not list(check_text(tiny.in_memory(body), body)))
    rendered = tiny.rendered(catalog, body)
    assert frozenset(h.anchor for h in rendered.headings) == heading_ids(body)
    ids = re.findall(r' id="([^"]*)"', rendered.html)
    assert len(set(ids)) == len(ids)
