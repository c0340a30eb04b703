"""A site locked, staged and published in one block, as a build does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xuelan.engine import publish
from xuelan.engine.staging import SiteTree


@contextmanager
def rewrite(site: Path, records: Path | None = None) -> Iterator[SiteTree]:
    """Yield a tree that becomes ``site`` when the block ends without an error.

    With ``records`` only what differs from the site of the last build there is written.
    """
    before = publish.PreviousBuild(site, records)
    with publish.lock(site), publish.stage(before, is_current=before.is_current()) as tree:
        yield tree
        publish.publish(site, tree)
        publish.save_manifest(before, tree)
