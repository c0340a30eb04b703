"""What a kit can hold of the whole column: the pages of the site, and an index of the texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xuelan.kits.packing.zip_writer import PackedFile
from xuelan.model.catalog import Catalog
from xuelan.model.content import Rendered
from xuelan.model.material import Material

FOLDER: Final = "离线网页"
"""The folder of a kit in which the pages stand."""


@dataclass(frozen=True, slots=True)
class IndexedText:
    """What an offline reader finds a material by: its page, title, text and keywords.

    ``characters`` are those of the text.
    """

    path: str
    title: str
    text: str
    keywords: tuple[str, ...]
    characters: int


class SiteCopy(Mapping[str, bytes]):
    """What a kit can hold of the whole column: the pages of the site, and what is found by search.

    A mapping from the path of each file to its bytes: every file is compressed once for all kits,
    and decompressed when it is looked at. ``state`` names the state of the column, for the
    manifest.
    """

    def __init__(
        self,
        files: Sequence[PackedFile] = (),
        index: Sequence[IndexedText] = (),
        state: str = "",
    ) -> None:
        self.files = tuple(files)
        self.index = tuple(index)
        self.state = state
        self._by_path = {f.name.removeprefix(f"{FOLDER}/"): f for f in self.files}

    @property
    def content(self) -> tuple[Any, ...]:
        """What a key hashes: the digests of the files in place of their bytes."""
        return (self.state, self.index, [(f.name, f.sha256) for f in self.files])

    def __getitem__(self, path: str) -> bytes:
        return self._by_path[path].member.data

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_path)

    def __len__(self) -> int:
        return len(self.files)


def index_texts(
    materials: Iterable[Material], rendered: Mapping[str, Rendered]
) -> Iterator[IndexedText]:
    """What is found of each material: its own words, not the menus around them."""
    for m in materials:
        text = rendered[m.id]
        words = "\n".join((m.title, m.summary, *(b.text for b in text.blocks)))
        keywords = (*m.people, *m.places, *m.tags)
        yield IndexedText(f"{m.address}index.html", m.title, words, keywords, text.characters)


def hash_column(catalog: Catalog) -> str:
    """The state of the whole column that a kit was made from: twelve hexadecimal digits."""
    held = "\n".join(f"{m.id} {m.digest}" for m in sorted(catalog.public, key=lambda m: m.id))
    return hashlib.sha256(f"{catalog.column.title}\n{held}".encode()).hexdigest()[:12]
