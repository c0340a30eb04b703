"""All texts of a column rendered: in other processes, from the cache, after the last build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import tiny
from xuelan.engine.cache import Cache
from xuelan.engine.workers import Workers, open_workers
from xuelan.model.catalog import Catalog
from xuelan.rendering import pipeline
from xuelan.rendering.pipeline import render_all
from xuelan.text.source import ChangedError


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return tiny.catalog(tmp_path)


def test_rendering_is_started_and_waited_for(catalog: Catalog) -> None:
    """Between ``start`` and ``result`` the caller can do something else."""
    with open_workers() as workers:
        rendering = pipeline.start(catalog, workers=workers)
        assert len(rendering.texts) == 0
        texts = rendering.result()
    assert texts.made == {m.id for m in catalog.public}
    assert dict(texts) == dict(render_all(catalog))


def test_rendering_can_be_given_up(catalog: Catalog) -> None:
    """A caller that needs no result closes it."""
    with open_workers() as workers:
        rendering = pipeline.start(catalog, workers=workers)
        rendering.close()
        assert list(rendering.results) == []


def test_the_cache_renders_nothing_twice(catalog: Catalog, tmp_path: Path) -> None:
    """A second run finds every text in the cache."""
    first = render_all(catalog, Cache(tmp_path / "kept"))
    cache = Cache(tmp_path / "kept")
    again = render_all(catalog, cache)
    cache.save()
    known = render_all(catalog, Cache(tmp_path / "kept"))
    assert first.made == again.made != set()
    assert known.made == set()
    assert dict(known) == dict(first)


class _NoWorkers(Workers):
    """Workers that must not be given anything to do."""

    def __init__(self) -> None:
        super().__init__(None, 1)

    def map(self, task, items, *args, **kwargs):  # type: ignore[no-untyped-def, override]
        assert not items
        return super().map(task, items, *args, **kwargs)


def test_records_of_the_last_build_save_reading_the_files(catalog: Catalog, tmp_path: Path) -> None:
    """With the same link table, a file of the same digest is not opened at all."""
    cache = Cache(tmp_path / "kept")
    last = render_all(catalog, cache)
    cache.save()
    cache = Cache(tmp_path / "kept")
    texts = render_all(catalog, cache, _NoWorkers(), (last.table_key, last.records))
    assert texts.records == last.records
    assert texts.made == set()


def test_records_count_for_nothing_with_another_link_table(
    catalog: Catalog, tmp_path: Path
) -> None:
    """What a text cites may stand for other works now."""
    cache = Cache(tmp_path / "kept")
    last = render_all(catalog, cache)
    fewer = replace(catalog, facts={})
    texts = render_all(fewer, cache, previous=(last.table_key, last.records))
    assert texts.table_key != last.table_key
    assert "story-night-school" in texts.made


def test_a_lost_entry_is_rendered_again(catalog: Catalog, tmp_path: Path) -> None:
    """The cache is only a cache."""
    texts = render_all(catalog, Cache(tmp_path / "kept"))
    texts._cache = Cache(tmp_path / "empty")
    assert dict(texts) == dict(render_all(catalog))


def test_a_file_changed_after_reading_stops_the_rendering(catalog: Catalog) -> None:
    """A text is never rendered from another state of its file than the rules have seen."""
    m = catalog.public[0]
    file = catalog.column.root / m.path
    file.write_text(file.read_text(encoding="utf-8") + "\n又一段\n", encoding="utf-8")
    with pytest.raises(ChangedError):
        render_all(catalog)
