"""Who may ask the desk, and what it may write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_client import TOKEN, Desk, running

import tiny
from xuelan.editing.desk.places import DeskError, check_place


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tiny.write(tmp_path_factory.mktemp("access"))) as found:
        yield found


def test_the_address_of_the_start_lets_a_browser_in(desk: Desk) -> None:
    """The token goes into a cookie that no script and no other site can read."""
    answer = desk.request("GET", f"/?token={TOKEN}", Cookie="")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": ""},
        {"Cookie": "xuelan-desk-1=other"},
        {"Cookie": "\u00ff=;;"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
def test_nobody_else_is_answered(desk: Desk, headers: dict[str, str]) -> None:
    """Neither without the token, nor by another name of this machine, nor from another page."""
    answer = desk.request("POST", "/do/list", b"{}", **headers)
    assert answer.status == 403
    assert tiny.STORY.encode() not in answer.read()


def test_a_page_runs_no_script_but_its_own(desk: Desk) -> None:
    """The policy names the desk itself and nothing else; styles need the nonce of the page."""
    policies = {desk.request("GET", "/").headers["Content-Security-Policy"] for _ in range(2)}
    assert len(policies) == 2
    for policy in policies:
        assert "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "mkdocs.yml",
        "materials/../mkdocs.yml",
        "materials/../../outside.md",
        "/etc/passwd.md",
        "materials//x.md",
        "materials/./x.md",
        "materials/stories\\x.md",
        "C:/materials/x.md",
        "materials/C:x.md",
        "materials/con.md",
        "materials/aux/x.md",
        "materials/NUL",
        "materials/x.md.",
        "materials/x .md ",
        "materials/.git/x.md",
        "materials/_x.md",
        "materials/x\x00.md",
        "materials/x\u2028.md",
        "materials/x?.md",
        "materials/" + "长" * 60 + ".md",
        "materials/works.yml",
        "materials",
        "",
    ],
)
def test_no_other_place_is_read_or_written(desk: Desk, path: str) -> None:
    """Only materials, by names that Windows takes too; the answer is a message."""
    change = {"text": "x", "window": "w", "revision": 0, "base": ""}
    for action in ("open", "write", "save", "discard", "rebase"):
        status, answer = desk.ask(action, path=path, **change)
        assert status == 422, action
        assert "。" in answer["message"]


@pytest.mark.parametrize("path", ["page/../workbench.py", "page/desk.html", "look/site.js",
                                  "file/mkdocs.yml", "file/materials/works.yml",
                                  "file/materials/../docs/a.png", "file//etc/passwd"])  # fmt: skip
def test_no_other_file_is_shown(desk: Desk, path: str) -> None:
    """Pictures of materials, and the styles and scripts of the page."""
    assert desk.request("GET", f"/{path}").status == 404


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    """Neither one in the place of the file nor one on the way to it."""
    root = tiny.write(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "materials/elsewhere").symlink_to(outside)
    (root / "materials/stories/linked.md").symlink_to(outside / "x.md")
    for path in ("materials/elsewhere/x.md", "materials/stories/linked.md"):
        with pytest.raises(DeskError, match="链接"):
            check_place(root, path, ("materials",))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"path": 1}', b'{"path": null}'])
def test_a_senseless_request_is_a_message(desk: Desk, body: bytes) -> None:
    """Not a traceback."""
    for action in ("open", "write", "save", "mend", "create"):
        assert desk.request("POST", f"/do/{action}", body).status == 400


def test_a_request_that_is_too_large_is_not_read(desk: Desk) -> None:
    """It says how large a file may be."""
    answer = desk.request("POST", "/do/list", b"{}", Content_Length=str(10**9))
    assert answer.status == 413
