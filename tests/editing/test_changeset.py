"""Changes to several files, made together or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from xuelan.editing.changeset import ChangeError, ChangeSet


def _files(root: Path) -> dict[str, bytes]:
    return {f.relative_to(root).as_posix(): f.read_bytes() for f in root.rglob("*") if f.is_file()}


def _column(root: Path) -> ChangeSet:
    (root / "a.md").write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    (root / "b.md").write_bytes(b"b\n")
    return ChangeSet(root)


def test_an_edit_keeps_bom_and_line_ends(tmp_path: Path) -> None:
    """A file from Windows stays one."""
    change = _column(tmp_path)
    assert change.edit("a.md", lambda text: text.replace("b\n", "c\nd\n"))
    change.write()
    assert _files(tmp_path)["a.md"] == b"\xef\xbb\xbfa\r\nc\r\nd\r\n"


def test_a_change_that_fails_leaves_all_files_as_they_were(tmp_path: Path) -> None:
    """The second of three moves fails: the first is taken back."""
    change = _column(tmp_path)
    before = _files(tmp_path)
    change.edit("a.md", str.upper)
    change.move("b.md", "new/b.md")
    (tmp_path / "new").write_bytes(b"in the way")
    with pytest.raises(FileExistsError):
        change.write()
    (tmp_path / "new").unlink()
    assert _files(tmp_path) == before


def test_a_file_edited_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """Another program has saved it: nothing at all is written."""
    change = _column(tmp_path)
    change.edit("a.md", str.upper)
    change.edit("b.md", str.upper)
    (tmp_path / "b.md").write_bytes(b"mine\n")
    before = _files(tmp_path)
    with pytest.raises(ChangeError, match=r"b\.md"):
        change.write()
    assert _files(tmp_path) == before


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    """A file is added, or moved, only where none is."""
    change = _column(tmp_path)
    with pytest.raises(ChangeError, match="已经存在"):
        change.add("a.md", b"")
    with pytest.raises(ChangeError, match="已经存在"):
        change.move("a.md", "b.md")


def test_nothing_outside_the_folder_is_touched(tmp_path: Path) -> None:
    """Neither by ``..`` nor by a link to another folder."""
    root = tmp_path / "column"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    for path in ("../a.md", "link/a.md"):
        with pytest.raises(ChangeError):
            ChangeSet(root).add(path, b"")


def test_the_difference_is_shown_before_it_is_made(tmp_path: Path) -> None:
    """In the form in which Git shows it."""
    change = _column(tmp_path)
    change.edit("b.md", str.upper)
    assert change.diff() == "--- a/b.md\n+++ b/b.md\n@@ -1 +1 @@\n-b\n+B"
    assert _files(tmp_path)["b.md"] == b"b\n"
