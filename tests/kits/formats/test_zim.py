"""The ZIM: found by Chinese words, the same bytes twice."""

from __future__ import annotations

import pytest
from libzim.reader import Archive
from libzim.search import Query, Searcher
from libzim.suggestion import SuggestionSearcher

from branch_kits import RECIPE, plan
from xuelan.kits.formats import zim
from xuelan.kits.packing.site_copy import FOLDER, SiteCopy, index_texts
from xuelan.kits.packing.zip_writer import PackedFile
from xuelan.kits.plan import KitFile, KitPlan

PAGE = "<!doctype html><title>x</title><p>菜单里的词</p>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> KitPlan:
    return plan(
        tmp_path_factory.mktemp("column"), RECIPE.replace("formats: [PDF,", "formats: [ZIM, PDF,")
    )


def site(plan: KitPlan, style: bytes = b"p{}") -> SiteCopy:
    """A site with a page for each material, all of which show the same menu."""
    addresses = [m.address for m in plan.materials]
    pages = {f"{address}index.html": PAGE.encode() for address in ("", *addresses)}
    files = [
        PackedFile.of(KitFile(f"{FOLDER}/{path}", path, "", data))
        for path, data in {**pages, "a.css": style}.items()
    ]
    return SiteCopy(files, tuple(index_texts(plan.materials, plan.rendered)))


@pytest.fixture(scope="module")
def archive(made: KitPlan, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    path = tmp_path_factory.mktemp("zim") / "column.zim"
    (file,) = zim.files(made, site(made))
    path.write_bytes(file.data)
    return Archive(path)


def found(archive: Archive, words: str) -> list[str]:
    search = Searcher(archive).search(Query().set_query(words))
    return list(search.getResults(0, search.getEstimatedMatches()))


def test_a_chinese_query_finds_the_text_that_has_it(archive: Archive) -> None:
    """The words of a material find its page, and no page is found by its menu."""
    assert "materials/story-night-school/index.html" in found(archive, "夜校")
    assert found(archive, "菜单里的词") == []


def test_a_title_is_suggested_while_it_is_typed(archive: Archive) -> None:
    """The first characters of a title lead to its page."""
    suggested = SuggestionSearcher(archive).suggest("夜校")
    assert "materials/story-night-school/index.html" in suggested.getResults(0, 5)


def test_the_file_is_sound_and_says_what_it_is(archive: Archive) -> None:
    """Checksum, main page, Chinese, and a picture for the shelf."""
    assert archive.check()
    assert archive.main_entry.get_item().path == "index.html"
    assert archive.get_metadata("Language") == b"zho"
    assert archive.get_metadata("Title").decode() == "示例专栏"
    assert bytes(archive.get_illustration_item(48).content).startswith(b"\x89PNG")


def test_two_makings_are_the_same_bytes(made: KitPlan) -> None:
    """UUIDs and checksum come from the content, not from chance."""
    assert zim.archive(made, site(made)) == zim.archive(made, site(made))


def test_other_content_has_another_identity(made: KitPlan) -> None:
    """The UUID changes with the content, as readers expect of an update."""
    changed = site(made, b"p{color:red}")
    assert zim.archive(made, site(made))[8:24] != zim.archive(made, changed)[8:24]


def test_nothing_is_printed_while_it_is_made(
    made: KitPlan, capfd: pytest.CaptureFixture[str]
) -> None:
    """Libzim writes its progress past Python; it does not reach the terminal."""
    zim.archive(made, site(made))
    assert capfd.readouterr().out == ""
