"""Makes kits: the files of each format come from the cache or from its exporter, and are packed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.workers import SERIAL, Workers
from xuelan.kits.broadcast import Broadcast, broadcast
from xuelan.kits.cache_keys import hash_code, hash_value
from xuelan.kits.exporters import FORMATS
from xuelan.kits.packing.package import Package, pack
from xuelan.kits.packing.site_copy import SiteCopy, hash_column, index_texts
from xuelan.kits.packing.zip_writer import PackedFile
from xuelan.kits.plan import KitPlan, plan
from xuelan.kits.print import typefaces
from xuelan.model.catalog import Catalog
from xuelan.model.content import Rendered
from xuelan.model.kit import Kit, KitError
from xuelan.text.digests import key_of

Plans = tuple[KitPlan, ...]
Job = tuple[int, int]
"""The index of a plan, and the index of a format in the table."""


def make_kits(
    kits: Sequence[Kit],
    catalog: Catalog,
    rendered: Mapping[str, Rendered],
    pages: Sequence[PackedFile],
    cache: Cache = NO_CACHE,
    workers: Workers = SERIAL,
) -> Iterator[Package]:
    """The finished ``kits`` in order. ``pages`` is the copy of the site; kits without it need none.

    Files that ``cache`` holds are not made again. Raises :class:`~xuelan.model.kit.KitError`, with
    the name of the kit in its message.
    """
    planned = tuple(plans(kits, catalog, rendered))
    indexed = any(f.export_site and f.is_wanted(kit) for f in FORMATS for kit in kits)
    index = index_texts(catalog.public, rendered) if indexed else ()
    site = SiteCopy(pages, tuple(index), hash_column(catalog))
    yield from packages(planned, site, cache, workers)


def plans(
    kits: Iterable[Kit], catalog: Catalog, rendered: Mapping[str, Rendered]
) -> Iterator[KitPlan]:
    """The plans of ``kits``. Raises :class:`~xuelan.model.kit.KitError` like :func:`make_kits`."""
    for kit in kits:
        with _naming(kit):
            yield plan(kit, catalog, rendered)


def packages(
    plans: Plans, site: SiteCopy, cache: Cache = NO_CACHE, workers: Workers = SERIAL
) -> Iterator[Package]:
    """The finished kits of ``plans``, in order: see :func:`make_kits`."""
    files = _export(plans, site, cache, workers)
    for number, each in enumerate(plans):
        made = [file for n in range(len(FORMATS)) for file in files.pop((number, n), ())]
        copied = any(f.is_copy and f.is_wanted(each.kit) for f in FORMATS)
        with _naming(each.kit):
            yield pack(each, made, site.state, site.files if copied else ())


def _export(
    plans: Plans, site: SiteCopy, cache: Cache, workers: Workers
) -> dict[Job, Sequence[PackedFile]]:
    """The files of every format that the plans ask for, in no order.

    The largest kits are done first, for they take longest. All tasks run on this machine, for the
    pictures and typefaces are here.
    """
    keys = _keys(plans, site)
    files = {job: cache.get(key, list[PackedFile]) for job, key in keys.items()}
    missing = sorted(
        (job for job, kept in files.items() if kept is None),
        key=lambda job: -len(plans[job[0]].materials),
    )
    if missing:
        with broadcast((plans, site)) as sent:
            helpers = workers if workers.local else SERIAL
            made = helpers.map(_ExportTask(sent), missing, "套装", chunk=1)
            for job, entry in zip(missing, made, strict=True):
                cache.put_bytes(keys[job], entry)
                files[job] = msgspec.msgpack.decode(entry, type=list[PackedFile])
    return {job: kept or () for job, kept in files.items()}


def _keys(plans: Plans, site: SiteCopy) -> dict[Job, bytes]:
    """A key for the files of each format and plan: of all that the exporter depends on."""
    keys: dict[Job, bytes] = {}
    whole = hash_value(site)
    for number, each in enumerate(plans):
        faces = typefaces.versions(each.assets.root)
        own = key_of(hash_value(each), faces)
        for n, form in enumerate(FORMATS):
            if form.is_wanted(each.kit) and not form.is_copy:
                seen = (own, whole) if form.holds_pages else (own,)
                code = hash_code(form.module), hash_code(PackedFile.__module__)
                keys[number, n] = key_of("kit", form.name, code, seen)
    return keys


@dataclass(frozen=True, slots=True)
class _ExportTask:
    """Makes the files of one format of one kit, encoded for the cache."""

    sent: Broadcast[tuple[Plans, SiteCopy]]

    def __call__(self, job: Job) -> bytes:
        number, n = job
        plans, site = self.sent.get()
        plan = plans[number]
        with _naming(plan.kit):
            return msgspec.msgpack.encode([PackedFile.of(f) for f in FORMATS[n].files(plan, site)])


@contextmanager
def _naming(kit: Kit) -> Iterator[None]:
    """Put the name of the kit into the message of a ``KitError``."""
    try:
        yield
    except KitError as error:
        raise KitError(f"套装“{kit.title}”没有做成：{error}") from None
