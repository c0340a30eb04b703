"""Makes the copies of files that are published instead of them, and keeps them in a folder.

A copy is made once for the bytes of a file: it stands beside the cache, under the key of all it
depends on. Files that need no change have none, and are published as they are.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

import msgspec

from xuelan.cleaning.clean import FORMAT
from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.kinds import check_name
from xuelan.engine.cache import Cache
from xuelan.reading.helper import HelperProcess
from xuelan.text.digests import key_of

FOLDER: Final = "files"
"""The folder of the copies, below the cache's."""
UNUSED_SECONDS: Final = 7 * 24 * 60 * 60
"""A copy that no material names any more is kept so long: a file may come back."""


class FileWanted(NamedTuple):
    """A file to publish, by its path in the column; ``full_size`` is an editor's wish."""

    path: str
    full_size: bool = False


class PublishedFile(msgspec.Struct, frozen=True):
    """What is published of a file: its size in bytes and SHA-256, and what was ``done`` to it.

    ``copy`` is the path of the copy, empty if the file itself is published. A ``fault`` says why
    it is not, ``hint`` what to do.
    """

    size: int = 0
    sha256: str = ""
    done: tuple[str, ...] = ()
    copy: str = ""
    fault: str = ""
    hint: str = ""


class CopyStore:
    """The copies of one column. ``digest_of`` returns the digest of a file by its path."""

    def __init__(self, root: Path, kept: Cache, digest_of: Callable[[str], bytes]) -> None:
        self._root = root
        self._cache = kept
        self._digest_of = digest_of
        self._used: set[str] = set()

    @property
    def _folder(self) -> Path:
        if self._cache.folder is not None and not self._cache.fault:
            with contextlib.suppress(OSError):
                folder = self._cache.folder / FOLDER
                folder.mkdir(parents=True, exist_ok=True)
                return folder.absolute()
        return Path(_temporary_folder().name)

    def make(self, wanted: Iterable[FileWanted]) -> Mapping[FileWanted, PublishedFile]:
        """Check and clean the files that are not known yet; all of them come back."""
        found: dict[FileWanted, PublishedFile] = {}
        missing: dict[FileWanted, bytes] = {}
        for file in dict.fromkeys(wanted):
            fault = _fault_of_name(file.path)
            key = b"" if fault else self._key(file)
            known = fault or _made_before.get(key) or self._cache.get(key, PublishedFile)
            if known is None or not self.is_there(known.copy):
                missing[file] = key
            else:
                found[file] = known
        questions = [self._question(file, key) for file, key in missing.items()]
        answers = HelperProcess.ask_all("xuelan.reading.cleaner", questions)
        for (file, key), question, answer in zip(missing.items(), questions, answers, strict=True):
            found[file] = _made_before[key] = _read_answer(answer, self._seen(question["copy"]))
            self._cache.put(key, found[file])
        return found

    def is_there(self, copy: str) -> bool:
        """True for a file without a copy too."""
        self._used.add(PurePosixPath(copy).name)
        return not copy or (self._root / copy).is_file()

    def forget_unused(self) -> None:
        """Remove copies that nothing names any more."""
        old = time.time() - UNUSED_SECONDS
        with contextlib.suppress(OSError):
            for copy in self._folder.iterdir():
                if copy.name not in self._used and copy.stat().st_mtime < old:
                    copy.unlink()

    def _key(self, file: FileWanted) -> bytes:
        ending = PurePosixPath(file.path).suffix.lower()
        return key_of("copy", _program(), self._digest_of(file.path), ending, file.full_size)

    def _question(self, file: FileWanted, key: bytes) -> dict[str, object]:
        ending = PurePosixPath(file.path).suffix.lower()
        copy = self._folder / f"{key.hex()}{ending}"
        self._used.add(copy.name)
        path = (self._root / file.path).absolute()
        return {"path": str(path), "copy": str(copy), "full_size": file.full_size}

    def _seen(self, copy: object) -> str:
        """The path of a copy from the column's folder, so that both can be moved together."""
        path, root = Path(str(copy)), self._root.absolute()
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


_made_before: Final[dict[bytes, PublishedFile]] = {}
"""The preview reads a material again at each edit; its files have not changed."""


@cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Holds the copies where there is no cache; it goes when the program ends."""
    return tempfile.TemporaryDirectory(prefix="xuelan-")


@cache
def _program() -> tuple[object, ...]:
    return FORMAT, *(version(name) for name in ("pillow", "pikepdf", "olefile", "lxml"))


def _fault_of_name(path: str) -> PublishedFile | None:
    try:
        check_name(path)
    except UnfitError as error:
        return PublishedFile(fault=str(error), hint=error.hint)
    return None


def _read_answer(answer: dict[str, object] | None, copy: str) -> PublishedFile:
    if answer is None:
        fault = "检查时出错或用时太长，文件可能有损坏"
        return PublishedFile(fault=fault, hint="重新导出一份再试")
    changed = answer.pop("changed", False)
    return msgspec.convert({**answer, "copy": copy if changed else ""}, PublishedFile)
