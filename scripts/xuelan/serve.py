"""Preview on this machine: rebuilds when a file changes and tells the browser to reload.

Bound to the loopback address only. When an edit is broken the last good site stays, and the
problems are shown on top of it.
"""

from __future__ import annotations

import functools
import json
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from xuelan import column as settings
from xuelan import look
from xuelan.build import build
from xuelan.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.hosted import HostError
from xuelan.problem import as_text
from xuelan.publish import BusyError

ADDRESS: Final = "127.0.0.1"
EVENTS: Final = "/-/events"
SCRIPT: Final = "/-/preview.js"
SETTLE_SECONDS: Final = 0.1
"""Editors write a file in several steps; rebuild when it has been quiet this long."""

BUSY_SECONDS: Final = 1.0
"""How long to wait for another build of the same site."""

_TAG: Final = f'<script src="{SCRIPT}"></script></body>'.encode()
_WAITING: Final = (
    '<!doctype html><html lang="zh-CN"><title>预览</title><body><p>还没有生成。'.encode() + _TAG
)
"""Shown until the first build has succeeded; the script then reloads it."""

_PREVIEW_JS: Final = (Path(__file__).parent / "preview.js").read_bytes()


class _Listeners:
    """The open browser tabs; each gets every message."""

    def __init__(self) -> None:
        self._queues: list[queue.Queue[str]] = []
        self._lock = threading.Lock()
        self.last = ""

    def open(self) -> queue.Queue[str]:
        inbox: queue.Queue[str] = queue.Queue()
        with self._lock:
            self._queues.append(inbox)
        return inbox

    def close(self, inbox: queue.Queue[str]) -> None:
        with self._lock:
            self._queues.remove(inbox)

    def tell(self, kind: str, text: str = "") -> None:
        message = json.dumps({"kind": kind, "text": text}, ensure_ascii=False)
        self.last = message if kind == "problems" else ""
        with self._lock:
            for inbox in self._queues:
                inbox.put(message)


class _Handler(SimpleHTTPRequestHandler):
    """Serves the built site, with the preview script added to every page."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, listeners: _Listeners, **kwargs: Any) -> None:
        self.listeners = listeners
        super().__init__(*args, **kwargs)

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
        body = page.read_bytes().replace(b"</body>", _TAG, 1)
        self._reply(status, "text/html; charset=utf-8", body)

    def _reply(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def _events(self) -> None:
        """A stream of server-sent events, with a heartbeat so that a closed tab is noticed."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        inbox = self.listeners.open()
        if self.listeners.last:
            inbox.put(self.listeners.last)
        try:
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


class _Changes(FileSystemEventHandler):
    """Wakes the builder when something below the watched folders changes."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in ("opened", "closed_no_write"):
            self._wake.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who leaves in the middle of an answer is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(root: Path, port: int, say: Callable[[str], None]) -> None:
    """Build the column in ``root``, serve it on ``127.0.0.1:port``, rebuild on every change.

    Returns when interrupted or terminated. ``say`` gets lines for the terminal. Raises
    ``OSError`` when the port is taken.
    """
    for stop in (signal.SIGINT, signal.SIGTERM):  # shells start background jobs without the first
        signal.signal(stop, signal.default_int_handler)
    listeners, wake = _Listeners(), threading.Event()
    with tempfile.TemporaryDirectory(prefix="xuelan-") as folder:
        site = Path(folder) / "site"
        site.mkdir()
        handler = functools.partial(_Handler, directory=str(site), listeners=listeners)
        with _Server((ADDRESS, port), handler) as server:
            watcher = _watch(root, wake)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                _retry(wake, _rebuild(root, site, listeners, say))
                say(f"预览：http://{ADDRESS}:{server.server_port}/　（按 Ctrl+C 结束）")
                while True:
                    wake.wait()
                    _settle(wake)
                    _retry(wake, _rebuild(root, site, listeners, say))
            except KeyboardInterrupt:
                say("预览结束。")
            finally:
                watcher.stop()
                server.shutdown()


def _watch(root: Path, wake: threading.Event) -> Any:
    column, _ = settings.load(root)
    folders = [MATERIALS_FOLDER, column.docs_dir, column.theme_dir] if column else []
    observer = Observer()
    for path in (root / SETTINGS_FILE, look.folder(), *(root / name for name in folders if name)):
        if path.exists():
            observer.schedule(_Changes(wake), str(path), recursive=path.is_dir())
    observer.start()
    return observer


def _settle(wake: threading.Event) -> None:
    while wake.is_set():
        wake.clear()
        time.sleep(SETTLE_SECONDS)


def _retry(wake: threading.Event, done: bool) -> None:  # noqa: FBT001
    """Wake the builder again after a while if it was not ``done``."""
    if not done:
        timer = threading.Timer(BUSY_SECONDS, wake.set)
        timer.daemon = True
        timer.start()


def _rebuild(root: Path, site: Path, listeners: _Listeners, say: Callable[[str], None]) -> bool:
    """Build and tell everybody how it went; False when another build was in the way."""
    try:
        report = build(root, site, drafts=True)
    except BusyError:
        listeners.tell("problems", "另一次生成正在进行，等它结束后自动再试。")
        return False
    except (HostError, OSError) as error:
        say(f"没有生成成功：{error}")
        listeners.tell("problems", str(error))
        return True
    if report.written is None:
        text = as_text(p for p in report.problems if p.is_error)
        say(text.rstrip())
        listeners.tell("problems", text)
        return True
    say(f"已生成，改写文件 {len(report.written.changed)} 个，用时 {report.seconds:.1f} 秒。")
    listeners.tell("reload")
    return True
