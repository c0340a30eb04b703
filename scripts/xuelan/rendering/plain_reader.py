"""Plain blocks written as HTML, byte for byte as the Markdown reader would write them."""

from __future__ import annotations

from xuelan.model.rendered import HEADINGS
from xuelan.rendering import plain_blocks
from xuelan.rendering.gathering import Gathering


def convert(blocks: list[plain_blocks.Block], page: Gathering) -> str:
    """The HTML of the blocks of a plain text; what is in them goes to ``page``."""
    return "\n".join([_block(block, page) for block in blocks])


def _block(block: plain_blocks.Block, page: Gathering) -> str:
    tag, lines = block
    if tag == "p":
        return _line("p", lines[0], page)
    if tag in HEADINGS:
        html, text = _inline(lines[0], page)
        return f'<{tag} id="{page.heading(tag, text)}">{html}</{tag}>'
    if tag == "table":
        return _table([plain_blocks.cells(row) for row in lines], page)
    inner = "p" if tag == "blockquote" else "li"
    inside = "\n".join([_line(inner, line, page) for line in lines])
    return f"<{tag}>\n{inside}\n</{tag}>"


def _line(tag: str, line: str, page: Gathering) -> str:
    html, text = _inline(line, page, with_terms=page.names_a_term(line))
    return f'<{tag} id="{page.block(text)}">{html}</{tag}>' if text else f"<{tag}>{html}</{tag}>"


def _table(rows: list[list[str]], page: Gathering) -> str:
    made = [[_inline(cell, page) for cell in row] for row in rows]
    anchor = page.block("\n".join("｜".join(text for _, text in row) for row in made))
    printed = [
        "\n".join(["<tr>", *(f"<{cell}>{html}</{cell[:2]}>" for html, _ in row), "</tr>"])
        for row, cell in zip(made, ['th scope="col"', *["td"] * (len(made) - 1)], strict=True)
    ]
    head, body = printed[0], "\n".join(printed[1:])
    inside = f"<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>"
    return f'<table id="{anchor}">\n{inside}\n</table>'


def _inline(line: str, page: Gathering, *, with_terms: bool = False) -> tuple[str, str]:
    """The HTML and the text of a line, with links for glossary words if ``with_terms``.

    The parser finds words in ``**`` after those outside, so their first uses come after as well.
    """
    if "[" not in line and "*" not in line:
        return (_with_terms(line, page) if with_terms else line), line
    html: list[str] = []
    text: list[str] = []
    outside: list[int] = []
    strong: list[int] = []
    for n, part in enumerate(line.split("**")):
        for m, words in enumerate(part.split("[")):
            if m:
                made, shown, words = _mark(words, page)  # noqa: PLW2901 - what follows the mark
                html.append(made)
                text.append(shown)
            (strong if n % 2 else outside).append(len(html))
            html.append(words)
            text.append(words)
    for place in (*outside, *strong) if with_terms else ():
        html[place] = _with_terms(html[place], page)
    for place in strong:
        html[place] = f"<strong>{html[place]}</strong>"
    return "".join(html), "".join(text).strip()


def _mark(words: str, page: Gathering) -> tuple[str, str, str]:
    """The HTML and the text of the citation or link opened before ``words``; what follows it."""
    inside, _, after = words.partition("]")
    if inside.startswith("@"):
        return _citation(inside[1:].replace("; @", " "), page), "", after
    target, _, after = after[1:].partition(")")
    return f'<a href="{page.address(target)}">{inside}</a>', inside, after


def _citation(ids: str, page: Gathering) -> str:
    made = []
    for text, number, is_first in page.mentions(ids):
        mark = f' id="cite-{number}"' if is_first else ""
        made.append(text if number is None else f'<a href="#ref-{number}"{mark}>{text}</a>')
    return f'<sup class="cite">[{"".join(made) or "?"}]</sup>'


def _with_terms(text: str, page: Gathering) -> str:
    made, start = [], 0
    for term, first, end in page.first_uses(text):
        made.append(f'{text[start:first]}<a class="term" href="../{term}/">{text[first:end]}</a>')
        start = end
    return "".join(made) + text[start:]
