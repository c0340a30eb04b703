"""Documents in, the index's files out: anew, or only what an edit changes."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pypinyin
from filelock import FileLock

from xuelan.search import files, postings, script
from xuelan.search.document import Document
from xuelan.search.files import DamagedIndex, Manifest
from xuelan.search.lexicon import Lexicon, sounds
from xuelan.search.normal import variants
from xuelan.search.patch import MOST_EDITS, Edit, Kept, patched
from xuelan.search.spool import BUCKET_BITS, Spool
from xuelan.search.store import Stamp, Store
from xuelan.search.stream import Stream, card, layout, stream, windows
from xuelan.search.streams import NAME, Streams

FORMAT: Final = 1
"""Part of every name: files of another layout are never read."""
SHARD_BYTES: Final = 8600
"""Bytes of text, two a unit, behind one shard: about 10 KB as a file."""
FOLDER: Final = "search/index"


@dataclass(frozen=True, slots=True)
class _Row:
    """What remains of a document once its texts are kept; ``texts`` are their stamps."""

    id: str
    digest: str
    kind: str
    year: str
    unit: str
    activities: tuple[str, ...]
    words: tuple[str, ...]
    texts: tuple[Stamp, ...]

    def names(self) -> list[str]:
        """The names of its texts in the store."""
        return [f"{self.digest}-{n:x}.js" for n in range(len(self.texts))]


def write(documents: Iterable[Document], tree: Path, cache: Path | None = None) -> Manifest:
    """Write the index of ``documents``, in their order, below ``tree``.

    ``cache`` is a folder kept between builds; what it holds of unchanged documents is used
    again. The files written are the same with and without it.
    """
    if cache is None:
        with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
            return _Build(Store(Path(folder))).run(documents, tree)
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "lock"):
        return _Build(Store(cache)).run(documents, tree)


class _Build:
    """One run: what the last one left, and what this one makes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        before = store.state()
        self.before = before if before.get("format") == _format() else {}
        self.streams = Streams(store, self.before)

    def run(self, documents: Iterable[Document], tree: Path) -> Manifest:
        rows = [self._row(d) for d in documents]
        bits = _bits(self.streams.bytes)
        shards = self._patched(rows, bits) or self._anew(bits)
        manifest = Manifest(_build_id(rows, bits), bits, len(rows), _odd())
        self._place(rows, shards, tree / FOLDER / manifest.build)
        lexicon = Lexicon.of([r.words for r in rows], self.before.get("words", {}))
        heard = self.before.get("sounds") or sounds()
        self._write_rest(tree, manifest, rows, lexicon.as_json(heard))
        state = {"bits": bits, "shards": shards, "words": lexicon.words, "sounds": heard}
        self._keep(rows, state)
        return manifest

    def _row(self, document: Document) -> _Row:
        """Make sure that the document's texts and stream are there; a bad one is made again."""
        digest = document.digest
        words = (document.title, document.unit, *document.names)
        stamps = self.before.get("texts", {}).get(digest, [])
        row = _Row(
            id=document.id,
            digest=digest,
            kind=document.kind,
            year=document.year,
            unit=document.unit,
            activities=document.activities,
            words=tuple(w for w in words if w),
            texts=tuple((size, time) for size, time in stamps),
        )
        packed = self.streams.known(digest)
        if packed is not None and row.texts and all(map(self.store.has, row.names(), row.texts)):
            self.streams.add(digest, packed)
            return row
        return self._tokenised(document, row)

    def _tokenised(self, document: Document, row: _Row) -> _Row:
        placed = layout(document)
        self.streams.add(row.digest, stream(placed).pack())
        shown = card(document)
        stamps = []
        for number, pieces in enumerate(windows(placed)):
            rows = [[place, p.anchor, p.label, text] for place, p, text in pieces]
            name = f"text/{document.id}/{number:x}"
            content = files.pack_json(name, {**shown, "pieces": rows})
            stamps.append(self.store.put(f"{row.digest}-{number:x}.js", content))
        return replace(row, texts=tuple(stamps))

    def _patched(self, rows: list[_Row], bits: int) -> list[Kept] | None:
        """All shards, those made again that an edit touches; ``None`` when that cannot be."""
        old = self.before.get("rows", [])
        shards: list[Kept] = [(n, (s[0], s[1])) for n, s in self.before.get("shards", [])]
        if self.before.get("bits") != bits or [i for i, _ in old] != [r.id for r in rows]:
            return None
        changed = [n for n, row in enumerate(rows) if row.digest != old[n][1]]
        if len(changed) > MOST_EDITS or not all(self.store.has(*s) for s in shards):
            return None
        edits = []
        for n in changed:
            before = self.streams.known(old[n][1])
            if before is None:
                return None
            edits.append(Edit(n, Stream.unpack(before), self.streams.of(rows[n].digest)))
        try:
            made = patched(self.store, shards, edits, bits)
        except DamagedIndex:
            return None
        for number, content in made.items():
            shards[number] = self._put(content)
        return shards

    def _anew(self, bits: int) -> list[Kept]:
        with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
            pairs, singles = Spool(Path(folder), "pairs"), Spool(Path(folder), "singles")
            for doc, text in enumerate(self.streams.all()):
                pairs.add(postings.pairs(doc, text))
                singles.add(postings.singles(doc, text))
            return [self._put(content) for content in _packed(pairs, singles, bits)]

    def _put(self, content: bytes) -> Kept:
        name = hashlib.blake2b(content, digest_size=16).hexdigest() + ".js"
        return name, self.store.put(name, content)

    def _place(self, rows: list[_Row], shards: list[Kept], target: Path) -> None:
        for number in range(0, len(shards), 256):
            (target / files.shard_path(number)).parent.mkdir(parents=True)
        for doc in range(0, len(rows), 256):
            (target / files.text_path(doc, 0)).parent.mkdir(parents=True)
        for number, (name, _) in enumerate(shards):
            self.store.place(name, f"{target}/{files.shard_path(number)}")
        for doc, row in enumerate(rows):
            for window, name in enumerate(row.names()):
                self.store.place(name, f"{target}/{files.text_path(doc, window)}")

    def _write_rest(
        self, tree: Path, manifest: Manifest, rows: list[_Row], words: dict[str, Any]
    ) -> None:
        target = tree / FOLDER / manifest.build
        target.mkdir(parents=True, exist_ok=True)
        table = variants()
        (target / "facets.js").write_bytes(files.pack_json("facets", _facets(rows)))
        (target / "words.js").write_bytes(files.pack_json("words", words))
        pair = ["".join(table), "".join(table.values())]
        (target / "variants.js").write_bytes(files.pack_json("variants", pair))
        (tree / FOLDER / "now.js").write_bytes(files.now(manifest))
        (tree / "search" / "search.js").write_bytes(script.joined(manifest))

    def _keep(self, rows: list[_Row], state: dict[str, Any]) -> None:
        names = [name for row in rows for name in row.names()]
        names += [name for name, _ in state["shards"]]
        made = self.before.get("made", 0) + self.store.made
        if made > 2 * len(names):
            self.store.sweep([*names, NAME, f"{NAME}.new"])
            made = len(names)
        state |= {
            "format": _format(),
            "made": made,
            "rows": [[r.id, r.digest] for r in rows],
            "texts": {r.digest: r.texts for r in rows},
            "streams": self.streams.close(),
        }
        self.store.keep(state)


def _packed(pairs: Spool, singles: Spool, bits: int) -> Iterator[bytes]:
    """The file of each shard in turn."""
    each = 1 << (bits - BUCKET_BITS)
    for bucket, (two, one) in enumerate(zip(pairs.buckets(), singles.buckets(), strict=True)):
        numbers = range(bucket * each, (bucket + 1) * each)
        columns = zip(
            numbers,
            postings.pack_pairs(two, numbers, bits),
            postings.pack_singles(one, numbers, bits),
            strict=True,
        )
        for number, pair, single in columns:
            yield files.pack_shard(pair, single, number, bits)


def _bits(size: int) -> int:
    """How many bits name a shard, for ``size`` bytes of text."""
    return max(BUCKET_BITS, round(math.log2(max(1, size) / SHARD_BYTES)))


def _format() -> str:
    """What the store's files depend on beside texts: layout, variants, pinyin."""
    table = "".join(k + v for k, v in variants().items()) + pypinyin.__version__
    return f"{FORMAT}-{hashlib.blake2b(table.encode(), digest_size=8).hexdigest()}"


def _build_id(rows: list[_Row], bits: int) -> str:
    """Twelve hex digits that differ when anything in the index differs."""
    text = json.dumps([_format(), bits, [r.digest for r in rows]])
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _odd() -> str:
    """Traditional characters that a test for GB 2312 takes for simplified ones."""
    return "".join(c for c in variants() if c.encode("gb2312", "ignore"))


def _facets(rows: list[_Row]) -> dict[str, Any]:
    """For each facet its values and, per document, which it has (activities as bits)."""
    kinds = sorted({r.kind for r in rows})
    years = sorted({r.year for r in rows}, reverse=True)
    units = sorted({r.unit for r in rows})
    activities = sorted({a for r in rows for a in r.activities})
    kind, year, unit = ({v: n for n, v in enumerate(values)} for values in (kinds, years, units))
    return {
        "kinds": kinds,
        "years": years,
        "units": units,
        "activities": activities,
        "kind": [kind[r.kind] for r in rows],
        "year": [year[r.year] for r in rows],
        "unit": [unit[r.unit] for r in rows],
        "activity": [sum(1 << activities.index(a) for a in r.activities) for r in rows],
    }
