"""Reads an office's list of branches, in CSV or Excel.

A row with a fault is refused, with its number and the reason; the other rows are used. Nothing is
guessed: neither an ambiguous date nor an unknown activity.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import openpyxl

from xuelan.kits.branch.blueprint import Blueprint, Particulars
from xuelan.model.kit import KitError
from xuelan.text.errors import XuelanError
from xuelan.text.problem import did_you_mean

LONGEST: Final = 100
"""The most characters of a name or place."""
MAX_BYTES: Final = 50 * 1000 * 1000
MAX_UNPACKED: Final = 500 * 1000 * 1000
"""The most bytes of a decompressed workbook; ten thousand branches need five million."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of the list: its name, and other heads that mean it."""

    name: str
    also: tuple[str, ...] = ()


BRANCH: Final = ListColumn("支部名称", ("支部", "党支部", "党支部名称", "名称"))
ACTIVITY: Final = ListColumn("活动", ("套装", "学习活动"))
MEETING: Final = ListColumn("会议名称", ("会议", "活动名称", "主题"))
DATE: Final = ListColumn("日期", ("会议日期", "活动日期"))
TIME: Final = ListColumn("开始时间", ("时间",))
PLACE: Final = ListColumn("地点", ("会议地点", "活动地点"))
HOST: Final = ListColumn("主持人", ("主持", "负责人"))
MINUTES: Final = ListColumn("时长", ("分钟", "时长（分钟）"))
READINGS: Final = ListColumn("学习篇目", ("篇目", "材料"))
COLUMNS: Final = (BRANCH, ACTIVITY, MEETING, DATE, TIME, PLACE, HOST, MINUTES, READINGS)

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_ODD: Final = re.compile(r"[\u0080-\u07ff]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff]")
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME: Final = re.compile(r"(\d{1,2})\s*[:：]\s*(\d{2})(?::00)?")
_MINUTES: Final = re.compile(r"(\d{1,3})(?:\.0+)?\s*(?:分钟|分)?")
_LIST: Final = re.compile(r"[;；、,，\s]+")


@dataclass(frozen=True, slots=True)
class Branch:
    """A row that can be used: its number in Excel, the id of its kit, and its particulars."""

    row: int
    kit: str
    particulars: Particulars


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used, and the reason."""

    row: int
    branch: str
    reason: str


@dataclass(frozen=True, slots=True)
class BranchList:
    """The content of a list. ``unused`` are the heads of columns that mean nothing here."""

    branches: tuple[Branch, ...]
    refused: tuple[RefusedRow, ...]
    unused: tuple[str, ...]


class ListError(KitError):
    """The whole list cannot be used; the message says why, in Chinese."""


class _RowError(XuelanError):
    """The reason for refusing a row."""


def read(path: Path, kits: Mapping[str, Blueprint], default: str) -> BranchList:
    """Read a list of branches.

    ``kits`` are the kits a row may name, by id; ``default`` is the id for rows that name none, or
    empty if every row must name one. Raises :class:`ListError`.
    """
    rows = _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _table(path)
    numbered = [(n, row) for n, row in enumerate(rows, 1) if any(row)]
    if not numbered:
        raise ListError(f"“{path.name}”是空的。第一行写列名，例如：支部名称、日期、地点、主持人。")
    head, unused = _head(numbered[0][1], path.name)
    branches: list[Branch] = []
    refused: list[RefusedRow] = []
    seen: dict[Branch, int] = {}
    for number, row in numbered[1:]:
        cells = {name: row[at].strip() for name, at in head.items() if at < len(row)}
        beyond = any(cell.strip() for cell in row[len(numbered[0][1]) :])
        try:
            branch = _branch(number, cells, kits, default)
        except _RowError as error:
            refused.append(RefusedRow(number, cells.get(BRANCH.name, ""), str(error)))
            continue
        twin = seen.setdefault(replace(branch, row=0), number)
        if beyond:
            reason = "这一行比列名多出几格，可能是名称里有逗号而没有加引号"
            refused.append(RefusedRow(number, branch.particulars.branch, reason))
        elif twin != number:
            reason = f"和第{twin}行完全相同"
            refused.append(RefusedRow(number, branch.particulars.branch, reason))
        else:
            branches.append(branch)
    return BranchList(tuple(branches), tuple(refused), unused)


def _head(row: Sequence[str], file: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """The index of each column, and the heads of columns that mean nothing here."""
    names = {name: column.name for column in COLUMNS for name in (column.name, *column.also)}
    head: dict[str, int] = {}
    unused: list[str] = []
    for at, cell in enumerate(row):
        title = "".join(cell.split())
        column = names.get(title)
        if column is None or column in head:
            unused += [title] if title else []
        else:
            head[column] = at
    if BRANCH.name not in head:
        near = did_you_mean(unused[0], names) if unused else ""
        raise ListError(f"“{file}”第一行里没有“支部名称”这一列。{near}")
    return head, tuple(unused)


def _branch(
    number: int, cells: Mapping[str, str], kits: Mapping[str, Blueprint], default: str
) -> Branch:
    blueprint = _kit(cells.get(ACTIVITY.name, ""), kits, default)
    name = _line(cells, BRANCH)
    if not name:
        raise _RowError("没有填支部名称（如果是公式，请先在表格软件里算出结果再保存）")
    particulars = Particulars(
        branch=name,
        meeting=_line(cells, MEETING) or blueprint.meeting,
        date=_date(cells.get(DATE.name, "")),
        time=_time(cells.get(TIME.name, "")),
        place=_line(cells, PLACE),
        host=_line(cells, HOST),
        minutes=_minutes(cells.get(MINUTES.name, ""), blueprint),
        readings=_readings(cells.get(READINGS.name, ""), blueprint),
    )
    return Branch(number, blueprint.kit, particulars)


def _kit(text: str, kits: Mapping[str, Blueprint], default: str) -> Blueprint:
    if not text and default:
        return kits[default]
    if not text:
        raise _RowError(f"没有写活动；可以写：{'、'.join(p.meeting for p in kits.values())}")
    for blueprint in kits.values():
        if text in (blueprint.kit, blueprint.title, blueprint.meeting):
            return blueprint
    known = [name for p in kits.values() for name in (p.meeting, p.title)]
    raise _RowError(f"没有“{text[:LONGEST]}”这项活动。{did_you_mean(text, known)}")


def _line(cells: Mapping[str, str], column: ListColumn) -> str:
    text = " ".join(cells.get(column.name, "").split())
    if len(text) > LONGEST:
        raise _RowError(f"{column.name}有{len(text)}个字，超过{LONGEST}个字")
    if hidden := _CONTROL.search(text):
        raise _RowError(f"{column.name}里有看不见的字符或乱码 U+{ord(hidden[0]):04X}")
    return text


def _date(text: str) -> str:
    if not text:
        return ""
    match = _DATE.fullmatch(text)
    if not match:
        raise _RowError(f"日期“{text[:20]}”看不懂，请写成 2026-12-03")
    try:
        return datetime.date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        raise _RowError(f"日期“{text}”这一天不存在") from None


def _time(text: str) -> str:
    if not text:
        return ""
    match = _TIME.fullmatch(text)
    if not match:
        raise _RowError(f"开始时间“{text[:20]}”看不懂，请写成 14:30")
    try:
        return datetime.time(int(match[1]), int(match[2])).isoformat("minutes")
    except ValueError:
        raise _RowError(f"开始时间“{text}”不存在") from None


def _minutes(text: str, blueprint: Blueprint) -> int:
    lengths = sorted(blueprint.agendas)
    if not text:
        return lengths[len(lengths) // 2] if lengths else 0
    match = _MINUTES.fullmatch(text)
    if not match or int(match[1]) not in lengths:
        known = "、".join(str(n) for n in lengths) or "空"
        raise _RowError(f"时长“{text[:20]}”不能用，这项活动的议程可选：{known}（分钟）")
    return int(match[1])


def _readings(text: str, blueprint: Blueprint) -> tuple[str, ...]:
    ids = tuple(i for i in _LIST.split(text) if i)
    for i in ids:
        if i not in blueprint.readings:
            hint = did_you_mean(i, blueprint.readings)
            raise _RowError(f"套装里没有编号为“{i[:40]}”的材料。{hint}")
    return tuple(i for i in blueprint.readings if i in ids)


def _table(path: Path) -> Iterator[list[str]]:
    """The rows of a CSV file, separated by commas, semicolons or tabs."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ListError(f"“{path.name}”超过 {MAX_BYTES // 1000 // 1000} MB，不像一份支部名单。")
        text = decode(path.read_bytes(), path.name)
    except OSError as error:
        raise ListError(f"“{path.name}”打不开：{error.strerror}") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise ListError(f"“{path.name}”不是完好的 CSV 文件。") from error


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8, in UTF-16 with a byte order mark, or in GB 18030 (GBK).

    Some words in GBK are valid UTF-8 by chance: 学习 gives Greek and Cyrillic letters. Such a text
    has no 汉字 as UTF-8 but some as GB 18030. Raises :class:`ListError`.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    readings = [_try(data, encoding) for encoding in ("utf-8-sig", "gb18030")]
    utf8, gb = readings
    if utf8 is not None:
        by_chance = gb is not None and not _HAN.search(utf8) and _ODD.search(utf8)
        return gb if gb is not None and by_chance and _HAN.search(gb) else utf8
    if gb is not None:
        return gb
    raise ListError(f"“{name}”的文字编码认不出来，请另存为 UTF-8 编码的 CSV 或 .xlsx。")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _sheet(path: Path) -> Iterator[list[str]]:
    """The rows of a workbook's first sheet, as text."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise ListError(f"“{path.name}”展开后太大，不像一份支部名单。")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise ListError(f"“{path.name}”打不开：{error.strerror}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise ListError(f"“{path.name}”不是完好的 Excel 文件（.xlsx）。") from error
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: Any) -> str:
    """The value of a cell as an organiser would type it."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
