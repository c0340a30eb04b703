"""The stored form of each document: its stream in the cache, its windows in the site."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

from xuelan.engine.cache import Cache, EntryLocation
from xuelan.engine.staging import SiteTree, StagedFile
from xuelan.search import files, packing
from xuelan.search.document import DocumentRef, IndexDocument
from xuelan.search.files import FOLDER
from xuelan.search.notes import IndexNotes
from xuelan.search.patch import MOST_EDITS, DocumentEdit
from xuelan.search.shape import FORMAT
from xuelan.search.stream import Stream, lay_out
from xuelan.search.windows import cut_windows, encode_window
from xuelan.text.digests import DIGEST, key_of


class EncodedDocument(NamedTuple):
    """A document's packed stream, and the files of its windows."""

    stream: bytes
    windows: list[bytes]


class StoredDocument(NamedTuple):
    """A document's stream or where a fork has put it, its size in units, its files in the site."""

    stream: bytes | EntryLocation
    size: int
    files: list[StagedFile]


def encode_documents(documents: Sequence[IndexDocument]) -> list[EncodedDocument]:
    """Lay out documents and write their files; pure, so that any process can do it."""
    streams, counts, rows = [], [], []
    for document, layout in zip(documents, lay_out(documents), strict=True):
        windows = cut_windows(layout.placed)
        for number, slices in enumerate(windows):
            rows.append((f"text/{document.id}/{number:x}", encode_window(document, slices)))
        streams.append(layout.stream.pack())
        counts.append(len(windows))
    scripts = iter(packing.pack_texts(rows))
    return [
        EncodedDocument(stream, list(islice(scripts, count)))
        for stream, count in zip(streams, counts, strict=True)
    ]


def short_digest(content: Any) -> str:
    """Return twelve hex digits that name ``content``."""
    return key_of(content).hex()[:12]


def _stream_key(key: bytes) -> bytes:
    """Return the cache's key for the stream of the document with ``key``."""
    return key_of("search", FORMAT, key)


class DocumentStore:
    """Stores documents, by their number in ``refs``; ``last`` are the notes of the last build.

    ``order`` names the documents and their order. ``sizes`` has the number of units of each
    document, ``digests`` the digests of its windows, joined.
    """

    def __init__(
        self, refs: Sequence[DocumentRef], tree: SiteTree, cache: Cache, last: IndexNotes
    ) -> None:
        self.refs = refs
        self.tree = tree
        self.order = short_digest([FORMAT, *(ref.id for ref in refs)])
        self.sizes = [0] * len(refs)
        self.digests = [b""] * len(refs)
        self._cache = cache
        self._last = last
        self._last_number = {key: doc for doc, key in enumerate(last.keys)}

    def find_missing(self) -> set[int]:
        """Return the documents that must be encoded; keep the windows of all others."""
        return {
            doc
            for doc in range(len(self.refs))
            if self.read_stream(doc) is None or not self._keep_windows(doc)
        }

    def _keep_windows(self, doc: int) -> bool:
        """Keep the last build's windows of a document; return False when it had none."""
        old = self._last_number.get(self.refs[doc].key)
        if old is None:
            return False
        for number, came in enumerate(self._last_paths(old)):
            path = files.text_path(self.order, doc, number)
            if path == came:
                self.tree.keep(path)
            else:
                self.tree.link(path, came)
        self.sizes[doc], self.digests[doc] = self._last.sizes[old], self._last.texts[old]
        return True

    def _last_paths(self, old: int) -> list[str]:
        """Return the paths of the windows of the last build's document ``old``."""
        count = len(self._last.texts[old]) // DIGEST
        return [files.text_path(self._last.manifest[1], old, n) for n in range(count)]

    def read_stream(self, doc: int) -> bytes | None:
        """Return the packed stream that the cache holds; ``None`` when it holds none."""
        return self._cache.get_bytes(_stream_key(self.refs[doc].key))

    def load_stream(self, doc: int) -> bytes:
        """Return the packed stream of a document, encoded again when the cache has lost it."""
        return self.read_stream(doc) or encode_documents([self.refs[doc].load()])[0].stream

    def encode(self, docs: Sequence[int]) -> list[bytes]:
        """Encode and store documents in this process; return their streams."""
        made = encode_documents([self.refs[doc].load() for doc in docs])
        for doc, encoded in zip(docs, made, strict=True):
            self.record(doc, self.write(doc, encoded))
        return [encoded.stream for encoded in made]

    def write(self, doc: int, encoded: EncodedDocument) -> StoredDocument:
        """Write a document's windows and its stream; may run in a fork of this process."""
        key, paths = self.refs[doc].key, []
        for number, content in enumerate(encoded.windows):
            paths.append(files.text_path(self.order, doc, number))
            self.tree.write(paths[-1], content, key)
        left = self._cache.put_in_fork(_stream_key(key), encoded.stream)
        size = Stream.read_size(encoded.stream)
        return StoredDocument(left, size, [self.tree.export_file(path) for path in paths])

    def record(self, doc: int, stored: StoredDocument) -> None:
        """Register the files and the stream that :meth:`write` has written, here or in a fork."""
        self.tree.import_files(stored.files)
        self._cache.add_from_fork(_stream_key(self.refs[doc].key), stored.stream)
        self.sizes[doc] = stored.size
        self.digests[doc] = b"".join([entry.digest for _, entry, *_ in stored.files])

    def store_edits(self) -> list[DocumentEdit] | None:
        """Encode and store the documents edited since the last build; return their edits.

        The documents and their order must be the last build's. Returns ``None`` when more than
        ``MOST_EDITS`` are edited, or when the cache has lost the old stream of one.
        """
        keys = self._last.keys
        edited = [doc for doc, ref in enumerate(self.refs) if ref.key != keys[doc]]
        if len(edited) > MOST_EDITS:
            return None
        before = [self._cache.get_bytes(_stream_key(keys[doc])) for doc in edited]
        if None in before:
            return None
        folder = f"{FOLDER}/{self.order}"
        self.tree.keep_folder(
            folder, folder, {path for doc in edited for path in self._last_paths(doc)}
        )
        self.sizes, self.digests = [*self._last.sizes], [*self._last.texts]
        after = [stream for doc in edited for stream in self.encode([doc])]
        return [
            DocumentEdit(doc, Stream.unpack(old or b""), Stream.unpack(new))
            for doc, old, new in zip(edited, before, after, strict=True)
        ]
