"""Drafts: what an editor has written and not yet saved, kept outside the published files.

Each is one small file, written anew at every pause in typing. A version that another one takes the
place of is put aside in ``kept/`` and never deleted by the program.
"""

from __future__ import annotations

import datetime
import posixpath
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from xuelan.editing.desk.places import DeskError, digest_of, own_folder, write_whole

_DRAFTS: Final = "drafts"
_KEPT: Final = "kept"
_SAVED: Final = "saved.json"


@dataclass(frozen=True, slots=True)
class DeskDraft:
    """The text of a file as an editor has it on screen.

    ``base`` is the digest of the file when the draft was begun, empty for a new one. Each change
    has the next ``revision``; ``window`` is the browser window it came from.
    """

    path: str
    text: str
    base: str
    revision: int = 0
    window: str = ""
    saved: str = ""


class StaleError(DeskError):
    """A draft was changed in another window since this one has seen it."""

    def __init__(self, current: DeskDraft) -> None:
        super().__init__("这一篇刚才在另一个窗口里改过。")
        self.current = current


class DraftStore:
    """The drafts of the column in ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, path: str) -> DeskDraft | None:
        """The draft of the file at ``path``. A damaged one is put aside and counts as missing."""
        place = self._place(path)
        try:
            raw = place.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(raw, type=DeskDraft)
        except msgspec.DecodeError:
            place.replace(place.with_suffix(".damaged"))
            return None

    def all(self) -> list[DeskDraft]:
        """Every draft, by path."""
        found = []
        for place in own_folder(self._root, _DRAFTS).glob("*.json"):
            try:
                found.append(msgspec.json.decode(place.read_bytes(), type=DeskDraft))
            except (msgspec.DecodeError, OSError):
                continue
        return sorted(found, key=lambda draft: draft.path)

    def put(self, draft: DeskDraft, *, over: bool = False) -> DeskDraft:
        """Keep ``draft``, made from the revision it names; return it with its new revision.

        Raises :class:`StaleError` if that is not the newest one. With ``over`` the other version is
        put aside instead.
        """
        current = self.find(draft.path)
        newest = current.revision if current else 0
        if current is not None and newest != draft.revision:
            if not over:
                raise StaleError(current)
            self.keep(draft.path, current.text.encode())
        kept = replace(draft, revision=max(newest, draft.revision) + 1, saved=_now().isoformat())
        write_whole(self._place(draft.path), msgspec.json.encode(kept))
        return kept

    def remove(self, path: str, *, keep: bool) -> None:
        """Remove a draft; with ``keep`` its text is put aside first."""
        draft = self.find(path)
        if draft is None:
            return
        if keep:
            self.keep(path, draft.text.encode())
        self._place(path).unlink(missing_ok=True)

    def keep(self, path: str, content: bytes) -> str:
        """Put a version of a file aside; return where, relative to the column."""
        folder = own_folder(self._root, _KEPT)
        moment = _now().strftime("%Y%m%d-%H%M%S-%f")
        place = folder / f"{moment}-{posixpath.basename(path)}"
        write_whole(place, content)
        return place.relative_to(self._root).as_posix()

    def note_saved(self, path: str, *, is_new: bool) -> None:
        """Remember that a file was written, for columns without Git; ``is_new`` if it was not."""
        saved = self.saved_paths()
        saved.setdefault(path, is_new)
        write_whole(own_folder(self._root) / _SAVED, msgspec.json.encode(saved))

    def saved_paths(self) -> dict[str, bool]:
        """The files written at the desk, and whether each was a new one."""
        try:
            raw = (own_folder(self._root) / _SAVED).read_bytes()
            return msgspec.json.decode(raw, type=dict[str, bool])
        except (FileNotFoundError, msgspec.DecodeError):
            return {}

    def _place(self, path: str) -> Path:
        folder = own_folder(self._root, _DRAFTS)
        return folder / f"{digest_of(path.encode())[:32]}.json"


def _now() -> datetime.datetime:
    return datetime.datetime.now().astimezone().replace(tzinfo=None)
