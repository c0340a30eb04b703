"""The desk over HTTP: one page, its files, and one address for each thing it does."""

from __future__ import annotations

import json
import mimetypes
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from xuelan.editing.desk.actions import ACTIONS, UPLOADS, Action
from xuelan.editing.desk.drafts import StaleError
from xuelan.editing.desk.guard import Guard
from xuelan.editing.desk.handin import find_archive
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


def make_app(bench: Workbench, port: int, token: str) -> ASGIApp:
    """Return the desk of ``bench`` as an application that answers on ``port`` only."""

    async def page(request: Request) -> Response:
        return _page(bench, request.scope["nonce"])

    async def act(request: Request) -> Response:
        asked = _read_json(await request.body())
        action = ACTIONS.get(request.path_params["action"])
        return await run_in_threadpool(_answer, action, bench, asked)

    async def put(request: Request) -> Response:
        asked = {**request.query_params, "data": await request.body()}
        action = UPLOADS.get(request.path_params["action"])
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
        Route("/put/{action}", put, methods=["POST"]),
        Route("/do/{action}", act, methods=["POST"]),
    ]
    return Guard(Starlette(routes=routes), port, token)


def _read_json(body: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    return asked if isinstance(asked, dict) else None


def _answer(action: Action | None, bench: Workbench, asked: dict[str, Any] | None) -> Response:
    """The result of an action as JSON; what it does not do, as a message with a status."""
    if action is None or asked is None:
        return _error(400, "这个请求读不懂，请刷新页面再试。")
    try:
        return JSONResponse(action(bench, asked))
    except (XuelanError, OSError, KeyError, TypeError, ValueError) as error:
        return _explain(error)


def _explain(error: Exception) -> Response:
    """What the page is told of an error: a message, and what it needs to offer a choice."""
    if isinstance(error, StaleError):
        current = {"text": error.current.text, "saved": error.current.saved}
        return _error(409, str(error), kind="window", other=current)
    if isinstance(error, ConflictError):
        other = {"text": error.text, "digest": error.digest}
        return _error(409, str(error), kind="disk", other=other)
    if isinstance(error, XuelanError):
        return _error(422, str(error))
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        return _error(507, f"写不进去：{reason}。请看看磁盘是否已满、文件是否被占用。")
    return _error(400, "这个请求缺了内容，请刷新页面再试。")


def _error(status: int, message: str, **more: Any) -> Response:
    return JSONResponse({"message": message, **more}, status)


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
