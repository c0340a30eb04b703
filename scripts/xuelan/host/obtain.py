"""What the host gives to a build: the hand-written pages, and the frames of all others.

The host takes longer to start than an edit takes to build, and what it gives depends on few files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from xuelan.engine import overrides
from xuelan.engine.cache import Cache
from xuelan.engine.inputs import Inputs
from xuelan.engine.workers import SERIAL, Workers
from xuelan.model.catalog import Catalog
from xuelan.model.column import SETTINGS_FILE
from xuelan.pages.frames import Hosted
from xuelan.pages.home import home_values
from xuelan.text.digests import key_of, program


def obtain(catalog: Catalog, cache: Cache, inputs: Inputs) -> Hosted:
    """What the host makes of the column. Raises :class:`HostError`."""
    with obtaining(catalog, cache, inputs) as obtained:
        return obtained()


@contextmanager
def obtaining(
    catalog: Catalog, cache: Cache, inputs: Inputs, workers: Workers = SERIAL
) -> Iterator[Callable[[], Hosted]]:
    """What the host makes of the column; from ``cache`` where nothing it can see has changed.

    Else it is begun aside, for it takes a while; what is given tells what came of it, and raises
    :class:`HostError`.
    """
    key = _key(catalog, inputs)
    found = cache.get(key, Hosted) if catalog.column.closed else None
    if found is not None:
        yield lambda: found
        return

    def make() -> Hosted:
        from xuelan.host import plugin as host  # noqa: PLC0415 - MkDocs alone takes a third of a second to import

        return host.make(catalog, Path(folder))

    submitted = workers.submit(make, "生成手写页面")
    with TemporaryDirectory(prefix="xuelan-") as folder, submitted as made:

        def obtained() -> Hosted:
            hosted = made()
            if _key(catalog, inputs.rescan(frozenset())) == key:  # nothing was changed meanwhile
                cache.put(key, hosted)
            return hosted

        yield obtained


def _key(catalog: Catalog, inputs: Inputs) -> bytes:
    """All that the host can see."""
    column = catalog.column
    return key_of(
        program(),
        inputs.digest_folder(column.docs_dir),
        inputs.digest_folder(column.theme_dir) if column.theme_dir else {},
        inputs.digest_folder(str(overrides.folder())),
        inputs.digest(SETTINGS_FILE),
        repr(replace(column, root=Path())),
        {k: v for k, v in home_values(catalog).items() if not callable(v) and k != "column"},
        os.environ.get("SOURCE_DATE_EPOCH"),
    )
