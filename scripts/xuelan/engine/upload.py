"""A finished site copied to an object store, or anywhere else that fsspec can write.

A store has no folders to exchange. So files that pages need go up first and pages after them, the
list of what stands there is replaced last, and only then is removed what no page names any more.
"""

from __future__ import annotations

import errno
import hashlib
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

LIST: Final = ".xuelan-site.json"
"""The store's own list of its files: path to SHA-256."""

TOGETHER: Final = 64
"""Files sent at a time."""


def upload(site: Path, place: str, tell: Callable[[str, int], None]) -> int:
    """Make ``place``, such as ``s3://bucket/path``, what ``site`` is; the number of files sent.

    Only what differs is sent. Raises ``OSError``, also when the library for the kind of place is
    not installed.
    """
    store, base = _store(place)
    here = {path: _digest(site / path) for path in _paths(site)}
    there = _listed(store, f"{base}/{LIST}")
    changed = sorted((p for p in here if there.get(p) != here[p]), key=lambda p: (_is_page(p), p))
    for start in range(0, len(changed), TOGETHER):
        some = changed[start : start + TOGETHER]
        store.put([str(site / path) for path in some], [f"{base}/{path}" for path in some])
        tell("上传文件", start + len(some))
    gone = sorted(there.keys() - here.keys())
    if changed or gone or not there:
        listed = json.dumps(here, ensure_ascii=False, sort_keys=True, indent=0)
        store.pipe_file(f"{base}/{LIST}", listed.encode())
    for path in gone:
        if store.exists(f"{base}/{path}"):
            store.rm_file(f"{base}/{path}")
    return len(changed)


def _store(place: str) -> tuple[Any, str]:
    try:
        fsspec: Any = importlib.import_module("fsspec")
        store, base = fsspec.url_to_fs(place, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        message = f"写到这里要先安装相应的程序库（pip install fsspec s3fs）：{error}"
        raise OSError(errno.ENOENT, message, place) from error
    return store, base.rstrip("/")


def _listed(store: Any, path: str) -> dict[str, str]:
    """The store's list; empty when there is none that can be read: then everything is sent."""
    try:
        listed = json.loads(store.cat_file(path))
    except (FileNotFoundError, ValueError):
        return {}
    return listed if isinstance(listed, dict) else {}


def _paths(site: Path) -> list[str]:
    return sorted(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_page(path: str) -> bool:
    return path.endswith(".html")
