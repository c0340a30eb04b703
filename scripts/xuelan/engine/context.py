"""What every step of a build may use."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from xuelan.engine.cache import NO_CACHE, Cache
from xuelan.engine.inputs import Inputs
from xuelan.engine.publish import PreviousBuild
from xuelan.engine.workers import SERIAL, Workers


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What every step of a build may use. It is made before the first step.

    ``root`` is the column's folder and ``site`` the folder to publish into. With ``drafts``,
    readers of the site see drafts; with ``strict``, warnings stop the build. ``inputs`` knows the
    digests of the column's files, ``cache`` the results of earlier builds, ``previous`` what the
    last build published; ``workers`` run tasks in other processes. Cache and workers may be left
    out: the site has the same bytes. ``epoch`` is the date that the caller's environment sets for
    the build, before the build sets its own; ``settings`` are digests of the settings, taken before
    they were loaded.

    A step puts what it opens for later steps into ``resources``. The build closes it at its end,
    the last opened first.
    """

    root: Path
    site: Path
    inputs: Inputs
    previous: PreviousBuild
    cache: Cache = NO_CACHE
    workers: Workers = SERIAL
    drafts: bool = False
    strict: bool = False
    settings: tuple[bytes, ...] = ()
    epoch: str | None = field(default_factory=lambda: os.environ.get("SOURCE_DATE_EPOCH"))
    resources: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def without_site(
        cls, root: Path, cache: Cache = NO_CACHE, workers: Workers = SERIAL
    ) -> BuildContext:
        """The context of steps that write into a tree of the caller's, and publish nothing."""
        nowhere = root / "site"
        return cls(root, nowhere, Inputs(root), PreviousBuild(nowhere, None), cache, workers)
