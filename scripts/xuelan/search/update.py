"""The index brought up to date: nothing is loaded or read when nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence

from xuelan.cache import NONE, Cache
from xuelan.inputs import program
from xuelan.publish import Tree
from xuelan.search import files, script
from xuelan.search.document import Entry
from xuelan.search.notes import Notes
from xuelan.work import HERE, Workers


def update(
    entries: Sequence[Entry], tree: Tree, cache: Cache = NONE, workers: Workers = HERE
) -> None:
    """Write the index of ``entries``, in their order, into ``tree``, where it is not there yet.

    Texts are folded and laid out by ``workers`` and kept in ``cache``. The files are the same with
    and without them, and with and without a last build.
    """
    before = Notes.of(tree)
    if before.program == program() and before.keys == [e.key for e in entries]:
        for path in tree.last.files:
            if path.startswith(f"{files.FOLDER}/"):
                tree.keep(path)
        before.leave(tree)
        manifest = files.read_now((tree.folder / files.NOW).read_bytes())
    else:
        from xuelan.search.index import write  # noqa: PLC0415 - numpy takes long to load

        manifest = write(entries, tree, cache, workers)
    tree.write("search/search.js", script.joined(manifest))
