"""The table of formats agrees with recipes, with what exporters make, and with the manifest."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny
from branch_kits import RECIPE, WITH_DAYS
from kit_plans import GUIDE, planned
from xuelan.kits.exporters import FORMATS, KitFormat, needs_site
from xuelan.kits.packing.offline_site import fit
from xuelan.kits.packing.site_copy import SiteCopy
from xuelan.kits.plan import KitPlan
from xuelan.model.kit import FIELDS
from xuelan.model.kit import FORMATS as WORDS

ALL = RECIPE.replace(
    "formats: [PDF, 大字版PDF, EPUB, 公文转录件]", f"formats: [{', '.join(WORDS)}]"
)
FILE = "materials/stories/files/form.txt"
FULL = {
    GUIDE: WITH_DAYS,
    tiny.STORY: tiny.text(
        tiny.STORY,
        ("questions:", "attachments: [{file: files/form.txt, title: 样表}]\nquestions:"),
    ),
    FILE: "one",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    """A kit that asks for everything there is."""
    return planned(tmp_path_factory.mktemp("column"), ALL, FULL)


def test_recipes_may_ask_for_what_the_table_has() -> None:
    """Each word a recipe may write under ``formats`` turns on a line of the table."""
    fields = {f.name for f in FIELDS}
    settings = {s for f in FORMATS for s in f.settings}
    assert settings - fields == set(WORDS)
    assert len({f.name for f in FORMATS}) == len(FORMATS)


@pytest.mark.parametrize("each", FORMATS, ids=[f.name for f in FORMATS])
def test_files_are_named_and_grouped_as_the_table_says(each: KitFormat, whole: KitPlan) -> None:
    """Their numbers and their headings in the manifest are those of their line."""
    site = SiteCopy([fit(("index.html", b"<!doctype html><title>x</title>"))])
    made = list(each.files(whole, site))
    assert each.is_wanted(whole.kit)
    assert bool(made) is not each.is_copy
    for file in made:
        assert file.name.startswith(each.prefixes)
        assert file.group in each.groups


@pytest.mark.parametrize("word", WORDS)
def test_a_format_comes_only_when_it_is_asked_for(tmp_path: Path, word: str) -> None:
    """A recipe with one word turns on its lines, and those that every kit has."""
    recipe = f"id: study\ntitle: 套\nsummary: 试。\nreadings: [notice-2024-3]\nformats: [{word}]\n"
    kit = tiny.catalog(tmp_path, {"materials/kits/study.yml": recipe}).kits[0]
    wanted = [f for f in FORMATS if f.is_wanted(kit) and f.settings]
    assert wanted
    assert all(word in f.settings for f in wanted)
    assert needs_site([kit]) is (word in ("离线网页", "ZIM"))
