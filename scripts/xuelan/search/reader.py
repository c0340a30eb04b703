"""The reader of a built index: manifest, shards and windows of text, opened when asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from xuelan.search import files, packing, shards
from xuelan.search.arrays import I64
from xuelan.search.common import CommonSequences
from xuelan.search.files import PAIRS, SINGLES, DamagedIndexError, IndexManifest, ShardKind
from xuelan.search.normal import BREAK, count_units, fold
from xuelan.search.postings import PLACE_BITS, PostingLists, hash_units
from xuelan.search.windows import decode_window, find_window

_BREAK: Final = ord(BREAK)


class IndexReader:
    """A built index. Every method raises :class:`~xuelan.search.files.DamagedIndexError`.

    Places are given as spots, ``document << 24 | place``, in order.
    """

    def __init__(self, site: Path) -> None:
        self._site = site
        self.manifest: IndexManifest = files.decode_manifest(_read(site / files.MANIFEST_PATH))
        self.common = CommonSequences(self.manifest.common)
        self._load_shard = cache(self._open_shard)
        self.load_window = cache(self._open_window)

    def find_pair(self, first: int, second: int) -> I64:
        """Return the spots of a pair of units, or of a sequence kept under these two units."""
        lists, row = self._find(PAIRS, hash_units(first, second))
        if row is None:
            return np.zeros(0, np.int64)
        begin, end = int(lists.first[row]), int(lists.first[row + 1])
        often = np.diff(lists.begin[begin : end + 1])
        docs = np.repeat(lists.docs[begin:end].astype(np.int64), often)
        places = lists.values[int(lists.begin[begin]) : int(lists.begin[end])]
        return docs << PLACE_BITS | places

    def find_single(self, unit: int) -> dict[int, int]:
        """Return the documents in which one unit stands, with its weight in each."""
        lists, row = self._find(SINGLES, hash_units(unit))
        if row is None:
            return {}
        rows = slice(int(lists.first[row]), int(lists.first[row + 1]))
        return dict(zip(lists.docs[rows].tolist(), lists.values[rows].tolist(), strict=True))

    def _find(self, kind: ShardKind, key: int) -> tuple[PostingLists, int | None]:
        """Return the lists of the shard that holds ``key``, and the key's number in them."""
        bits = self.manifest.bits
        own = self.common.keys.get(key) if kind is PAIRS else None
        if own is None:
            lists = self._load_shard(kind, key >> 32 - bits + kind.fewer)
        else:
            lists = self._load_shard(kind, (1 << bits) + own)
        row = int(np.searchsorted(lists.keys, np.uint32(key)))
        known = row < len(lists.keys) and int(lists.keys[row]) == key
        return lists, row if known else None

    def _open_shard(self, kind: ShardKind, number: int) -> PostingLists:
        bits = self.manifest.bits
        script = _read(self._site / kind.path(self.manifest.build, number))
        if number >> bits:
            return shards.unpack_own_shard(number, script, bits)
        return shards.unpack_shards(kind, [(number, script)], bits)

    def _open_window(self, doc: int, number: int) -> dict[str, Any]:
        """Return a window of a document, see :func:`~xuelan.search.windows.decode_window`."""
        path = files.text_path(self.manifest.order, doc, number)
        script = _read(self._site / path)
        name = packing.read_name(script)
        if not name.startswith("text/") or not name.endswith(f"/{number:x}"):
            raise DamagedIndexError(path)
        try:
            return decode_window(packing.unpack_texts(name, script))
        except ValueError as error:
            raise DamagedIndexError(path) from error

    def load_words(self) -> dict[str, Any]:
        """Return the words that a misspelt query may have meant."""
        script = _read(self._site / files.FOLDER / self.manifest.build / "words.js")
        content: dict[str, Any] = packing.unpack_json("words", script)
        return content

    def stands_at(self, doc: int, start: int, text: str) -> bool:
        """Return True if the folded ``text`` stands at the place ``start`` of a document."""
        found: dict[int, int] = {}
        end = start + count_units(text)
        for number in range(find_window(start), find_window(end - 1) + 1):
            for place, _, _, piece in self.load_window(doc, number)["pieces"]:
                found.update(enumerate(_list_units(fold(piece)), place))
        return all(found.get(at, _BREAK) == u for at, u in enumerate(_list_units(text), start))


def _list_units(text: str) -> tuple[int, ...]:
    """Return the UTF-16 units of a text."""
    return tuple(np.frombuffer(text.encode("utf-16-le"), "<u2").tolist())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DamagedIndexError(str(path)) from error
