"""Documents in, the index's files out: anew, or only what an edit changes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from math import log2
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from xuelan.engine.cache import Cache, Left
from xuelan.engine.staging import Row, Tree
from xuelan.engine.workers import Workers
from xuelan.search import files, packing, postings
from xuelan.search.common import Common, sampled
from xuelan.search.document import Document, Entry, Facets
from xuelan.search.files import FOLDER, PAIRS, SINGLES, DamagedIndexError, Form, Kind, Manifest
from xuelan.search.lexicon import Lexicon, sounds
from xuelan.search.normal import variants
from xuelan.search.notes import Notes
from xuelan.search.patch import MOST_EDITS, Edit, patched
from xuelan.search.postings import Lists, Texts
from xuelan.search.spool import (
    MOST_BITS,
    Bucket,
    Part,
    Rows,
    Spool,
    grouped,
    keep_memory,
    sorted_lists,
)
from xuelan.search.stream import Stream, layouts, shown, windows
from xuelan.text.digests import DIGEST, digest, key_of, program

T = TypeVar("T")

FORMAT: Final = 6
"""The layout of the files; part of the build's name."""
BATCH: Final = 128
"""Documents whose pairs are taken at once, to share the cost of a call; a spot has room for 256."""
SHARD_UNITS: Final = 2150
"""Units of text behind one shard: about 10 KB as a file."""
LEAST_BITS: Final = 4
BUCKET_BITS: Final = 6
"""Bits that name a shard of pairs among those packed at once."""


Shards = Callable[[str], None]
"""Puts all shards into the folder of the build that is named."""


class Build:
    """One run: what the last one left, and what this one makes of ``entries``, in their order.

    Texts are folded and laid out by ``workers`` and kept in ``cache``. What stands in ``tree`` from
    the last run and has not changed stays; the files are the same as without a last run.
    """

    def __init__(
        self, entries: Sequence[Entry], tree: Tree, cache: Cache, workers: Workers
    ) -> None:
        self.workers = workers
        self.entries = entries
        self.tree = tree
        self.cache = cache
        self.before = Notes.of(tree)
        self.known = {key: doc for doc, key in enumerate(self.before.keys)}
        self.order = _digest([FORMAT, *(e.id for e in entries)])
        self.sizes = [0] * len(entries)
        self.texts = [b""] * len(entries)
        """Of each document the digests of its files of text, one after another."""
        self.bits = 0
        self.common = Common()
        self.early: dict[int, bytes] = {}
        """The documents that tell what is common, laid out before all others."""

    def write(self, forms: tuple[Form, ...]) -> Manifest:
        """Write the index of the documents, and of ``forms``."""
        with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
            return self.publish(self.patched() or self.anew(Path(folder)), forms)

    def prepare(self) -> None:
        """Find out what can be known before the documents are laid out."""
        self._look_at_sample(set(range(len(self.entries))))
        _ = self._about

    def patched(self) -> Shards | None:
        """Only what a few edits change; ``None`` when that cannot be told from the last build."""
        _, order, bits = self.before.manifest
        edits = self._edits() if order == self.order else None
        if edits is None:
            return None
        self.bits = self._bits()
        try:
            self.common = Common(files.read_now(self.tree.read(files.NOW)).common)
            if self.bits != bits or not self._still_common(edits):
                return None
            made = dict(patched(self._old_shard, edits, bits, self.common))
        except (DamagedIndexError, OSError):
            return None

        def put(build: str) -> None:
            for kind in (PAIRS, SINGLES):
                last = self.before.manifest[0]
                self.tree.stay(kind.folder(build), kind.folder(last))
            for (kind, number), data in made.items():
                self.tree.write(kind.path(build, number), data)

        return put

    def _still_common(self, edits: list[Edit]) -> bool:
        """False when edits change what is common: then more changes than a few shards."""
        sample = sampled(len(self.entries))
        if not any(edit.doc in sample for edit in edits):
            return True
        kept = [self.cache.raw(_stream_key(self.entries[doc].key)) for doc in sample]
        return None not in kept and self._found_common([s for s in kept if s]) == self.common

    def _found_common(self, sample: list[bytes]) -> Common:
        streams = [Stream.unpack(packed) for packed in sample]
        return Common.among(streams, len(self.entries), self.bits)

    def _edits(self) -> list[Edit] | None:
        """What differs from the last build; ``None`` when that is too much or not known."""
        keys = self.before.keys
        edited = [doc for doc, entry in enumerate(self.entries) if entry.key != keys[doc]]
        if len(edited) > MOST_EDITS:
            return None
        kept = {doc: self.cache.raw(_stream_key(keys[doc])) for doc in edited}
        if None in kept.values():
            return None
        texts = f"{FOLDER}/{self.order}"
        self.tree.stay(texts, texts, {path for doc in edited for path in self._were(doc)})
        self.sizes, self.texts = [*self.before.sizes], [*self.before.texts]
        edits = []
        for doc, old in kept.items():
            made = laid_out([self.entries[doc].open()])[0]
            self._take(doc, self._stored(doc, made))
            edits.append(Edit(doc, Stream.unpack(old or b""), Stream.unpack(made.stream)))
        return edits

    def _were(self, doc: int) -> list[str]:
        """Where the last build's texts of the document with that number then stood."""
        count = len(self.before.texts[doc]) // DIGEST
        return [files.text_path(self.before.manifest[1], doc, n) for n in range(count)]

    def _old_shard(self, kind: Kind, number: int) -> bytes:
        return self.tree.read(kind.path(self.before.manifest[0], number))

    def anew(self, folder: Path) -> Shards:
        """All shards from all texts; ``folder`` takes what is too much for memory."""
        keep_memory()
        count = len(self.entries)
        missing = {doc for doc in range(count) if not self._is_kept(doc)}
        if not self.early:
            self._look_at_sample(missing)
        early = self.early
        pairs, singles = Spool(folder, "pairs"), Spool(folder, "singles")

        def opened(docs: Sequence[int]) -> list[Document | bytes]:
            return [
                early.get(doc) or (self.entries[doc].open() if doc in missing else self._kept(doc))
                for doc in docs
            ]

        def store(docs: Sequence[int], made: _Indexed | None) -> tuple[list[Stored], Part, Part]:
            laid, two, one = _given(docs, made)
            stored = [self._stored(docs[at], made) for at, made in laid.items()]
            return stored, pairs.write(docs[0], two), singles.write(docs[0], one)

        batches, indexer = _batches(range(count)), _Indexer(self.common, self._bucket_bits())
        made = self.workers.map(indexer, batches, "编检索", 1, prepare=opened, store=store)
        for docs, (stored, two, one) in zip(batches, made, strict=True):
            new = [doc for doc in docs if doc in missing and doc not in early]
            for doc, laid in zip(new, stored, strict=True):
                self._take(doc, laid)
            pairs.add(two)
            singles.add(one)
        return partial(self._pack, pairs, singles)

    def _look_at_sample(self, missing: set[int]) -> None:
        """Lay out the documents that tell what is common, and see what is."""
        sample = sampled(len(self.entries))
        self.early = {doc: self._kept(doc) for doc in sample if doc not in missing}
        for docs in _batches([doc for doc in sample if doc in missing]):
            for doc, made in zip(
                docs, laid_out([self.entries[d].open() for d in docs]), strict=True
            ):
                self._take(doc, self._stored(doc, made))
                self.early[doc] = made.stream
        self.bits = self._bits()
        self.common = self._found_common(list(self.early.values()))

    def _pack(self, pairs: Spool, singles: Spool, build: str) -> None:
        """Put all shards into a build's folder, bucket by bucket."""
        bits = self._bucket_bits()

        def bucket(number: int) -> tuple[int, Bucket, Bucket]:
            return number, pairs.bucket(number), singles.bucket(number)

        def put(_number: int, made: list[tuple[Kind, int, bytes]] | None) -> list[Row]:
            return [self._put_shard(kind.path(build, n), data) for kind, n, data in made or ()]

        packer = _Packer(self.bits, bits, self.common)
        made = self.workers.map(packer, range(1 << bits), "编检索", 1, prepare=bucket, store=put)
        for rows in made:
            self.tree.take_in(rows)
        pairs.close()
        singles.close()

    def _is_kept(self, doc: int) -> bool:
        """True for a document that the last build had too, if its text can be had again."""
        return self.cache.raw(_stream_key(self.entries[doc].key)) is not None and self._stays(doc)

    def _kept(self, doc: int) -> bytes:
        packed = self.cache.raw(_stream_key(self.entries[doc].key))
        return packed or laid_out([self.entries[doc].open()])[0].stream

    def _stays(self, doc: int) -> bool:
        """True when the last build's texts of a document serve this one too."""
        old = self.known.get(self.entries[doc].key)
        if old is None:
            return False
        for window, came in enumerate(self._were(old)):
            self._put(files.text_path(self.order, doc, window), came, None)
        self.sizes[doc], self.texts[doc] = self.before.sizes[old], self.before.texts[old]
        return True

    def _stored(self, doc: int, made: LaidOut) -> Stored:
        """Write a document's texts, and put down its stream."""
        key, paths = self.entries[doc].key, []
        for number, content in enumerate(made.texts):
            paths.append(files.text_path(self.order, doc, number))
            self.tree.write(paths[-1], content, key)
        left = self.cache.leave(_stream_key(key), made.stream)
        return Stored(left, Stream.size(made.stream), [self.tree.row(path) for path in paths])

    def _take(self, doc: int, stored: Stored) -> None:
        """Keep what was made of a document."""
        self.tree.take_in(stored.rows)
        self.cache.take_in(_stream_key(self.entries[doc].key), stored.stream)
        self.sizes[doc] = stored.size
        self.texts[doc] = b"".join([entry.digest for _, entry, *_ in stored.rows])

    def _bits(self) -> int:
        """How many bits name a shard, going by the documents that tell what is common."""
        sizes = [self.sizes[doc] for doc in sampled(len(self.entries))]
        units = sum(sizes) * len(self.entries) // max(1, len(sizes))
        return max(LEAST_BITS, round(log2(max(1, units) / SHARD_UNITS)))

    def _bucket_bits(self) -> int:
        """How many bits name what is packed at once."""
        return min(MOST_BITS, max(0, self.bits - BUCKET_BITS))

    def publish(self, shards: Shards, forms: tuple[Form, ...]) -> Manifest:
        """Write the shards and all else; leave notes to the next build."""
        notes, beside = self._about
        last = self.before.manifest[0]
        digests = [
            self.tree.last.files[f"{FOLDER}/{last}/{name}.js"].digest
            if data is None
            else digest(data)
            for name, data in beside.items()
        ]
        manifest = Manifest(
            build=_digest([FORMAT, self.bits, *self.texts, *digests]),
            order=self.order,
            bits=self.bits,
            count=len(self.entries),
            odd=notes.odd,
            forms=forms,
            common=self.common.texts,
        )
        if last not in ("", manifest.build):
            self.tree.move(f"{FOLDER}/{last}", f"{FOLDER}/{manifest.build}")
        for name, data in beside.items():
            path, came = f"{FOLDER}/{manifest.build}/{name}.js", f"{FOLDER}/{last}/{name}.js"
            self._put(path, came, data)
        shards(manifest.build)
        self.tree.write(files.NOW, files.now(manifest))
        notes.manifest = (manifest.build, manifest.order, manifest.bits)
        notes.keys, notes.sizes, notes.texts = [e.key for e in self.entries], self.sizes, self.texts
        notes.leave(self.tree)
        return manifest

    def _put_shard(self, path: str, data: bytes) -> Row:
        self.tree.write(path, data)
        return self.tree.row(path)

    def _put(self, path: str, came: str, data: bytes | None) -> None:
        if data is not None:
            self.tree.write(path, data)
        elif path == came:
            self.tree.keep(path)
        else:
            self.tree.link(path, came)

    @cached_property
    def _about(self) -> tuple[Notes, dict[str, bytes | None]]:
        """What can be said without the texts: notes, and files (``None`` for those that stay)."""
        faces = key_of([e.face for e in self.entries])
        if self.before.program == program() and self.before.faces == faces:
            return self.before, dict.fromkeys(_BESIDE)
        facets = [entry.facets() for entry in self.entries]
        notes = self._described(faces, facets)
        return notes, _beside(facets, notes)

    def _described(self, faces: bytes, facets: Sequence[Facets]) -> Notes:
        """Notes of what can be said without the texts."""
        same = self.before.program == program()
        known = self.before.words if same else {}
        return Notes(
            program=program(),
            faces=faces,
            odd="".join(c for c in variants() if c.encode("gb2312", "ignore")),
            words=Lexicon.of([f.words for f in facets], known).words,
            sounds=self.before.sounds if same else sounds(),
        )


def _given(_item: object, made: T | None) -> T:
    """What came of an item that was given to work."""
    assert made is not None
    return made


class LaidOut(NamedTuple):
    """What is made of one document: its packed stream, and its files of texts."""

    stream: bytes
    texts: list[bytes]


class Stored(NamedTuple):
    """A document's stream, or where it was put down; its units; the files of texts written."""

    stream: bytes | Left
    size: int
    rows: list[Row]


def laid_out(documents: Sequence[Document]) -> list[LaidOut]:
    """Fold documents and lay them out; pure, so that it can be done anywhere."""
    streams, counts, texts = [], [], []
    for document, laid in zip(documents, layouts(documents), strict=True):
        parts = windows(laid.placed)
        for number, pieces in enumerate(parts):
            texts.append((f"text/{document.id}/{number:x}", shown(document, pieces)))
        streams.append(laid.stream.packed())
        counts.append(len(parts))
    files = iter(packing.pack_texts(texts))
    return [LaidOut(s, list(islice(files, n))) for s, n in zip(streams, counts, strict=True)]


def _stream_key(key: bytes) -> bytes:
    return key_of("search", FORMAT, key)


def _digest(content: Any) -> str:
    """Twelve hex digits that differ when ``content`` differs."""
    return key_of(content).hex()[:12]


def _batches(docs: Sequence[int]) -> list[Sequence[int]]:
    return [docs[n : n + BATCH] for n in range(0, len(docs), BATCH)]


_Indexed = tuple[dict[int, LaidOut], Rows, Rows]
"""Which of some documents were laid out just now, and the rows of pairs and single units of all."""


@dataclass(frozen=True)
class _Indexer:
    """Makes all of some documents; streams are made already. ``bits`` name a bucket of rows."""

    common: Common
    bits: int

    def __call__(self, given: list[Document | bytes]) -> _Indexed:
        documents = {at: each for at, each in enumerate(given) if isinstance(each, Document)}
        laid = dict(zip(documents, laid_out(list(documents.values())), strict=True))
        streams = {at: each for at, each in enumerate(given) if isinstance(each, bytes)}
        streams |= {at: made.stream for at, made in laid.items()}
        texts = Texts.of([Stream.unpack(streams[at]) for at in range(len(given))])
        every = postings.join([postings.pairs(texts), *self.common.longer(texts)])
        return laid, grouped(every, self.bits), grouped(postings.singles(texts), self.bits)


@dataclass(frozen=True)
class _Packer:
    """Makes the files of the shards in a bucket, which ``bucket_bits`` name."""

    bits: int
    bucket_bits: int
    common: Common

    def __call__(self, item: tuple[int, Bucket, Bucket]) -> list[tuple[Kind, int, bytes]]:
        bucket, two, one = item
        apart = [key for key in self.common.keys if key >> 32 - self.bucket_bits == bucket]
        pairs, own = sorted_lists(two, self.bucket_bits, apart)
        singles, _ = sorted_lists(one, self.bucket_bits)
        return [
            *postings.packed(PAIRS, pairs, self._numbers(PAIRS, bucket), self.bits),
            *postings.packed(SINGLES, singles, self._numbers(SINGLES, bucket), self.bits),
            *(self._own(key, lists) for key, lists in own.items()),
        ]

    def _own(self, key: int, lists: Lists) -> tuple[Kind, int, bytes]:
        return postings.packed_own(lists, (1 << self.bits) + self.common.keys[key], self.bits)

    def _numbers(self, kind: Kind, bucket: int) -> range:
        each = 1 << self.bits - kind.fewer - self.bucket_bits
        return range(bucket * each, (bucket + 1) * each)


_BESIDE: Final = ("facets", "words", "variants")
"""The files of an index beside texts and shards."""


def _beside(found: Sequence[Facets], notes: Notes) -> dict[str, bytes | None]:
    """These files' contents."""
    table = variants()
    facets, words = _facets(found), Lexicon(notes.words).as_json(notes.sounds)
    contents = (facets, words, ["".join(table), "".join(table.values())])
    return {n: packing.pack_json(n, c) for n, c in zip(_BESIDE, contents, strict=True)}


def _facets(found: Sequence[Facets]) -> dict[str, Any]:
    """For each facet its values and, per document, which it has (activities as bits)."""
    kinds = sorted({f.kind for f in found})
    years = sorted({f.year for f in found}, reverse=True)
    units = sorted({f.unit for f in found})
    activities = sorted({a for f in found for a in f.activities})
    kind, year, unit = ({v: n for n, v in enumerate(values)} for values in (kinds, years, units))
    return {
        "kinds": kinds,
        "years": years,
        "units": units,
        "activities": activities,
        "kind": [kind[f.kind] for f in found],
        "year": [year[f.year] for f in found],
        "unit": [unit[f.unit] for f in found],
        "activity": [sum(1 << activities.index(a) for a in f.activities) for f in found],
    }
