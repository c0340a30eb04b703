"""The real column as ZIM, judged by zimcheck and read back by Kiwix's own library."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from libzim.reader import Archive
from libzim.search import Query, Searcher
from tools import tool

from conftest import ROOT
from xuelan.check import check
from xuelan.engine.staging import SiteTree
from xuelan.kits.formats import zim
from xuelan.kits.make import plans
from xuelan.kits.packing import offline_site
from xuelan.kits.packing.site_copy import SiteCopy, index_texts
from xuelan.rendering.pipeline import render_all

pytestmark = pytest.mark.formats


@pytest.fixture(scope="module")
def column(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The column's ZIM as the built site offers it."""
    (file,) = site.glob("downloads/*/70-*.zim")
    return file


def test_zimcheck_passes(column: Path) -> None:
    """Checksum, metadata, main page, internal links and everything else it looks at."""
    zimcheck = tool("zimcheck", "zim-tools")
    done = subprocess.run([zimcheck, "-A", column], capture_output=True, text=True, check=False)
    assert "Overall Test Status: Pass" in done.stdout, done.stdout
    assert done.returncode == 0


def test_a_chinese_query_agrees_with_plain_searching(column: Path) -> None:
    """For words of the materials, full text finds at least every material that contains them."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    rendered = render_all(catalog)
    archive = Archive(column)
    words = sorted({t for m in catalog.public for t in (*m.people, *m.tags) if len(t) > 1})[:40]
    for word in words:
        search = Searcher(archive).search(Query().set_query(word))
        found = set(search.getResults(0, search.getEstimatedMatches()))
        for m in catalog.public:
            text = "\n".join((m.title, m.summary, *(b.text for b in rendered[m.id].blocks)))
            if word in text:
                assert f"{m.address}index.html" in found, (word, m.id)


def test_every_material_is_in_it(column: Path) -> None:
    """No public material is missing, and each has its own title."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    archive = Archive(column)
    for m in catalog.public:
        assert archive.get_entry_by_path(f"{m.address}index.html").title == m.title


def test_two_makings_of_the_real_column_are_the_same_bytes(site: Path) -> None:
    """What the readers' catalogues compare by does not change without a reason."""
    catalog, _ = check(ROOT)
    assert catalog is not None
    rendered = render_all(catalog)
    kits = tuple(k for k in catalog.kits if "ZIM" in k.formats)
    tree = SiteTree(site)
    tree.register_files()
    (made,) = plans(kits, catalog, rendered)
    index = tuple(index_texts(catalog.public, rendered))
    copy = SiteCopy(offline_site.copy(tree, {}), index)
    assert zim.archive(made, copy) == zim.archive(made, copy)
