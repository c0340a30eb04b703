"""Files of the column that a kit may hold: pictures and attachments of its texts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

from xuelan.model.kit import KitError
from xuelan.model.material import Material
from xuelan.text.digests import digest
from xuelan.text.file_names import published_name
from xuelan.text.source import ChangedError

PICTURE_TYPES: Final = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
    ".webp": "image/webp",
}  # fmt: skip
"""Media types of pictures by the endings of their names."""


class MissingPictureError(KitError):
    """A text shows a picture that is not among the files of its material."""

    def __init__(self, name: str) -> None:
        super().__init__(f"正文里的图片“{name}”没有登记在材料的 media（媒体）里")


def is_picture(path: str) -> bool:
    """True if the file at ``path`` is a picture, by the ending of its name."""
    return path.lower().endswith(tuple(PICTURE_TYPES))


def files_of(m: Material) -> dict[str, str]:
    """Paths of a material's files in the column, by the name that its page uses for each.

    ``materials/stories/files/terraces.png`` is ``terraces.png`` there.
    """
    paths = (*(a.path for a in m.attachments), *(x.path for x in m.media))
    return {published_name(path): path for path in paths if path}


def picture_path(m: Material, name: str) -> str:
    """The path of the picture that the text of ``m`` calls ``name``.

    Raises :class:`MissingPictureError` when the material has no such file.
    """
    try:
        return files_of(m)[name]
    except KeyError:
        raise MissingPictureError(name) from None


class Assets:
    """Pictures and attachments of some materials, by their path in the column, as published.

    A key hashes :attr:`content`, the digests of the files, and :meth:`read` compares the bytes it
    reads with them. So one key always means the same bytes, whatever ``root`` is: the folder of the
    column.
    """

    def __init__(self, root: Path, materials: Iterable[Material]) -> None:
        self.root = root
        self._sources: dict[str, str] = {}
        for m in materials:
            self._sources |= {a.path: a.source for a in m.attachments}
            for item in m.media:
                self._sources |= item.sources if is_picture(item.path) else {}
        self.paths = tuple(self._sources)

    @cached_property
    def content(self) -> dict[str, bytes]:
        """The digest of each file by its path. Reads all of them, once."""
        return {path: digest(self._read(path)) for path in self.paths}

    def read(self, path: str) -> bytes:
        """The bytes of the file at ``path``.

        Raises ``KeyError`` for a path that is not among :attr:`paths`, and
        :class:`~xuelan.text.source.ChangedError` if the file differs from its digest.
        """
        wanted = self.content[path]
        data = self._read(path)
        if digest(data) != wanted:
            raise ChangedError(path)
        return data

    def _read(self, path: str) -> bytes:
        return (self.root / self._sources[path]).read_bytes()

    def pictures(self, materials: Iterable[Material]) -> dict[str, bytes]:
        """The bytes of every picture of ``materials``, by its path in the column after a ``/``."""
        paths = (path for m in materials for path in files_of(m).values() if is_picture(path))
        return {f"/{path}": self.read(path) for path in paths}
