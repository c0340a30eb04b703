"""Changes to several files of a column that are made together or not at all."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xuelan.text.errors import XuelanError

_BOM: Final = b"\xef\xbb\xbf"


class ChangeError(XuelanError):
    """Nothing was changed; the message says why, in Chinese."""


@dataclass
class ChangeSet:
    """What files of the column in ``root`` are to become; nothing is written before ``write``.

    ``old`` and ``new`` hold bytes by path; ``None`` stands for no file.
    """

    root: Path
    old: dict[str, bytes | None] = field(default_factory=dict)
    new: dict[str, bytes | None] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file after the changes so far; ``None`` if there is none."""
        if path not in self.new:
            file = self.root / path
            self._refuse_links(path)
            self.old[path] = self.new[path] = file.read_bytes() if file.is_file() else None
        return self.new[path]

    def edit(self, path: str, change: Callable[[str], str]) -> bool:
        """Apply ``change`` to a text file; True if that made a difference.

        ``change`` sees lines that end in LF. A BOM and the line ends of Windows stay as they are.
        """
        raw = self.read(path) or b""
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ChangeError(f"{path} 不是 UTF-8 编码，请先另存为 UTF-8。") from None
        windows = "\r\n" in text
        text = text.replace("\r\n", "\n") if windows else text
        changed = change(text)
        if changed == text:
            return False
        changed = changed.replace("\n", "\r\n") if windows else changed
        self.new[path] = (_BOM if raw.startswith(_BOM) else b"") + changed.encode()
        return True

    def add(self, path: str, data: bytes) -> None:
        """Add a file where none is. Raises :class:`ChangeError` otherwise."""
        if self.read(path) is not None or (self.root / path).exists():
            raise ChangeError(f"{path} 已经存在，没有覆盖。")
        self.new[path] = data

    def move(self, path: str, target: str) -> None:
        """Give a file another path, at which none is."""
        self.add(target, self.read(path) or b"")
        self.new[path] = None

    @property
    def changed(self) -> list[str]:
        """The paths of the files that become others, come or go."""
        return sorted(path for path, data in self.new.items() if data != self.old[path])

    def diff(self) -> str:
        """The changes as ``diff -u`` writes them."""
        lines: list[str] = []
        for path in self.changed:
            old, new = (_lines(side[path]) for side in (self.old, self.new))
            before = "/dev/null" if self.old[path] is None else f"a/{path}"
            after = "/dev/null" if self.new[path] is None else f"b/{path}"
            lines += difflib.unified_diff(old, new, before, after, lineterm="")
        return "\n".join(lines)

    def write(self) -> None:
        """Make all changes; after a failure every file is as it was.

        The new files are written beside the old ones first, where a full disk is noticed.
        """
        paths, beside = self.changed, dict[str, Path]()
        done: list[str] = []
        try:
            for path in paths:
                if (data := self.new[path]) is not None:
                    file = self.root / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    beside[path] = file.with_name(f".{file.name}.part")
                    beside[path].write_bytes(data)
            self._refuse_changed(paths)
            for path in paths:
                done.append(path)
                if path in beside:
                    beside[path].replace(self.root / path)
                else:
                    (self.root / path).unlink()
        except BaseException:
            self._undo(done)
            raise
        finally:
            for file in beside.values():
                file.unlink(missing_ok=True)

    def _refuse_changed(self, paths: list[str]) -> None:
        """Another program may have saved a file since it was read."""
        for path in paths:
            file = self.root / path
            if (file.read_bytes() if file.is_file() else None) != self.old[path]:
                raise ChangeError(f"{path} 在处理途中又有改动，什么都没有写，请再来一次。")

    def _undo(self, paths: list[str]) -> None:
        for path in paths:
            data, file = self.old[path], self.root / path
            with contextlib.suppress(OSError):  # the others are put back all the same
                if data is None:
                    file.unlink(missing_ok=True)
                else:
                    file.write_bytes(data)

    def _refuse_links(self, path: str) -> None:
        """A link in the column would lead the changes somewhere else."""
        place = self.root
        for part in Path(path).parts:
            place /= part
            if part == ".." or place.is_symlink():
                raise ChangeError(f"{path} 是符号链接或不在栏目里，没有改动。")


def _lines(data: bytes | None) -> list[str]:
    """The lines of a text; one line for what is none."""
    if data is None:
        return []
    try:
        return data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return [f"（二进制文件，{len(data)} 字节）"]
