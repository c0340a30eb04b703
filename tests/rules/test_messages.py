"""What ``xuelan check`` says of bad input: every message, every format, and never a traceback."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tiny
from readable import Block, Case, read
from xuelan.check import check
from xuelan.cli import main
from xuelan.text import annotations, problem
from xuelan.text.problem import Code, Problem, Severity

CASES = [*read("messages.md"), *read("pages.md")]
ENCODINGS = {"gbk": "gbk", "utf-16": "utf-16", "bom": "utf-8-sig", "crlf": "utf-8"}


def _run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "-C", str(folder), *arguments])


def _change(root: Path, block: Block) -> None:
    """Do to the tiny column what a block of a case says."""
    what, name, *rest = block.words
    given_text = re.sub(r"⟨U\+([0-9A-F]{4})⟩", lambda m: chr(int(m[1], 16)), block.text)
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if what == "diff":
        target.write_text(_patched(target.read_text(encoding="utf-8"), given_text))
    elif what == "file":
        form = rest[0] if rest else "utf-8"
        text = given_text.replace("\n", "\r\n") if form == "crlf" else given_text
        target.write_bytes(text.encode(ENCODINGS.get(form, form)))
    elif what == "bytes":
        target.write_bytes(bytes.fromhex(block.text))
    elif what == "size":
        with target.open("wb") as file:
            file.truncate(int(block.text))
    elif what == "link":
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
        target.symlink_to(block.text.strip())
    else:
        assert what == "folder", what
        target.unlink(missing_ok=True)
        target.mkdir()


def _patched(text: str, patch: str) -> str:
    """``text`` with the ``-`` lines of ``patch`` replaced by the ``+`` lines that follow them.

    ``+`` lines without any ``-`` before them are added at the end.
    """
    for hunk in re.findall(r"((?:^-.*\n)*)((?:^\+.*\n)*)", patch, re.MULTILINE):
        old, new = ("".join(s[1:] + "\n" for s in part.splitlines()) for part in hunk)
        assert old in text, f"not there: {old}"
        text = text.replace(old, new, 1) if old else text + new
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_message(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The command prints exactly what the case says and fails when there is an error."""
    root = tiny.write(tmp_path)
    for block in case.given:
        _change(root, block)
    result = _run(root)
    if request.config.getoption("--refresh"):
        case.refresh(result.output)
        return
    assert result.output == case.expected
    assert result.exit_code == ("错误[" in result.output)
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_every_code_has_a_case() -> None:
    """No problem can be reported whose message nobody has read."""
    shown = {slug for case in CASES for slug in re.findall(r"\[([a-z-]+)\]", case.expected)}
    assert shown == {code.slug for code in Code}


def test_codes_are_stable_names() -> None:
    """Codes are unique, ASCII, and each says in Chinese what it means."""
    slugs = [code.slug for code in Code]
    assert len(set(slugs)) == len(slugs)
    for code in Code:
        assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", code.slug)
        assert re.search(r"[一-鿿].*。$", code.meaning)


def test_a_clean_column_says_so(tmp_path: Path) -> None:
    """No problem: one line, exit code 0."""
    result = _run(tiny.write(tmp_path))
    assert result.output == "检查完毕，没有发现问题。\n"
    assert result.exit_code == 0


def test_a_warning_alone_does_not_fail(tmp_path: Path) -> None:
    """Exit code 1 is for errors only."""
    result = _run(tiny.write(tmp_path, {"materials/forgotten.pdf": "%PDF"}))
    assert "警告[unused-file]" in result.output
    assert result.exit_code == 0


def test_a_folder_that_is_no_column(tmp_path: Path) -> None:
    """The command says what is missing instead of checking nothing."""
    result = _run(tmp_path)
    assert result.output == (
        "mkdocs.yml:1: 错误[settings] 这里没有 mkdocs.yml\n"
        "    提示：用 -C 指定栏目所在的文件夹，或用 xuelan init 新建一个\n"
        "检查完毕：1处错误。\n"
    )
    assert result.exit_code == 1


def _broken_everywhere(folder: Path) -> Path:
    """A tiny column with a different mistake in each of five files, made out of order."""
    return tiny.write(
        folder,
        {
            "materials/terms/term-terrace.md": "没有信息栏\n",
            tiny.STORY: tiny.text(tiny.STORY, ("kind: 故事", "kind: 故是"), ("fact-001", "fact-9")),
            "materials/works.yml": tiny.text("materials/works.yml", ("'2024-03-05'", "2024-02-30")),
            "materials/guides/guide-study.md": tiny.text(
                "materials/guides/guide-study.md", ("## 会上", "#### 会上")
            ),
            "mkdocs.yml": tiny.text("mkdocs.yml", ("host: 甲县示例单位", "icp: 备案中")),
        },
    )


def test_all_mistakes_come_in_one_run_sorted(tmp_path: Path) -> None:
    """One run names every mistake, by file and line; a broken file hides nobody else's mistake."""
    found = check(_broken_everywhere(tmp_path))[1]
    assert [(p.path, p.line, p.code) for p in found] == [
        ("materials/guides/guide-study.md", 18, Code.HEADING),
        (tiny.STORY, 3, Code.UNKNOWN_VALUE),
        (tiny.STORY, 19, Code.UNKNOWN_CITATION),
        ("materials/terms/term-terrace.md", 1, Code.NO_FRONT_MATTER),
        ("materials/works.yml", 7, Code.DATE),
        ("materials/works.yml", 17, Code.DATE),
        ("mkdocs.yml", 36, Code.FOOTER_MARK),
    ]


def test_json_for_other_programs(tmp_path: Path) -> None:
    """``--format json``: the same problems, severity in English, the number of errors."""
    root = _broken_everywhere(tmp_path)
    result = _run(root, "--format", "json")
    data = json.loads(result.output)
    assert result.exit_code == 1
    assert data["errors"] == len(data["problems"]) == 7
    assert data["problems"][1] == {
        "path": tiny.STORY,
        "line": 3,
        "code": "unknown-value",
        "severity": "error",
        "message": "“kind”（文种）没有“故是”这个选项",
        "hint": "可选：通知、故事、报道、活动指南、词条",
        "edits": [],
    }


def test_json_of_a_clean_column(tmp_path: Path) -> None:
    """Nothing found is an empty list, not an empty file."""
    result = _run(tiny.write(tmp_path), "--format", "json")
    assert json.loads(result.output) == {"problems": [], "errors": 0}


def test_github_shows_the_message_beside_the_line(tmp_path: Path) -> None:
    """``--format github``: one workflow command a problem, the hint on a second line."""
    result = _run(_broken_everywhere(tmp_path), "--format", "github")
    assert result.exit_code == 1
    assert result.output.splitlines()[1] == (
        f"::error file={tiny.STORY},line=3,title=unknown-value::"
        "“kind”（文种）没有“故是”这个选项%0A提示：可选：通知、故事、报道、活动指南、词条"
    )
    assert len(result.output.splitlines()) == 7


def test_github_knows_warnings_and_notes() -> None:
    """Each severity has its own command, and nothing to say prints nothing."""
    found = [
        Problem("a.md", 1, Code.SIGN_OFF, "甲"),
        Problem("a.md", 2, Code.UNUSED_WORK, "乙"),
    ]
    assert annotations.as_github(found) == (
        "::warning file=a.md,line=1,title=sign-off::甲\n"
        "::notice file=a.md,line=2,title=unused-work::乙\n"
    )
    assert annotations.as_github([]) == ""


@pytest.mark.parametrize(
    "form", [problem.as_text, problem.as_json, annotations.as_github, annotations.as_gitlab]
)
def test_a_name_cannot_add_lines_to_the_output(form: Callable[[list[Problem]], str]) -> None:
    """A name with a line break in it stays on its line: nobody injects workflow commands."""
    found = [Problem("a\n::stop-commands::x\ud800.md", 1, Code.SLUG, "“a\r\x1b[31m”")]
    output = form(found)
    assert output.encode("utf-8")
    assert "\n::stop" not in output
    assert "\x1b" not in output
    assert "\r" not in output


def test_the_summary_counts_each_severity() -> None:
    """Errors, warnings and notes are counted apart; what is not there is not mentioned."""
    found = [Problem("a", 1, code, "") for code in (Code.YAML, Code.YAML, Code.UNUSED_WORK)]
    assert problem.summary(found) == "检查完毕：2处错误，1处提示。"
    assert problem.summary([]) == "检查完毕，没有发现问题。"


def test_only_errors_are_errors() -> None:
    """A warning or a note never stops a build."""
    stopping = {c for c in Code if Problem("a", 1, c, "").is_error}
    assert stopping == {c for c in Code if c.severity is Severity.ERROR}


def test_did_you_mean_only_names_what_exists() -> None:
    """A hint offers an existing word that is near, or nothing."""
    assert problem.did_you_mean("sumary", ["summary", "source"]) == "是不是想写“summary”？"
    assert problem.did_you_mean("qqqq", ["summary", "source"]) == ""


def test_a_socket_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    """Reading a named pipe would wait for ever."""
    root = tiny.write(tmp_path)
    os.mkfifo(root / "materials" / "pipe.md")
    assert "materials/pipe.md:1: 错误[unreadable] 打不开：不是普通的文件" in _run(root).output


def test_a_file_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """Chinese names from old archives come as broken bytes; the message still prints."""
    root = tiny.write(tmp_path)
    (root / "materials" / os.fsdecode(b"\xff.md")).write_text("x")
    command = [sys.executable, "-m", "xuelan", "check", "-C", str(root)]
    strict = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, capture_output=True, text=True, env=strict, check=False)
    assert done.returncode == 1
    assert "错误[slug] 文件名里有乱码或看不见的字符" in done.stdout
    assert done.stderr == ""


def test_the_command_says_everything_before_it_ends(tmp_path: Path) -> None:
    """The process ends at once, and still a slow reader of a pipe gets all of a long list."""
    body = "\n\n".join(f"[第 {n} 处](no-{n}.md)" for n in range(3000))
    root = tiny.write(tmp_path, {tiny.STORY: tiny.with_body(f"\n{body}\n")})
    command = [sys.executable, "-m", "xuelan", "check", "-C", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == _run(root).output
    assert len(done.stdout.encode()) > 200_000


PIECES = (
    "[", "]", "(", ")", "[@", "[@fact-002]", "“", "”", "#", "## ", "- ", "    ", "\n", "`",
    "```\n", "|", "---", "===", "<", ">", "<script>", "javascript:", "http://", "![", "\\",
    "*", "_", "&lt;", "{", "%ff", "%00", "//", "../", "。", "据报道", "：", "\t", "~~~\n",
)  # fmt: skip
BODIES = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.text(max_size=8),
    ),
    max_size=40,
).map("".join)
"""Texts in which the marks Markdown and citations are made of meet in every way."""

YAML = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
TAGS = ["!!bool x", "!!int ''", "!!timestamp x", "!!map [a]", "!!seq {a: b}", "!x y", "!!set {a}"]
VALUES = st.one_of(
    YAML.map(lambda value: json.dumps(value, ensure_ascii=False)),
    st.sampled_from(
        [*TAGS, "*x", "&x y", "{", "[", "'", '"\\0"', "? x", "- - - - - - - - - - x", "|"]
    ),
    st.text(max_size=20),
)
FIELD_LINES = [line for line in tiny.text(tiny.STORY).split("\n---\n")[0].split("\n")[1:] if line]
DATA = ["works", "facts", "figures", "quiz", "paths"]


@pytest.fixture(scope="module")
def column(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One tiny column whose files a test may overwrite, as long as it names them all."""
    return tiny.write(tmp_path_factory.mktemp("fuzz"))


def _never_raises(root: Path, path: str, content: bytes) -> None:
    (root / path).write_bytes(content)
    try:
        _, found = check(root)
        assert found == sorted(found)
        for form in (
            problem.as_text,
            problem.as_json,
            annotations.as_github,
            annotations.as_gitlab,
        ):
            assert form(found).encode() is not None
    finally:
        (root / path).write_bytes((tiny.TINY / path).read_bytes())


ANY_INPUT = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("words", ["一" * 100_000, "白天修梯田，夜里上夜校，" * 6 + "二" * 100])
def test_a_long_quotation_is_looked_for_in_no_time(tmp_path: Path, words: str) -> None:
    """One that repeats itself, and one of which others may stand somewhere."""
    found = tiny.problems(tmp_path, {tiny.STORY: tiny.with_body(f"“{words}”\n")})
    assert [p.code.slug for p in found if "查不到原文" in p.message] == ["quotation"]


def test_a_quotation_is_compared_to_its_end(tmp_path: Path) -> None:
    """Two that begin alike for longer than a beginning: one stands in a fact, one does not."""
    words = "".join(map(chr, range(0x4E00, 0x4E00 + 60)))
    work = tiny.text("materials/works.yml").replace("title: ", f"title: {words}", 1)
    body = f"“{words}”\n\n“{words}末”\n"
    files = {tiny.STORY: tiny.with_body(body), "materials/works.yml": work}
    found = [p for p in tiny.problems(tmp_path, files) if "查不到原文" in p.message]
    first = tiny.text(tiny.STORY).split("\n---\n")[0].count("\n") + 3
    assert [p.line for p in found] == [first + 2]


@ANY_INPUT
@given(content=st.binary(max_size=200), path=st.sampled_from([tiny.STORY, "materials/works.yml"]))
def test_any_bytes_make_messages_and_never_a_traceback(
    column: Path, content: bytes, path: str
) -> None:
    """Whatever bytes a file holds, ``check`` returns problems."""
    _never_raises(column, path, content)


@ANY_INPUT
@given(body=BODIES)
def test_any_text_makes_messages_and_never_a_traceback(column: Path, body: str) -> None:
    """Whatever an editor types as text, ``check`` returns problems."""
    text = tiny.with_body(body).encode("utf-8", "surrogatepass")
    _never_raises(column, tiny.STORY, text)


@ANY_INPUT
@given(line=st.sampled_from(FIELD_LINES), value=VALUES)
def test_any_front_matter_makes_messages_and_never_a_traceback(
    column: Path, line: str, value: str
) -> None:
    """Whatever stands behind a field's name, ``check`` returns problems."""
    changed = tiny.text(tiny.STORY).replace(line, f"{line.partition(':')[0]}: {value}", 1)
    _never_raises(column, tiny.STORY, changed.encode("utf-8", "surrogatepass"))


@ANY_INPUT
@given(name=st.sampled_from(DATA), cut=st.integers(0, 400), value=VALUES)
def test_any_data_file_makes_messages_and_never_a_traceback(
    column: Path, name: str, cut: int, value: str
) -> None:
    """Whatever stands behind any key of a data file, ``check`` returns problems."""
    path = f"materials/{name}.yml"
    lines = tiny.text(path).split("\n")
    where = cut % len(lines)
    key = lines[where].partition(":")[0]
    lines[where] = f"{key}: {value}"
    _never_raises(column, path, "\n".join(lines).encode("utf-8", "surrogatepass"))


def test_names_longer_than_any_file_has(tmp_path: Path) -> None:
    """A folder and a page that cannot be there are not there, and nothing worse."""
    long = "x" * 300
    report = (
        tiny.text("materials/reports/report-letter.md") + f"\n见[别处](../../docs/{long}.md)。\n"
    )
    for name, text in (
        ("mkdocs.yml", tiny.text("mkdocs.yml", ("docs_dir: docs\n", f"docs_dir: {long}\n"))),
        ("materials/reports/report-letter.md", report),
    ):
        _, found = check(tiny.write(tmp_path / long[: len(name)], {name: text}))
        assert [p.path for p in found if p.is_error and long in p.message] == [name]


@ANY_INPUT
@given(cut=st.integers(0, 400), value=VALUES)
def test_any_settings_make_messages_and_never_a_traceback(
    column: Path, cut: int, value: str
) -> None:
    """Whatever stands behind any key of ``mkdocs.yml``, ``check`` returns problems."""
    lines = tiny.text("mkdocs.yml").split("\n")
    where = cut % len(lines)
    lines[where] = f"{lines[where].partition(':')[0]}: {value}"
    _never_raises(column, "mkdocs.yml", "\n".join(lines).encode("utf-8", "surrogatepass"))
