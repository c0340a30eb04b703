"""Rules about what must not be published: personal numbers, addresses and marks of secrecy.

Every text that readers can get goes through :func:`check_text`: a material's whole file, data
files, settings, hand-written pages and the text of attachments. The numbers are those of Chinese
papers; tests and masks follow the national formats (GB 11643 for identity numbers, ISO/IEC 7812
for bank cards). No message repeats a secret; personal numbers are shown masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from xuelan.text.problem import Code, Problem

_WIDE: Final = str.maketrans("０１２３４５６７８９ＸｘＧＤＳＰＥ－", "0123456789XxGDSPE-")
_SPACE: Final = "[ \u00a0\u2002-\u200d\u2060\u3000\ufeff-]"
"""What people put between digits: blanks of any width, invisible joiners, hyphens."""

_PROVINCE_SIGNS: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_WORDS: Final = (
    "绝密", "机密", "秘密", "密级", "保密等级", "保密级别", "注意保密", "注意保存", "外传", "翻印",
    "内部资料", "内部文件", "内部材料", "内部刊物", "内部使用", "内部参考", "内部传阅", "内部掌握",
    "仅供内部", "不公开", "不予公开", "身份证", "证件号", "公民身份", "身份号", "护照",
    "住址", "家庭地址", "家住", "现住", "户籍", "年级", "大班", "中班", "小班", "单元", "号楼",
    "号室",
    *"０１２３４５６７８９",
    *(f"{number}{unit}" for number in "0123456789一二三四五六七八九十" for unit in "组室栋幢班"),
)  # fmt: skip
"""What stands in every text that a rule below finds fault with, but for numbers and addresses."""
_LONG_NUMBER: Final = re.compile("[0-9][0-9 |\u00a0\u2002-\u200d\u2060\u3000\ufeff-]{10}")
_PLATE_LIKE: Final = re.compile("[A-Z][A-Z0-9·]{5}")
_MAIL_LIKE: Final = re.compile("[0-9A-Za-z]@[0-9A-Za-z]")


@cache
def _words() -> AhoCorasick:
    """Finds the words and signs that a rule below looks at, all in one pass over a text."""
    return AhoCorasick(_WORDS, implementation=Implementation.DFA)


def _find_suspects(text: str) -> Iterator[tuple[int, str]]:
    """The lines of ``text`` in which a rule below may find something, numbered from 1.

    Most texts have none, which takes some 15 microseconds to tell.
    """
    places = [start for _, start, _ in _words().find_matches_as_indexes(text)]
    places += [found.start() for found in _LONG_NUMBER.finditer(text)]
    places += [found.start() for found in _PLATE_LIKE.finditer(text)]
    places += [found.start() for found in _MAIL_LIKE.finditer(text)] if "@" in text else []
    done = 0  # all before this position has been looked at
    number = 1
    for place in sorted(places):
        if place < done:
            continue
        start = text.rfind("\n", 0, place) + 1
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        number += text.count("\n", done, start)
        done = start
        yield number, text[start:end]
        done = end


_WEB_ADDRESS: Final = re.compile(r"(?:https?://|www\.)[^\s，。；）)】」]+", re.IGNORECASE)

_IDENTITY: Final = re.compile(
    rf"(?<![0-9A-Za-z])[1-9](?:{_SPACE}{{0,3}}[0-9]){{16}}{_SPACE}{{0,3}}[0-9Xx](?![0-9A-Za-z])"
)
_IDENTITY_IN_CELLS: Final = re.compile(r"(?<![0-9])[1-9](?: *\| *[0-9]){16} *\| *[0-9Xx](?![0-9])")
_OLD_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{14}(?![0-9A-Za-z])")
_IDENTITY_WORD: Final = re.compile(r"身份证|证件号|公民身份|身份号")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES: Final = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
     *range(61, 66), 71, 81, 82, 83)
)  # fmt: skip
"""First two digits of a place: mainland provinces, Taiwan, Hong Kong and Macao (81–83)."""

_MOBILE: Final = re.compile(
    rf"(?<![0-9A-Za-z./〔])(?:\+?86{_SPACE}?)?"
    rf"(1(?:3[0-9]|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8[0-9]|9[0-35-9])"
    rf"(?:{_SPACE}?[0-9]{{4}}{_SPACE}?[0-9]{{4}}))(?![0-9A-Za-z]|\.[0-9]|[ ]?[元人亩吨米%％])"
)
"""A mobile number of eleven digits, with the prefixes in use since 2022; not an amount."""

_CARD: Final = re.compile(rf"(?<![0-9A-Za-z.])[1-9](?:{_SPACE}?[0-9]){{15,18}}(?![0-9A-Za-z])")
_CARD_WORD: Final = re.compile(r"银行|卡号|账号|帐号|账户|帐户|开户")
_PASSPORT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:E[A-HJ-NP-Z0-9][0-9]{7}|G[0-9]{8}|[DSP]E?[0-9]{7})(?![0-9A-Za-z])"
)
_LANDLINE: Final = re.compile(
    r"(?<![0-9A-Za-z])[(（]?0(?:10|2[0-9]|[3-9][0-9]{2})[)）]?[- ]?[2-9][0-9]{6,7}(?![0-9])"
)
_PLATE: Final = re.compile(
    rf"[{_PROVINCE_SIGNS}][A-HJ-NP-Z]·?"
    r"(?=[A-HJ-NP-Z0-9]*[0-9])[A-HJ-NP-Z0-9]{5,6}(?![0-9A-Za-z])"
)
_MAIL: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._%+-]*@[0-9A-Za-z-]+\.[0-9A-Za-z.-]+")
_NUMBER: Final = "(?:[0-9]+|[一二三四五六七八九十百]+)"
_HOME: Final = re.compile(
    rf"(?:村|社区|小区|家园|花园|路|街|巷|屯)[^，。；、\n]{{0,6}}?{_NUMBER}"
    rf"(?:号楼|栋|幢|单元|室|(?:村民)?组{_NUMBER}号|号{_NUMBER}?(?:室|楼|单元))"
)
_DOOR: Final = re.compile(
    rf"(?:住址|家庭地址|家住|户籍|现住)[^，。；\n]{{0,24}}?{_NUMBER}(?:号|组|室)"
)
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷"
    "钱汤尹黎易常武乔贺赖龚文"
)
_PUPIL: Final = re.compile(
    rf"(?:小学|初中|中学|幼儿园)[^，。；\n]{{0,8}}?(?:年级|[0-9一二三四五六七八九十]+班|[大中小]班)"
    rf"[^，。；\n]{{0,6}}?(?:学生|同学|女生|男生|的)?[{_SURNAMES}](?!某|老师|校长)[一-鿿]{{1,2}}"
    r"(?:同学|[，。、；（]|今年|$)"
)

_SECRET: Final = re.compile(
    r"(?:绝密|机密|秘密)\s*[★☆*＊]|^\W*(?:绝密|机密|秘密)(?:级|件|文件)?\W*$"
    r"|(?:密级|保密等级|保密级别)\s*[:：]\s*(?:绝密|机密|秘密)"
)
"""A mark of secrecy: with ★, or alone on its line, or after 密级; not the word in a sentence."""
_INTERNAL: Final = re.compile(
    r"^\W*(?:内部(?:资料|文件|材料|刊物|使用|参考|传阅|掌握)|仅供内部|注意保存|注意保密|不得外传"
    r"|请勿外传|严禁外传|禁止外传|不得翻印|此件不公开|此件不予公开)"
    r"(?:\W|内部(?:资料|文件|材料|使用|参考|传阅)|仅供参考|注意保存|注意保密|妥善保管"
    r"|(?:不得|请勿|严禁|禁止)(?:外传|翻印|复制|公开))*$"
    r"|[(（【\[](?:内部(?:资料|文件|材料|使用)|此件不公开|此件不予公开|(?:不得|请勿|严禁|禁止)外传)"
    r"[^)）】\]\n]{0,12}[)）】\]]"
)
"""A mark that a paper is not public: alone on its line, or in brackets of its own."""


class _Finding(NamedTuple):
    """What a pattern found in a line: its code, what it is, and what to do."""

    code: Code
    message: str
    hint: str


def check_text(path: str, text: str, first: int = 1) -> Iterator[Problem]:
    """What in ``text`` must not be published; it begins at line ``first`` of the file at ``path``.

    Several findings of one kind in a line are one problem with a count.
    """
    for number, line in _find_suspects(text):
        found: dict[tuple[Code, str], list[_Finding]] = {}
        for finding in _look_at(line):
            found.setdefault((finding.code, finding.message), []).append(finding)
        for (code, message), findings in found.items():
            more = f"（这一行共 {len(findings)} 处）" if len(findings) > 1 else ""
            yield Problem(path, first + number - 1, code, message + more, findings[0].hint)


def _look_at(line: str) -> Iterator[_Finding]:
    yield from _marks(line)
    plain = _WEB_ADDRESS.sub(lambda m: " " * len(m[0]), line.translate(_WIDE))
    taken: list[tuple[int, int]] = []
    yield from _identities(plain, taken)
    yield from _cards(plain, taken)
    yield from _phones(plain, taken)
    yield from _other_numbers(plain)
    yield from _places(plain)


def _marks(line: str) -> Iterator[_Finding]:
    if "密" in line and _SECRET.search(line):
        hint = "立即下线并报告；涉密文件不得上网，去掉标志也不行"
        yield _Finding(Code.SECRECY, "有密级标志", hint)
    elif _INTERNAL.search(line.strip()):
        hint = "不公开的文件不能登在网站上；确认可以公开的，由审核人写明依据"
        yield _Finding(Code.INTERNAL, "有“内部”“不得外传”一类的标志", hint)


def _identities(line: str, taken: list[tuple[int, int]]) -> Iterator[_Finding]:
    for pattern in (_IDENTITY, _IDENTITY_IN_CELLS):
        for found in pattern.finditer(line):
            number = re.sub(r"[^0-9Xx]", "", found[0]).upper()
            beside = _is_beside(_IDENTITY_WORD, line, found.start())
            if not _can_be_identity(number, with_check=not beside):
                continue
            taken.append(found.span())
            shown = f"{number[:6]}********{number[-4:]}"
            if _can_be_identity(number, with_check=True):
                yield _personal("有身份证号", f"删去；必须区分同名的人时，写成 {shown}")
            else:
                hint = f"删去，或写成 {shown}；写错了的也是个人信息"
                yield _likely("像身份证号，校验位不对", hint)
    for found in _OLD_IDENTITY.finditer(line):
        if _is_beside(_IDENTITY_WORD, line, found.start()):
            taken.append(found.span())
            shown = f"{found[0][:6]}******{found[0][-3:]}"
            yield _personal("有十五位的身份证号", f"删去，或写成 {shown}")


def _can_be_identity(number: str, *, with_check: bool) -> bool:
    """True if ``number`` of 18 signs has a place, a day of birth and, if asked, its check digit.

    A random run has the right check digit once in eleven, so all are asked for.
    """
    if int(number[:2]) not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if born.year // 100 not in (19, 20):
        return False
    total = sum(w * int(n) for w, n in zip(_WEIGHTS, number[:17], strict=True))
    return not with_check or "10X98765432"[total % 11] == number[17]


def _cards(line: str, taken: list[tuple[int, int]]) -> Iterator[_Finding]:
    for found in _CARD.finditer(line):
        if _overlaps(found.span(), taken):
            continue
        number = re.sub(r"[^0-9]", "", found[0])
        beside = _is_beside(_CARD_WORD, line, found.start())
        hint = f"删去，或只写末四位 {number[-4:]}；单位的公开账户，由审核人写明依据"
        if _passes_luhn(number) and (number.startswith("62") or beside):
            taken.append(found.span())
            yield _personal("有银行卡号", hint)
        elif beside:
            taken.append(found.span())
            yield _likely("像银行账号", hint)


def _passes_luhn(number: str) -> bool:
    """True if the last digit is the check digit of the others (ISO/IEC 7812-1, Luhn)."""
    total = 0
    for place, sign in enumerate(reversed(number)):
        digit = int(sign) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _phones(line: str, taken: list[tuple[int, int]]) -> Iterator[_Finding]:
    for found in _MOBILE.finditer(line):
        if not _overlaps(found.span(), taken):
            number = re.sub(r"[^0-9]", "", found[1])
            shown = f"{number[:3]}****{number[-4:]}"
            yield _personal("有手机号", f"删去，或改用办公电话；必须写的，写成 {shown} 的样子")
            taken.append(found.span())
    for found in _LANDLINE.finditer(line):
        if not _overlaps(found.span(), taken):
            message = f"有固定电话，末四位 {found[0][-4:]}"
            yield _Finding(Code.CONTACT, message, "办公电话可以登，确认它不是住宅电话")


def _other_numbers(line: str) -> Iterator[_Finding]:
    if "护照" in line:
        for found in _PASSPORT.finditer(line):
            yield _personal(f"有护照号 {found[0][:2]}*****{found[0][-2:]}", "删去")
    for found in _PLATE.finditer(line):
        yield _likely(f"像车牌号 {found[0][:2]}***{found[0][-2:]}", "删去")
    for found in _MAIL.finditer(line):
        if "@" in found[0]:
            message = f"有电子邮箱 {found[0][0]}***@{found[0].split('@')[1][:30]}"
            yield _Finding(Code.CONTACT, message, "单位的公用邮箱可以登，确认它不是个人邮箱")


def _places(line: str) -> Iterator[_Finding]:
    for pattern in (_HOME, _DOOR):
        if found := pattern.search(line):
            message = f"像住址，写到了门牌：{found[0][:4]}……"
            yield _likely(message, "只写到乡镇、街道；单位的地址由审核人写明依据")
            break
    if _PUPIL.search(line):
        yield _likely("像未成年人的姓名连着学校、班级", "删去姓名或学校，或写成“某小学学生”")


def _personal(message: str, hint: str) -> _Finding:
    return _Finding(Code.PERSONAL_NUMBER, message, hint)


def _likely(message: str, hint: str) -> _Finding:
    return _Finding(Code.PERSONAL_DATA, message, hint)


def _is_beside(word: re.Pattern[str], line: str, at: int) -> bool:
    """True if ``word`` stands within the 20 characters before position ``at``."""
    return word.search(line, max(0, at - 20), at) is not None


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)
