"""The desk over HTTP: one page, its files, and one address for each thing it does."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from xuelan.editing.desk.drafts import StaleError
from xuelan.editing.desk.guard import Guard
from xuelan.editing.desk.handin import Order, find_archive, hand_in, list_changes
from xuelan.editing.desk.repository import Login
from xuelan.editing.desk.workbench import ConflictError, Workbench
from xuelan.engine import overrides
from xuelan.model.column import MATERIALS_FOLDER
from xuelan.text.errors import XuelanError
from xuelan.text.source import lstat

PAGE: Final = Path(__file__).parent / "page"
"""The page and its styles and scripts; ``codemirror.mjs`` is bundled when the package is made."""

BUNDLE: Final = PAGE / "codemirror.mjs"
_PICTURES: Final = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
_LOOK: Final = {"site.css": "text/css", "mark.svg": "image/svg+xml", "theme.js": "text/javascript"}
_KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript"}

Action = Callable[[Workbench, dict[str, Any]], Any]


def make_app(bench: Workbench, port: int, token: str) -> ASGIApp:
    """Return the desk of ``bench`` as an application that answers on ``port`` only."""

    async def page(request: Request) -> Response:
        return _page(bench, request.scope["nonce"])

    async def act(request: Request) -> Response:
        action = ACTIONS.get(request.path_params["action"])
        if action is None:
            return _error(404, "没有这一项功能。")
        try:
            asked = json.loads(await request.body())
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return _error(400, "这个请求读不懂，请刷新页面再试。")
        return await run_in_threadpool(_answer, action, bench, asked)

    async def picture(request: Request) -> Response:
        return await run_in_threadpool(_picture, bench.root, request.path_params["path"])

    async def archive(request: Request) -> Response:
        found = find_archive(bench.root, request.path_params["name"])
        answer = _file(found, "application/zip")
        if found is not None:
            answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
        return answer

    routes = [
        Route("/", page),
        Route("/page/{name}", _static),
        Route("/look/{name}", _look),
        Route("/file/{path:path}", picture),
        Route("/handed/{name}", archive),
        Route("/do/{action}", act, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes), port, token)


def _answer(action: Action, bench: Workbench, asked: dict[str, Any]) -> Response:
    """The result of an action as JSON; what it does not do, as a message with a status."""
    try:
        return JSONResponse(action(bench, asked))
    except StaleError as error:
        current = {"text": error.current.text, "saved": error.current.saved}
        return _error(409, str(error), kind="window", other=current)
    except ConflictError as error:
        other = {"text": error.text, "digest": error.digest}
        return _error(409, str(error), kind="disk", other=other)
    except XuelanError as error:
        return _error(422, str(error))
    except (KeyError, TypeError, ValueError):
        return _error(400, "这个请求缺了内容，请刷新页面再试。")
    except OSError as error:
        return _error(
            507, f"写不进去：{error.strerror or error}。请看看磁盘是否已满、文件是否被占用。"
        )


def _error(status: int, message: str, **more: Any) -> Response:
    return JSONResponse({"message": message, **more}, status)


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
    "changes": lambda bench, _: list_changes(bench),
    "hand-in": lambda bench, asked: hand_in(bench, _order(asked)),
}
"""What the page can ask for, by the last part of its address."""


def _order(asked: dict[str, Any]) -> Order:
    words = {n: str(asked.get(n, "")) for n in ("title", "note", "name", "email", "onto")}
    login = Login(str(asked.get("user", "")), str(asked.get("password", "")))
    return Order(tuple(str(path) for path in asked["paths"]), **words, login=login)


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _page(bench: Workbench, nonce: str) -> Response:
    html = (PAGE / "desk.html").read_text(encoding="utf-8")
    html = html.replace("{{ column }}", escape(bench.catalog().column.title))
    html = html.replace("{{ nonce }}", nonce)
    html = html.replace("{{ bundle }}", "page/codemirror.mjs" if BUNDLE.is_file() else "")
    return Response(html, media_type="text/html; charset=utf-8")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    known = {p.name: p for p in PAGE.iterdir() if p.suffix in _KINDS}
    return _file(known.get(name), _KINDS.get(Path(name).suffix, ""))


async def _look(request: Request) -> Response:
    name = request.path_params["name"]
    folder = overrides.folder() / "assets" / "xuelan"
    return _file(folder / name if name in _LOOK else None, _LOOK.get(name, ""))


def _file(path: Path | None, kind: str) -> Response:
    if path is None or not path.is_file():
        return _error(404, "没有这个文件。")
    return Response(path.read_bytes(), media_type=kind)


def _picture(root: Path, path: str) -> Response:
    """A picture of a material, for the proof beside the text."""
    parts = path.split("/")
    suffix = Path(path).suffix.lower()
    if parts[0] != MATERIALS_FOLDER or ".." in parts or suffix not in _PICTURES or "\\" in path:
        return _error(404, "没有这张图片。")
    found = lstat(root, path)
    if found is None or not (root / path).is_file() or (root / path).is_symlink():
        return _error(404, "没有这张图片。")
    place = (root / path).resolve()
    if not place.is_relative_to((root / MATERIALS_FOLDER).resolve()):
        return _error(404, "没有这张图片。")
    return _file(place, mimetypes.types_map.get(suffix, "image/webp"))
