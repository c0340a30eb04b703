"""Nothing is made twice, and a kit is the same wherever it is made."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import tiny
from conftest import ROOT
from kit_plans import STUDY, finished, planned
from xuelan.engine.cache import Cache
from xuelan.engine.workers import open_workers
from xuelan.kits import cache_keys, make
from xuelan.kits.exporters import KitFormat
from xuelan.kits.packing import offline_site
from xuelan.kits.packing.package import Package
from xuelan.kits.packing.site_copy import SiteCopy
from xuelan.kits.plan import KitFile, KitPlan
from xuelan.kits.print import book
from xuelan.model.kit import KitError

RECIPE = STUDY.replace("大字版PDF, EPUB, 公文转录件", "EPUB").replace(
    "audience: [支部]", "audience: [支部]\nforms: [签到表]"
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return planned(tmp_path_factory.mktemp("kit"), RECIPE)


@pytest.fixture(scope="module")
def made(plan: KitPlan) -> Package:
    return finished(plan)


def kept(plan: KitPlan, folder: Path, site: str = "first") -> tuple[Package, set[str]]:
    """The kit made with the cache in ``folder`` beside a site, and the formats that had work."""
    worked = set()

    def note(self: KitFormat, plan: KitPlan, site: SiteCopy) -> Iterator[KitFile]:
        worked.add(self.name)
        return ONE(self, plan, site)

    cache = Cache(folder)
    copy = SiteCopy([offline_site.fit(("index.html", site.encode()))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KitFormat, "files", note)
        (package,) = make.packages((plan,), copy, cache)
    cache.save()
    return package, worked


ONE = KitFormat.files
EVERYTHING = RECIPE.replace("EPUB]", "EPUB, 离线网页]")


def test_an_unchanged_kit_is_not_made_again(tmp_path: Path) -> None:
    """The second build takes what the first one kept, and the bytes are the same."""
    plan = planned(tmp_path, EVERYTHING)
    first, worked = kept(plan, tmp_path / "cache")
    assert "读本" in worked
    assert kept(plan, tmp_path / "cache") == (first, set())


def test_an_edit_elsewhere_makes_only_the_copy_anew(tmp_path: Path) -> None:
    """Another page of the site: the kit carries it, and no exporter had anything to do."""
    plan = planned(tmp_path, EVERYTHING)
    first, _ = kept(plan, tmp_path / "cache")
    second, worked = kept(plan, tmp_path / "cache", site="second")
    assert worked == set()
    assert second.archive != first.archive
    assert [f for f in second.files if f.group] == [f for f in first.files if f.group]
    (page,) = (f for f in second.files if f.name == "离线网页/index.html")
    assert page.member.data == b"second"


def test_only_zim_is_made_anew_for_another_site(tmp_path: Path) -> None:
    """It holds the pages; nothing else does."""
    plan = planned(tmp_path, RECIPE.replace("EPUB]", "EPUB, ZIM]"))
    kept(plan, tmp_path / "cache")
    assert kept(plan, tmp_path / "cache", site="second")[1] == {"ZIM"}


def test_any_change_of_the_kit_is_seen(tmp_path: Path) -> None:
    """A word, a summary, the recipe's wording."""
    kept(planned(tmp_path / "first", RECIPE), tmp_path / "cache")
    changes: list[tuple[str, dict[str, str]]] = [
        (RECIPE, {tiny.STORY: tiny.text(tiny.STORY, ("二十个人读", "三十个人读"))}),
        (RECIPE, {tiny.STORY: tiny.text(tiny.STORY, ("我们的夜校", "你们的夜校"))}),
        (RECIPE.replace("给支部", "给党小组"), {}),
    ]
    for number, (recipe, others) in enumerate(changes):
        plan = planned(tmp_path / str(number), recipe, others)
        assert {"读本", "电子书"} <= kept(plan, tmp_path / "cache")[1]


def test_a_damaged_cache_costs_time_only(tmp_path: Path) -> None:
    """Whatever happened to it, the kit is right."""
    plan = planned(tmp_path, EVERYTHING)
    first, _ = kept(plan, tmp_path / "cache")
    for pack in (tmp_path / "cache").glob("*.pack"):
        data = pack.read_bytes()
        pack.write_bytes(data[:200] + bytes(40) + data[240:])
    assert kept(plan, tmp_path / "cache")[0] == first


def test_two_processes_make_the_same_bytes(plan: KitPlan, made: Package) -> None:
    """Sent to other processes, every exporter gives what it gives here."""
    with open_workers() as helpers:
        (package,) = make.packages((plan,), SiteCopy(), workers=helpers)
    assert package == made


def test_an_error_in_another_process_is_told_in_words(tmp_path: Path) -> None:
    """A picture that breaks after the check: the kit's name and what is wrong, no traceback."""
    media = ("questions:", "media:\n  - {file: a.gif, title: 图, alt: 山}\nquestions:")
    picture = io.BytesIO()
    Image.new("L", (6, 4)).save(picture, "gif")
    files = {
        tiny.STORY: tiny.text(tiny.STORY, media),
        "materials/stories/a.gif": picture.getvalue(),
    }
    plan = planned(tmp_path, RECIPE, files)
    (tmp_path / "column/materials/stories/a.gif").write_bytes(b"no picture")
    with (
        open_workers() as helpers,
        pytest.raises(KitError, match="套装“集中学习套装”没有做成：排版没有通过"),
    ):
        list(make.packages((plan,), SiteCopy(), workers=helpers))


def test_the_key_names_the_code_an_exporter_uses() -> None:
    """Its own module, what that imports and the styles; not the pages, not the command line."""
    used = {
        p.relative_to(ROOT / "scripts/xuelan").as_posix() for p in cache_keys.modules(book.__name__)
    }
    assert {
        "kits/print/book.py",
        "kits/print/press.py",
        "kits/print/typeset.py",
        "model/works.py",
    } <= used
    assert not used & {
        "pages/theme.py",
        "cli.py",
        "preview/serve.py",
        "kits/word/fillable_form.py",
        "kits/formats/epub.py",
    }
