"""Preview on this machine: rebuilds when a file changes and tells the browser to reload.

A text just saved is shown at once, in a page made by itself; the rest of the site follows.
Bound to the loopback address only. When an edit is broken the last good site stays, and the
problems are shown on top of it.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import json
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from xuelan import column as settings
from xuelan import look
from xuelan.build import build
from xuelan.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.hosted import HostError
from xuelan.problem import as_text
from xuelan.proof import Forme, Proofs
from xuelan.publish import BusyError
from xuelan.watch import Saves, watch
from xuelan.work import uncollected

ADDRESS: Final = "127.0.0.1"
EVENTS: Final = "/-/events"
SCRIPT: Final = "/-/preview.js"
SETTLE_SECONDS: Final = 0.1
"""Rebuild when nothing has been saved for so long."""

SWITCH_SECONDS: Final = 0.0005
"""How long the build runs on when a page is waited for, at each of the dozen steps of an answer."""

BUSY_SECONDS: Final = 1.0
"""How long to wait for another build of the same site."""


def _tag(mark: str) -> bytes:
    """What is added to a page: the script, which knows the page's ``mark``."""
    return f'<script src="{SCRIPT}" data-mark="{mark}"></script></body>'.encode()


_WAITING: Final = (
    '<!doctype html><html lang="zh-CN"><title>预览</title><body><p>还没有生成。'.encode() + _tag("")
)
"""Shown until the first build has succeeded; the script then reloads it."""

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

    def __init__(self, *args: Any, preview: Preview, **kwargs: Any) -> None:
        self.preview = preview
        self.listeners = preview.listeners
        super().__init__(*args, directory=str(preview.site), **kwargs)

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
        shown = self.preview.proofs.shown(page.relative_to(self.directory).as_posix())
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
    sys.setswitchinterval(SWITCH_SECONDS)
    wake = threading.Event()
    with tempfile.TemporaryDirectory(prefix="xuelan-") as folder, uncollected():
        site = Path(folder) / "site"
        site.mkdir()
        preview = Preview(root, site, say)
        with _Server((ADDRESS, port), functools.partial(_Handler, preview=preview)) as server:
            saves = Saves(root, wake)
            watcher = watch(saves, _places(root))
            for work in (server.serve_forever, lambda: preview.follow(saves)):
                threading.Thread(target=work, daemon=True).start()
            try:
                _retry(wake, preview.rebuild())
                say(f"预览：http://{ADDRESS}:{server.server_port}/　（按 Ctrl+C 结束）")
                while True:
                    wake.wait()
                    _settle(wake)
                    saves.join()
                    gc.collect()  # now, and not when a page is waited for
                    _retry(wake, preview.rebuild())
            except KeyboardInterrupt:
                say("预览结束。")
            finally:
                watcher.stop()
                server.shutdown()


def _places(root: Path) -> list[Path]:
    """Where a build's inputs lie."""
    column, _ = settings.load(root)
    folders = [MATERIALS_FOLDER, column.docs_dir, column.theme_dir] if column else []
    return [root / SETTINGS_FILE, look.folder(), *(root / name for name in folders if name)]


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


def _is_loaded(path: str) -> bool:
    """True for files that a page must be loaded again for; the search asks for news by itself."""
    return not path.endswith(".html") and not path.startswith("search/")


class Preview:
    """A column in ``root`` shown from ``site``: the page just saved first, then all of it.

    ``say`` gets lines for the terminal.
    """

    def __init__(self, root: Path, site: Path, say: Callable[[str], None]) -> None:
        self.site = site
        self.listeners = Listeners()
        self.proofs = Proofs()
        self._root = root
        self._say = say

    def follow(self, saves: Saves) -> None:
        """Pull the page of every text that is saved, for ever."""
        for paths in saves.each():
            start = time.monotonic()
            files = self.proofs.pull(self._root, paths)
            if files:
                self.listeners.tell("page")
                pages = "、".join(f"/{file.removesuffix('index.html')}" for file in files)
                self._say(f"先看 {pages}，用时 {time.monotonic() - start:.2f} 秒。")

    def rebuild(self) -> bool:
        """Build and tell everybody how it went; False when another build was in the way."""
        made: list[Forme] = []

        def hand(forme: Forme) -> None:
            made.append(forme)
            self.proofs.take(forme)

        number = self.proofs.begin()
        try:
            report = build(self._root, self.site, drafts=True, hand=hand)
        except BusyError:
            self.listeners.tell("problems", "另一次生成正在进行，等它结束后自动再试。")
            return False
        except (HostError, OSError) as error:
            self._say(f"没有生成成功：{error}")
            self.listeners.tell("problems", str(error))
            return True
        if report.written is None:
            text = as_text(p for p in report.problems if p.is_error)
            self._say(text.rstrip())
            self.listeners.tell("problems", text)
            return True
        self.proofs.publish(number, made[-1] if made else None)
        changed = [path for path, _ in report.written.changed]
        self._say(f"已生成，改写文件 {len(changed)} 个，用时 {report.seconds:.1f} 秒。")
        self.listeners.tell("site", files=[path for path in changed if _is_loaded(path)])
        return True
