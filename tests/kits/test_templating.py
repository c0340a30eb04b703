"""The templates of kits: lines joined, every value escaped, none forgotten."""

from __future__ import annotations

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xuelan.kits import templating
from xuelan.kits.templating import render_html, render_xml


@pytest.mark.parametrize(
    ("source", "xml"),
    [
        ("<a>\n  <b/>\n</a>\n", "<a><b/></a>"),
        ('<?xml version="1.0"?>\n<a/>\n', '<?xml version="1.0"?>\n<a/>'),
        ('<a x="1"\n  y="2"/>\n', '<a x="1" y="2"/>'),
        ("<a>{% if 1 %}\n  甲\n{% endif %}\n</a>", "<a> 甲</a>"),
        ("<a>{{ newline }}\n</a>", "<a>\n</a>"),
        ("{# why #}\n\n<a>— </a>", "<a>— </a>"),
    ],
)
def test_lines_of_an_xml_template_are_joined(
    source: str, xml: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A template has a tag on each line; the file has no line breaks, and keeps its spaces."""
    monkeypatch.setattr(templating, "read_text", lambda _: source)
    templating._xml.cache_clear()
    assert render_xml("x.xml") == xml
    templating._xml.cache_clear()


@given(st.text(max_size=40))
def test_any_title_keeps_the_xml_well_formed(title: str) -> None:
    """Signs of XML come back as they were, and what XML cannot hold is left out."""
    root = etree.fromstring(render_xml("word/core.xml", title=title, created="2026-01-02").encode())
    found = root.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
    kept = [c for c in title if c.isprintable() and not c.isspace()]
    assert [c for c in found if not c.isspace() and c.isprintable()] == kept


def test_a_value_that_is_not_given_is_an_error() -> None:
    """A misspelt variable does not come out as nothing."""
    with pytest.raises(jinja2.UndefinedError, match="'title' is undefined"):
        render_xml("word/core.xml", created="2026-01-02")
    with pytest.raises(jinja2.UndefinedError, match="'plan' is undefined"):
        render_html("start.html", groups={})
