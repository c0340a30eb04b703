"""Documents in, the index's files out: anew, or only what an edit changes."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuelan.cache import NONE, Cache, key_of
from xuelan.inputs import program
from xuelan.publish import Row, Tree
from xuelan.search import files, postings
from xuelan.search.document import Document, Entry
from xuelan.search.files import FOLDER, DamagedIndexError, Form, Manifest
from xuelan.search.lexicon import Lexicon, sounds
from xuelan.search.normal import variants
from xuelan.search.notes import Notes
from xuelan.search.patch import MOST_EDITS, Edit, patched
from xuelan.search.postings import Entries, Lists
from xuelan.search.spool import BUCKET_BITS, Spool
from xuelan.search.stream import Stream, card, layout, stream, windows
from xuelan.work import HERE, Workers

FORMAT: Final = 1
"""The layout of the files; part of the build's name."""
BATCH: Final = 64
"""Documents whose pairs are taken at once, to share the cost of a call."""
SHARD_UNITS: Final = 4300
"""Units of text behind one shard: about 17 KB as a file."""


def write(
    entries: Sequence[Entry],
    tree: Tree,
    cache: Cache = NONE,
    workers: Workers = HERE,
    forms: tuple[Form, ...] = (),
) -> Manifest:
    """Write the index of ``entries``, in their order, and of ``forms`` into ``tree``.

    Texts are folded and laid out by ``workers`` and kept in ``cache``. What stands in the tree from
    the last build and has not changed stays; the files are the same as without a last build.
    """
    build = _Build(entries, tree, cache, workers)
    with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
        return build.publish(build.patched() or build.anew(Path(folder)), forms)


Shards = Iterator[bytes | None]
"""The files of all shards in turn; ``None`` where the last build's stays."""


class _Build:
    """One run: what the last one left, and what this one makes."""

    def __init__(
        self, entries: Sequence[Entry], tree: Tree, cache: Cache, workers: Workers
    ) -> None:
        self.workers = workers
        self.entries = entries
        self.tree = tree
        self.cache = cache
        self.before = Notes.of(tree)
        self.known = {key: doc for doc, key in enumerate(self.before.keys)}
        self.order = _digest([e.id for e in entries])
        self.sizes = [0] * len(entries)
        self.files = [0] * len(entries)
        self.bits = 0

    def patched(self) -> Shards | None:
        """Only what a few edits change; ``None`` when that cannot be told from the last build."""
        _, order, bits = self.before.manifest
        edits = self._edits() if order == self.order else None
        if edits is None:
            return None
        self.bits = _bits(sum(self.sizes))
        if self.bits != bits:
            return None
        try:
            made = dict(patched(self._old_shard, edits, bits))
        except (DamagedIndexError, OSError):
            return None
        return (made.get(number) for number in range(1 << bits))

    def _edits(self) -> list[Edit] | None:
        """What differs from the last build; ``None`` when that is too much or not known."""
        edits: list[Edit] = []
        for doc, (entry, key) in enumerate(zip(self.entries, self.before.keys, strict=True)):
            if entry.key == key and self._stays(doc):
                continue
            old = self.cache.raw(_stream_key(key))
            if old is None or len(edits) == MOST_EDITS:
                return None
            made = laid_out(entry.open())
            edits.append(Edit(doc, Stream.unpack(old), self._take(doc, *self._stored(doc, made))))
        return edits

    def _old_shard(self, number: int) -> bytes:
        build, _, _ = self.before.manifest
        return (self.tree.folder / files.shard_path(build, number)).read_bytes()

    def anew(self, folder: Path) -> Shards:
        """All shards from all texts; ``folder`` takes what is too much for memory."""
        pairs, singles = Spool(folder, "pairs"), Spool(folder, "singles")
        missing = [doc for doc in range(len(self.entries)) if not self._is_kept(doc)]
        anew = iter(
            self.workers.map(laid_out, missing, "编检索", prepare=self._opened, store=self._stored)
        )
        new = set(missing)
        for docs in _batches(len(self.entries)):
            texts = [
                (doc, self._take(doc, *next(anew)) if doc in new else self._kept(doc))
                for doc in docs
            ]
            pairs.add(postings.pairs(texts))
            singles.add(postings.singles(texts))
        self.bits = _bits(sum(self.sizes))
        return self._packed(pairs, singles)

    def _packed(self, pairs: Spool, singles: Spool) -> Shards:
        """The file of each shard in turn."""

        def bucket(number: int) -> tuple[int, Entries, Entries]:
            return number, pairs.bucket(number), singles.bucket(number)

        pairs.flush()
        singles.flush()
        packer, numbers = _Packer(self.bits), range(1 << BUCKET_BITS)
        made = self.workers.map(packer, numbers, "编检索", 1, prepare=bucket, store=_made)
        return itertools.chain.from_iterable(made)

    def _is_kept(self, doc: int) -> bool:
        """True for a document that the last build had too, if its text can be had again."""
        return self.cache.raw(_stream_key(self.entries[doc].key)) is not None and self._stays(doc)

    def _kept(self, doc: int) -> Stream:
        packed = self.cache.raw(_stream_key(self.entries[doc].key))
        return Stream.unpack(packed or laid_out(self.entries[doc].open()).stream)

    def _stays(self, doc: int) -> bool:
        """True when the last build's texts of a document serve this one too."""
        old = self.known.get(self.entries[doc].key)
        if old is None:
            return False
        _, order, _ = self.before.manifest
        for window in range(self.before.files[old]):
            path = files.text_path(self.order, doc, window)
            came = files.text_path(order, old, window)
            if path == came:
                self.tree.keep(path)
            else:
                self.tree.link(path, came)
        self.sizes[doc], self.files[doc] = self.before.sizes[old], self.before.files[old]
        return True

    def _opened(self, doc: int) -> Document:
        return self.entries[doc].open()

    def _stored(self, doc: int, made: LaidOut | None) -> tuple[bytes, list[Row]]:
        """Write a document's texts."""
        assert made is not None
        key = self.entries[doc].key
        paths = [files.text_path(self.order, doc, n) for n in range(len(made.texts))]
        for path, content in zip(paths, made.texts, strict=True):
            self.tree.write(path, content, key)
        return made.stream, [self.tree.row(path) for path in paths]

    def _take(self, doc: int, packed: bytes, rows: list[Row]) -> Stream:
        """Keep what was made of a document."""
        self.tree.take_in(rows)
        self.cache.put(_stream_key(self.entries[doc].key), packed)
        text = Stream.unpack(packed)
        self.sizes[doc], self.files[doc] = len(text.units), len(rows)
        return text

    def publish(self, shards: Shards, forms: tuple[Form, ...]) -> Manifest:
        """Write the shards and all else; leave notes to the next build."""
        same, table = self.before.program == program(), variants()
        heard = self.before.sounds if same else sounds()
        lexicon = Lexicon.of([e.words for e in self.entries], self.before.words if same else {})
        rest = {
            "facets": files.pack_json("facets", _facets(self.entries)),
            "words": files.pack_json("words", lexicon.as_json(heard)),
            "variants": files.pack_json("variants", ["".join(table), "".join(table.values())]),
        }
        manifest = Manifest(
            build=_digest([FORMAT, self.bits, *self._texts(), *rest.values()]),
            order=self.order,
            bits=self.bits,
            count=len(self.entries),
            odd="".join(c for c in table if c.encode("gb2312", "ignore")),
            forms=forms,
        )
        last = self.before.manifest[0]
        if last not in ("", manifest.build):
            self.tree.move(f"{FOLDER}/{last}", f"{FOLDER}/{manifest.build}")
        for name, content in rest.items():
            self.tree.write(f"{FOLDER}/{manifest.build}/{name}.js", content)
        for number, shard in enumerate(shards):
            self._write_shard(manifest.build, number, shard)
        self.tree.write(files.NOW, files.now(manifest))
        notes = Notes(
            program=program(),
            manifest=(manifest.build, manifest.order, manifest.bits),
            keys=[e.key for e in self.entries],
            sizes=self.sizes,
            files=self.files,
            words=lexicon.words,
            sounds=heard,
        )
        notes.leave(self.tree)
        return manifest

    def _write_shard(self, build: str, number: int, shard: bytes | None) -> None:
        path = files.shard_path(build, number)
        came = files.shard_path(self.before.manifest[0], number)
        if shard is not None:
            self.tree.write(path, shard)
        elif path == came:
            self.tree.keep(path)
        else:
            self.tree.link(path, came)

    def _texts(self) -> Iterator[bytes]:
        """The digests of all texts as they stand in the tree."""
        for doc, count in enumerate(self.files):
            for window in range(count):
                yield self.tree.files[files.text_path(self.order, doc, window)].digest


def _made(_item: int, made: list[bytes] | None) -> list[bytes]:
    return made or []


class LaidOut(NamedTuple):
    """What is made of one document: its packed stream, and its files of texts."""

    stream: bytes
    texts: list[bytes]


def laid_out(document: Document) -> LaidOut:
    """Fold a document and lay it out; pure, so that it can be done anywhere."""
    placed = layout(document)
    shown = card(document)
    texts = []
    for number, pieces in enumerate(windows(placed)):
        rows = [[place, p.anchor, p.label, text] for place, p, text in pieces]
        name = f"text/{document.id}/{number:x}"
        texts.append(files.pack_json(name, {**shown, "pieces": rows}))
    return LaidOut(stream(placed).pack(), texts)


def _stream_key(key: bytes) -> bytes:
    return key_of("search", FORMAT, key)


def _digest(content: Any) -> str:
    """Twelve hex digits that differ when ``content`` differs."""
    return key_of(content).hex()[:12]


def _bits(units: int) -> int:
    """How many bits name a shard, for so many units of text."""
    return max(BUCKET_BITS, round(log2(max(1, units) / SHARD_UNITS)))


def _batches(count: int) -> Iterator[range]:
    return (range(n, min(n + BATCH, count)) for n in range(0, count, BATCH))


@dataclass(frozen=True)
class _Packer:
    """Makes the files of a bucket's shards."""

    bits: int

    def __call__(self, item: tuple[int, Entries, Entries]) -> list[bytes]:
        bucket, two, one = item
        each = 1 << (self.bits - BUCKET_BITS)
        numbers = range(bucket * each, (bucket + 1) * each)
        columns = zip(
            numbers,
            postings.pack_pairs(Lists.of(postings.sort(two)), numbers, self.bits),
            postings.pack_singles(Lists.of(postings.sort(one)), numbers, self.bits),
            strict=True,
        )
        return [postings.pack_shard(two, one, n, self.bits) for n, two, one in columns]


def _facets(entries: Sequence[Entry]) -> dict[str, Any]:
    """For each facet its values and, per document, which it has (activities as bits)."""
    kinds = sorted({e.kind for e in entries})
    years = sorted({e.year for e in entries}, reverse=True)
    units = sorted({e.unit for e in entries})
    activities = sorted({a for e in entries for a in e.activities})
    kind, year, unit = ({v: n for n, v in enumerate(values)} for values in (kinds, years, units))
    return {
        "kinds": kinds,
        "years": years,
        "units": units,
        "activities": activities,
        "kind": [kind[e.kind] for e in entries],
        "year": [year[e.year] for e in entries],
        "unit": [unit[e.unit] for e in entries],
        "activity": [sum(1 << activities.index(a) for a in e.activities) for e in entries],
    }
