"""Lists of hand-written pages: what passes reads the same for the host and for a forge."""

from __future__ import annotations

from html.parser import HTMLParser

import comrak
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown import Markdown

from xuelan.model.docs import HandWritten
from xuelan.rules.page_blocks import check_blocks
from xuelan.text import prose
from xuelan.text.problem import Problem

LINES = st.sampled_from(
    [
        "", "", "", "文字", "- 甲", "- 乙", "* 丙", "  - 丁", "    - 戊", "   - 己", "1. 一", "2. 二",
        "3. 三", "   1. 内", "    1. 内", "    2. 内", "  又一段", "   又一段", "    又一段", "## 标题",
        "1) 四", "        - 庚", "2016. 年",
    ]
)  # fmt: skip


class _Lists(HTMLParser):
    """The lists of a page: each tag of a list and the words between, nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._first: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol", "li"):
            start = dict(attrs).get("start")
            self.found.append(f"<{tag}{start or ''}")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol", "li"):
            self.found.append(f"</{tag}")

    def handle_data(self, data: str) -> None:
        if words := "".join(data.split()):
            self.found.append(words)


def _lists(page: str) -> list[str]:
    parser = _Lists()
    parser.feed(page)
    parser.close()
    joined = "\n".join(parser.found)
    for end in ("ul", "ol"):  # two lists in a row read like one
        joined = joined.replace(f"</{end}\n<{end}\n", "")
    return joined.split("\n")


def _problems(text: str) -> list[Problem]:
    page = HandWritten("docs/a.md", "a/", {}, 1, tuple(prose.lines(text)), (), frozenset())
    return list(check_blocks(page, ()))


@settings(max_examples=600, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=9))
@example(["- 甲", "", "    又一段", "2. 二"])
def test_a_list_that_passes_is_the_same_list_for_both(lines: list[str]) -> None:
    """Nesting, marks, numbers and what belongs to an item."""
    text = "\n".join(lines) + "\n"
    if _problems(text):
        return
    host = Markdown(extensions=["toc", "tables", "fenced_code"]).convert(text)
    assert _lists(host) == _lists(comrak.render_markdown(text)), text
