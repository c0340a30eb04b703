"""Takes out of a picture's file all that is no picture, without touching a pixel.

A JPEG, PNG, GIF or WebP file is a row of parts, each with its name and length. Only parts named
here are copied: those that say how the picture looks. All others go, known or not: EXIF with
position and owner, XMP, comments, thumbnails of an earlier version, and whatever a camera hangs on
behind the end. Each function raises ``ValueError`` or ``IndexError`` for a file that is damaged.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Final

_JPEG_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length (ITU-T T.81, table B.1)."""
_JPEG_END_OF_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP acTL fcTL fdAT".split()
)
_GIF_KEPT: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
"""Applications of a GIF that tell how often it repeats."""
_WEBP_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_NAMES_NOBODY: Final = 0xFF ^ 0x0C
"""Clears the flags of VP8X that announce EXIF and XMP."""


def strip_jpeg(data: bytes) -> bytes:
    """The JPEG up to its end, with JFIF header, colour profile and Adobe's colour mark."""
    if data[:2] != b"\xff\xd8":
        raise ValueError(data[:2])
    kept, place = [b"\xff\xd8"], 2
    while True:
        if data[place] != 0xFF:
            raise ValueError(place)
        marker = data[place + 1]
        if marker == 0xFF:  # a filling byte
            place += 1
        elif marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        elif marker in _JPEG_ALONE:
            kept.append(data[place : place + 2])
            place += 2
        else:
            end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
            if marker == 0xDA:  # the scan that follows its header has no length
                following = _JPEG_END_OF_SCAN.search(data, end)
                if following is None:
                    raise ValueError(place)
                end = following.start()
            if _is_kept_in_jpeg(marker, data[place + 4 : end]):
                kept.append(data[place:end])
            place = max(end, place + 4)


def _is_kept_in_jpeg(marker: int, content: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        beginnings = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
        return marker in beginnings and content.startswith(beginnings[marker])
    return marker != 0xFE


def strip_png(data: bytes) -> bytes:
    """The PNG up to its end, without texts, times and chunks of single programs."""
    if data[:8] != _PNG_SIGNATURE:
        raise ValueError(data[:8])
    kept, place, name = [_PNG_SIGNATURE], 8, b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, place) if place + 8 <= len(data) else (0, b"")
        end = place + 12 + size
        if not name or end > len(data):
            raise ValueError(place)
        if name in _PNG_KEPT:
            kept.append(data[place:end])
        place = end
    return b"".join(kept)


def strip_gif(data: bytes) -> bytes:
    """The GIF up to its end, without comments."""
    if data[:6] not in (b"GIF87a", b"GIF89a"):
        raise ValueError(data[:6])
    place = 13 + _colours(data[10])
    kept = [data[:place]]
    while data[place] != 0x3B:
        start = place
        if data[place] == 0x2C:
            place += 11 + _colours(data[place + 9])
            wanted = True
        elif data[place] == 0x21:
            wanted = data[place + 1] == 0xF9 or (
                data[place + 1] == 0xFF and data[place + 3 : place + 14] in _GIF_KEPT
            )
            place += 2
        else:
            raise ValueError(place)
        while data[place]:  # a row of blocks, each with its length before it
            place += 1 + data[place]
        place += 1
        if wanted:
            kept.append(data[start:place])
    return b"".join([*kept, b"\x3b"])


def _colours(flags: int) -> int:
    """Bytes of the table of colours that ``flags`` announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def strip_webp(data: bytes) -> bytes:
    """The WebP without EXIF, XMP and chunks of single programs."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError(data[:12])
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise ValueError(end)
    kept, place = [], 12
    while place + 8 <= end:
        name = data[place : place + 4]
        after = place + 8 + int.from_bytes(data[place + 4 : place + 8], "little")
        chunk = data[place : after + (after & 1)]
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & _WEBP_NAMES_NOBODY]) + chunk[9:]
        if name in _WEBP_KEPT:
            kept.append(chunk)
        place = after + (after & 1)
    inside = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(inside).to_bytes(4, "little") + inside


STRIPPERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "JPEG": strip_jpeg,
    "PNG": strip_png,
    "GIF": strip_gif,
    "WEBP": strip_webp,
}
"""By Pillow's names of the formats."""
