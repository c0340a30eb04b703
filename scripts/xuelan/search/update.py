"""The index brought up to date: nothing is loaded or read when nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence

from xuelan.cache import NONE, Cache
from xuelan.inputs import program
from xuelan.search import files, script
from xuelan.search.document import Entry
from xuelan.search.files import Form, Manifest
from xuelan.search.notes import Notes
from xuelan.staging import Tree
from xuelan.work import HERE, Workers


def update(
    entries: Sequence[Entry],
    tree: Tree,
    cache: Cache = NONE,
    workers: Workers = HERE,
    forms: tuple[Form, ...] = (),
) -> None:
    """Write the index of ``entries``, in their order, into ``tree``, where it is not there yet.

    ``forms`` can be found beside them. Texts are folded and laid out by ``workers`` and kept in
    ``cache``; the files are the same with and without them, and with and without a last build.
    """
    before = Notes.of(tree)
    manifest = _standing(tree, before)
    if manifest and manifest.forms == forms and before.keys == [e.key for e in entries]:
        tree.stay(files.FOLDER, files.FOLDER)
        before.leave(tree)
    else:
        from xuelan.search.index import write  # noqa: PLC0415 - numpy takes long to load

        manifest = write(entries, tree, cache, workers, forms)
    tree.write("search/search.js", script.joined(manifest))


def _standing(tree: Tree, before: Notes) -> Manifest | None:
    """What the index this program left in the tree says of itself."""
    if before.program != program():
        return None
    return files.read_now((tree.folder / files.NOW).read_bytes())
