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
    addresses = iter([page.address(target) for _, _, _, _, target in pieces if target])
    html: list[str] = []
    text = ""
    for plainly, strong, ids, linked, _ in pieces:
        text += plainly or strong or linked
        if plainly:
            html.append(words(plainly, page))
        elif ids:
            html.append(_citation(ids.replace("; @", " "), page))
        else:
            html.append(strong or f'<a href="{next(addresses)}">{linked}</a>')
    for n, (_, strong, _, _, _) in enumerate(pieces if "*" in line else ()):
        if strong:
            html[n] = f"<strong>{words(strong, page)}</strong>"
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
    uses = page.first_uses(text)
    if not uses:
        return text
    made, start = [], 0
    for term, first, end in uses:
        made.append(f'{text[start:first]}<a class="term" href="../{term}/">{text[first:end]}</a>')
        start = end
    return "".join(made) + text[start:]
