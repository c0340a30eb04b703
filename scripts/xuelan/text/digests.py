"""Digests of bytes, keys of results, and the digest of this program itself."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

DIGEST: Final = 16
"""Length of a digest, in bytes."""

_INSTALLED: Final = (".dist-info", ".egg-info")
"""Endings of the folders whose names tell which libraries are installed, in which versions."""


def digest(data: bytes | memoryview) -> bytes:
    """The first 16 bytes of the SHA-256 of ``data``; processors have instructions for SHA-256."""
    return hashlib.sha256(data).digest()[:DIGEST]


def short_digest(text: str) -> str:
    """Eight characters of the SHA-256 of ``text``, small letters and digits: 40 bits."""
    raw = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:5]
    return base64.b32encode(raw).decode().lower()


def key_of(*parts: Any) -> bytes:
    """The cache key of a result that depends on ``parts``, any values that msgpack can encode."""
    return digest(msgspec.msgpack.encode(parts))


@cache
def program() -> bytes:
    """The digest of this program: the files of its package, the installed libraries, Python."""
    digest = hashlib.sha256(sys.version.encode())
    folder = Path(__file__).parents[1]
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("overrides/"):  # templates; what depends on them hashes them
            digest.update(name.encode() + b"\0" + path.read_bytes())
    for place in sys.path:
        with contextlib.suppress(OSError):
            names = (p.name for p in Path(place).iterdir() if p.suffix in _INSTALLED)
            digest.update("\n".join(sorted(names)).encode())
    return digest.digest()[:DIGEST]
