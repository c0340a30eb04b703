"""Every visible character of a text is on its page, or a finding names the line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings

import tiny
from strategies import AS_WRITTEN
from xuelan.reading.materials import interpret
from xuelan.rendering.links import Dependencies
from xuelan.rendering.renderer import Renderer
from xuelan.text import prose
from xuelan.text.problem import Code, Problem

_VOCABULARIES = {"kinds": ("故事",), "audiences": ("支部",), "activities": ("集中学习",)}
_NOTHING = Dependencies(materials={}, sources={}, terms={})
_FRONT = tiny.with_body("").count("\n")
_SAID_ONLY = frozenset(
    {Code.JOINED_LINES, Code.UNMARKED, Code.BLANKS, Code.NO_CAPTION, Code.CONTACT}
)
"""Findings about a line whose characters all have to be on the page."""


class _Shown(HTMLParser):
    """The characters that a page shows; numbers of lists and what pictures say count."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self._counters: list[int | None] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("ul", "ol"):
            self._counters.append(int(values.get("start") or 1) if tag == "ol" else None)
        elif tag == "li" and (number := self._counters[-1]) is not None:
            self.text += f"{number}. "
            self._counters[-1] = number + 1
        elif tag == "img":
            self.text += f"{values.get('alt')}{values.get('title') or ''}"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._counters.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def _words(line: str) -> str:
    """What a reader should see of a line: it without the marks of Markdown."""
    if re.fullmatch(r"\|(?: *:?-+:? *\|)+|-{3,}|```\w*", line):
        return ""
    line = re.sub(r"^ *(?:#{1,6} |[-*+] |> ?)", "", line)
    line = re.sub(r"\[@[^\]]*\]", "", line)
    line = re.sub(r'!\[([^\[\]]*)\]\([^()\s]*(?: "([^"]*)")?\)', r"\1\2", line)
    line = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", line)
    line = re.sub(r"<((?:https?|ftp|mailto):[^<>\s]*)>", r"\1", line, flags=re.IGNORECASE)
    line = re.sub(
        r"(?<![\w\\*])(\*{1,2})(?![\s*])([^*]+)(?<![\s\\])\1(?![0-9A-Za-z*])", r"\2", line
    )
    line = re.sub(r"(?<!\\)\*\*(?![\s*])([^*]+)(?<![\s\\])\*\*(?!\*)", r"\1", line)
    line = re.sub(r"`([^`]*)`", r"\1", line)
    line = re.sub(r"\\([#*_+.-])", r"\1", line)
    return re.sub(r"\s", "", line.strip("|").replace(" | ", "") if line.startswith("|") else line)


def _lost(body: str) -> tuple[str, str]:
    """The first line of ``body`` that is neither named by a finding nor whole on the page."""
    reading = interpret(tiny.STORY, tiny.with_body(body).encode(), _VOCABULARIES)
    named = _named(reading.problems, body.split("\n"))
    lines = [
        "" if n in named else words
        for n, words in enumerate(map(_words, _without_fences(reading.body)))
    ]
    for quick in (True, False):
        html = Renderer("docs", quick).render("x", tiny.STORY, reading.body, _NOTHING).html
        shown = re.sub(r"\s", "", _Shown(html).text)
        at = 0
        for line in lines:
            for sign in prose.unescape(line):
                at = shown.find(sign, at) + 1
                if not at:
                    return line, html
    return "", ""


def _named(problems: Iterable[Problem], lines: list[str]) -> set[int]:
    """The lines that findings name; one that is said of several in a block names all of it."""
    named: set[int] = set()
    for p in problems:
        if p.code in _SAID_ONLY:
            continue
        if "链接定义" in p.message:  # it takes the brackets off everywhere
            return set(range(len(lines)))
        first = last = p.line - 1 - _FRONT
        if re.search(r"共 \d+ 处|\d+ 行|列表|表格|两行|代码段|认不出来", p.message):
            while first > 0 and lines[first - 1].strip():
                first -= 1
            while last + 1 < len(lines) and lines[last + 1].strip():
                last += 1
        named.update(range(first, last + 1))
    return named


def _without_fences(body: str) -> list[str]:
    """The lines of ``body``; those that open or close code are empty."""
    lines = body.split("\n")
    in_code = [was != now == "" for was, now in zip(lines, prose.lines(body), strict=True)]
    return [
        "" if code and line.startswith("```") else line
        for line, code in zip(lines, in_code, strict=True)
    ]


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=AS_WRITTEN)
def test_every_character_is_shown_or_its_line_is_named(body: str) -> None:
    """Nothing that a person writes disappears silently, whatever it is mixed with."""
    assert _lost(body) == ("", "")
