"""The forms of single values: what is wrong with one, and how it should be written.

Each check takes the text of a value and returns ``None`` or a :class:`Fault`. Where the meaning is
plain (``2016年3月7日``), the fault names the value to write instead.
"""

from __future__ import annotations

import datetime
import posixpath
import re
import unicodedata
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from xuelan.text.file_names import is_reserved
from xuelan.text.problem import Code, did_you_mean


class Fault(NamedTuple):
    """What is wrong with a value; ``better`` is the same value written well, if that is known."""

    code: Code
    message: str
    hint: str
    better: str = ""


SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
KEY: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
NUMBER: Final = r"[一-鿿]{2,16}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,4}号"
DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_LOOSE_NUMBER: Final = re.compile(
    r"([一-鿿]{2,16})[〔\[({<【〖《]((?:19|20)[0-9]{2})[〕\])}>】〗》]第?0*([0-9]{1,5})号"
)
_LOOSE_DATE: Final = re.compile(
    r"([0-9]{4})(?:[年./\-_—–](?:([0-9]{1,2})(?:[月./\-_—–](?:([0-9]{1,2})[日号]?)?)?)?)?"
)
_EIGHT_DIGITS: Final = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])")
_QUOTES: Final = "\"'“”‘’「」"
_HAN_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_SEPARATOR: Final = re.compile(r"\s*[，、；,;]\s*")
_GAP: Final = re.compile(r"(?<=[一-鿿])\s+(?=[一-鿿])")
_BRACKETS: Final = re.compile(r"[【［〔\[(（](.*)[】］〕\])）]")


def shorten(text: str) -> str:
    """The text as a message quotes it."""
    return text if len(text) <= 40 else text[:40] + "……"


def plain(text: str) -> str:
    """The text in half-width signs, without spaces and the quotation marks around it."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).strip(_QUOTES)


def split_names(text: str, *, spaces: bool = True) -> list[str]:
    """The names that an editor wrote as one text: ``【实干，担当】`` gives two."""
    text = text.strip()
    if found := _BRACKETS.fullmatch(text):
        text = found[1]
    parts = [part for part in _SEPARATOR.split(text) if part]
    if spaces:
        parts = [piece for part in parts for piece in _GAP.split(part)]
    return [part.strip().strip(_QUOTES + "[]【】［］") for part in parts if part.strip(_QUOTES)]


def joins_names(text: object) -> bool:
    """True for a text that holds several names and what stands between them."""
    return isinstance(text, str) and _SEPARATOR.search(text) is not None


def check_name(text: str) -> Fault | None:
    """One name: not several, and no space between the characters of a person's name."""
    if _SEPARATOR.search(text):
        parts = split_names(text, spaces=False)
        message = f"“{shorten(text)}”会成为一项，不是{len(parts)}项"
        better = ", ".join(parts)
        return Fault(Code.WRONG_TYPE, message, f"几项之间用半角逗号：{better}", better)
    if not _GAP.search(text) or re.search(r"(?:记者|通讯员|作者|编辑|摄影|整理)\s", text):
        return None
    parts = _GAP.split(text)
    if all(len(part) == 1 for part in parts):
        better = "".join(parts)
        message = f"“{text}”中间有空格"
        return Fault(Code.WRONG_TYPE, message, f"写成 {better}，版式另有安排", better)
    message = f"“{shorten(text)}”中间有空格"
    hint = f"是几项就用半角逗号：{', '.join(parts)}；是一个名称就去掉空格"
    return Fault(Code.WRONG_TYPE, message, hint)


LONGEST_ID: Final = 80
"""Characters of an id. An address and a file have it in their names; Windows takes 260 a path."""


def check_slug(text: str) -> Fault | None:
    """The id of a material or page."""
    if not SLUG.fullmatch(text):
        better = re.sub(r"[_\s./]+", "-", _bare_id(text).lower()).strip("-")
        hint = "只用小写英文字母、数字和连字符，例如 portrait-of-a-village"
        return _odd_id(text, better if SLUG.fullmatch(better) else "", hint)
    if is_reserved(text):
        return _odd_id(text, "", f"Windows 不收叫“{text}”的文件，加上一两个字，例如 {text}-text")
    if len(text) > LONGEST_ID:
        hint = f"编号太长（{len(text)}个字符），不超过{LONGEST_ID}个"
        return _odd_id(text, "", hint)
    return None


def explain_bad_id(text: str) -> str:
    """Why ``text`` cannot be an id, in one sentence; empty if it can."""
    fault = check_slug(text)
    return f"{fault.message}：{fault.hint}。" if fault else ""


def check_key(text: str) -> Fault | None:
    """The id of a fact or work."""
    if KEY.fullmatch(text):
        return None
    better = re.sub(r"[_\s./—–－]+", "-", _bare_id(text)).strip("-")
    return _odd_id(text, better if KEY.fullmatch(better) else "", "只用英文字母、数字和连字符")


def _bare_id(text: str) -> str:
    """The id within ``[@id]`` or ``../folder/id.md``."""
    text = unicodedata.normalize("NFKC", text).strip(_QUOTES + "[]【】@ ").removesuffix(".md")
    return posixpath.basename(text.replace("\\", "/"))


def _odd_id(text: str, better: str, hint: str) -> Fault:
    message = f"“{shorten(text)}”不能用作编号"
    return Fault(Code.SLUG, message, f"应写作 {better}" if better else hint, better)


def check_date(text: str) -> Fault | None:
    """A date, or the year and month or the year alone."""
    good = DATE.fullmatch(text)
    if good and _exists(good.groups()):
        return None
    message = f"“{shorten(text)}”不是日期写法"
    bare = _in_digits(plain(text))
    loose = _LOOSE_DATE.fullmatch(bare) or _EIGHT_DIGITS.fullmatch(bare)
    if loose is None:
        hint = "写成 '2016'、'2016-03' 或 '2016-03-28'；说不准的写在日期说明里"
        if re.match(r"[0-9]{1,2}[月./-][0-9]{1,2}日?$", bare):
            hint = "缺年份；" + hint
        return Fault(Code.DATE, message, hint)
    parts = [part for part in loose.groups() if part]
    better = "-".join([parts[0], *(part.zfill(2) for part in parts[1:])])
    if not _exists(parts):
        return Fault(Code.DATE, f"“{shorten(text)}”这一天不存在", "核对年份、月份和日数")
    return Fault(Code.DATE, message, f"应写作 '{better}'", better)


def _exists(parts: list[str] | tuple[str | None, ...]) -> bool:
    year, month, day = [*(int(part or 1) for part in parts), 1, 1][:3]
    try:
        return datetime.date(year, month, day).year > 0
    except ValueError:
        return False


def _in_digits(text: str) -> str:
    """``二〇一六年三月二十七日`` as ``2016年3月27日``."""
    tens = re.sub(r"([一二三]?)十([一二三四五六七八九]?)", _tens, text)
    return tens.translate(_HAN_DIGITS)


def _tens(found: re.Match[str]) -> str:
    return (found[1] or "一") + (found[2] or "〇")


def check_number(text: str) -> Fault | None:
    """The number of an official document (GB/T 9704)."""
    if re.fullmatch(NUMBER, text):
        return None
    message = f"“{shorten(text)}”不合发文字号写法"
    loose = _LOOSE_NUMBER.fullmatch(plain(text))
    if loose:
        better = f"{loose[1]}〔{loose[2]}〕{loose[3]}号"
        return Fault(Code.NUMBER, message, f"应写作 {better}", better)
    hint = "形如 某委发〔2016〕8号：年份用六角括号〔〕，号前不加“第”和 0"
    return Fault(Code.NUMBER, message, hint)


def check_url(text: str) -> Fault | None:
    """A whole address of a page."""
    if _is_url(text):
        return None
    message = f"“{shorten(text)}”不是完整的网址"
    better = plain(text).rstrip("，。；、,;.")
    if _is_url(better):
        return Fault(Code.ADDRESS, message, f"应写作 {better}", better)
    hint = "从浏览器地址栏整条复制"
    if not re.search(r"[A-Za-z0-9]\.[A-Za-z]", better):
        hint += "；没有网址就删掉这一行"
    elif re.match(r"[A-Za-z0-9.-]+(?:/|$)", better):
        hint += "，开头要有 https:// 或 http://"
    return Fault(Code.ADDRESS, message, hint)


def _is_url(text: str) -> bool:
    if re.search(r"[\s<>\"'`\\]|[，。；、：（）《》“”]$|\.\.\.$|…$", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return False


def check_file(text: str) -> Fault | None:
    """A path within the column."""
    if not (text.startswith("/") or "\\" in text or re.match(r"[A-Za-z]+:", text)):
        return None
    better = text.replace("\\", "/")
    known = not re.match(r"/|[A-Za-z]+:", better)
    hint = f"应写作 {better}" if known else "写成 文件夹/文件名，用 /，不用盘符"
    message = f"“{shorten(text)}”不是栏目内的相对路径"
    return Fault(Code.OUTSIDE, message, hint, better if known else "")


def check_choice(text: str, allowed: tuple[str, ...], note: str) -> Fault | None:
    """One of the ``allowed`` values; ``note`` says what they mean: ``draft 草稿（不上网）``."""
    if text in allowed:
        return None
    message = f"没有“{shorten(text)}”这个选项"
    bare = plain(text).strip("《》[]【】").lower()
    for choice in allowed:
        meant = {plain(choice).lower(), *re.findall(rf"{re.escape(choice)} ([一-鿿]+)", note)}
        if bare in meant or bare.removeprefix("已") in meant:
            return Fault(Code.UNKNOWN_VALUE, message, f"应写作 {choice}", choice)
    hint = did_you_mean(text, allowed) or f"可选：{'、'.join(allowed)}"
    return Fault(Code.UNKNOWN_VALUE, message, hint)


_YES: Final = frozenset({"是", "对", "有", "已", "真", "yes", "y", "on", "true", "√", "✓", "1"})
_NO: Final = frozenset(
    {"否", "不是", "错", "无", "没有", "假", "no", "n", "off", "false", "×", "0"}
)


def to_truth(word: str) -> str:
    """``true`` or ``false`` for a word that means it, else an empty text."""
    bare = plain(word).lower()
    return "true" if bare in _YES else "false" if bare in _NO else ""


def to_number(word: str) -> str:
    """The number that a word means, in plain digits: ``１，２００`` is 1200; else an empty text."""
    bare = plain(word).replace(",", "").removeprefix("+")
    return bare if re.fullmatch(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?", bare) else ""
