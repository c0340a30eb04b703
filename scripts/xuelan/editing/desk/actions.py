"""What the page can ask the desk for: each a function from the request to plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from xuelan.editing.desk.handin import Order, hand_in, list_changes
from xuelan.editing.desk.incoming import attach_file, import_file, sign_text
from xuelan.editing.desk.repository import Login
from xuelan.editing.desk.workbench import Workbench

Action = Callable[[Workbench, dict[str, Any]], Any]

ACTIONS: Final[dict[str, Action]] = {
    "describe": lambda bench, _: bench.describe(),
    "list": lambda bench, _: bench.list_materials(),
    "open": lambda bench, asked: bench.open(_text(asked, "path")),
    "write": lambda bench, asked: bench.write(_text(asked, "path"), asked),
    "save": lambda bench, asked: bench.save(
        _text(asked, "path"), int(asked["revision"]), str(asked.get("accept", ""))
    ),
    "discard": lambda bench, asked: bench.discard(_text(asked, "path")),
    "rebase": lambda bench, asked: bench.rebase(_text(asked, "path")),
    "mend": lambda bench, asked: bench.mend(
        _text(asked, "path"), [str(c) for c in asked["chosen"]], asked
    ),
    "create": lambda bench, asked: {
        "path": bench.create(_text(asked, "kind"), _text(asked, "title"), str(asked.get("id", "")))
    },
    "sign": lambda bench, asked: sign_text(
        bench,
        _text(asked, "path"),
        _text(asked, "stage"),
        _text(asked, "by"),
        str(asked.get("opinion", "")),
    ),
    "changes": lambda bench, _: list_changes(bench),
    "hand-in": lambda bench, asked: hand_in(bench, _order(asked)),
}
"""What the page can ask for, by the last part of its address."""

UPLOADS: Final[dict[str, Action]] = {
    "import": lambda bench, asked: import_file(bench, _text(asked, "name"), asked["data"]),
    "attach": lambda bench, asked: attach_file(
        bench,
        _text(asked, "path"),
        _text(asked, "name"),
        asked["data"],
        str(asked.get("title", "")),
        str(asked.get("alt", "")),
    ),
}
"""What takes a file: its bytes are the request, all else stands in the address."""


def _order(asked: dict[str, Any]) -> Order:
    words = {n: str(asked.get(n, "")) for n in ("title", "note", "name", "email", "onto")}
    login = Login(str(asked.get("user", "")), str(asked.get("password", "")))
    return Order(tuple(str(path) for path in asked["paths"]), **words, login=login)


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value
