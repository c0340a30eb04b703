"""The index brought up to date: nothing is loaded or read when nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xuelan.engine.cache import NONE, Cache
from xuelan.engine.staging import Tree
from xuelan.engine.workers import HERE, Workers
from xuelan.search import files, script
from xuelan.search.document import Entry
from xuelan.search.files import Form, Manifest
from xuelan.search.notes import Notes
from xuelan.text.digests import program

if TYPE_CHECKING:
    from xuelan.search.index import Build


def begun(
    entries: Sequence[Entry], tree: Tree, cache: Cache = NONE, workers: Workers = HERE
) -> Callable[[tuple[Form, ...]], None]:
    """What writes the index of ``entries``, in their order, into ``tree``, where it is not there.

    It is given the forms that can be found beside them. Texts are folded and laid out by
    ``workers`` and kept in ``cache``; the files are the same with and without them, and with and
    without a last build. What a first index needs to know beforehand is found out at once: the
    workers may be at something else.
    """
    before = Notes.of(tree)
    manifest = _standing(tree, before)
    stands = manifest is not None and before.keys == [e.key for e in entries]
    build = None if stands else _build(entries, tree, cache, workers)
    if build is not None and not before.keys:
        build.prepare()

    def finish(forms: tuple[Form, ...]) -> None:
        if build is None and manifest is not None and manifest.forms == forms:
            tree.stay(files.FOLDER, files.FOLDER)
            before.leave(tree)
            now = manifest
        else:
            now = (build or _build(entries, tree, cache, workers)).write(forms)
        tree.write("search/search.js", script.joined(now))

    return finish


def _build(entries: Sequence[Entry], tree: Tree, cache: Cache, workers: Workers) -> Build:
    from xuelan.search.index import Build  # noqa: PLC0415 - numpy takes long to load

    return Build(entries, tree, cache, workers)


def _standing(tree: Tree, before: Notes) -> Manifest | None:
    """What the index this program left in the tree says of itself."""
    if before.program != program():
        return None
    return files.read_now(tree.read(files.NOW))
