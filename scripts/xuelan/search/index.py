"""One build of the index: from documents to files, by a patch where a few edits allow it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from xuelan.engine.cache import Cache
from xuelan.engine.staging import SiteTree
from xuelan.engine.workers import Workers
from xuelan.search import files
from xuelan.search.common import CommonSequences, sample_documents
from xuelan.search.document import DocumentRef
from xuelan.search.files import (
    FOLDER,
    PAIRS,
    SINGLES,
    DamagedIndexError,
    FormLink,
    IndexManifest,
    ShardKind,
)
from xuelan.search.normal import fold
from xuelan.search.notes import IndexNotes
from xuelan.search.patch import DocumentEdit, ShardPatcher
from xuelan.search.rebuild import Rebuild, split_into_batches
from xuelan.search.shape import FORMAT, IndexShape, choose_bits
from xuelan.search.shards import ShardFile
from xuelan.search.store import DocumentStore, short_digest
from xuelan.search.stream import Stream
from xuelan.search.tables import Tables, make_tables
from xuelan.text.digests import digest


@dataclass(frozen=True, slots=True)
class PatchedShards:
    """The shards that edits have changed; all others stay as the build ``last`` left them."""

    tree: SiteTree
    last: str
    changed: list[ShardFile]

    def write(self, build: str) -> None:
        """Write the shards into the folder of a build."""
        for kind in (PAIRS, SINGLES):
            self.tree.keep_folder(kind.folder(build), kind.folder(self.last))
        for kind, number, data in self.changed:
            self.tree.write(kind.path(build, number), data)


class IndexBuilder:
    """Builds the index of documents, in the order of ``refs``, into ``tree``.

    Texts are encoded by ``workers`` and kept in ``cache``. Files of the last build that have not
    changed stay; the bytes are the same with and without a last build.
    """

    def __init__(
        self, refs: Sequence[DocumentRef], tree: SiteTree, cache: Cache, workers: Workers
    ) -> None:
        self._refs = refs
        self._tree = tree
        self._workers = workers
        self._last = IndexNotes.load(tree)
        self._store = DocumentStore(refs, tree, cache, self._last)
        self._shape = IndexShape(0, CommonSequences())
        self._sample: dict[int, bytes] = {}
        """The streams of the sampled documents, encoded before all others."""

    def prepare(self) -> None:
        """Do the first part of a first build: encode the sample, make the tables."""
        self._encode_sample(set(range(len(self._refs))))
        _ = self._tables

    def write(self, forms: tuple[FormLink, ...]) -> IndexManifest:
        """Write the index of the documents and ``forms``; return its manifest."""
        with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
            return self._publish(self._patch() or self.rebuild(Path(folder)), forms)

    def _patch(self) -> PatchedShards | None:
        """Make the shards that a few edits change; ``None`` where all must be made."""
        last, order, bits = self._last.manifest
        edits = self._store.store_edits() if order == self._store.order else None
        if edits is None:
            return None
        try:
            manifest = files.decode_manifest(self._tree.read(files.MANIFEST_PATH))
            shape = IndexShape(self._choose_bits(), CommonSequences(manifest.common))
            if shape.bits != bits or not self._is_common_unchanged(edits, shape):
                return None
            patcher = ShardPatcher(self._read_last_shard, bits, shape.common)
            changed = list(patcher.patch(edits))
        except (DamagedIndexError, OSError):
            return None
        self._shape = shape
        return PatchedShards(self._tree, last, changed)

    def _is_common_unchanged(self, edits: list[DocumentEdit], shape: IndexShape) -> bool:
        """Return False if edits change the common sequences, and with them most shards."""
        sample = sample_documents(len(self._refs))
        if not any(edit.doc in sample for edit in edits):
            return True
        streams = [self._store.read_stream(doc) for doc in sample]
        found = [stream for stream in streams if stream]
        return len(found) == len(streams) and self._find_common(found, shape.bits) == shape.common

    def _read_last_shard(self, kind: ShardKind, number: int) -> bytes:
        return self._tree.read(kind.path(self._last.manifest[0], number))

    def rebuild(self, folder: Path) -> Rebuild:
        """Index all documents; ``folder`` takes the postings, which are too many for memory."""
        missing = self._store.find_missing()
        if not self._sample:  # else `prepare` has done it
            self._encode_sample(missing)
        rebuild = Rebuild(self._store, self._shape, self._sample, self._workers, folder)
        rebuild.index(missing)
        return rebuild

    def _encode_sample(self, missing: set[int]) -> None:
        """Encode the sampled documents and choose the shape of the index by them."""
        sample = sample_documents(len(self._refs))
        self._sample = {doc: self._store.load_stream(doc) for doc in sample if doc not in missing}
        for docs in split_into_batches([doc for doc in sample if doc in missing]):
            self._sample.update(zip(docs, self._store.encode(docs), strict=True))
        bits = self._choose_bits()
        self._shape = IndexShape(bits, self._find_common(list(self._sample.values()), bits))

    def _choose_bits(self) -> int:
        count = len(self._refs)
        return choose_bits([self._store.sizes[doc] for doc in sample_documents(count)], count)

    def _find_common(self, sample: list[bytes], bits: int) -> CommonSequences:
        streams = [Stream.unpack(packed) for packed in sample]
        return CommonSequences.find(streams, len(self._refs), bits)

    @cached_property
    def _tables(self) -> Tables:
        return make_tables(self._refs, self._last)

    def _publish(
        self, shards: PatchedShards | Rebuild, forms: tuple[FormLink, ...]
    ) -> IndexManifest:
        """Write tables, shards and manifest; leave notes to the next build.

        The build's name is a digest of all texts and tables, so the shards are written only when
        all documents are encoded.
        """
        tree, store, last = self._tree, self._store, self._last.manifest[0]
        notes, tables = self._tables
        manifest = IndexManifest(
            build=short_digest([FORMAT, self._shape.bits, *store.digests, *self._digest_tables()]),
            order=store.order,
            bits=self._shape.bits,
            count=len(self._refs),
            odd=notes.odd,
            forms=forms,
            common=self._shape.common.texts,
            menu=tuple((fold(w), n) for n, ref in enumerate(self._refs) for w in ref.menu),
        )
        # The old folder is renamed, so that files that stay are not moved one by one.
        if last not in ("", manifest.build):
            tree.move_folder(f"{FOLDER}/{last}", f"{FOLDER}/{manifest.build}")
        for name, data in tables.items():
            path = f"{FOLDER}/{manifest.build}/{name}.js"
            if data is not None:
                tree.write(path, data)
            elif last == manifest.build:
                tree.keep(path)
            else:
                tree.link(path, f"{FOLDER}/{last}/{name}.js")
        shards.write(manifest.build)
        tree.write(files.MANIFEST_PATH, files.encode_manifest(manifest))
        msgspec.structs.replace(
            notes,
            manifest=(manifest.build, manifest.order, manifest.bits),
            keys=[ref.key for ref in self._refs],
            sizes=store.sizes,
            texts=store.digests,
        ).save(tree)
        return manifest

    def _digest_tables(self) -> list[bytes]:
        """Return the digest of each table; of one that stays, the last build's."""
        folder, known = f"{FOLDER}/{self._last.manifest[0]}", self._tree.last.files
        return [
            known[f"{folder}/{name}.js"].digest if data is None else digest(data)
            for name, data in self._tables.files.items()
        ]
