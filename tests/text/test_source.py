"""Reading what editors wrote: bytes to text, text to front matter and body."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from xuelan.text.blanks import find_blanks, strip_blanks
from xuelan.text.problem import Code
from xuelan.text.source import MAX_TEXT_BYTES, Source, decode, list_files, read, split
from xuelan.text.yaml_reader import parse_yaml


def _source(text: str) -> Source:
    return Source("a.md", text, "")


def test_plain_utf_8_is_read_as_it_is() -> None:
    """Nothing is changed and the digest is that of the text."""
    source, problems = decode("a.md", "灯\n".encode())
    assert problems == []
    assert source == Source("a.md", "灯\n", hashlib.sha256("灯\n".encode()).hexdigest())


def test_a_bom_and_crlf_are_reported_and_taken_off() -> None:
    """So the rest of the file is checked in the same run."""
    source, problems = decode("a.md", b"\xef\xbb\xbfa\r\nb\rc\n")
    assert source is not None
    assert source.text == "a\nb\nc\n"
    assert [p.code for p in problems] == [Code.BOM, Code.CRLF]


def test_the_line_of_the_first_wrong_byte_is_named() -> None:
    """An editor finds the place, and is told when the file looks like GBK."""
    source, [problem] = decode("a.md", b"one\ntwo\n" + "学习材料".encode("gbk"))
    assert source is None
    assert (problem.line, problem.code) == (3, Code.ENCODING)
    assert "GBK" in problem.message


@given(st.binary())
def test_decoding_never_raises(raw: bytes) -> None:
    """Any bytes give a text or an error."""
    source, problems = decode("a.md", raw)
    assert source is not None or any(p.is_error for p in problems)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn"])))
def test_visible_characters_are_never_lost(text: str) -> None:
    """Whatever can be seen comes through reading unchanged."""
    source, problems = decode("a.md", f"x{text}".encode())
    assert source is not None
    assert source.text == f"x{text}"
    assert problems == []


def test_a_file_just_small_enough_is_read(tmp_path: Path) -> None:
    """The limit is for what no editor writes by hand."""
    (tmp_path / "a.md").write_bytes(b"x" * MAX_TEXT_BYTES)
    (tmp_path / "b.md").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    assert read(tmp_path, "a.md")[0] is not None
    assert read(tmp_path, "b.md")[0] is None


def test_splitting_front_matter_from_text() -> None:
    """The text begins after the second ``---``, and its line is known."""
    document, problems = split(_source("---\nid: a\n---\n\n第一段\n\n---\n"))
    assert problems == []
    assert document is not None
    assert document.front == {"id": "a"}
    assert document.body == "\n第一段\n\n---\n"
    assert document.body_line == 4


def test_empty_front_matter_is_an_empty_mapping() -> None:
    """So each required field is reported by name, not the file as a whole."""
    document, problems = split(_source("---\n---\ntext\n"))
    assert problems == []
    assert document is not None
    assert document.front == {}


@settings(max_examples=1000, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from(
            ("---", "--- ", "---\u3000", "----", "id: a", "tags: [甲]", "", "文 'a", "- b")
        ),
        max_size=9,
    ),
    begins=st.booleans(),
)
def test_a_file_is_split_at_its_first_two_fences(lines: list[str], begins: bool) -> None:
    """Front matter, body and its line are those that going through the lines gives."""
    lines = ["---", "id: b"] * begins + lines
    document, problems = split(_source("\n".join(lines)))
    fences = [n for n, line in enumerate(lines) if line.rstrip() == "---"]
    if document is None:
        assert problems
        return
    assert fences[0] == 0
    front, _ = parse_yaml("a.md", "\n".join(lines[1 : fences[1]]), first_line=2)
    assert problems or document.front == (front or {})
    body = "\n".join(lines[fences[1] + 1 :])
    assert document.body == strip_blanks(body, find_blanks(body))
    assert document.body_line == fences[1] + 2


def test_listing_is_sorted_and_passes_over_parked_files(tmp_path: Path) -> None:
    """``_notes`` and hidden files are an editor's own business."""
    for name in ("b.md", "a/c.md", "_draft.md", ".hidden.md", "_notes/d.md", "a/x.txt"):
        path = tmp_path / "materials" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert list_files(tmp_path, "materials", ".md") == ["materials/a/c.md", "materials/b.md"]
    assert list_files(tmp_path, "nowhere", ".md") == []


def test_links_are_listed_but_never_entered(tmp_path: Path) -> None:
    """A linked folder shows up as one name, and reading it is refused."""
    (tmp_path / "materials").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.md").write_text("secret")
    (tmp_path / "materials" / "more").symlink_to(tmp_path / "secret")
    assert list_files(tmp_path, "materials", ".md") == ["materials/more"]
    source, [problem] = read(tmp_path, "materials/more")
    assert source is None
    assert problem.code is Code.SYMLINK
    assert read(tmp_path, "materials/more/a.md")[0] is None
