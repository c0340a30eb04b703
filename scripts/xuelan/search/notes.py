"""The notes that one build of the index leaves to the next."""

from __future__ import annotations

import msgspec

from xuelan.engine.staging import SiteTree

_NAME = "search"


class IndexNotes(msgspec.Struct):
    """What was indexed: of each document its key, its size in units, the digests of its windows.

    ``program`` is the program that wrote them; ``manifest`` the index's build, order and bits;
    ``faces`` is the digest of all faces; ``odd`` are the manifest's; ``words`` are the lexicon's
    words with their syllables, ``sounds`` characters by syllable.
    """

    program: bytes = b""
    manifest: tuple[str, str, int] = ("", "", 0)
    keys: list[bytes] = []
    sizes: list[int] = []
    texts: list[bytes] = []
    faces: bytes = b""
    odd: str = ""
    words: dict[str, str] = {}
    sounds: dict[str, str] = {}

    @classmethod
    def load(cls, tree: SiteTree) -> IndexNotes:
        """Read the notes of the last build; empty ones when there are none that can be read."""
        try:
            return msgspec.msgpack.decode(tree.last.notes.get(_NAME, b""), type=cls)
        except msgspec.MsgspecError:
            return cls()

    def save(self, tree: SiteTree) -> None:
        """Leave these notes to the next build."""
        tree.notes[_NAME] = msgspec.msgpack.encode(self)
