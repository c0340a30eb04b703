"""The preview's side of the browser: the site on the loopback address, and news for open tabs."""

from __future__ import annotations

import functools
import hashlib
import json
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

ADDRESS: Final = "127.0.0.1"
"""Nobody else's machine can open it."""

EVENTS: Final = "/-/events"
SCRIPT: Final = "/-/preview.js"


def _tag(mark: str) -> bytes:
    """What is added to a page: the script, which knows the page's ``mark``."""
    return f'<script src="{SCRIPT}" data-mark="{mark}"></script></body>'.encode()


_WAITING: Final = (
    '<!doctype html><html lang="zh-CN"><title>预览</title><body><p>还没有生成。'.encode() + _tag("")
)
"""Shown until the first build has succeeded; the script then reloads it."""

_REFUSED: Final = (
    '<!doctype html><html lang="zh-CN"><title>预览</title><body><p>预览只在这台电脑上看，'
    '请打开 <a href="{address}">{address}</a>。'
)

_PREVIEW_JS: Final = (Path(__file__).parent / "preview.js").read_bytes()


class Listeners:
    """The open browser tabs; each gets every message.

    ``last`` is the one that tells of the problems there are, for tabs that come later.
    """

    def __init__(self) -> None:
        self._queues: list[queue.Queue[str]] = []
        self._lock = threading.Lock()
        self.last = ""

    def open(self) -> queue.Queue[str]:
        """Where a tab hears its messages, from now on."""
        inbox: queue.Queue[str] = queue.Queue()
        with self._lock:
            self._queues.append(inbox)
        return inbox

    def close(self, inbox: queue.Queue[str]) -> None:
        """The tab is gone."""
        with self._lock:
            self._queues.remove(inbox)

    def tell(self, kind: str, text: str = "", files: Sequence[str] = ()) -> None:
        """``problems`` with their text; a ``page`` made anew; the ``site``, with other ``files``.

        Whether a page is another than before, each tab asks for itself.
        """
        message = json.dumps({"kind": kind, "text": text, "files": files}, ensure_ascii=False)
        if kind != "page":
            self.last = message if kind == "problems" else ""
        with self._lock:
            for inbox in self._queues:
                inbox.put(message)


class _Handler(SimpleHTTPRequestHandler):
    """Serves the built site, with the preview script added to every page."""

    protocol_version = "HTTP/1.1"

    def __init__(
        self, *args: Any, listeners: Listeners, shown: Callable[[str], bytes | None], **kwargs: Any
    ) -> None:
        self.listeners = listeners
        self.shown = shown
        super().__init__(*args, **kwargs)

    def parse_request(self) -> bool:
        """Take in a request; one for another name, which somebody has let lead here, is refused."""
        if not super().parse_request():
            return False
        port = self.connection.getsockname()[1]
        if self.headers.get("Host") in (f"{ADDRESS}:{port}", f"localhost:{port}"):
            return True
        self.close_connection = True
        text = _REFUSED.format(address=f"http://{ADDRESS}:{port}/").encode()
        self._reply(HTTPStatus.FORBIDDEN, "text/html; charset=utf-8", text)
        return False

    def end_headers(self) -> None:
        """No page of another site may load anything of this one: drafts are seen here."""
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    def do_GET(self) -> None:
        if self.path == EVENTS:
            self._events()
        elif self.path == SCRIPT:
            self._reply(HTTPStatus.OK, "text/javascript; charset=utf-8", _PREVIEW_JS)
        else:
            self._file()

    def _file(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir() and not self.path.split("?")[0].endswith("/"):
            super().do_GET()
            return
        status = HTTPStatus.OK
        page = path / "index.html" if path.is_dir() else path
        if not page.is_file():
            status, page = HTTPStatus.NOT_FOUND, Path(self.directory) / "404.html"
        if not (Path(self.directory) / "index.html").is_file():
            self._reply(HTTPStatus.SERVICE_UNAVAILABLE, "text/html; charset=utf-8", _WAITING)
            return
        if page.suffix != ".html" or not page.is_file():
            super().do_GET()
            return
        shown = self.shown(page.relative_to(self.directory).as_posix())
        body = page.read_bytes() if shown is None else shown
        mark = hashlib.blake2b(body, digest_size=16).hexdigest()
        body = body.replace(b"</body>", _tag(mark), 1)
        self._reply(status, "text/html; charset=utf-8", body, mark)

    def _reply(self, status: HTTPStatus, kind: str, body: bytes, mark: str = "") -> None:
        self.send_response(status)
        self.send_header("ETag", f'"{mark}"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def _events(self) -> None:
        """A stream of server-sent events, with a heartbeat so that a closed tab is noticed."""
        inbox = self.listeners.open()
        if self.listeners.last:
            inbox.put(self.listeners.last)
        try:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Connection", "close")
            self.end_headers()
            while True:
                try:
                    line = f"data: {inbox.get(timeout=5)}\n\n"
                except queue.Empty:
                    line = ": still here\n\n"
                self.wfile.write(line.encode())
                self.wfile.flush()
        except OSError:
            pass
        finally:
            self.listeners.close(inbox)
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the host's name
        """Say nothing: the editor wants to see problems, not requests."""


class Server(ThreadingHTTPServer):
    """Serves ``site`` on ``port``, but ``shown`` in place of its file where that gives a page.

    Raises ``OSError`` when the port is taken.
    """

    daemon_threads = True

    def __init__(
        self, port: int, site: Path, listeners: Listeners, shown: Callable[[str], bytes | None]
    ) -> None:
        handler = functools.partial(_Handler, directory=str(site), listeners=listeners, shown=shown)
        super().__init__((ADDRESS, port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who leaves in the middle of an answer is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
