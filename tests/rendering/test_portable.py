"""What passes the check, the forge's preview and the site read alike.

comrak reads as the forges do (GFM), Python-Markdown as the site does. Texts are made at random
from words and every sign of Markdown, as :mod:`test_plain` says; those that the check lets pass are
read by both. That the forge lets one click on a bare address is no difference in reading.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import comrak
from markdown import Markdown
from markdown.extensions import Extension
from test_plain import (
    EXAMPLES,
    Maker,
    any_text,
    examples,
    lines_text,
    mixed_text,
    plain_text,
    slip,
    smallest,
)

import tiny
from xuelan.rules.text import check_text

EMPTY = frozenset({"br", "hr", "img"})


class _Outline(HTMLParser):
    """The tags and words of a page, without what only addresses or spaces them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = [f"{k}={unquote(v or '')}" for k, v in attrs if k in ("href", "src", "alt")]
        self.found.append(" ".join([f"<{tag}", *sorted(kept)]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            self.found.append(f"</{tag}")

    def handle_data(self, data: str) -> None:
        words = re.sub(r"\s+", " ", data).strip(" ")
        if words and self.found and not self.found[-1].startswith("<"):
            self.found[-1] += words
        elif words:
            self.found.append(words)


def _outline(page: str) -> list[str]:
    """How a page reads; space between list items and two quotations in a row do not count."""
    parser = _Outline()
    parser.feed(page)
    parser.close()
    found: list[str] = []
    inside = 0
    for part in parser.found:
        inside += {"<li": 1, "</li": -1}.get(part, 0)
        if part == "<blockquote" and found and found[-1] == "</blockquote":
            found.pop()
        elif not (inside and part in ("<p", "</p")):
            found.append(part)
    return found


class _NoHtml(Extension):
    """As the site reads: without raw HTML."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the host's name
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.deregister("entity")


def _site(body: str) -> list[str]:
    extensions: list[str | Extension] = ["tables", "sane_lists", "fenced_code", _NoHtml()]
    return _outline(Markdown(extensions=extensions).convert(body))


def _forge(body: str) -> list[str]:
    options = comrak.ExtensionOptions()
    options.table = options.strikethrough = True
    options.tasklist = options.footnotes = True
    return _outline(comrak.render_markdown(body, extension_options=options))


_MATERIAL = tiny.in_memory("")


def _passes(body: str) -> bool:
    return not list(check_text(_MATERIAL, body))


def _is_read_otherwise(body: str) -> bool:
    return _passes(body) and _site(body) != _forge(body)


def _all_read_alike(*makers: Maker) -> int:
    """How many of the texts passed: the forge has to read all of them as the site does."""
    passed = 0
    for body in examples(*makers):
        if _passes(body):
            passed += 1
            if _is_read_otherwise(body):
                body = smallest(body, _is_read_otherwise)  # noqa: PLW2901 - shown below
                assert _site(body) == _forge(body), body
    return passed


def test_what_passes_is_read_alike() -> None:
    """Same blocks, same emphasis, same links, same words."""
    makers = (plain_text, any_text, mixed_text, lines_text)
    assert _all_read_alike(*makers) > EXAMPLES // 10


def test_one_slip_is_reported_or_harmless() -> None:
    """A sign put into a plain text anywhere: the check speaks, or both still read alike."""
    assert _all_read_alike(slip) > EXAMPLES // 10


def test_a_printable_text_has_no_other_space_than_ascii() -> None:
    """The quick pattern for ordinary texts need not know Unicode's spaces: none is printable."""
    every = "".join(map(chr, range(0x110000)))
    assert [c for c in re.findall(r"\s", every) if c.isprintable()] == [" "]
    assert [c for c in every if c.isspace() and c.isprintable()] == [" "]
