"""A tiny column to try things on: ``tests/cases/tiny/``, copied with some of its files changed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xuelan.check import check
from xuelan.model.catalog import Catalog
from xuelan.model.content import Rendered
from xuelan.model.material import Material, parse
from xuelan.rendering.links import LinkTable
from xuelan.rendering.renderer import Renderer
from xuelan.text.problem import Problem
from xuelan.text.source import Source, split

TINY = Path(__file__).parent / "cases" / "tiny"
STORY = "materials/stories/story-night-school.md"
"""The material most tests change."""

Files = Mapping[str, str | bytes | None]


def text(path: str, *changes: tuple[str, str]) -> str:
    """A file of the tiny column with each (old, new) change made; ``old`` must be in it."""
    content = (TINY / path).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in content, f"{old!r} is not in {path}"
        content = content.replace(old, new)
    return content


def write(folder: Path, files: Files | None = None) -> Path:
    """Copy the tiny column into ``folder``; ``files`` replaces or adds some, ``None`` removes."""
    root = folder / "column"
    shutil.copytree(TINY, root, ignore=shutil.ignore_patterns(".cache", "site"))
    for path, content in (files or {}).items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            target.unlink()
        else:
            target.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def problems(folder: Path, files: Files | None = None) -> list[Problem]:
    """What ``check`` finds in the tiny column with ``files`` changed."""
    return check(write(folder, files))[1]


def catalog(folder: Path, files: Files | None = None) -> Catalog:
    """The tiny column with ``files`` changed, which must be free of errors."""
    found, wrong = check(write(folder, files))
    assert found is not None
    assert not [p for p in wrong if p.is_error], wrong
    return found


def with_body(body: str) -> str:
    """The story with another text."""
    front, _ = text(STORY).split("\n---\n")
    return f"{front}\n---\n{body}"


def in_memory(body: str, **fields: object) -> Material:
    """The story as a value, with another text and other ``fields``, without any file."""
    source = Source(STORY, with_body(body), "")
    document, _ = split(source)
    assert document is not None
    vocabularies = {"kinds": ("故事",), "audiences": ("支部",), "activities": ("集中学习",)}
    material, problems = parse(document, vocabularies)
    assert problems == []
    return replace(material, **fields)  # type: ignore[arg-type]


def rendered(column: Catalog, body: str) -> Rendered:
    """The story with another text as it comes out among the others of ``column``."""
    story, dependencies = in_memory(body), LinkTable(column).dependencies_of(body)
    return Renderer(column.column.docs_dir).render(story.id, story.path, body, dependencies)


def build(folder: Path, files: Files | None = None) -> Path:
    """The site of the tiny column with ``files`` changed, built by the command."""
    from conftest import xuelan

    target = folder / "site"
    done = xuelan("build", "-C", write(folder, files), "--site-dir", target)
    assert done.returncode == 0, done.stdout + done.stderr
    return target
