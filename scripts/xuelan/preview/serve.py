"""The preview on this machine: a column is rebuilt on every change, and open tabs follow.

A text that has just been saved is shown at once, on a page made by itself; the rest of the site
follows. If an edit has errors, the last good site stays, with the problems on top of it.
"""

from __future__ import annotations

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

from xuelan.build import BuildReport, build
from xuelan.engine import overrides
from xuelan.engine.publish import BusyError
from xuelan.engine.workers import without_gc
from xuelan.model.column import MATERIALS_FOLDER, SETTINGS_FILE
from xuelan.pages.edition import Edition
from xuelan.preview.loopback import ADDRESS, BrowserTabs, Server
from xuelan.preview.quick_preview import QuickPreview, Snapshot
from xuelan.preview.watch import SavedFiles, Watcher
from xuelan.reading import settings
from xuelan.text.errors import XuelanError
from xuelan.text.problem import as_text
from xuelan.text.source import ChangedError

_log: Final = logging.getLogger(__name__)

SETTLE_SECONDS: Final = 0.1
"""A build begins when nothing has been saved for so long."""

SWITCH_SECONDS: Final = 0.0005
"""How long the thread that builds runs on while one of the server waits for the interpreter.

An answer takes a dozen such turns.
"""

BUSY_SECONDS: Final = 1.0
"""How long to wait before a build is tried again."""


def serve(root: Path, port: int, say: Callable[[str], None], *, browser: bool = False) -> None:
    """Build the column in ``root``, serve it on ``127.0.0.1:port``, rebuild on every change.

    Returns when interrupted or terminated. ``say`` is called with lines for the terminal; errors go
    to the log. With ``browser``, the preview is opened in the person's browser. Raises ``OSError``
    if the port is taken.
    """
    for stop in (signal.SIGINT, signal.SIGTERM):  # shells start background jobs without the first
        signal.signal(stop, signal.default_int_handler)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        with tempfile.TemporaryDirectory(prefix="xuelan-") as folder, without_gc():
            tempfile.tempdir = folder  # an interrupted build may leave files: they go as well
            site = Path(folder) / "site"
            site.mkdir()
            _run(Preview(root, site, say), root, port, browser=browser)
    except KeyboardInterrupt:
        say("预览结束。")


def _run(preview: Preview, root: Path, port: int, *, browser: bool) -> None:
    """Serve and rebuild until interrupted."""
    wake = threading.Event()
    saved = SavedFiles(root, wake)
    with Server(port, preview.site, preview.tabs, preview.quick.get_page) as server:
        watcher = Watcher(saved, root)
        watcher.follow(_inputs(root))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        threading.Thread(target=preview.render_saved, args=(saved,), daemon=True).start()
        try:
            _wake_later(wake, unless=preview.rebuild())
            address = f"http://{ADDRESS}:{server.server_port}/"
            preview.say(f"预览：{address}　（按 Ctrl+C 结束）")
            if browser:
                webbrowser.open(address)
            while True:
                wake.wait()
                _settle(wake)
                saved.wait_until_handled()
                watcher.follow(_inputs(root))  # the settings may name others, or one was made anew
                gc.collect()  # now, and not while a page is waited for
                _wake_later(wake, unless=preview.rebuild())
        finally:
            watcher.stop()
            server.shutdown()


def _inputs(root: Path) -> list[Path]:
    """Return the files and folders that a build of the column in ``root`` reads."""
    column, _ = settings.load(root)
    folders = [MATERIALS_FOLDER, column.docs_dir, column.theme_dir] if column else []
    return [root / SETTINGS_FILE, overrides.folder(), *(root / name for name in folders if name)]


def _settle(wake: threading.Event) -> None:
    while wake.is_set():
        wake.clear()
        time.sleep(SETTLE_SECONDS)


def _wake_later(wake: threading.Event, *, unless: bool) -> None:
    """Let another build begin after a while, unless the last one was done."""
    if not unless:
        timer = threading.Timer(BUSY_SECONDS, wake.set)
        timer.daemon = True
        timer.start()


def _needs_reload(path: str) -> bool:
    """Return True if a tab that has loaded the file at ``path`` has to load its page again.

    A tab compares pages by itself, and the search asks for its current index.
    """
    return not path.endswith(".html") and not path.startswith("search/")


class Preview:
    """The column in ``root``, shown from the folder ``site`` and ahead of it from ``quick``.

    ``say`` is called with lines for the terminal; errors go to the log and to the open ``tabs``.
    """

    def __init__(self, root: Path, site: Path, say: Callable[[str], None]) -> None:
        self.site = site
        self.say = say
        self.tabs = BrowserTabs()
        self.quick = QuickPreview()
        self._root = root

    def render_saved(self, saved: SavedFiles) -> None:
        """Make the page of every text that is saved, for ever.

        An error here (a file that is gone again, a template being written) is not the end: the
        whole build that follows meets it too, and explains it.
        """
        for paths in saved.batches():
            start = time.monotonic()
            try:
                files = self.quick.render(self._root, paths)
            except Exception as error:  # noqa: BLE001 - a template may raise anything
                reason = str(error) or type(error).__name__
                _log.warning("快速预览没有做成（%s），等整个网站生成。", reason)
                _log.debug("the quick preview of %s failed", sorted(paths), exc_info=True)
                continue
            if files:
                self.tabs.send("page")
                pages = "、".join(f"/{file.removesuffix('index.html')}" for file in files)
                self.say(f"先看 {pages}，用时 {time.monotonic() - start:.2f} 秒。")

    def rebuild(self) -> bool:
        """Build the site, and say how it went. Returns False if it should be tried again soon."""
        snapshots: list[Snapshot] = []

        def keep(edition: Edition) -> None:
            snapshots.append(Snapshot.of(edition.collection, edition.theme))
            self.quick.use(snapshots[-1])

        number = self.quick.start_build()
        try:
            report = build(self._root, self.site, drafts=True, on_edition=keep)
        except BusyError:
            self.tabs.send("problems", "另一次生成正在进行，等它结束后自动再试。")
            return False
        except ChangedError:
            return False
        except (XuelanError, OSError) as error:
            self._show_errors(f"没有生成成功：{error}")
            return True
        if report.written is None:
            self._show_errors(as_text(p for p in report.problems if p.is_error).rstrip())
            return True
        self.quick.finish_build(number, snapshots[-1] if snapshots else None)
        self._show_site(report)
        return True

    def _show_errors(self, text: str) -> None:
        _log.error(text)
        self.tabs.send("problems", text)

    def _show_site(self, report: BuildReport) -> None:
        changed = [path for path, _ in report.written.changed] if report.written else []
        self.say(f"已生成，改写文件 {len(changed)} 个，用时 {report.seconds:.1f} 秒。")
        self.tabs.send("site", files=[path for path in changed if _needs_reload(path)])
