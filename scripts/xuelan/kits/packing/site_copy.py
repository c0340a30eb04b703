"""The parts of the whole column that a kit can contain: pages of the site, and a text index."""

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
"""The folder of a kit that contains the pages."""


@dataclass(frozen=True, slots=True)
class IndexedText:
    """One material for the full-text index of an offline reader.

    ``path`` is its page in the copy of the site, ``characters`` the length of its text.
    """

    path: str
    title: str
    text: str
    keywords: tuple[str, ...]
    characters: int


class SiteCopy(Mapping[str, bytes]):
    """The pages of the site and an index of its texts, for the formats that contain pages.

    It maps the path of each file to its bytes. ``files`` are the same, compressed once for all
    kits; a file is decompressed when it is asked for. ``state`` is the digest of the column for
    the manifest.
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
        """The value that a key hashes: digests in place of the files."""
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
    """The words of each material, without the menus of its page."""
    for m in materials:
        text = rendered[m.id]
        words = "\n".join((m.title, m.summary, *(b.text for b in text.blocks)))
        keywords = (*m.people, *m.places, *m.tags)
        yield IndexedText(f"{m.address}index.html", m.title, words, keywords, text.characters)


def hash_column(catalog: Catalog) -> str:
    """The digest of all public materials, 12 hexadecimal digits: the state a kit was made from."""
    digests = "\n".join(f"{m.id} {m.digest}" for m in sorted(catalog.public, key=lambda m: m.id))
    return hashlib.sha256(f"{catalog.column.title}\n{digests}".encode()).hexdigest()[:12]
