"""Which encoding a text file has: marks first, then strict UTF-8, then the better reading of two.

A text in the wrong encoding is still a row of characters, only not of those that people use:
readings are scored by how common their characters are.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from xuelan.editing.importing.archive import NotImportedError

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
    (b"\x84\x31\x95\x33", "gb18030", "GB18030"),
)
_NAMES: Final = {
    "gb18030": "GB18030（GBK）", "big5hkscs": "Big5", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
}  # fmt: skip
_SAMPLE: Final = 60_000
"""Bytes of a file that are scored."""
_SURE: Final = 2
"""A score of text in common words; café in GBK is caf茅."""
_SIGNS: Final = "，。、：；？！“”‘’（）《》〔〕—…　·「」『』①②③"
_NEVER: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
_COMMON: Final = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过"
    "子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体"
    "制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内"
    "数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提"
    "直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计"
    "别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海"
    "口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身"
    "车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石"
    "记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青"
    "省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型"
    "眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the name of its encoding for people, and whether another reading came close."""

    text: str
    name: str
    is_certain: bool = True


def decode_text(data: bytes) -> Decoded:
    """Decode a text file. Raises :class:`NotImportedError` for what is no text."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return Decoded(
                _strict(data[0 if codec == "utf-32" else len(mark) :], codec, mark), name
            )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _choose(data)
    wide = [c for c in text[:_SAMPLE] if c > "\x7f"]
    disguised = bool(wide) and max(wide) < "\u0800"
    if b"\0" in data[:_SAMPLE] or disguised:
        # UTF-16 of ASCII text is valid UTF-8; so are the two words 通知 and 联通 in GBK.
        with contextlib.suppress(NotImportedError):
            other = _choose(data)
            if not disguised or _score(other.text[:_SAMPLE]) > _SURE:
                return other
    return Decoded(text, "UTF-8")


def _strict(data: bytes, codec: str, mark: bytes) -> str:
    if codec == "utf-16":
        codec = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise NotImportedError(
            "文字的编码有损坏，读不完整。请用记事本打开，另存为 UTF-8 再试。"
        ) from error


def _choose(data: bytes) -> Decoded:
    """The reading with the most common characters."""
    found = []
    for codec in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be"):
        if codec.startswith("utf-16") and (len(data) % 2 or not _looks_wide(data)):
            continue
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        found.append((_score(text[: _SAMPLE // 2]), codec, text))
    if not found or max(found)[0] <= 0:
        raise NotImportedError(
            "认不出文字的编码，也可能不是文字文件。请用记事本打开，另存为 UTF-8 再试。"
        )
    found.sort(reverse=True)
    score, codec, text = found[0]
    certain = len(found) == 1 or score - found[1][0] > 0.3
    return Decoded(text, _NAMES[codec], certain)


def _looks_wide(data: bytes) -> bool:
    """True for bytes that come in pairs: a line break or a blank with a zero beside it."""
    sample = data[:_SAMPLE]
    pairs = {sample[n : n + 2] for n in range(0, len(sample) - 1, 2)}
    return bool(pairs & {b"\n\0", b"\0\n", b" \0", b"\0 ", b"\x00\x30", b"\x30\x00", b"\x0c\xff"})


def _score(text: str) -> float:
    """How much ``text`` looks like Chinese, for each of its characters: 3 at best."""
    weighed = 0.0
    number = 0
    for character in text:
        if character.isascii() and character.isprintable():
            continue
        if character in "\r\n\t":
            continue
        number += 1
        weighed += _weight(character)
    return weighed / number if number else 0.0


@cache
def _weight(character: str) -> float:
    if character in _SIGNS:
        return 2.5
    if _NEVER.match(character):
        return -8
    if "\u4e00" <= character <= "\u9fff":
        return _weight_of_han(_simplify(character))
    return 1 if "\uff01" <= character <= "\uff5e" or character in "━─│○●■□△★" else -2


def _weight_of_han(simple: str) -> float:
    """3 for one of the 500 commonest, 1 for one of the 3,755 that GB 2312 calls common."""
    if simple in _COMMON_SET:
        return 3
    try:
        first, _ = simple.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return -2
    return 1 if first < 0xD8 else -1


_COMMON_SET: Final = frozenset(_COMMON)


@cache
def _simplify(character: str) -> str:
    """The simplified form of a character."""
    return _converter().convert(character) if character not in _COMMON_SET else character


@cache
def _converter() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - its tables take long to load

    return OpenCC("t2s")
