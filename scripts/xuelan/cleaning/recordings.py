"""Sound and film without the place where a telephone took them, or the name of its owner.

What is taken out is overwritten where it stands or cut off at an end, so that no offset moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xuelan.cleaning.errors import UnfitError

_TRACES: Final = ("去掉了拍摄位置、作者等附带信息",)
_DAMAGED: Final = UnfitError("不是完好的录音、录像，打不开", "重新导出一份")
_INSIDE: Final = (b"moov", b"trak")
_ABOUT: Final = (b"udta", b"meta", b"uuid")
_MOST_BOXES: Final = 100_000
_TAGS, _SEGMENT = 0x1254C367, 0x18538067
_UNKNOWN_SIZE: Final = (1 << 56) - 1


def clean_mp3(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The frames of an MP3 without the tags before (ID3v2) and behind them (ID3v1, APEv2)."""
    start, end = 0, len(data)
    while data[start : start + 3] == b"ID3":
        size = [b & 0x7F for b in data[start + 6 : start + 10]]
        if len(size) < 4:
            raise _DAMAGED
        start += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
        start += 10 if data[start - 10 : start - 7] == b"3DI" else 0
    if data[end - 128 : end - 125] == b"TAG":
        end -= 128
    if data[end - 32 : end - 24] == b"APETAGEX":
        end -= 32 + int.from_bytes(data[end - 20 : end - 16], "little")
    while start < end and data[start] == 0:  # padding
        start += 1
    if not (start + 2 < end and data[start] == 0xFF and data[start + 1] >= 0xE0):
        raise _DAMAGED
    return data[start:end], (_TRACES if end - start < len(data) else ())


def clean_mp4(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file with its boxes of user data turned into free space (ISO 14496-12)."""
    result = bytearray(data)
    names = set()
    for name, start, end, header in _boxes(data, 0, len(data), 0):
        names.add(name)
        if name in _ABOUT:
            result[start + 4 : start + 8] = b"free"
            result[start + header : end] = bytes(end - start - header)
    if b"moov" not in names:
        raise _DAMAGED
    done = _TRACES if result != data else ()
    if b"hvc1" in data or b"hev1" in data:
        done = (*done, "用的是 HEVC（H.265）编码，有的浏览器放不出来；最好转成 H.264 的 MP4")
    return bytes(result), done


def _boxes(data: bytes, start: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Each box from ``start`` to ``end``: name, beginning, end, length of its header."""
    count = 0
    while start + 8 <= end:
        size, name, header = (
            int.from_bytes(data[start : start + 4], "big"),
            data[start + 4 : start + 8],
            8,
        )
        if size == 1:
            size, header = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        after = end if size == 0 else start + size
        count += 1
        if after > end or after < start + header or count > _MOST_BOXES:
            raise _DAMAGED
        yield name, start, after, header
        if name in _INSIDE and depth < 3:
            yield from _boxes(data, start + header, after, depth + 1)
        start = after


def clean_webm(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The file with its tags turned into empty space (RFC 8794, RFC 9559)."""
    result = bytearray(data)
    place, end = 0, len(data)
    while place < end:
        name, size, header = _element(data, place)
        if name == _SEGMENT:
            place += header
            continue
        if size == _UNKNOWN_SIZE:  # a live recording, whose clusters tell no length
            break
        after = place + header + size
        if after > end:
            raise _DAMAGED
        if name == _TAGS and after - place >= 9:
            void = b"\xec\x01" + (after - place - 9).to_bytes(7, "big")
            result[place:after] = void + bytes(after - place - 9)
        place = after
    return bytes(result), (_TRACES if result != data else ())


def _element(data: bytes, place: int) -> tuple[int, int, int]:
    """Name, size and length of the header of the element at ``place``."""
    wide = 9 - data[place].bit_length()
    if not 1 <= wide <= 4 or place + wide >= len(data):
        raise _DAMAGED
    at = place + wide
    long = 9 - data[at].bit_length()
    if long > 8 or at + long > len(data):
        raise _DAMAGED
    size = int.from_bytes(data[at : at + long], "big") & ((1 << 7 * long) - 1)
    unknown = size == (1 << 7 * long) - 1
    name = int.from_bytes(data[place:at], "big")
    return name, _UNKNOWN_SIZE if unknown else size, wide + long
