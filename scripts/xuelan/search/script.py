"""The browser's script: all modules joined, because modules do not load on ``file://``."""

from __future__ import annotations

import re
from typing import Final

from xuelan.engine import overrides
from xuelan.search.files import IndexManifest

MODULES: Final = (
    "fold.js", "load.js", "lists.js", "texts.js", "engine.js", "related.js", "answer.js",
    "suggest.js", "forms.js", "ask.js",
    "rows.js", "chips.js", "field.js", "dialog.js", "page.js", "main.js",
)  # fmt: skip
"""The modules to join, each after those it imports."""

_IMPORT: Final = re.compile(r"^import\b[^;]*;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=const|let|function|async|class)", re.MULTILINE)
_COMMENT: Final = re.compile(r"^[ \t]*(?:/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE)
_INDENT: Final = re.compile(r"^[ \t]+|\n(?=\n)", re.MULTILINE)


def join_modules(manifest: IndexManifest) -> bytes:
    """Write all modules, without comments, in one function that starts them with the manifest."""
    folder = overrides.folder() / "assets/xuelan/search"
    text = "".join((folder / name).read_text(encoding="utf-8") for name in MODULES)
    for pattern in (_COMMENT, _IMPORT, _EXPORT, _INDENT):
        text = pattern.sub("", text)
    return f'"use strict";\n(() => {{\n{text}start({manifest.as_json()});\n}})();\n'.encode()
