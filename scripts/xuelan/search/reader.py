"""Opens the files of a built index: the newest build of a site, shards and texts as asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xuelan.search import files, packing, postings
from xuelan.search.common import Common
from xuelan.search.files import PAIRS, SINGLES, DamagedIndexError, Kind, Manifest
from xuelan.search.normal import fold, width
from xuelan.search.postings import PLACE_BITS, Lists, key_of
from xuelan.search.stream import read_shown, window

Starts = npt.NDArray[np.int64]
"""Places as ``document << 24 | place``, in order."""


class Reader:
    """A built index. Every method raises :class:`~xuelan.search.files.DamagedIndexError`."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self.manifest: Manifest = files.read_now(_read(site / files.NOW))
        self.common = Common(self.manifest.common)
        self._shard = cache(self._open)
        self.text = cache(self._text)

    def pair(self, first: int, second: int) -> Starts:
        """Where two units stand side by side; or what :meth:`Common.pair` makes of a sequence."""
        lists, row = self._find(PAIRS, key_of(first, second))
        if row is None:
            return np.zeros(0, np.int64)
        begin, end = int(lists.first[row]), int(lists.first[row + 1])
        often = np.diff(lists.begin[begin : end + 1])
        docs = np.repeat(lists.docs[begin:end].astype(np.int64), often)
        places = lists.values[int(lists.begin[begin]) : int(lists.begin[end])]
        return docs << PLACE_BITS | places

    def single(self, unit: int) -> dict[int, int]:
        """The documents one unit is in, with its weight in each."""
        lists, row = self._find(SINGLES, key_of(unit))
        if row is None:
            return {}
        rows = slice(int(lists.first[row]), int(lists.first[row + 1]))
        return dict(zip(lists.docs[rows].tolist(), lists.values[rows].tolist(), strict=True))

    def _find(self, kind: Kind, key: int) -> tuple[Lists, int | None]:
        bits = self.manifest.bits
        own = self.common.keys.get(key) if kind is PAIRS else None
        if own is None:
            lists = self._shard(kind, key >> 32 - bits + kind.fewer)
        else:
            lists = self._shard(kind, (1 << bits) + own)
        row = int(np.searchsorted(lists.keys, np.uint32(key)))
        known = row < len(lists.keys) and int(lists.keys[row]) == key
        return lists, row if known else None

    def _open(self, kind: Kind, number: int) -> Lists:
        bits = self.manifest.bits
        script = _read(self._site / kind.path(self.manifest.build, number))
        if number >> bits:
            return postings.unpacked_own(number, script, bits)
        return postings.unpacked(kind, [(number, script)], bits)

    def _text(self, doc: int, number: int) -> dict[str, Any]:
        """A document's file of texts, see :class:`xuelan.search.index.Build`."""
        path = files.text_path(self.manifest.order, doc, number)
        script = _read(self._site / path)
        name = packing.named(script)
        if not name.startswith("text/") or not name.endswith(f"/{number:x}"):
            raise DamagedIndexError(path)
        try:
            return read_shown(packing.unpack_texts(name, script))
        except ValueError as error:
            raise DamagedIndexError(path) from error

    def words(self) -> dict[str, Any]:
        """The words a misspelt query may have meant."""
        script = _read(self._site / files.FOLDER / self.manifest.build / "words.js")
        content: dict[str, Any] = packing.unpack_json("words", script)
        return content

    def stands(self, doc: int, start: int, text: str) -> bool:
        """True when the folded ``text`` stands at place ``start`` of a document."""
        found: dict[int, int] = {}
        end = start + width(text)
        for number in range(window(start), window(end - 1) + 1):
            for place, _, _, piece in self.text(doc, number)["pieces"]:
                found.update(enumerate(units(fold(piece)), place))
        wanted = units(text)
        return all(found.get(start + n, units("\n")[0]) == u for n, u in enumerate(wanted))


def units(text: str) -> tuple[int, ...]:
    """The UTF-16 units of a text."""
    return tuple(np.frombuffer(text.encode("utf-16-le"), "<u2").tolist())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamagedIndexError(str(path)) from error
