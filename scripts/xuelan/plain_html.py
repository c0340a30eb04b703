"""Plain blocks written as HTML at once, exactly as :mod:`xuelan.markdown_html` would write them."""

from __future__ import annotations

from collections.abc import Callable

from xuelan import plain
from xuelan.gathering import Gathering
from xuelan.rendered import HEADINGS

Words = Callable[[str, Gathering], str]
"""Writes plain words, with links for glossary words or without."""


def convert(blocks: list[plain.Block], page: Gathering) -> str:
    """The HTML of the blocks of a plain text; what is in them goes to ``page``."""
    return "\n".join([_block(block, page) for block in blocks])


def _block(block: plain.Block, page: Gathering) -> str:
    tag, lines = block
    if tag in HEADINGS:
        html, text = _inline(lines[0], page, _untouched)
        return f'<{tag} id="{page.heading(tag, text)}">{html}</{tag}>'
    if tag == "table":
        return _table([plain.cells(row) for row in lines], page)
    if tag == "p":
        return _line("p", lines[0], page)
    inner = "p" if tag == "blockquote" else "li"
    inside = "\n".join([_line(inner, line, page) for line in lines])
    return f"<{tag}>\n{inside}\n</{tag}>"


def _line(tag: str, line: str, page: Gathering) -> str:
    html, text = _inline(line, page, _with_terms)
    return f'<{tag} id="{page.block(text)}">{html}</{tag}>' if text else f"<{tag}>{html}</{tag}>"


def _table(rows: list[list[str]], page: Gathering) -> str:
    made = [[_inline(cell, page, _untouched) for cell in row] for row in rows]
    anchor = page.block("\n".join("｜".join(text for _, text in row) for row in made))
    printed = [
        "\n".join(["<tr>", *(f"<{cell}>{html}</{cell[:2]}>" for html, _ in row), "</tr>"])
        for row, cell in zip(made, ['th scope="col"', *["td"] * (len(made) - 1)], strict=True)
    ]
    head, body = printed[0], "\n".join(printed[1:])
    inside = f"<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>"
    return f'<table id="{anchor}">\n{inside}\n</table>'


def _inline(line: str, page: Gathering, words: Words) -> tuple[str, str]:
    """The HTML and the text of a line.

    The parser finds words in ``**`` after those outside, so their first uses come after as well.
    """
    if "[" not in line and "*" not in line:
        return words(line, page), line.strip()
    pieces = plain.pieces(line)
    addresses = [page.address(piece.target) for piece in pieces if piece.target]
    html = [""] * len(pieces)
    for n, piece in enumerate(pieces):
        if piece.words:
            html[n] = words(piece.words, page)
        elif piece.target:
            html[n] = f'<a href="{addresses.pop(0)}">{piece.text}</a>'
        elif piece.ids:
            html[n] = _citation(piece.ids.replace("; @", " "), page)
    for n, piece in enumerate(pieces):
        if piece.strong:
            html[n] = f"<strong>{words(piece.strong, page)}</strong>"
    text = "".join([piece.words or piece.strong or piece.text for piece in pieces])
    return "".join(html), text.strip()


def _citation(ids: str, page: Gathering) -> str:
    made = []
    for text, number, is_first in page.mentions(ids):
        mark = f' id="cite-{number}"' if is_first else ""
        made.append(text if number is None else f'<a href="#ref-{number}"{mark}>{text}</a>')
    return f'<sup class="cite">[{"".join(made) or "?"}]</sup>'


def _untouched(text: str, _page: Gathering) -> str:
    return text


def _with_terms(text: str, page: Gathering) -> str:
    made, start = [], 0
    for term, first, end in page.first_uses(text):
        made.append(f'{text[start:first]}<a class="term" href="../{term}/">{text[first:end]}</a>')
        start = end
    return "".join(made) + text[start:] if made else text
