"""All kits of a column: each exporter's files made or taken from the cache, then packed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.workers import SERIAL, Workers
from xuelan.kits.broadcast import Lent, lend
from xuelan.kits.cache_keys import exporter_key, inputs
from xuelan.kits.exporters import EXPORTERS
from xuelan.kits.formats import zim
from xuelan.kits.packing.offline_site import Copy
from xuelan.kits.packing.package import FORMAT, Package, pack
from xuelan.kits.packing.zip_writer import Packed
from xuelan.kits.plan import Exporter, KitPlan, plan
from xuelan.model.catalog import Catalog
from xuelan.model.kit import OFFLINE, ZIM, Kit, KitError
from xuelan.model.rendered import Rendered

Plans = tuple[KitPlan, ...]


def packages(
    plans: Iterable[KitPlan], copy: Copy, cache: Cache = NO_CACHE, workers: Workers = SERIAL
) -> Iterator[Package]:
    """The finished kits in order, each with the ``copy`` of the site if its recipe asks for it.

    What ``cache`` holds is not made again. Raises :class:`~xuelan.model.kit.KitError`, the kit's
    name in its message.
    """
    wanted = tuple(plans)
    made = _made(wanted, copy.key, cache, workers)
    for number, each in enumerate(wanted):
        files = [file for exporter in EXPORTERS for file in made.pop((number, exporter))]
        with _named(each.kit):
            yield pack(each, files, copy.files if OFFLINE in each.kit.formats else ())


def plans(
    kits: Iterable[Kit], catalog: Catalog, rendered: Mapping[str, Rendered], copy: Copy
) -> Iterator[KitPlan]:
    """The plans of ``kits``."""
    for kit in kits:
        with _named(kit):
            yield plan(kit, catalog, rendered, copy if ZIM in kit.formats else Copy())


Job = tuple[int, Exporter]
"""The number of a plan, and what is to be made of it."""


def _made(plans: Plans, copy: bytes, cache: Cache, workers: Workers) -> dict[Job, Sequence[Packed]]:
    """Every exporter's files of every plan. The largest kits come first: they take longest.

    All is done on this machine, for pictures and typefaces lie here.
    """
    keys: dict[Job, bytes] = {}
    for number, each in enumerate(plans):
        own = inputs(each)
        for exporter in EXPORTERS:
            pages = copy if exporter is zim.files and ZIM in each.kit.formats else b""
            keys[number, exporter] = exporter_key(exporter, own, pages)
    made = {job: cache.get(key, list[Packed]) for job, key in keys.items()}
    missing = sorted(
        (job for job, files in made.items() if files is None),
        key=lambda job: -len(plans[job[0]].materials),
    )
    if missing:
        with lend(plans) as lent:
            helpers = workers if workers.local else SERIAL
            files = helpers.map(_Maker(lent), missing, "套装", chunk=1)
            for job, entry in zip(missing, files, strict=True):
                cache.put_bytes(keys[job], entry)
                made[job] = msgspec.msgpack.decode(entry, type=list[Packed])
    return {job: files or () for job, files in made.items()}


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes what one exporter gives to one kit, as the cache keeps it."""

    plans: Lent[Plans]

    def __call__(self, job: Job) -> bytes:
        number, exporter = job
        plan = self.plans.get()[number]
        with _named(plan.kit):
            return msgspec.msgpack.encode([Packed.of(file) for file in exporter(plan)])


@contextmanager
def _named(kit: Kit) -> Iterator[None]:
    """Let an error say which kit was not made."""
    try:
        yield
    except KitError as error:
        raise KitError(f"套装“{kit.title}”没有做成：{error}") from None


def summary(package: Package) -> dict[str, Any]:
    """What pages and lists say of a finished kit: its manifest, and figures of its ZIP."""
    return {
        **package.told,
        "archive": package.archive_name,
        "archive_bytes": len(package.archive),
        "archive_sha256": hashlib.sha256(package.archive).hexdigest(),
        "manifest_sha256": hashlib.sha256(package.manifest.encode()).hexdigest(),
    }


def index(summaries: Iterable[Mapping[str, Any]]) -> str:
    """The current state of every kit, which a copy can be compared with."""
    rows = [
        {
            **{name: told[name] for name in _INDEXED},
            "materials": [{n: m[n] for n in ("id", "title", "sha256")} for m in told["materials"]],
        }
        for told in summaries
    ]
    return json.dumps({"format": FORMAT, "kits": rows}, ensure_ascii=False, indent=1) + "\n"


_INDEXED: Final = ("id", "title", "version", "date", "build", "manifest_sha256")
