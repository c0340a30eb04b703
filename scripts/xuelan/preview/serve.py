"""Preview on this machine: rebuilds when a file changes and tells the browser to reload.

A text just saved is shown at once, in a page made by itself; the rest of the site follows. When an
edit is broken the last good site stays, and the problems are shown on top of it.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Final

from xuelan.build import build
from xuelan.engine import overrides
from xuelan.engine.publish import BusyError
from xuelan.engine.workers import without_gc
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.pages.edition import Edition
from xuelan.pages.frames import HostError
from xuelan.preview.loopback import ADDRESS, Listeners, Server
from xuelan.preview.proof import Forme, Proofs
from xuelan.preview.watch import Saves, watch
from xuelan.reading import settings
from xuelan.text.problem import as_text
from xuelan.text.source import ChangedError

_LOG: Final = logging.getLogger(__name__)

SETTLE_SECONDS: Final = 0.1
"""Rebuild when nothing has been saved for so long."""

SWITCH_SECONDS: Final = 0.0005
"""How long the build runs on when a page is waited for, at each of the dozen steps of an answer."""

BUSY_SECONDS: Final = 1.0
"""How long to wait for another build of the same site."""


def serve(root: Path, port: int, say: Callable[[str], None], *, browser: bool = False) -> None:
    """Build the column in ``root``, serve it on ``127.0.0.1:port``, rebuild on every change.

    Returns when interrupted or terminated. ``say`` gets lines for the terminal. With ``browser``,
    the preview is opened in the person's browser. Raises ``OSError`` when the port is taken.
    """
    for stop in (signal.SIGINT, signal.SIGTERM):  # shells start background jobs without the first
        signal.signal(stop, signal.default_int_handler)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        _serve(root, port, say, browser=browser)
    except KeyboardInterrupt:
        say("预览结束。")


def _serve(root: Path, port: int, say: Callable[[str], None], *, browser: bool) -> None:
    """Do so until interrupted."""
    wake = threading.Event()
    with tempfile.TemporaryDirectory(prefix="xuelan-") as folder, without_gc():
        tempfile.tempdir = folder  # a build that is interrupted may leave something behind
        site = Path(folder) / "site"
        site.mkdir()
        preview = Preview(root, site, say)
        with Server(port, site, preview.listeners, preview.proofs.shown) as server:
            saves = Saves(root, wake)
            watcher = watch(saves, _places(root))
            for work in (server.serve_forever, lambda: preview.follow(saves)):
                threading.Thread(target=work, daemon=True).start()
            try:
                _retry(wake, preview.rebuild())
                address = f"http://{ADDRESS}:{server.server_port}/"
                say(f"预览：{address}　（按 Ctrl+C 结束）")
                if browser:
                    webbrowser.open(address)
                while True:
                    wake.wait()
                    _settle(wake)
                    saves.join()
                    gc.collect()  # now, and not when a page is waited for
                    _retry(wake, preview.rebuild())
            finally:
                watcher.stop()
                server.shutdown()


def _places(root: Path) -> list[Path]:
    """Where a build's inputs lie."""
    column, _ = settings.load(root)
    folders = [MATERIALS_FOLDER, column.docs_dir, column.theme_dir] if column else []
    return [root / SETTINGS_FILE, overrides.folder(), *(root / name for name in folders if name)]


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
        """Pull the page of every text that is saved, for ever.

        Whatever goes wrong here (a file that is gone again, a template being written), the whole
        build meets it too, and says what it is.
        """
        for paths in saves.each():
            start = time.monotonic()
            files: list[str] = []
            with contextlib.suppress(Exception):
                files = self.proofs.pull(self._root, paths)
            if files:
                self.listeners.tell("page")
                pages = "、".join(f"/{file.removesuffix('index.html')}" for file in files)
                self._say(f"先看 {pages}，用时 {time.monotonic() - start:.2f} 秒。")

    def rebuild(self) -> bool:
        """Build and tell everybody how it went; False when another build was in the way."""
        made: list[Forme] = []

        def take(edition: Edition) -> None:
            forme = Forme.of(edition.collection, edition.theme)
            made.append(forme)
            self.proofs.take(forme)

        number = self.proofs.begin()
        try:
            report = build(self._root, self.site, drafts=True, on_edition=take)
        except BusyError:
            self.listeners.tell("problems", "另一次生成正在进行，等它结束后自动再试。")
            return False
        except ChangedError:
            return False
        except (HostError, OSError) as error:
            _LOG.error("没有生成成功：%s", error)
            self.listeners.tell("problems", str(error))
            return True
        if report.written is None:
            text = as_text(p for p in report.problems if p.is_error)
            _LOG.error(text.rstrip())
            self.listeners.tell("problems", text)
            return True
        self.proofs.publish(number, made[-1] if made else None)
        changed = [path for path, _ in report.written.changed]
        self._say(f"已生成，改写文件 {len(changed)} 个，用时 {report.seconds:.1f} 秒。")
        self.listeners.tell("site", files=[path for path in changed if _is_loaded(path)])
        return True
