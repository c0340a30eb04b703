"""Writes plain blocks as HTML, byte for byte as :mod:`xuelan.rendering.python_markdown` would."""

from __future__ import annotations

from html import escape

from xuelan.model.content import HEADINGS
from xuelan.rendering import plain_parser
from xuelan.rendering.content_builder import ContentBuilder


def write(blocks: list[plain_parser.PlainBlock], content: ContentBuilder) -> str:
    """The HTML of a plain text's blocks; headings, blocks and links are added to ``content``."""
    return "\n".join([_block(block, content) for block in blocks])


def _block(block: plain_parser.PlainBlock, content: ContentBuilder) -> str:
    tag, lines = block
    if tag == "p":
        return _line("p", lines[0], content)
    if tag in HEADINGS:
        html, text = _inline(lines[0], content)
        return f'<{tag} id="{content.add_heading(tag, text)}">{html}</{tag}>'
    if tag == "table":
        return _table([plain_parser.cells(row) for row in lines], content)
    inner = "p" if tag == "blockquote" else "li"
    inside = "\n".join([_line(inner, line, content) for line in lines])
    return f"<{tag}>\n{inside}\n</{tag}>"


def _line(tag: str, line: str, content: ContentBuilder) -> str:
    html, text = _inline(line, content, with_terms=content.has_term(line))
    return (
        f'<{tag} id="{content.add_block(text)}">{html}</{tag}>'
        if text
        else f"<{tag}>{html}</{tag}>"
    )


def _table(rows: list[list[str]], content: ContentBuilder) -> str:
    inline = [[_inline(cell, content) for cell in row] for row in rows]
    anchor = content.add_block("\n".join("｜".join(text for _, text in row) for row in inline))
    written = [
        "\n".join(["<tr>", *(f"<{cell}>{html}</{cell[:2]}>" for html, _ in row), "</tr>"])
        for row, cell in zip(inline, ['th scope="col"', *["td"] * (len(inline) - 1)], strict=True)
    ]
    head, body = written[0], "\n".join(written[1:])
    inside = f"<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>"
    return f'<table id="{anchor}">\n{inside}\n</table>'


def _inline(line: str, content: ContentBuilder, *, with_terms: bool = False) -> tuple[str, str]:
    """The HTML and the plain text of a line, with links for glossary words if ``with_terms``.

    Python-Markdown's tree is searched for glossary words outside ``**`` first, then inside, so
    first uses are looked for in that order here too.
    """
    write_words = _with_terms if with_terms else _without_terms
    if "[" not in line and "*" not in line:
        return write_words(line, content), line
    html: list[str] = []
    text: list[str] = []
    outside: list[int] = []
    strong: list[int] = []
    for n, part in enumerate(line.split("**")):
        for m, words in enumerate(part.split("[")):
            if m:
                mark, shown, words = _mark(words, content)  # noqa: PLW2901 - what follows the mark
                html.append(mark)
                text.append(shown)
            (strong if n % 2 else outside).append(len(html))
            html.append(words)
            text.append(words)
    for place in (*outside, *strong):
        html[place] = write_words(html[place], content)
    for place in strong:
        html[place] = f"<strong>{html[place]}</strong>"
    return "".join(html), "".join(text).strip()


def _mark(words: str, content: ContentBuilder) -> tuple[str, str, str]:
    """HTML and plain text of the citation or link whose ``[`` stands before ``words``; the rest."""
    inside, _, after = words.partition("]")
    if inside.startswith("@"):
        return _citation(inside[1:].replace("; @", " "), content), "", after
    target, _, after = after[1:].partition(")")
    return f'<a href="{content.resolve(target)}">{escape(inside, quote=False)}</a>', inside, after


def _citation(ids: str, content: ContentBuilder) -> str:
    written = []
    for text, number, is_first in content.cite(ids):
        mark = f' id="cite-{number}"' if is_first else ""
        written.append(text if number is None else f'<a href="#ref-{number}"{mark}>{text}</a>')
    return f'<sup class="cite">[{"".join(written) or "?"}]</sup>'


def _without_terms(text: str, _content: ContentBuilder) -> str:
    return escape(text, quote=False)


def _with_terms(text: str, content: ContentBuilder) -> str:
    written, start = [], 0
    for term, first, end in content.link_terms(text):
        words = escape(text[first:end], quote=False)
        before = escape(text[start:first], quote=False)
        written.append(f'{before}<a class="term" href="../{term}/">{words}</a>')
        start = end
    return "".join(written) + escape(text[start:], quote=False)
