"""All shards made from all documents, by way of buckets on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from xuelan.engine.staging import StagedFile
from xuelan.engine.workers import Workers
from xuelan.search.document import IndexDocument
from xuelan.search.shape import IndexShape
from xuelan.search.shards import ShardFile
from xuelan.search.spool import Bucket, Spool, SpoolSegment, keep_memory
from xuelan.search.store import DocumentStore, StoredDocument
from xuelan.search.tasks import IndexedBatch, IndexTask, PackTask

BATCH: Final = 128
"""Documents indexed together, to share the cost of array calls; a spot has room for 256."""

_LABEL: Final = "编检索"


def split_into_batches(docs: Sequence[int]) -> list[Sequence[int]]:
    """Split documents into batches, in order."""
    return [docs[n : n + BATCH] for n in range(0, len(docs), BATCH)]


class Rebuild:
    """Makes all shards: puts the postings of all documents into buckets, then packs each bucket.

    The buckets are files below ``folder``. ``sample`` has the streams of documents that are encoded
    already.
    """

    def __init__(
        self,
        store: DocumentStore,
        shape: IndexShape,
        sample: Mapping[int, bytes],
        workers: Workers,
        folder: Path,
    ) -> None:
        self._store = store
        self._shape = shape
        self._sample = sample
        self._workers = workers
        self._pairs, self._singles = Spool(folder, "pairs"), Spool(folder, "singles")
        self._missing: set[int] = set()

    def index(self, missing: set[int]) -> None:
        """Put the postings of all documents into buckets; encode and store those ``missing``."""
        keep_memory()
        self._missing = missing
        results = self._workers.map(
            IndexTask(self._shape),
            split_into_batches(range(len(self._store.refs))),
            _LABEL,
            1,
            prepare=self._load_batch,
            store=self._write_batch,
        )
        for stored, pairs, singles in results:
            for doc, document in stored.items():
                self._store.record(doc, document)
            self._pairs.add(pairs)
            self._singles.add(singles)

    def _load_batch(self, docs: Sequence[int]) -> list[IndexDocument | bytes]:
        return [self._sample.get(doc) or self._load(doc) for doc in docs]

    def _load(self, doc: int) -> IndexDocument | bytes:
        """Return a missing document itself, and the stream of any other."""
        if doc in self._missing:
            return self._store.refs[doc].load()
        return self._store.load_stream(doc)

    def _write_batch(
        self, docs: Sequence[int], made: IndexedBatch | None
    ) -> tuple[dict[int, StoredDocument], SpoolSegment, SpoolSegment]:
        """Write the results of a batch; may run in a fork of this process."""
        assert made is not None
        stored = {docs[at]: self._store.write(docs[at], each) for at, each in made.encoded.items()}
        pairs = self._pairs.write(docs[0], made.pairs)
        return stored, pairs, self._singles.write(docs[0], made.singles)

    def write(self, build: str) -> None:
        """Write all shards into the folder of a build, bucket by bucket."""
        results = self._workers.map(
            PackTask(self._shape),
            range(1 << self._shape.bucket_bits),
            _LABEL,
            1,
            prepare=self._load_bucket,
            store=partial(self._write_shards, build),
        )
        for files in results:
            self._store.tree.import_files(files)
        self._pairs.close()
        self._singles.close()

    def _load_bucket(self, number: int) -> tuple[int, Bucket, Bucket]:
        return number, self._pairs.read_bucket(number), self._singles.read_bucket(number)

    def _write_shards(
        self, build: str, _bucket: int, made: list[ShardFile] | None
    ) -> list[StagedFile]:
        """Write the shards of a bucket; may run in a fork of this process."""
        assert made is not None
        tree, paths = self._store.tree, []
        for kind, number, data in made:
            paths.append(kind.path(build, number))
            tree.write(paths[-1], data)
        return [tree.export_file(path) for path in paths]
