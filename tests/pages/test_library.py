"""The library's shelves: what stands on them, in which order, at which address."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

import tiny
from xuelan.model.catalog import Catalog
from xuelan.pages import library
from xuelan.pages.library import PER_PAGE, Facet
from xuelan.text.pinyin import sort_key


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return tiny.catalog(tmp_path_factory.mktemp("library"))


def _facet(catalog: Catalog, name: str) -> Facet:
    return next(f for f in library.facets(catalog) if f.id == name)


def _filled(catalog: Catalog, count: int) -> Catalog:
    """A column of ``count`` stories, each a day older than the one before."""
    story = catalog.by_id["story-night-school"]
    materials = tuple(
        replace(story, id=f"story-{n:03}", issued=f"20{99 - n // 28:02}-01-{28 - n % 28:02}")
        for n in range(count)
    )
    return replace(catalog, materials=materials)


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, [0]), (1, [1]), (20, [20]), (21, [20, 1]), (45, [20, 20, 5])]
)
def test_twenty_to_a_page(catalog: Catalog, count: int, sizes: list[int]) -> None:
    """An empty library has one empty page, and no page is empty after that."""
    shelf = library.everything(_filled(catalog, count))
    assert [len(page) for page in shelf.pages] == sizes
    assert shelf.place.page_count == len(sizes)
    assert PER_PAGE == 20


def test_every_material_is_on_exactly_one_page_newest_first(catalog: Catalog) -> None:
    """Paging loses nothing and doubles nothing."""
    shelf = library.everything(_filled(catalog, 45))
    ids = [m.id for page in shelf.pages for m in page]
    assert ids == [f"story-{n:03}" for n in range(45)]


def test_pages_have_real_addresses(catalog: Catalog) -> None:
    """The first page is the shelf itself; the others can be linked to as well."""
    place = _facet(catalog, "kind").places["通知"]
    assert place.page_address(1) == "library/kind/notice/"
    assert place.page_address(2) == "library/kind/notice/2/"


def test_kinds_and_activities_keep_the_columns_order(catalog: Catalog) -> None:
    """Their addresses are the ids in the settings; kinds without materials are left out."""
    kinds = _facet(catalog, "kind").places.values()
    assert [(p.name, p.address) for p in kinds] == [
        ("通知", "library/kind/notice/"),
        ("故事", "library/kind/story/"),
        ("报道", "library/kind/report/"),
        ("活动指南", "library/kind/guide/"),
        ("词条", "library/kind/term/"),
    ]
    without = replace(catalog, materials=tuple(m for m in catalog.materials if m.kind != "故事"))
    assert list(_facet(without, "kind").places) == ["通知", "报道", "活动指南", "词条"]
    assert _facet(catalog, "activity").places["集中学习"].address == "library/activity/study/"


def test_years_run_backwards_and_leave_out_the_undated(catalog: Catalog) -> None:
    """A text of our own that has no date belongs to no year."""
    assert list(_facet(_filled(catalog, 60), "year").places) == ["2099", "2098", "2097"]
    assert list(_facet(catalog, "year").places) == ["2024"]


def test_the_fullest_tag_comes_first_then_by_pinyin(catalog: Catalog) -> None:
    """读书 has two materials; equals follow the alphabet of their sounds."""
    story = catalog.by_id["story-night-school"]
    more = replace(
        catalog,
        materials=(
            *catalog.materials,
            replace(story, id="other", tags=("读书", "安全", "办厂")),
        ),
    )
    assert list(_facet(more, "tag").places) == ["读书", "安全", "办厂", "梯田"]


def test_only_public_materials_are_on_the_shelves(catalog: Catalog) -> None:
    """A draft shows in a preview and nowhere else."""
    story = catalog.by_id["story-night-school"]
    draft = replace(
        catalog,
        materials=tuple(replace(m, status="draft") if m == story else m for m in catalog.materials),
    )
    assert "故事" not in _facet(draft, "kind").places
    assert "故事" in _facet(replace(draft, drafts=True), "kind").places


NAMES = st.sampled_from(
    ["市一中", "试一中", "Shi yi zhong", "shi-yi-zhong-2", "。", "，", "a", "A", "2"]
)


@given(st.lists(st.one_of(NAMES, st.text(min_size=1, max_size=6)), unique=True, max_size=12))
def test_addresses_are_unique_whatever_the_names(catalog: Catalog, names: list[str]) -> None:
    """Words that sound alike, or have no sound, have a digest; addresses stay plain ASCII."""
    story = tiny.in_memory("正文。")
    tagged = tuple(replace(story, id=f"a{n}", tags=(t,)) for n, t in enumerate(names))
    places = _facet(replace(catalog, materials=tagged), "tag").places
    addresses = [p.address for p in places.values()]
    assert sorted(places) == sorted(names)
    assert len(set(addresses)) == len(names)
    for address in addresses:
        assert address.isascii()
        assert address.count("/") == 3
        assert " " not in address


def test_an_address_does_not_depend_on_its_neighbours(catalog: Catalog) -> None:
    """山西日报 has the pinyin of 陕西日报 and comes before it; the first address stays."""
    report = catalog.by_id["report-letter"]
    first = replace(report, id="a", issuer="", outlet="陕西日报")
    second = replace(report, id="b", issuer="", outlet="山西日报")
    alone = _facet(replace(catalog, materials=(first,)), "issuer").places
    both = _facet(replace(catalog, materials=(second, first)), "issuer").places
    assert both["陕西日报"].address == alone["陕西日报"].address
    assert both["山西日报"].address != both["陕西日报"].address


@given(st.text(st.sampled_from("长重行乐中国大连银重庆音乐会“”，Ab1 \u3400"), max_size=12))
def test_words_are_spelled_as_the_dictionary_spells_the_whole(text: str) -> None:
    """Spelling a title word by word, each once, gives what spelling it at once gives."""
    whole = lazy_pinyin(text, style=Style.TONE3, errors="ignore")
    assert sort_key(text) == (*whole, text)


@given(st.integers(1, 40).flatmap(lambda last: st.tuples(st.just(last), st.integers(1, last))))
def test_a_list_links_to_its_first_last_and_nearest_pages(pages: tuple[int, int]) -> None:
    """Each once and in order, the page itself among them; none that there is not."""
    last, number = pages
    place = library.Place("年份", "2024", "", "library/year/2024/", last * PER_PAGE)
    expected = [n for n in range(1, last + 1) if n in (1, last) or number - 2 <= n <= number + 2]
    assert place.pages_beside(number) == expected
