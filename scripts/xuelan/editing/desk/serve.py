"""Runs the desk on the loopback address until it is interrupted."""

from __future__ import annotations

import contextlib
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from xuelan.editing.desk.app import make_app
from xuelan.editing.desk.workbench import Workbench
from xuelan.preview.loopback import ADDRESS


def serve(root: Path, port: int, say: Callable[[str], None], *, browser: bool = True) -> None:
    """Open the desk of the column in ``root`` on ``127.0.0.1:port``; 0 takes any free port.

    ``say`` is called with lines for the terminal. Returns when interrupted. Raises ``OSError`` if
    the port is taken.
    """
    bench = Workbench(root)
    with _listen(port) as listener:
        own_port = listener.getsockname()[1]
        token = secrets.token_urlsafe(24)
        address = f"http://{ADDRESS}:{own_port}/?token={token}"
        server = make_server(bench, own_port, token)
        say(f"编辑台：{address}")
        say("关掉这个窗口，或按 Ctrl+C，编辑台就结束；写过的都已经存好。")
        if browser:
            webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        say("编辑台结束。")


def make_server(bench: Workbench, port: int, token: str) -> uvicorn.Server:
    """Return a server for the desk of ``bench`` that is asked for on ``port`` with ``token``."""
    config = uvicorn.Config(
        make_app(bench, port, token),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        http="h11",
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(config)


def _listen(port: int) -> socket.socket:
    """A socket that listens on ``port`` of the loopback address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there the option would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener
