"""Which files an index has, where they lie, and the one that is read first."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from xuelan.text.errors import XuelanError

FOLDER: Final = "search/index"
"""The index's folder, below the site's root."""
NOW: Final = f"{FOLDER}/now.js"
"""The file that names the build now published."""

_NOW: Final = re.compile(r"xuelanNow\((\{.*\})\);\n")


class DamagedIndexError(XuelanError):
    """A file of the index is missing, cut short or not the one asked for."""


class Form(NamedTuple):
    """A form to fill in: its title, what is in it, the kit it comes with and that kit's page."""

    title: str
    about: str
    kit: str
    url: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a reader of the index must know first.

    ``build`` names this index, ``order`` the documents and their order; ``bits`` is the number
    of top bits of a key that name its shard; ``count`` the number of documents; ``odd`` are the
    traditional characters that also are in GB 2312. ``forms`` are few, and found without a file.
    ``common`` are the sequences with shards of their own, which follow those that bits name.
    """

    build: str
    order: str
    bits: int
    count: int
    odd: str
    forms: tuple[Form, ...] = ()
    common: tuple[str, ...] = ()

    def as_json(self) -> str:
        """The manifest as the browser reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def now(manifest: Manifest) -> bytes:
    """The script that names the build now published, asked for when a file is missing."""
    return f"xuelanNow({manifest.as_json()});\n".encode()


def read_now(script: bytes) -> Manifest:
    """The manifest in a script made by :func:`now`; raises :class:`DamagedIndexError`."""
    match = _NOW.fullmatch(script.decode("utf-8", "replace"))
    if match is None:
        raise DamagedIndexError("now")
    content = json.loads(match[1])
    forms = tuple(Form(*form) for form in content.pop("forms"))
    return Manifest(**content | {"forms": forms, "common": tuple(content["common"])})


class Kind(NamedTuple):
    """What shards are made of: their first name, and the number of columns in each.

    There are few different single units, so that ``fewer`` bits of a key name their shard. The
    first ``plain`` columns would not become smaller when they are packed. The last column tells
    the documents.
    """

    name: str
    columns: int
    plain: int
    fewer: int

    def shard(self, number: int, bits: int) -> str:
        """What a shard calls itself."""
        return f"{self.name}/{bits}/{number:x}"

    def folder(self, build: str) -> str:
        """Where shards lie, below the site's root.

        A folder for each build: an old shard never meets a new manifest.
        """
        return f"{FOLDER}/{build}/{self.name}"

    def path(self, build: str, number: int) -> str:
        """Where a shard lies, below the site's root."""
        return f"{FOLDER}/{build}/{self.name}/{number >> 8:x}/{number & 255:02x}.js"


PAIRS: Final = Kind("pairs", columns=6, plain=3, fewer=0)
SINGLES: Final = Kind("singles", columns=4, plain=2, fewer=4)


def text_path(order: str, doc: int, window: int) -> str:
    """Where a part of a document's text lies, below the site's root.

    A folder for each order of documents, so that an edit leaves the other texts where they are.
    A text of another build does not hold what the shards say of it, and is found out by that.
    """
    return f"{FOLDER}/{order}/{doc >> 8:x}/{doc & 255:02x}-{window:x}.js"
