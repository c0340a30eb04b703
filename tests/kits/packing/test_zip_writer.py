"""ZIPs written from finished members: read back whole, large ones too."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.kits.packing import zip_writer
from xuelan.kits.packing.zip_writer import ZipMember, comment_of, write_zip
from xuelan.model.kit import KitError


@given(
    st.lists(
        st.tuples(st.text(alphabet="甲乙abc.-", min_size=1, max_size=12), st.binary(max_size=300)),
        max_size=6,
        unique_by=lambda item: item[0],
    )
)
def test_what_is_written_is_read_back(files: list[tuple[str, bytes]]) -> None:
    """Python's own ZIP reader finds every file, its bytes and its Chinese name."""
    data = b"".join(write_zip("夹", [ZipMember.of(n, d) for n, d in files], "2026-01-02", "mark 1"))
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        assert whole.testzip() is None
        assert [(i.filename, whole.read(i)) for i in whole.infolist()] == [
            (f"夹/{n}", d) for n, d in files
        ]
        assert all(i.flag_bits & 0x800 for i in whole.infolist())
    assert comment_of(data[-200:]) == "mark 1"


def test_more_files_than_a_plain_zip_can_count() -> None:
    """A site of 70,000 files is packed in the form made for that, and read back."""
    members = [ZipMember.of(f"{n}.txt", b"") for n in range(70_000)]
    data = b"".join(write_zip("夹", members, "2026-01-02"))
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert len(names) == 70_000
    assert names[-1] == "夹/69999.txt"


def test_a_kit_too_large_for_a_zip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in words, with what to do, before anything is written."""
    monkeypatch.setattr(zip_writer, "MAX_BYTES", 1000)
    with pytest.raises(KitError, match="超过 4 GB"):
        write_zip("夹", [ZipMember.of("a.png", bytes(2000))], "2026-01-02")
