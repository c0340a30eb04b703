"""A published site copied to an object store, or anywhere else that fsspec can write.

A store has no folders that could be exchanged. So the files that pages need go up first and pages
after them; then the list of the store's files is replaced, and only then the files that are gone
are removed.
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
"""The list of a store's files, kept in the store: path to SHA-256."""

BATCH: Final = 64
"""Files sent at a time."""


def upload(site: Path, place: str, tell: Callable[[str, int], None]) -> int:
    """Make ``place``, such as ``s3://bucket/path``, a copy of ``site``; return the files sent.

    Only files that differ are sent. ``tell`` is called with a label and the number of files sent so
    far. Raises ``OSError``, also if the library for this kind of place is not installed.
    """
    store, base = _open_store(place)
    here = {path: _hash(site / path) for path in _list_files(site)}
    there = _load_list(store, f"{base}/{LIST}")
    changed = sorted((p for p in here if there.get(p) != here[p]), key=lambda p: (_is_page(p), p))
    for start in range(0, len(changed), BATCH):
        batch = changed[start : start + BATCH]
        store.put([str(site / path) for path in batch], [f"{base}/{path}" for path in batch])
        tell("上传文件", start + len(batch))
    gone = sorted(there.keys() - here.keys())
    if changed or gone or not there:
        listed = json.dumps(here, ensure_ascii=False, sort_keys=True, indent=0)
        store.pipe_file(f"{base}/{LIST}", listed.encode())
    for path in gone:
        if store.exists(f"{base}/{path}"):
            store.rm_file(f"{base}/{path}")
    return len(changed)


def _open_store(place: str) -> tuple[Any, str]:
    """Return the file system of ``place``, and the path within it."""
    try:
        fsspec: Any = importlib.import_module("fsspec")
        store, base = fsspec.url_to_fs(place, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        message = f"写到这里要先安装相应的程序库（pip install fsspec s3fs）：{error}"
        raise OSError(errno.ENOENT, message, place) from error
    return store, base.rstrip("/")


def _load_list(store: Any, path: str) -> dict[str, str]:
    """Return the store's list; without one that can be read it is empty, and all files are sent."""
    try:
        listed = json.loads(store.cat_file(path))
    except (FileNotFoundError, ValueError):
        return {}
    return listed if isinstance(listed, dict) else {}


def _list_files(site: Path) -> list[str]:
    return sorted(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_page(path: str) -> bool:
    return path.endswith(".html")
