"""Files of the column that a kit may hold: pictures and attachments of its texts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

from xuelan.model.kit import KitError
from xuelan.model.material import Material
from xuelan.text.digests import digest
from xuelan.text.source import ChangedError

PICTURE_TYPES: Final = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
    ".webp": "image/webp", ".svg": "image/svg+xml",
}  # fmt: skip
"""Media types of pictures by the endings of their names."""


class MissingPictureError(KitError):
    """The text shows a picture that is not among its material's files."""

    def __init__(self, name: str) -> None:
        super().__init__(f"正文里的图片“{name}”没有登记在材料的 media（媒体）里")


def is_picture(path: str) -> bool:
    """True when the name of a file ends like that of a picture."""
    return path.lower().endswith(tuple(PICTURE_TYPES))


def files_of(m: Material) -> dict[str, str]:
    """The files of a material: paths in the column by the names its text shows them under."""
    paths = (*(a.path for a in m.attachments), *(x.path for x in m.media))
    return {path.rsplit("/", 1)[-1]: path for path in paths if path}


def picture_path(m: Material, name: str) -> str:
    """The path of the picture that the text of ``m`` calls ``name``.

    Raises :class:`MissingPictureError` when the material has no such file.
    """
    try:
        return files_of(m)[name]
    except KeyError:
        raise MissingPictureError(name) from None


class Assets:
    """Pictures and attachments of some materials, by their path in the column.

    A key hashes :attr:`content`, the digests of the files, and :meth:`read` compares what it reads
    with them. So the bytes depend on the key, and ``root``, the folder they are read from, does
    not count.
    """

    def __init__(self, root: Path, materials: Iterable[Material]) -> None:
        self.root = root
        self.paths = tuple(
            dict.fromkeys(
                path
                for m in materials
                for path in (
                    *(a.path for a in m.attachments),
                    *(x.path for x in m.media if is_picture(x.path)),
                )
                if path
            )
        )

    @cached_property
    def content(self) -> dict[str, bytes]:
        """The digest of each file by its path; all of them are read for it, once."""
        return {path: digest((self.root / path).read_bytes()) for path in self.paths}

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises :class:`~xuelan.text.source.ChangedError`.

        Raises ``KeyError`` for a path that is not among :attr:`paths`.
        """
        wanted = self.content[path]
        data = (self.root / path).read_bytes()
        if digest(data) != wanted:
            raise ChangedError(path)
        return data

    def pictures(self, materials: Iterable[Material]) -> dict[str, bytes]:
        """Every picture of ``materials`` by its path in the column, beginning with ``/``."""
        paths = (path for m in materials for path in files_of(m).values() if is_picture(path))
        return {f"/{path}": self.read(path) for path in paths}
