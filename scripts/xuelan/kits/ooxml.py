"""Office files (Office Open XML) as templates: constant XML, and slots to fill.

A Word form or a ledger is made once as a template. The copy of one branch is made by joining
strings, so ten thousand of them take minutes. The browser fills the same templates in the same way
(``overrides/assets/xuelan/kit/fill.js``); both give the same XML.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 does not allow, and DEL."""

_BREAK: Final = re.compile(r"[ \t]*[\r\n\u2028\u2029][\s]*")

_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive: the earliest a ZIP can hold; Office writes it too."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for text: the XML ``before`` and ``after`` a text, and the XML without one."""

    name: str
    empty: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """XML repeated for each row of the values called ``name``; ``empty`` if there is no row."""

    name: str
    pieces: tuple[Piece, ...]
    empty: str = ""


Piece = str | Slot | Repeat
Row = Mapping[str, str]
Values = Mapping[str, "str | tuple[Row, ...]"]


@dataclass(frozen=True, slots=True)
class OfficeTemplate:
    """An office file: the path and the pieces of each of its parts, in order."""

    parts: tuple[tuple[str, tuple[Piece, ...]], ...]

    def fill(self, values: Values) -> bytes:
        """The finished file. A slot without a value stays empty; no value is cut."""
        return zip_parts(
            (path, "".join(self._piece(p, values) for p in pieces).encode())
            for path, pieces in self.parts
        )

    def _piece(self, piece: Piece, values: Values) -> str:
        if isinstance(piece, str):
            return piece
        given = values.get(piece.name, "")
        if isinstance(piece, Repeat):
            assert not isinstance(given, str) or not given
            rows = ["".join(self._piece(p, row) for p in piece.pieces) for row in given or ()]
            return "".join(rows) or piece.empty
        assert isinstance(given, str)
        if not given:
            return piece.empty
        return piece.before + escape(given) + piece.after

    def as_data(self) -> dict[str, Any]:
        """The template as lists, dicts and strings, for the browser."""
        return {"parts": [[path, [_as_data(p) for p in pieces]] for path, pieces in self.parts]}


def _as_data(piece: Piece) -> Any:
    if isinstance(piece, Slot):
        return {
            "slot": piece.name,
            "empty": piece.empty,
            "before": piece.before,
            "after": piece.after,
        }
    if isinstance(piece, Repeat):
        return {
            "repeat": piece.name,
            "pieces": [_as_data(p) for p in piece.pieces],
            "empty": piece.empty,
        }
    return piece


def escape(text: str) -> str:
    """``text`` as XML character data: ``& < > "`` as entities, forbidden characters left out.

    White space with a line break in it becomes one space, for fields hold one line.
    """
    kept = _ILLEGAL.sub("", _BREAK.sub(" ", text))
    return (
        kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def zip_parts(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of ``files`` in this order; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for path, data in files:
            info = zipfile.ZipInfo(path, _DATE)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return buffer.getvalue()
