"""The server of the preview: the site on the loopback address, and messages for open tabs."""

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
"""The loopback address: no other machine can reach it."""

EVENTS: Final = "/-/events"
SCRIPT: Final = "/-/preview.js"


def _tag(mark: str) -> bytes:
    """Return what is added to a page: the script, with the page's ``mark``."""
    return f'<script src="{SCRIPT}" data-mark="{mark}"></script></body>'.encode()


_WAITING: Final = (
    '<!doctype html><html lang="zh-CN"><title>预览</title><body><p>还没有生成。'.encode() + _tag("")
)
"""Shown until the first build has succeeded. The script then reloads the page."""

_REFUSED: Final = (
    '<!doctype html><html lang="zh-CN"><title>预览</title><body><p>预览只在这台电脑上看，'
    '请打开 <a href="{address}">{address}</a>。'
)

_PREVIEW_JS: Final = (Path(__file__).parent / "preview.js").read_bytes()


def own_hosts(port: int) -> tuple[str, str]:
    """Return the host names under which a server on ``port`` may be asked for."""
    return f"{ADDRESS}:{port}", f"localhost:{port}"


class BrowserTabs:
    """The open tabs, each with a queue of its messages.

    ``last`` is the message with the problems there are now, for tabs that are opened later.
    """

    def __init__(self) -> None:
        self._queues: list[queue.Queue[str]] = []
        self._lock = threading.Lock()
        self.last = ""

    def connect(self) -> queue.Queue[str]:
        """Add a tab; return the queue of its messages."""
        inbox: queue.Queue[str] = queue.Queue()
        with self._lock:
            self._queues.append(inbox)
        return inbox

    def disconnect(self, inbox: queue.Queue[str]) -> None:
        """Remove the tab with this queue."""
        with self._lock:
            self._queues.remove(inbox)

    def send(self, kind: str, text: str = "", files: Sequence[str] = ()) -> None:
        """Send a message to all tabs.

        The kinds are ``problems`` with their ``text``; ``page``, when a quick page was made; and
        ``site``, when a build has published, with the ``files`` it has changed. A tab asks the
        server whether its own page has changed.
        """
        message = json.dumps({"kind": kind, "text": text, "files": files}, ensure_ascii=False)
        if kind != "page":
            self.last = message if kind == "problems" else ""
        with self._lock:
            for inbox in self._queues:
                inbox.put(message)


class _Handler(SimpleHTTPRequestHandler):
    """Answers one request: a file of the site, with the preview script added to a page."""

    protocol_version = "HTTP/1.1"

    def __init__(
        self, *args: Any, tabs: BrowserTabs, get_page: Callable[[str], bytes | None], **kwargs: Any
    ) -> None:
        self.tabs = tabs
        self.get_page = get_page
        super().__init__(*args, **kwargs)

    def parse_request(self) -> bool:
        """Refuse a request for another host name.

        The owner of such a name can let it point to this machine, and its pages could then read the
        drafts shown here (DNS rebinding).
        """
        if not super().parse_request():
            return False
        port = self.connection.getsockname()[1]
        if self.headers.get("Host") in own_hosts(port):
            return True
        self.close_connection = True
        text = _REFUSED.format(address=f"http://{ADDRESS}:{port}/").encode()
        self._reply(HTTPStatus.FORBIDDEN, "text/html; charset=utf-8", text)
        return False

    def end_headers(self) -> None:
        """Forbid pages of other sites to load anything of this one: it shows drafts."""
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()

    def do_GET(self) -> None:
        if self.path == EVENTS:
            self._send_events()
        elif self.path == SCRIPT:
            self._reply(HTTPStatus.OK, "text/javascript; charset=utf-8", _PREVIEW_JS)
        else:
            self._send_file()

    def _send_file(self) -> None:
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
        quick = self.get_page(page.relative_to(self.directory).as_posix())
        body = page.read_bytes() if quick is None else quick
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

    def _send_events(self) -> None:
        """Send messages as server-sent events, and a comment every 5 s to notice a closed tab."""
        inbox = self.tabs.connect()
        if self.tabs.last:
            inbox.put(self.tabs.last)
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
            self.tabs.disconnect(inbox)
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the host's name
        """Log nothing: the person wants to see problems, not requests."""


class Server(ThreadingHTTPServer):
    """Serves ``site`` on ``port``, with the page ``get_page(file)`` returns in place of a file.

    Raises ``OSError`` if the port is taken.
    """

    daemon_threads = True

    def __init__(
        self, port: int, site: Path, tabs: BrowserTabs, get_page: Callable[[str], bytes | None]
    ) -> None:
        handler = functools.partial(_Handler, directory=str(site), tabs=tabs, get_page=get_page)
        super().__init__((ADDRESS, port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a tab that was closed in the middle of an answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
