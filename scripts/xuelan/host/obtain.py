"""The hand-written pages and the frames, from the host or from the cache.

The host takes longer to start than an edit takes to build, and its output depends on few files.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from xuelan.engine import overrides
from xuelan.engine.cache import Cache
from xuelan.engine.inputs import Inputs
from xuelan.engine.steps import Deferred, Pending
from xuelan.engine.workers import SERIAL, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.column import SETTINGS_FILE
from xuelan.pages.frames import HostOutput
from xuelan.pages.home import home_values
from xuelan.text.digests import key_of, program


def obtain(catalog: Catalog, cache: Cache, inputs: Inputs) -> HostOutput:
    """What the host makes of the column. Raises :class:`~xuelan.pages.frames.HostError`."""
    with ExitStack() as resources:
        return start(catalog, cache, inputs, SERIAL, resources).result()


def start(
    catalog: Catalog, cache: Cache, inputs: Inputs, workers: Workers, resources: ExitStack
) -> Pending[HostOutput]:
    """Let the host work in a process of its own, unless ``cache`` has what it made last time.

    The result raises :class:`~xuelan.pages.frames.HostError`. The process and its folder live as
    long as ``resources``.
    """
    key = _key(catalog, inputs)
    found = cache.get(key, HostOutput) if catalog.column.closed else None
    if found is not None:
        return Deferred(lambda: found)
    folder = resources.enter_context(TemporaryDirectory(prefix="xuelan-"))
    task = workers.submit(partial(_run_host, catalog, Path(folder)), "生成手写页面")
    get_output = resources.enter_context(task)

    def finish() -> HostOutput:
        output = get_output()
        if _key(catalog, inputs.rescan(frozenset())) == key:  # nothing was changed meanwhile
            cache.put(key, output)
        return output

    return Deferred(finish)


def _run_host(catalog: Catalog, folder: Path) -> HostOutput:
    from xuelan.host import plugin  # noqa: PLC0415 - MkDocs alone takes 0.3 s to import

    return plugin.make(catalog, folder)


def _key(catalog: Catalog, inputs: Inputs) -> bytes:
    """The key of everything that the host can see."""
    column = catalog.column
    return key_of(
        program(),
        inputs.digest_folder(column.docs_dir),
        inputs.digest_folder(column.theme_dir) if column.theme_dir else {},
        inputs.digest_folder(str(overrides.folder())),
        inputs.digest(SETTINGS_FILE),
        repr(replace(column, root=Path())),
        _linked_materials(catalog),
        {k: v for k, v in home_values(catalog).items() if not callable(v) and k != "column"},
        os.environ.get("SOURCE_DATE_EPOCH"),
    )


def _linked_materials(catalog: Catalog) -> list[tuple[str, str]]:
    """The materials that hand-written pages may link to, with the addresses of their pages."""
    if not any("materials/" in link.target for page in catalog.docs.pages for link in page.links):
        return []
    return [(m.path, m.address) for m in catalog.materials]
