"""Cleans untrusted files, in a process of its own: ``python -m xuelan.reading.cleaner``.

A question is ``{"path": …, "copy": …, "full_size": …}``. The answer has ``size`` and ``sha256`` of
what is published and what was ``done``; ``changed`` says that it was written to ``copy``. Or it
has ``fault`` and ``hint``.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from xuelan.cleaning.clean import clean_file
from xuelan.cleaning.errors import UnfitError
from xuelan.reading.helper import serve


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Clean one file."""
    try:
        return _clean(question)
    except UnfitError as error:
        return {"fault": str(error), "hint": error.hint}
    except MemoryError:
        return {"fault": "太大，打开它要占很多内存", "hint": "压缩或拆分之后再放进来"}


def _clean(question: dict[str, Any]) -> dict[str, Any]:
    original = Path(question["path"]).read_bytes()
    found = clean_file(question["path"], original, full_size=question["full_size"])
    changed = found.data != original
    if changed:
        copy = Path(question["copy"])
        part = copy.with_name(copy.name + ".part")
        part.write_bytes(found.data)
        part.replace(copy)
    return {
        "size": len(found.data),
        "sha256": hashlib.sha256(found.data).hexdigest(),
        "done": found.done,
        "changed": changed,
    }


if __name__ == "__main__":
    serve(answer)
