"""The parts of a Word file as a package (Open Packaging Conventions, ISO/IEC 29500-2).

Each part is a template in ``kits/templates/word/``.
"""

from __future__ import annotations

from typing import Final

from xuelan.kits.ooxml import Piece
from xuelan.kits.templating import render_xml

TEXT_WIDTH: Final = 8844
"""156 mm in twentieths of a point: the width of the text area."""
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_BEFORE: Final = (
    ("[Content_Types].xml", "content_types.xml"),
    ("_rels/.rels", "root_relations.xml"),
)
_AFTER: Final = (
    ("word/_rels/document.xml.rels", "document_relations.xml"),
    ("word/styles.xml", "styles.xml"),
    ("word/settings.xml", "settings.xml"),
    ("word/fontTable.xml", "font_table.xml"),
    ("word/footer1.xml", "footer.xml"),
    ("word/footer2.xml", "footer.xml"),
    ("word/theme/theme1.xml", "theme.xml"),
    ("docProps/core.xml", "core.xml"),
    ("docProps/app.xml", "app.xml"),
)
"""Parts before and after the document, in the order of the file, with their templates."""
_SIDES: Final = {"word/footer1.xml": "right", "word/footer2.xml": "left"}
"""The side of the page number: footer1 is for odd pages, footer2 for even ones."""


def word_parts(
    title: str, created: str, document: tuple[Piece, ...], header: tuple[str, ...] = ()
) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    """The paths and pieces of all parts of a Word file; ``document`` are those of its text.

    ``created`` is an ISO date, ``header`` are lines for the head of every page.
    """

    def part(path: str, template: str) -> tuple[str, tuple[Piece, ...]]:
        values = {"title": title, "created": created, "header": header, "side": _SIDES.get(path)}
        return path, (str(render_xml(f"word/{template}", **values)),)

    return (
        *(part(*each) for each in _BEFORE),
        ("word/document.xml", (_DECLARATION, *document)),
        *(part(*each) for each in _AFTER),
        *([part("word/header1.xml", "header.xml")] if header else []),
    )
