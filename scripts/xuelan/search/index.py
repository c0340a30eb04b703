"""Documents in, the index's files out: anew, or only what an edit changes."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from math import log2
from pathlib import Path
from typing import Any, Final

import msgspec

from xuelan.cache import NONE, Cache, key_of
from xuelan.inputs import program
from xuelan.publish import Tree
from xuelan.search import files, postings, script
from xuelan.search.document import Entry
from xuelan.search.files import FOLDER, DamagedIndex, Manifest
from xuelan.search.lexicon import Lexicon, sounds
from xuelan.search.normal import variants
from xuelan.search.patch import MOST_EDITS, Edit, patched
from xuelan.search.spool import BUCKET_BITS, Spool
from xuelan.search.stream import Stream, card, layout, stream, windows

FORMAT: Final = 1
"""The layout of the files; part of the build's name."""
SHARD_UNITS: Final = 4300
"""Units of text behind one shard: about 12 KB as a file."""
_NOTES: Final = "search"


class _Notes(msgspec.Struct):
    """What a build tells the next one: of each document its key, its size in units, its files."""

    program: bytes = b""
    manifest: tuple[str, str, int] = ("", "", 0)
    keys: list[bytes] = []
    sizes: list[int] = []
    files: list[int] = []
    words: dict[str, str] = {}
    sounds: dict[str, str] = {}


def write(entries: Sequence[Entry], tree: Tree, cache: Cache = NONE) -> Manifest:
    """Write the index of ``entries``, in their order, into ``tree``.

    Texts folded and laid out are kept in ``cache``. What stands in the tree from the last build
    and has not changed stays; the files are the same as without a last build.
    """
    build = _Build(entries, tree, cache)
    shards = build.patched()
    if shards is None:
        shards = build.anew()
    return build.publish(shards)


Shards = Iterator[bytes | None]
"""The files of all shards in turn; ``None`` where the last build's stays."""


class _Build:
    """One run: what the last one left, and what this one makes."""

    def __init__(self, entries: Sequence[Entry], tree: Tree, cache: Cache) -> None:
        self.entries = entries
        self.tree = tree
        self.cache = cache
        self.before = _notes(tree)
        self.known = {key: doc for doc, key in enumerate(self.before.keys)}
        self.order = _digest([e.id for e in entries])
        self.sizes = [0] * len(entries)
        self.files = [0] * len(entries)
        self.bits = 0

    def patched(self) -> Shards | None:
        """Only what a few edits change; ``None`` when that cannot be told from the last build."""
        _, order, bits = self.before.manifest
        if order != self.order or len(self.before.keys) != len(self.entries):
            return None
        keys = zip(self.entries, self.before.keys, strict=True)
        changed = [doc for doc, (entry, key) in enumerate(keys) if entry.key != key]
        if len(changed) > MOST_EDITS:
            return None
        edits = []
        for doc in changed:
            old = self.cache.raw(_stream_key(self.before.keys[doc]))
            if old is None:
                return None
            edits.append(Edit(doc, Stream.unpack(old), self._text(doc)))
        if not all(self._stays(doc) for doc in range(len(self.entries)) if not self.files[doc]):
            return None
        self.bits = _bits(sum(self.sizes))
        if self.bits != bits:
            return None
        try:
            made = patched(self._old_shard, edits, bits)
        except (DamagedIndex, OSError):
            return None
        return (made.get(number) for number in range(1 << bits))

    def _old_shard(self, number: int) -> bytes:
        build, _, _ = self.before.manifest
        return (self.tree.folder / files.shard_path(build, number)).read_bytes()

    def anew(self) -> Shards:
        """All shards from all texts, those kept in the cache not folded again."""
        with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
            pairs, singles = Spool(Path(folder), "pairs"), Spool(Path(folder), "singles")
            for doc, entry in enumerate(self.entries):
                kept = self.cache.raw(_stream_key(entry.key)) if self._stays(doc) else None
                text = Stream.unpack(kept) if kept else self._text(doc)
                pairs.add(postings.pairs(doc, text))
                singles.add(postings.singles(doc, text))
            self.bits = _bits(sum(self.sizes))
            yield from _packed(pairs, singles, self.bits)

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

    def _text(self, doc: int) -> Stream:
        """Fold a document and lay it out; write its texts."""
        entry = self.entries[doc]
        document = entry.open()
        placed = layout(document)
        made = stream(placed)
        self.cache.put(_stream_key(entry.key), made.pack())
        shown = card(document)
        for number, pieces in enumerate(windows(placed)):
            rows = [[place, p.anchor, p.label, text] for place, p, text in pieces]
            name = f"text/{document.id}/{number:x}"
            content = files.pack_json(name, {**shown, "pieces": rows})
            self.tree.write(files.text_path(self.order, doc, number), content, entry.key)
            self.files[doc] = number + 1
        self.sizes[doc] = len(made.units)
        return made

    def publish(self, shards: Shards) -> Manifest:
        """Write the shards and all else; leave notes to the next build."""
        first = next(shards)
        heard = self.before.sounds if self.before.program == program() else sounds()
        lexicon = Lexicon.of([e.words for e in self.entries], self.before.words)
        rest = {
            "facets": _facets(self.entries),
            "words": lexicon.as_json(heard),
            "variants": ["".join(variants()), "".join(variants().values())],
        }
        packed = {name: files.pack_json(name, content) for name, content in rest.items()}
        manifest = Manifest(
            build=_digest([FORMAT, self.bits, self._texts_digest(), *packed.values()]),
            order=self.order,
            bits=self.bits,
            count=len(self.entries),
            odd="".join(c for c in variants() if c.encode("gb2312", "ignore")),
        )
        for name, content in packed.items():
            self.tree.write(f"{FOLDER}/{manifest.build}/{name}.js", content)
        self._write_shards(manifest.build, itertools.chain([first], shards))
        self.tree.write(f"{FOLDER}/now.js", files.now(manifest))
        self.tree.write("search/search.js", script.joined(manifest))
        self._leave(manifest, lexicon, heard)
        return manifest
