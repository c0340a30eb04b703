"""Problems: values that reading and rules return, and that a command sorts and prints once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import Enum, StrEnum
from typing import Final


class Severity(StrEnum):
    """The severity of a problem; only an ERROR makes ``xuelan check`` and the build fail."""

    ERROR = "错误"
    WARNING = "警告"
    NOTE = "提示"


class Code(Enum):
    """Every kind of problem: its stable name, its severity and what it means to an editor."""

    # Files
    ENCODING = (
        "encoding",
        Severity.ERROR,
        "文件不是 UTF-8 编码，常见于用记事本另存为 ANSI（GBK）的文件。",
    )
    BOM = "bom", Severity.NOTE, "文件开头有看不见的 BOM 标记；读的时候不算，可以不改。"
    CRLF = "crlf", Severity.NOTE, "文件用的是 Windows 换行（CRLF）；照样读，可以不改。"
    BLANKS = "blanks", Severity.NOTE, "行首有全角空格，或行末有空格；读的时候不算，可以不改。"
    EMPTY_FILE = "empty-file", Severity.ERROR, "文件是空的。"
    TOO_LARGE = "too-large", Severity.ERROR, "文件太大，不像是一篇手写的材料。"
    SYMLINK = (
        "symlink",
        Severity.ERROR,
        "文件是符号链接；为防止把目录以外的内容带上网站，一律不收。",
    )
    OUTSIDE = "outside", Severity.ERROR, "路径指到了栏目目录以外。"
    UNREADABLE = "unreadable", Severity.ERROR, "文件打不开。"
    CONTROL_CHARACTER = "control-character", Severity.ERROR, "文件里有看不见的控制字符。"
    # Front matter and data
    NO_FRONT_MATTER = "no-front-matter", Severity.ERROR, "材料开头缺少用两行 --- 围住的信息栏。"
    YAML = "yaml", Severity.ERROR, "信息栏或数据文件的 YAML 写法有误，读不下去。"
    LOST_TEXT = (
        "lost-text",
        Severity.ERROR,
        "这里的字会被 YAML 当成注释、记号，或与别的字并成一项，读者看不到。",
    )
    DUPLICATE_KEY = "duplicate-key", Severity.ERROR, "同一个字段写了两遍。"
    UNKNOWN_FIELD = "unknown-field", Severity.ERROR, "没有这个字段。"
    MISSING_FIELD = "missing-field", Severity.ERROR, "缺少必填字段。"
    WRONG_TYPE = "wrong-type", Severity.ERROR, "字段的值不是所要求的样子（例如应为列表）。"
    UNKNOWN_VALUE = "unknown-value", Severity.ERROR, "字段的值不在可选范围之内。"
    DATE = "date", Severity.ERROR, "日期写法不对，或者根本没有这一天。"
    NUMBER = "document-number", Severity.ERROR, "发文字号写法不对，例如括号应为六角括号〔〕。"
    ADDRESS = "address", Severity.ERROR, "网址写法不对，只收 https:// 或 http:// 开头的网址。"
    SLUG = "slug", Severity.ERROR, "编号只能用小写英文字母、数字和连字符。"
    # The collection as a whole
    ID_MISMATCH = "id-mismatch", Severity.ERROR, "编号与文件名不一致。"
    DUPLICATE_ID = "duplicate-id", Severity.ERROR, "两份内容用了同一个编号。"
    UNKNOWN_REFERENCE = "unknown-reference", Severity.ERROR, "引用的编号不存在。"
    UNUSED_WORK = "unused-work", Severity.NOTE, "书目中的条目没有被任何事实或材料用到。"
    ATTACHMENT_TEXT = (
        "attachment-text",
        Severity.WARNING,
        "附件里的文字读不出来，读者检索不到它的内容。",
    )
    NEAR_DUPLICATE = (
        "near-duplicate",
        Severity.WARNING,
        "两份材料的标题相同，或者正文大半相同，可能收了两遍。",
    )
    MISSING_FILE = "missing-file", Severity.ERROR, "附件或媒体文件不存在。"
    FILE_TYPE = (
        "file-type",
        Severity.ERROR,
        "这种文件不能发布：程序、网页会在读者的电脑上运行，有的格式浏览器打不开。",
    )
    FILE_CONTENT = (
        "file-content",
        Severity.ERROR,
        "文件的内容和名字对不上，或者带有宏、密码、夹带的文件，或者已经损坏。",
    )
    FILE_CLEANED = (
        "file-cleaned",
        Severity.NOTE,
        "发布的是一份副本：去掉了作者、拍摄位置，或缩小了图片；你的原件没有动。",
    )
    NOT_SEARCHED = (
        "not-searched",
        Severity.NOTE,
        "这种附件里的文字检索不到，读者只能按名称找到它。",
    )
    FILE_NAME = "file-name", Severity.ERROR, "文件名里有 Windows 不收的字符，下载之后打不开。"
    DUPLICATE_FILE = (
        "duplicate-file",
        Severity.ERROR,
        "两个文件同名，或者只差大小写：发布之后，或在 Windows 上，会互相覆盖。",
    )
    UNUSED_FILE = (
        "unused-file",
        Severity.WARNING,
        "材料目录里有一个文件没有被任何材料用到，可能是名字写错了，网站上不会有它。",
    )
    RIGHTS = "rights", Severity.ERROR, "文字状态与发布依据不相容，例如第三方作品不得刊登全文。"
    PLACEHOLDER = "placeholder", Severity.ERROR, "样板里的话没有改成自己的。"
    SKIPPED_ARTICLE = (
        "skipped-article",
        Severity.ERROR,
        "文章的文件名不以 .md 结尾，没有收进栏目。",
    )
    LIFE = "life", Severity.ERROR, "“被替代”的材料要写明由哪一份替代。"
    WITHDRAWAL = "withdrawal", Severity.WARNING, "撤下的材料要写明哪一天、为什么撤下，读者会看到。"
    SIGN_OFF = (
        "sign-off",
        Severity.WARNING,
        "审核签字不算数：签字之后内容又有改动，或同一个人签了两审，需要重新审核。",
    )
    UNSIGNED = "unsigned", Severity.WARNING, "三审没有签齐，这份材料暂不上网。"
    KIT = (
        "kit",
        Severity.ERROR,
        "套装清单里要的东西不齐，例如指南里没有所要的议程；套装宁可不出，也不缺件。",
    )
    # Hand-written pages
    STRAY_FILE = (
        "stray-file",
        Severity.NOTE,
        "手写页的文件夹里有副本、底稿或软件留下的文件，没有发布到网站上。",
    )
    ADDRESS_TAKEN = (
        "address-taken",
        Severity.ERROR,
        "两个页面的网址相同，一个会盖掉另一个。",
    )
    # Text
    SIGN = (
        "sign",
        Severity.ERROR,
        "有印不出来的字符，例如表情符号、看不见的标记、从 PDF 里粘来的连字和部首。",
    )
    EMPTY_TEXT = "empty-text", Severity.ERROR, "材料没有正文。"
    HEADING = "heading", Severity.ERROR, "小标题级别不对：正文从二级（##）开始，不跳级。"
    DEAD_LINK = "dead-link", Severity.ERROR, "正文里的链接指向不存在的文件或段落。"
    UNSAFE_LINK = "unsafe-link", Severity.ERROR, "链接使用了不安全的写法，例如 javascript:。"
    OUTBOUND_LINK = (
        "outbound-link",
        Severity.ERROR,
        "正文直接链接了站外网址；站外网址只能登记在书目里，且须经核准。",
    )
    RAW_HTML = "raw-html", Severity.ERROR, "正文里写了 HTML 代码；网站会把它当普通文字处理。"
    IMAGE_ALT = "image-alt", Severity.ERROR, "图片没有替代文字，看不见图的人不知道内容。"
    FIGURE = (
        "figure",
        Severity.WARNING,
        "图片没有单独成段，或者图题里写了引注，网页上显示不出图题。",
    )
    NO_CAPTION = "no-caption", Severity.NOTE, "正文里的图片没有图题。"
    UNKNOWN_CITATION = "unknown-citation", Severity.ERROR, "引注的编号在书目和事实库中都查不到。"
    HEARSAY = "hearsay", Severity.ERROR, "引用了可信度为 medium 的事实，句中却没有写明“据报道”。"
    QUOTATION = (
        "quotation",
        Severity.ERROR,
        "引号里的长句在事实库、书目和标题中查不到原文，可能引错或改动了原话。",
    )
    UNCHECKED_QUOTATION = (
        "unchecked-quotation",
        Severity.NOTE,
        "栏目还没有事实库（materials/facts.yml），引号里的长句没有核对。",
    )
    WAIVED = "waived", Severity.NOTE, "信息栏里写明理由，放行了这一种问题。"
    UNUSED_WAIVER = (
        "unused-waiver",
        Severity.WARNING,
        "信息栏里放行的问题，这份材料里并没有，应删掉这一条。",
    )
    PUNCTUATION = (
        "punctuation",
        Severity.NOTE,
        "中文里用了半角标点、全角数字，或省略号、连接号写得不合规范（GB/T 15834、15835）。",
    )
    WORDING = (
        "wording",
        Severity.WARNING,
        "写了用语表（materials/wording.yml）里说不该这样写的字词。",
    )
    PORTABLE = "portable", Severity.ERROR, "这种写法在代码平台预览和网站上显示不一样。"
    # What must not be published
    PERSONAL_NUMBER = (
        "personal-number",
        Severity.ERROR,
        "写了身份证号、手机号、银行卡号或护照号；个人信息不能上网。",
    )
    PERSONAL_DATA = (
        "personal-data",
        Severity.WARNING,
        "像是个人信息：校验位不对的证件号、账号、车牌、门牌，或未成年人的姓名连着学校。",
    )
    CONTACT = (
        "contact",
        Severity.NOTE,
        "写了固定电话或电子邮箱；单位的可以登，个人的不行。",
    )
    SECRECY = (
        "secrecy",
        Severity.ERROR,
        "有密级标志；涉密文件不得上网，去掉标志也不行。",
    )
    INTERNAL = (
        "internal-mark",
        Severity.ERROR,
        "有“内部”“不得外传”一类的标志；不公开的文件不能登。",
    )
    JOINED_LINES = (
        "joined-lines",
        Severity.WARNING,
        "几行文字之间没有空行，网站上会连成一段；要看本来是一段、几段还是列表。",
    )
    UNMARKED = (
        "unmarked",
        Severity.NOTE,
        "像小标题、列表、注释号或横线的只是普通文字；公文全文照录的，只提醒，不要求改。",
    )
    EMPHASIS = "emphasis", Severity.NOTE, "两个 * 中间的字会显示成强调，* 本身看不到；乘号要写 ×。"
    FULL_WIDTH_MARK = (
        "full-width-mark",
        Severity.ERROR,
        "记号用了中文输入法的全角符号，不起作用，网站上会照原样显示。",
    )
    LOST_SIGN = (
        "lost-sign",
        Severity.ERROR,
        "正文里写的一个符号或序号，网站上看不到，或者会变成别的。",
    )
    # Column settings
    SETTINGS = "settings", Severity.ERROR, "mkdocs.yml 中栏目设置有误。"
    FOOTER_MARK = "footer-mark", Severity.ERROR, "页脚的备案号或标识码格式不对。"

    def __init__(self, slug: str, severity: Severity, meaning: str) -> None:
        self.slug = slug
        self.severity = severity
        self.meaning = meaning


NEVER_WAIVED: Final = frozenset(
    {
        # The file cannot be read, or has something in it that must not get out.
        *(Code.ENCODING, Code.EMPTY_FILE, Code.TOO_LARGE, Code.SYMLINK, Code.OUTSIDE),
        *(Code.UNREADABLE, Code.CONTROL_CHARACTER, Code.NO_FRONT_MATTER, Code.YAML),
        *(Code.DUPLICATE_KEY, Code.FILE_TYPE, Code.UNSAFE_LINK),
        # The value of a field is missing, and pages and kits are made from it.
        *(Code.UNKNOWN_FIELD, Code.MISSING_FIELD, Code.WRONG_TYPE, Code.UNKNOWN_VALUE),
        *(Code.DATE, Code.ADDRESS, Code.SLUG, Code.ID_MISMATCH, Code.DUPLICATE_ID),
        *(Code.UNKNOWN_REFERENCE, Code.MISSING_FILE, Code.DUPLICATE_FILE),
        # A page or a kit would refer to nothing, or cannot be made.
        *(Code.UNKNOWN_CITATION, Code.DEAD_LINK, Code.HEADING, Code.IMAGE_ALT, Code.KIT),
        Code.SIGN,
        # They are not about a text, or say themselves that something was waived.
        *(Code.SETTINGS, Code.FOOTER_MARK, Code.WAIVED, Code.UNUSED_WAIVER),
    }
)
"""Problems that no ``waive:`` lets pass: with them a site is unsafe or cannot be made."""

WAIVABLE: Final = tuple(code.slug for code in Code if code not in NEVER_WAIVED)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that mends a problem: characters ``start`` to ``end`` of a line become ``new``.

    ``line`` counts from 1, ``start`` and ``end`` from 0 within the line as the file has it;
    ``new`` may hold line breaks.
    """

    line: int
    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its place, its kind, and (``hint``) what to do about it.

    ``path`` is relative to the column's folder, with ``/``; ``line`` counts from 1. ``edits`` are
    there only if a machine can mend the problem: applied together they mend it and change no
    word.
    """

    path: str
    line: int
    code: Code
    message: str
    hint: str = ""
    edits: tuple[Edit, ...] = ()

    def __lt__(self, other: Problem) -> bool:
        return (self.path, self.line, self.code.slug, self.message) < (
            other.path,
            other.line,
            other.code.slug,
            other.message,
        )

    @property
    def is_error(self) -> bool:
        """True if the column cannot be built before the problem is mended."""
        return self.code.severity is Severity.ERROR


def fatal(problems: Iterable[Problem], *, strict: bool = False) -> list[Problem]:
    """The problems that make a check or a build fail: errors and, if ``strict``, warnings."""
    severities = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return [p for p in problems if p.code.severity in severities]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word nearest to ``word``; empty if none is near."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"是不是想写“{near[0]}”？" if near else ""


UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Characters that a file's name can have and a line of output must not: line breaks, escape
sequences, bytes that are no UTF-8."""


def as_text(problems: Iterable[Problem]) -> str:
    """Problems for a terminal: a line each, the hint indented below it, a count at the end."""
    lines: list[str] = []
    found = sorted(problems)
    for p in found:
        place = f"{p.path}:{p.line}: {p.code.severity}[{p.code.slug}] {p.message}"
        lines.append(UNSEEN.sub("\ufffd", place))
        if p.hint:
            lines.append(UNSEEN.sub("\ufffd", f"    提示：{p.hint}"))
    lines.append(summary(found))
    return "\n".join(lines) + "\n"


def summary(problems: Iterable[Problem]) -> str:
    """One line with the numbers of errors, warnings and notes."""
    found = list(problems)
    if not found:
        return "检查完毕，没有发现问题。"
    counts = [
        f"{sum(p.code.severity is severity for p in found)}处{severity}" for severity in Severity
    ]
    return f"检查完毕：{'，'.join(c for c in counts if not c.startswith('0处'))}。"


def as_json(problems: Iterable[Problem]) -> str:
    """Problems as one JSON object ``{"problems": [...], "errors": n}`` for other programs."""
    found = sorted(problems)
    rows = [
        {
            "path": UNSEEN.sub("\ufffd", p.path),
            "line": p.line,
            "code": p.code.slug,
            "severity": p.code.severity.name.lower(),
            "message": p.message,
            "hint": p.hint,
            "edits": [asdict(edit) for edit in p.edits],
        }
        for p in found
    ]
    data = {"problems": rows, "errors": sum(p.is_error for p in found)}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
