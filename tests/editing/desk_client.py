"""A desk that runs for a test, and a client that asks it as the page does."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xuelan.editing.desk.serve import make_server
from xuelan.editing.desk.workbench import Workbench

TOKEN = "a-token-of-this-start"


class Desk:
    """A running desk; ``ask`` returns status and answer of an action."""

    def __init__(self, root: Path, port: int) -> None:
        self.root = root
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"
        self.entry = f"{self.address}?token={TOKEN}"

    def request(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """One request with the headers of the page, each of which ``headers`` may replace."""
        own = {
            "Host": f"127.0.0.1:{self.port}",
            "Origin": self.address.rstrip("/"),
            "Cookie": f"xuelan-desk-{self.port}={TOKEN}",
        }
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, {k: v for k, v in own.items() if v})
        return connection.getresponse()

    def ask(self, action: str, **asked: Any) -> tuple[int, Any]:
        answer = self.request("POST", f"/do/{action}", json.dumps(asked).encode())
        return answer.status, json.loads(answer.read())

    def get(self, action: str, **asked: Any) -> Any:
        """The answer of an action that must succeed."""
        status, answer = self.ask(action, **asked)
        assert status == 200, answer
        return answer

    def put(self, action: str, query: str, body: bytes) -> tuple[int, Any]:
        """Status and answer of an action that takes a file."""
        answer = self.request("POST", f"/put/{action}?{query}", body)
        return answer.status, json.loads(answer.read())


@contextmanager
def running(root: Path) -> Iterator[Desk]:
    """The desk of the column in ``root``, for as long as the block lasts."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        server = make_server(Workbench(root), port, TOKEN)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield Desk(root, port)
        finally:
            server.should_exit = True
            thread.join(timeout=20)
