"""Reads the settings of a column, ``mkdocs.yml``, and says what is wrong with them."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import yaml
from yaml_env_tag import construct_env_tag

from xuelan.model.column import (
    COLUMN_FIELDS,
    FOOTER_MARKS,
    SETTINGS_FILE,
    Activity,
    Column,
    Footer,
    Kind,
)
from xuelan.model.fields import validate
from xuelan.reading.folders import check_folders
from xuelan.text import signs
from xuelan.text.problem import Code, Problem
from xuelan.text.source import CONTROL, is_folder, read
from xuelan.text.yaml_reader import YamlMapping, parse_yaml


class _SettingsLoader(yaml.CSafeLoader):
    """Loads ``mkdocs.yml``; of its tags only ``!ENV`` has a value here, all others give None."""


_SettingsLoader.add_multi_constructor("!", lambda *_: None)
_SettingsLoader.add_constructor("!ENV", construct_env_tag)
_SettingsLoader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


UNREADABLE: Final = (
    yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError,
)  # fmt: skip
"""What PyYAML raises for bad YAML; ``!!bool`` before another word raises a LookupError."""


def load(root: Path) -> tuple[Column | None, list[Problem]]:
    """Read the settings of the column in ``root``; ``None`` if they cannot be used."""
    source, problems = read(root, SETTINGS_FILE)
    if source is None:
        if not (root / SETTINGS_FILE).exists():
            hint = "用 -C 指定栏目所在的文件夹，或用 xuelan init 新建一个"
            problems = [Problem(SETTINGS_FILE, 1, Code.SETTINGS, "这里没有 mkdocs.yml", hint)]
        return None, problems
    try:
        settings = yaml.load(source.text, _SettingsLoader)  # noqa: S506 - a safe loader
    except UNREADABLE as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        return None, [*problems, Problem(SETTINGS_FILE, line, Code.YAML, "YAML 写法有误，读不下去")]
    if not isinstance(settings, dict):
        return None, [*problems, Problem(SETTINGS_FILE, 1, Code.SETTINGS, "文件里没有设置")]
    options, found = _parse_options(source.text)
    if options is None:
        return None, problems + found
    values, found = validate(options, COLUMN_FIELDS, SETTINGS_FILE, {})
    problems += found + _check_footer(options, values)
    problems += _odd_signs(source.text, settings, options)
    problems += _check_host(root, settings, source.text)
    column = _make_column(root, settings, values, source.text)
    return column, problems + _check_names(options, column)


def _odd_signs(text: str, settings: dict[Any, Any], options: YamlMapping) -> list[Problem]:
    """What of the column's name and its own settings cannot be printed."""
    named = YamlMapping(1)
    for key in ("site_name", "site_description"):
        named[key] = settings.get(key)
        match = re.search(rf"^{key}:", text, re.MULTILINE)
        named.lines[key] = text.count("\n", 0, match.start()) + 1 if match else 1
    named["xuelan"], named.lines["xuelan"] = options, options.line
    return list(signs.check_values(SETTINGS_FILE, text, named))


_HOST_SETTINGS: Final = (
    "site_name", "site_url", "site_description", "site_dir", "docs_dir", "repo_url", "edit_uri",
)  # fmt: skip


def _check_host(root: Path, settings: dict[Any, Any], text: str) -> list[Problem]:
    """Check those of the host's settings that the column reads."""
    faults: list[tuple[str, str, str]] = []
    for name in _HOST_SETTINGS:
        value = settings.get(name)
        if value is not None and not isinstance(value, str):
            faults.append((name, "应为一行文字", "数字、日期请用英文引号括起来"))
        elif value and (sign := CONTROL.search(value)):
            message = f"里有看不见的字符 U+{ord(sign[0]):04X}"
            faults.append((name, message, "删掉它重新输入"))
    if not settings.get("site_name"):
        faults.append(("site_name", "没有填写（栏目名称）", ""))
    url = settings.get("site_url")
    if isinstance(url, str) and url and not _encode_url(url):
        faults.append(("site_url", f"“{url}”不是完整的网址", "例如 https://example.org/study/"))
    docs = settings.get("docs_dir") or "docs"
    if isinstance(docs, str) and (
        Path(docs).is_absolute() or ".." in docs or not is_folder(root / docs)
    ):
        faults.append(("docs_dir", f"栏目里没有“{docs}”这个文件夹", "放手写页面，例如 index.md"))
    faults += check_folders(root, settings)
    if settings.get("use_directory_urls") is False:
        message = "只能是 true"
        hint = "删掉这一行；全部网址都以 / 结尾，材料、套装和检索里的链接也照此写"
        faults.append(("use_directory_urls", message, hint))
    return [
        Problem(SETTINGS_FILE, _find_line(text, name), Code.SETTINGS, f"{name} {message}", hint)
        for name, message, hint in faults
    ]


def _find_line(text: str, name: str, word: str = "") -> int:
    """The line of ``word`` in or below the setting ``name``, else that of ``name``, else 1."""
    lines = text.split("\n")
    keys = [line.partition(":")[0] for line in lines]
    start = keys.index(name) if name in keys and name else 0
    return next((n + 1 for n in range(start, len(lines)) if word and word in lines[n]), start + 1)


_INSTALL: Final = "先用 pip 安装它，或删掉这一行"
_FROM_ROOT: Final = "路径从栏目的文件夹写起"
_REFUSALS: Final = (
    (r"Expected type: <class 'bool'>", "应为 true 或 false", "不加引号"),
    (r"Expected type: <class 'str'>", "应为一行文字", "数字、日期请用英文引号括起来"),
    (r"Expected type: <class 'list'>|Expected nav", "应为列表", "每项一行，前面写“- ”"),
    (r"key.value", "应写成“名称: 值”的样子", "每项一行，缩进对齐"),
    (r"theme name: '(.*?)'", "没有安装名为“{}”的主题", "写 name: material"),
    (r"custom_dir \('(.*?)'\) does not exist", "custom_dir 写的文件夹“{}”不存在", _FROM_ROOT),
    (r'"(.*?)" plugin is not installed', "插件“{}”没有安装", _INSTALL),
    (r"Failed to load extension '(.*?)'", "扩展“{}”没有安装，或选项写错了", _INSTALL),
    (r"cannot find module '(.*?)'", "没有安装 Python 模块“{}”", _INSTALL),
    (r"constructor for the tag '(.*?)'", "不认识标记“{}”", "删掉它"),
    (r"'([^']*)' (?:isn't an existing|does not exist at)", "没有“{}”这个文件", _FROM_ROOT),
    (r"Unrecognised configuration name: (.*)", "不是 MkDocs 的设置", "自己用的值写在 extra 下面"),
)
"""A pattern of MkDocs's message, what it means to an editor, and what to do."""


def explain_refusal(text: str, name: str, words: str) -> Problem:
    """The problem for a setting that MkDocs refuses with the message ``words``.

    ``text`` is that of the settings, ``name`` the setting, empty if MkDocs does not name it.
    """
    last = words.strip().rpartition("\n")[2]
    message, word, hint = "写得不对", "", f"MkDocs 的原话：{last}"
    for pattern, meaning, advice in _REFUSALS:
        if match := re.search(pattern, words):
            word = "".join(match.groups())
            message, hint = meaning.format(word), advice
            break
    at = re.search(r"line (\d+), column", words)
    line = int(at[1]) if at else _find_line(text, name, word)
    return Problem(SETTINGS_FILE, line, Code.SETTINGS, f"{name} {message}".strip(), hint)


def _parse_options(text: str) -> tuple[YamlMapping | None, list[Problem]]:
    """Parse the block below ``- xuelan:`` in ``plugins`` by itself, which gives its lines."""
    lines = text.split("\n")
    start = next((n for n, s in enumerate(lines) if re.match(r"\s*-\s+xuelan\s*:\s*$", s)), None)
    if start is None:
        hint = "在 plugins 下写“- xuelan:”，再写各项设置；xuelan init 生成的文件里有样子"
        return None, [
            Problem(SETTINGS_FILE, 1, Code.SETTINGS, "plugins 里没有 xuelan 的设置", hint)
        ]
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines):
        stripped = lines[end].strip()
        outside = len(lines[end]) - len(lines[end].lstrip()) <= indent
        if stripped and not stripped.startswith("#") and outside:
            break
        end += 1
    block = "\n".join(lines[start + 1 : end]) + "\n"
    options, problems = parse_yaml(SETTINGS_FILE, block, first_line=start + 2)
    if not problems and not isinstance(options, YamlMapping):
        problems = [Problem(SETTINGS_FILE, start + 1, Code.SETTINGS, "xuelan 下面没有设置")]
    return (options, []) if not problems else (None, problems)


def _check_footer(options: YamlMapping, values: dict[str, Any]) -> list[Problem]:
    footer, given = values["footer"] or {}, options.get("footer")
    problems = []
    for name, (pattern, hint) in FOOTER_MARKS.items():
        text = footer.get(name, "")
        if text and not pattern.fullmatch(text):
            line = given.line_of(name) if isinstance(given, YamlMapping) else 1
            message = f"“{text}”格式不对"
            problems.append(Problem(SETTINGS_FILE, line, Code.FOOTER_MARK, message, hint))
    return problems


def _check_names(options: YamlMapping, column: Column) -> list[Problem]:
    problems = []
    for name, items in (("kinds", column.kinds), ("activities", column.activities)):
        seen: set[str] = set()
        for item in items:
            for key in (item.id, item.name):
                if key and key in seen:
                    line = options.line_of(name)
                    message = f"{name} 里“{key}”出现了两次"
                    problems.append(Problem(SETTINGS_FILE, line, Code.DUPLICATE_ID, message))
                seen.add(key)
    return problems


def _find_environment(text: str) -> tuple[tuple[str, str], ...]:
    """The environment variables that ``!ENV`` values may name, with their values now."""
    words = {w for line in re.findall(r"!ENV(.*)", text) for w in re.findall(r"\w+", line)}
    return tuple((w, os.environ[w]) for w in sorted(words) if w in os.environ)


def _names(listed: Any) -> list[Any]:
    """The names in a list of plugins or extensions, each by itself or with its options."""
    if not isinstance(listed, (list, dict)):
        return []
    return [next(iter(p)) if isinstance(p, dict) and p else p for p in listed]


_NO_PAGES: Final = frozenset({"xuelan", "search"})
"""Plugins that add no pages."""


def _knows_pages(settings: dict[str, Any]) -> bool:
    """True if every hand-written page has a file: no plugin or hook adds any."""
    plugins = _names(settings.get("plugins"))
    known = all(isinstance(name, str) and name in _NO_PAGES for name in plugins)
    return known and not {"hooks", "INHERIT", "mdx_configs"} & set(settings)


def _excluded(settings: dict[str, Any]) -> str:
    """The patterns of pages that are not published, one a line."""
    given = (settings.get("exclude_docs"), settings.get("draft_docs"))
    return "\n".join(patterns for patterns in given if isinstance(patterns, str))


def _is_closed(settings: dict[str, Any]) -> bool:
    """True if only our own plugin takes part in making the hand-written pages."""
    names = _names(settings.get("plugins"))
    more = {"hooks", "INHERIT", "markdown_extensions", "mdx_configs"} & set(settings)
    return names == ["xuelan"] and not more


def _encode_url(url: str) -> str:
    """The site's address in the signs that feeds and sitemaps take (RFC 3986), ending in ``/``.

    Empty for what is no address of a site: without a host, or with a user, a query, a fragment.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a UnicodeError is one, too
        return ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.:_-]+", host):
        return ""
    if parts.query or parts.fragment or "@" in parts.netloc or "\\" in url:
        return ""
    host = f"[{host}]" if ":" in host else host
    path = quote(parts.path, safe="/%:@!$&'()+*,;=~").rstrip("/")
    return f"{parts.scheme}://{host}{port}{path}/"


def _make_column(root: Path, settings: dict[str, Any], values: dict[str, Any], text: str) -> Column:
    theme = settings.get("theme")
    url = str(settings.get("site_url") or "")
    return Column(
        root=root,
        title=str(settings.get("site_name") or ""),
        url=_encode_url(url),
        description=str(settings.get("site_description") or ""),
        site_dir=str(settings.get("site_dir") or "site"),
        docs_dir=posixpath.normpath(str(settings.get("docs_dir") or "docs")),
        repo_url=str(settings.get("repo_url") or ""),
        edit_uri=str(settings.get("edit_uri") or ""),
        copyright=str(settings.get("copyright") or ""),
        tagline=values["tagline"],
        publisher=values["publisher"],
        kinds=tuple(Kind(**k) for k in values["kinds"]),
        activities=tuple(Activity(**a) for a in values["activities"]),
        audiences=values["audiences"],
        essential=values["essential"],
        notice=values["notice"],
        footer=Footer(**(values["footer"] or {})),
        id=values["id"],
        theme_dir=str(theme.get("custom_dir") or "") if isinstance(theme, dict) else "",
        reviews=values["reviews"],
        closed=_is_closed(settings),
        environment=_find_environment(text),
        excluded=_excluded(settings),
        extensions=tuple(str(name) for name in _names(settings.get("markdown_extensions"))),
        knows_pages=_knows_pages(settings),
    )
