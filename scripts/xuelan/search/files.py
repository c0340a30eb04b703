"""The files of an index: their paths, and the manifest, which is read first."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from xuelan.search.question_words import ASKING, PARTICLES
from xuelan.text.errors import XuelanError

FOLDER: Final = "search/index"
"""The index's folder, below the site's root."""
MANIFEST_PATH: Final = f"{FOLDER}/now.js"
"""The file with the manifest of the build now published."""

_MANIFEST: Final = re.compile(r"xuelanNow\((\{.*\})\);\n")


class DamagedIndexError(XuelanError):
    """A file of the index is missing, cut short or not the one asked for."""


class FormLink(NamedTuple):
    """A form to fill in: its title, its content, the kit it belongs to and that kit's page."""

    title: str
    about: str
    kit: str
    url: str


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """What a reader of the index must know first; the names are those of the file.

    ``build`` names this index, ``order`` the documents and their order; ``bits`` is the number
    of top bits of a key that name its shard; ``count`` the number of documents; ``odd`` are the
    traditional characters that also are in GB 2312. ``forms`` are few, and found without a file.
    ``common`` are the sequences with shards of their own, numbered from ``1 << bits``. ``menu``
    are pairs of a folded word and the document that it brings first. ``asking`` and ``particles``
    are the words dropped from a question.
    """

    build: str
    order: str
    bits: int
    count: int
    odd: str
    forms: tuple[FormLink, ...] = ()
    common: tuple[str, ...] = ()
    menu: tuple[tuple[str, int], ...] = ()
    asking: tuple[str, ...] = ASKING
    particles: str = PARTICLES

    def as_json(self) -> str:
        """The manifest as the browser reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def encode_manifest(manifest: IndexManifest) -> bytes:
    """Write the script with the manifest, which a page asks for when a file is missing."""
    return f"xuelanNow({manifest.as_json()});\n".encode()


def decode_manifest(script: bytes) -> IndexManifest:
    """Read what :func:`encode_manifest` wrote; raises :class:`DamagedIndexError`."""
    match = _MANIFEST.fullmatch(script.decode("utf-8", "replace"))
    if match is None:
        raise DamagedIndexError("now")
    content = json.loads(match[1])
    forms = tuple(FormLink(*form) for form in content.pop("forms"))
    content["menu"] = tuple((word, doc) for word, doc in content.get("menu", ()))
    lists = {name: tuple(content[name]) for name in ("common", "asking") if name in content}
    return IndexManifest(**content | {"forms": forms, **lists})


class ShardKind(NamedTuple):
    """One of the two kinds of shards: its name, and the number of columns in a shard.

    There are few different single units, so ``fewer`` bits of a key name their shard. The first
    ``plain`` columns are stored, because compression would not make them smaller. The last column
    holds the documents.

        >>> PAIRS.shard_name(number=0x1A3, bits=11)
        'pairs/11/1a3'
        >>> PAIRS.path("5f0c2b7e91aa", number=0x1A3)
        'search/index/5f0c2b7e91aa/pairs/1/a3.js'
    """

    name: str
    columns: int
    plain: int
    fewer: int

    def shard_name(self, number: int, bits: int) -> str:
        """The name that a shard's script hands over."""
        return f"{self.name}/{bits}/{number:x}"

    def folder(self, build: str) -> str:
        """The folder of all shards of a build, below the site's root.

        Each build has its own: an old shard never meets a new manifest.
        """
        return f"{FOLDER}/{build}/{self.name}"

    def path(self, build: str, number: int) -> str:
        """The path of a shard, below the site's root."""
        return f"{FOLDER}/{build}/{self.name}/{number >> 8:x}/{number & 255:02x}.js"


PAIRS: Final = ShardKind("pairs", columns=6, plain=3, fewer=0)
SINGLES: Final = ShardKind("singles", columns=4, plain=2, fewer=4)


def text_path(order: str, doc: int, window: int) -> str:
    """Return the path of a window of a document's text, below the site's root.

    There is a folder for each order of documents, so that an edit leaves the other texts where
    they are. A reader compares a text with what the shards say of it, and so refuses the text of
    another build.

        >>> text_path("0b3d9c55e21f", doc=300, window=1)
        'search/index/0b3d9c55e21f/1/2c-1.js'
    """
    return f"{FOLDER}/{order}/{doc >> 8:x}/{doc & 255:02x}-{window:x}.js"
