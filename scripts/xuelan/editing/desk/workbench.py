"""All that the desk does with the texts of a column, without a word about HTTP.

Each method returns what the page shows, as plain values for JSON.
"""

from __future__ import annotations

import datetime
import posixpath
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from xuelan.check import find_problems, read_column
from xuelan.editing.desk import forms
from xuelan.editing.desk.drafts import DeskDraft, DraftStore
from xuelan.editing.desk.places import DeskError, check_place, digest_of, write_whole
from xuelan.editing.desk.proof import ProofReader, describe_problem
from xuelan.editing.scaffold import ScaffoldError, propose_path
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.model.material import DRAFT, FIELDS, Material
from xuelan.text import pinyin
from xuelan.text.edits import apply_edits, choose_edits
from xuelan.text.problem import Problem, as_text
from xuelan.text.source import MAX_TEXT_BYTES, decode, list_files, read_bytes

_FIELD_EXAMPLES: Final = {f.name: f.example.strip("'") for f in FIELDS}


MOST_BYTES: Final = 60 * 1000 * 1000
"""The largest file that is handed in."""


class ConflictError(DeskError):
    """The file of a draft was changed by another program since the draft was begun."""

    def __init__(self, digest: str, text: str) -> None:
        super().__init__("这个文件在别处改过，没有覆盖。请先看看两边有什么不同。")
        self.digest = digest
        self.text = text


class Workbench:
    """The desk of one column. Methods may be called from several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.drafts = DraftStore(root)
        self.lock = threading.RLock()
        self._stamp: object = None
        self._reader: ProofReader | None = None
        self._catalog: Catalog | None = None
        self._problems: list[Problem] = []
        self.catalog()

    # --- what there is

    def catalog(self) -> Catalog:
        """The column as its files are now. Raises :class:`DeskError` for unusable settings."""
        with self.lock:
            stamp = self._read_stamp()
            if self._catalog is None or stamp != self._stamp:
                reading = read_column(self.root)
                if reading.catalog is None:
                    raise DeskError(as_text(reading.problems).rstrip())
                self._catalog, self._stamp = reading.catalog, stamp
                self._problems = find_problems(reading)
                self._reader = ProofReader(reading.catalog, self._problems)
            return self._catalog

    def _read_stamp(self) -> object:
        """Something that differs whenever a file of the column was written."""
        files = [SETTINGS_FILE, *list_files(self.root, MATERIALS_FOLDER, "")]
        stamps = []
        for path in files:
            try:
                found = (self.root / path).lstat()
            except OSError:
                continue
            stamps.append((path, found.st_mtime_ns, found.st_size))
        return stamps

    def _proof_reader(self) -> ProofReader:
        self.catalog()
        assert self._reader is not None
        return self._reader

    def faults(self) -> dict[str, list[Problem]]:
        """What is wrong with the column as its files are now, by path."""
        with self.lock:
            self.catalog()
            found: dict[str, list[Problem]] = {}
            for p in self._problems:
                found.setdefault(p.path, []).append(p)
            return found

    def content(self, path: str) -> bytes | None:
        """What a change has for the file at ``path``: its bytes; None if it is gone."""
        if not (self.root / path).exists():
            return None
        return read_bytes(self.root, path, MOST_BYTES)[0]

    def folders(self) -> tuple[str, ...]:
        """The folders in which the desk may write."""
        return MATERIALS_FOLDER, self.catalog().column.docs_dir

    def describe(self) -> dict[str, Any]:
        """What the page needs once: the column's name, its kinds and its form."""
        column = self.catalog().column
        return {
            "column": column.title,
            "kinds": [{"name": k.name, "summary": k.summary} for k in column.kinds],
            "groups": forms.describe_form(column),
            "needs": forms.needs_by_kind(column),
        }

    def list_materials(self) -> list[dict[str, Any]]:
        """A row for every material and every draft of a new one, the newest first."""
        with self.lock:
            catalog = self.catalog()
            drafts = {d.path: d for d in self.drafts.all()}
            faults: dict[str, int] = {}
            for p in self._problems:
                faults[p.path] = faults.get(p.path, 0) + p.is_error
        rows = [_row(m, drafts.pop(m.path, None), faults) for m in catalog.materials]
        unread = sorted(p for p in catalog.unread if p.endswith(".md"))
        rows += [_bare_row(path, drafts.pop(path, None), faults) for path in unread]
        rows += [_bare_row(d.path, d, faults) for d in drafts.values()]
        return sorted(rows, key=lambda r: (r["draft"], r["date"], r["path"]), reverse=True)

    # --- one text

    def open(self, path: str) -> dict[str, Any]:
        """A text as it was left: its draft if there is one, else its file."""
        self._check_text_place(path)
        with self.lock:
            draft = self.drafts.find(path)
            raw, notes = self._read_file(path)
            if draft is None:
                if raw is None:
                    raise DeskError(notes[0].message if notes else f"没有 {path} 这个文件。")
                source, notes = decode(path, raw)
                if source is None:
                    raise DeskError(f"{notes[-1].message}。{notes[-1].hint}。")
                draft = DeskDraft(path, source.text, digest_of(raw))
            return self._show(draft) | {
                "notes": [p.message for p in notes],
                "isDraft": draft.revision > 0,
            }

    def write(self, path: str, change: dict[str, Any]) -> dict[str, Any]:
        """Keep what a person has typed, and return what is wrong with it and how it looks.

        ``change`` has ``window``, ``revision``, ``base`` and either the whole ``text`` or
        ``answers`` and ``body``; ``over`` if it shall take the place of another window's version.
        Raises :class:`~xuelan.editing.desk.drafts.StaleError`.
        """
        self._check_text_place(path)
        with self.lock:
            before = self.drafts.find(path)
            text = change.get("text")
            if not isinstance(text, str):
                old = before.text if before else self._text_of_file(path)
                text = forms.put_together(old, change.get("answers") or {}, str(change["body"]))
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            if len(text.encode(errors="replace")) > MAX_TEXT_BYTES:
                raise DeskError("这一篇太长了，一篇材料不超过 2 MB。图片、文件请作为附件放进来。")
            base = before.base if before else str(change.get("base", ""))
            draft = DeskDraft(path, text, base, int(change["revision"]), str(change["window"]))
            return self._show(self.drafts.put(draft, over=bool(change.get("over"))))

    def save(self, path: str, revision: int, accept: str = "") -> dict[str, Any]:
        """Write a draft into its file. ``accept`` is the digest of a file that may be replaced.

        Raises :class:`ConflictError` if the file is no longer the one the draft was made from.
        """
        self._check_text_place(path)
        with self.lock:
            draft = self.drafts.find(path)
            if draft is None:
                return self.open(path)
            if draft.revision != revision:
                raise DeskError("这一篇刚才在另一个窗口里改过，请先看一眼再存。")
            raw, _ = self._read_file(path)
            on_disk = digest_of(raw)
            if on_disk != draft.base and raw != draft.text.encode():
                if accept != on_disk:
                    raise ConflictError(on_disk, _readable(raw))
                if raw is not None:
                    self.drafts.keep(path, raw)
            write_whole(self.root / path, draft.text.encode())
            self.drafts.note_saved(path, is_new=raw is None)
            self.drafts.remove(path, keep=False)
            return self.open(path)

    def discard(self, path: str) -> None:
        """Give up a draft; its text is put aside all the same."""
        self._check_text_place(path)
        with self.lock:
            self.drafts.remove(path, keep=True)

    def rebase(self, path: str) -> dict[str, Any]:
        """Take the file as it is now in place of the draft, which is put aside."""
        self.discard(path)
        return self.open(path)

    def create(self, kind: str, title: str, slug: str = "") -> str:
        """Begin the draft of a new material; return its path. Nothing is published by this."""
        if not title.strip():
            raise DeskError("请先写标题。")
        with self.lock:
            catalog = self.catalog()
            try:
                found, path = propose_path(catalog, kind, title.strip(), slug.strip())
            except ScaffoldError as error:
                raise DeskError(str(error).replace("--id ", "")) from error
            if self.drafts.find(path) or (self.root / path).exists():
                raise DeskError(f"编号“{posixpath.basename(path)[:-3]}”已经有人用，请另取一个。")
            today = datetime.date.today()  # noqa: DTZ011 - the editor's own day
            values = {
                name: example
                for name, example in _FIELD_EXAMPLES.items()
                if name in ("ground", "text", "life")
            }
            values |= {"id": posixpath.basename(path)[:-3], "kind": found.name}
            values |= {"title": title.strip(), "collected": today.isoformat(), "status": DRAFT}
            self._check_text_place(path)
            self.drafts.put(DeskDraft(path, forms.blank_material(values), ""))
            return path

    def mend(self, path: str, chosen: list[str], change: dict[str, Any]) -> dict[str, Any]:
        """Make the edits of the problems with these codes and places (``code:line``) in a draft."""
        with self.lock:
            shown = self.write(path, change)
            draft = self.drafts.find(path)
            assert draft is not None
            found = self._proof_reader().read(path, draft.text).problems
            edits = choose_edits(p for p in found if f"{p.code.slug}:{p.line}" in chosen)
            if not edits:
                return shown
            mended = replace(draft, text=apply_edits(draft.text, edits))
            return self._show(self.drafts.put(mended)) | {"replaced": True}

    # --- parts

    def _show(self, draft: DeskDraft) -> dict[str, Any]:
        """A draft for the page, with its problems and how it looks."""
        proof = self._proof_reader().read(draft.path, draft.text)
        form = forms.take_apart(draft.text)
        raw, _ = self._read_file(draft.path)
        return {
            "path": draft.path,
            "text": draft.text,
            "answers": form.answers if form else None,
            "body": form.body if form else "",
            "base": draft.base,
            "revision": draft.revision,
            "window": draft.window,
            "saved": draft.saved,
            "isNew": raw is None,
            "diskChanged": draft.revision > 0 and digest_of(raw) != draft.base,
            "problems": [describe_problem(p, draft.text) for p in proof.problems],
            "elsewhere": [describe_problem(p, "") for p in proof.elsewhere],
            "html": proof.html,
            "fingerprint": proof.fingerprint,
        }

    def _check_text_place(self, path: str) -> None:
        check_place(self.root, path, (MATERIALS_FOLDER,))
        if not path.endswith(".md"):
            raise DeskError(f"“{path}”不是材料，材料的文件名以 .md 结尾。")

    def _read_file(self, path: str) -> tuple[bytes | None, list[Problem]]:
        if not (self.root / path).exists():
            return None, []
        return read_bytes(self.root, path)

    def _text_of_file(self, path: str) -> str:
        raw, _ = self._read_file(path)
        source = decode(path, raw)[0] if raw is not None else None
        if source is None:
            raise DeskError(f"没有 {path} 这个文件，或者它读不出来。")
        return source.text


def _readable(raw: bytes | None) -> str:
    return "" if raw is None else raw.decode(errors="replace")


def _row(m: Material, draft: DeskDraft | None, faults: dict[str, int]) -> dict[str, Any]:
    form = forms.take_apart(draft.text) if draft else None
    title = form.answers["title"] if form else ""
    words = (m.title, m.id, m.number, m.issuer, m.outlet, *m.tags, *m.people, *m.author)
    return {
        "path": m.path,
        "title": title or m.title or m.id,
        "kind": m.kind,
        "date": m.date,
        "status": m.status,
        "draft": draft.saved if draft else "",
        "errors": faults.get(m.path, 0),
        "words": _searchable(*words, m.summary),
    }


def _bare_row(path: str, draft: DeskDraft | None, faults: dict[str, int]) -> dict[str, Any]:
    """The row of a file whose fields cannot be read, or of a draft that has no file yet."""
    form = forms.take_apart(draft.text) if draft else None
    answers = form.answers if form else {}
    name = posixpath.basename(path)[:-3]
    title = str(answers.get("title") or name)
    return {
        "path": path,
        "title": title,
        "kind": str(answers.get("kind") or ""),
        "date": str(answers.get("collected") or ""),
        "status": str(answers.get("status") or ""),
        "draft": draft.saved if draft else "",
        "errors": faults.get(path, 0),
        "words": _searchable(title, name),
    }


def _searchable(*words: str) -> str:
    """What the list is searched in: the words themselves, and the title in pinyin."""
    return " ".join([*words, pinyin.slug(words[0])]).lower()
