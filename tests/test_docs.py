"""Documentation cannot drift: every command, field and problem code is documented."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

from conftest import ROOT
from tables import TABLES
from xuelan import __version__
from xuelan.cli import main
from xuelan.model.fields import Table
from xuelan.text.problem import Code

README = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (`-.*?) \| (.*) \|$", re.MULTILINE)
PAGES = [
    ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]  # fmt: skip


def _options(command: click.Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option)]


def _row(option: click.Option) -> tuple[str, str]:
    """The row of an option in the reference: its spellings, and its help."""
    default = f"默认“{option.default}”。" if option.show_default else ""
    return "、".join(f"`{name}`" for name in option.opts), f"{option.help}{default}"


def _code(page: Path) -> str:
    """What stands as code on a page, a line each."""
    return "\n".join(re.findall(r"`[^`\n]+`|```.*?```", page.read_text("utf-8"), re.DOTALL))


class _Rows(HTMLParser):
    """The table rows of a page: their ids, and the text of their cells."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.rows: dict[str, list[str]] = {}
        self._cells: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr" and (name := dict(attrs).get("id")):
            self._cells = self.rows.setdefault(name, [])
        elif tag == "td":
            self._cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._cells = []

    def handle_data(self, data: str) -> None:
        if self._cells:
            self._cells[-1] += data


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    """The table of commands names each one."""
    assert re.search(rf"^\| `xuelan {name}\b", README, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself_in_chinese(name: str) -> None:
    """``--help`` says in plain words what a command and each of its options does."""
    command = main.commands[name]
    assert re.search(r"[一-鿿].*。", command.help or "")
    for option in _options(command):
        assert re.search(r"[一-鿿].*。", option.help or ""), option.name


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_is_in_the_reference(name: str) -> None:
    """``docs/commands.md`` has all that ``--help`` says, in its words, and no option besides."""
    common, *sections = re.split(r"^## xuelan ", REFERENCE, flags=re.MULTILINE)
    (section,) = (text for text in sections if text.startswith(f"{name}\n"))
    command = main.commands[name]
    assert command.help in section.split("\n")
    rows = {_row(option) for option in _options(command)}
    assert rows <= {*ROW.findall(section), *ROW.findall(common)}
    assert set(ROW.findall(section)) <= rows


def test_the_reference_has_the_commands_in_their_order() -> None:
    """Each once, and none that is gone."""
    assert re.findall(r"^## xuelan (\w+)$", REFERENCE, re.MULTILINE) == list(main.commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_name_only_commands_and_options_that_exist(page: Path) -> None:
    """A command or an option that is gone leaves the documentation as well."""
    for name, rest in re.findall(r"\bxuelan ([a-z]+)\b([^`\n]*)", _code(page)):
        assert name in main.commands, f"xuelan {name}"
        known = {spelling for option in _options(main.commands[name]) for spelling in option.opts}
        for option in re.findall(r"(?<!\S)--?[a-zA-Z][a-z-]*", rest.partition("#")[0]):
            assert option in {*known, "--help", "-vv"}, f"xuelan {name} {option}"


def test_both_readmes_name_each_other() -> None:
    """A reader of either language finds the other."""
    assert "(README.md)" in README
    assert "(README.zh-CN.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_changelog_begins_with_this_version() -> None:
    """The newest entry is of the version at hand, or of what is not released yet."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[?([^\] \n]+)", text, re.MULTILINE)[0]
    assert newest in ("Unreleased", __version__)


DOCUMENTED = {
    "Material": "field", "Work": "work", "Fact": "fact", "Figure": "figure", "Question": "question",
    "StudyPath": "path", "Kit": "kit", "Column": "setting",
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "prefix"),
    [(table, DOCUMENTED[v.__name__]) for table, v, _ in TABLES if v.__name__ in DOCUMENTED],
    ids=DOCUMENTED.values(),
)
def test_every_field_is_on_the_reference_page(site: Path, table: Table, prefix: str) -> None:
    """Name, label, form and help of each field, those of records too."""
    rows = _Rows(site / "contributing/fields/index.html").rows
    for field in table:
        name, label, required, form, text = rows[f"{prefix}-{field.name}"]
        assert (name, label, text) == (field.name, field.label, field.help)
        assert required == ("是" if field.required else "否")
        assert field.form.value in form
        assert all(choice in form for choice in field.choices if field.form.name == "CHOICE")
        for inner in field.fields:
            assert rows[f"{prefix}-{field.name}-{inner.name}"][1] == inner.label
    own = {i for i in rows if i.startswith(f"{prefix}-")}
    assert own == {f"{prefix}-{f.name}" for f in table} | {
        f"{prefix}-{f.name}-{inner.name}" for f in table for inner in f.fields
    }


@pytest.mark.parametrize("code", Code, ids=lambda code: code.slug)
def test_every_problem_is_on_its_page(site: Path, code: Code) -> None:
    """An editor who meets a code can look it up, and link to it."""
    rows = _Rows(site / "contributing/problems/index.html").rows
    assert rows[code.slug] == [code.slug, code.severity.value, code.meaning]


def test_every_dependency_has_its_reason() -> None:
    """Why each package is there stands in ``docs/dependencies.md``."""
    reasons = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    for page in ("site", "test", "formats"):
        for line in (ROOT / "requirements" / f"{page}.in").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                name = re.split(r"[<>=\[; ]", line)[0].lower()
                name = "types-*" if name.startswith("types-") else name
                assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons), name
