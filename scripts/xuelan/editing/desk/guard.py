"""Who may ask the desk: the person's own browser, on this machine, and no page of another site."""

from __future__ import annotations

import hmac
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xuelan.preview.loopback import own_hosts

MOST_BYTES: Final = 60 * 1000 * 1000
"""The largest request: an attachment and a little more."""

_READING: Final = ("GET", "HEAD")
_CLOSED: Final = "这一页只能从本机的编辑台打开。请回到运行 xuelan edit 的窗口，重新点那里的网址。"


def policy(nonce: str) -> str:
    """The content security policy of a page whose own styles carry ``nonce``."""
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class Guard:
    """Passes on the requests of the person who started the desk, and refuses all others.

    They carry the ``token`` of this start: once in the address that was opened, from then on in a
    cookie that no script and no other site sees.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app = app
        self._hosts = own_hosts(port)
        self._token = token
        self._cookie = f"xuelan-desk-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the desk, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope["nonce"] = nonce

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = policy(nonce)
                headers["Cross-Origin-Resource-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._refuse(scope) or self._app
        await answer(scope, receive, send_guarded)

    def _refuse(self, scope: Scope) -> Response | None:
        """The refusal of a request, or the way in; None if the request may pass."""
        headers = Headers(scope=scope)
        is_reading = scope["method"] in _READING
        if self._is_foreign(headers, is_reading=is_reading):
            return PlainTextResponse(_CLOSED, 403)
        if is_reading and scope["path"] == "/" and scope["query_string"].startswith(b"token="):
            given = scope["query_string"].removeprefix(b"token=").decode("latin-1")
            if self._is_token(given):
                answer = RedirectResponse("/", 303)
                answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
                return answer
        if not self._is_token(_read_cookie(headers.get("cookie", ""), self._cookie)):
            return PlainTextResponse(_CLOSED, 403)
        length = headers.get("content-length", "0")
        if not is_reading and not (length.isdigit() and int(length) <= MOST_BYTES):
            return PlainTextResponse("文件太大，附件不超过 50 MB。", 413)
        return None

    def _is_foreign(self, headers: Headers, *, is_reading: bool) -> bool:
        """True for a request that a page of another site has caused.

        Its host name may point to this machine all the same (DNS rebinding).
        """
        host = headers.get("host", "")
        if host not in self._hosts:
            return True
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return True
        return not is_reading and headers.get("origin") != f"http://{host}"

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())


def _read_cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found else ""
