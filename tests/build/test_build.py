"""One input, one site: the same bytes every time, by either command."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, xuelan


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The column's sources in another folder, as another machine would have them."""
    target = tmp_path_factory.mktemp("elsewhere") / "a column"
    target.mkdir()
    for name in ("mkdocs.yml", "docs", "materials", "overrides"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy(source, target / name)
    return target


def test_two_builds_in_different_folders_are_byte_identical(site: Path, copy: Path) -> None:
    """No clock, no machine name, no path gets into the site."""
    done = xuelan("build", "-C", copy)
    assert done.returncode == 0, done.stderr
    assert _tree(copy / "site") == _tree(site)


def test_mkdocs_build_gives_the_same_site(site: Path, copy: Path, tmp_path: Path) -> None:
    """``mkdocs build`` and ``xuelan build`` differ only in the mark of a published folder."""
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours = _tree(site)
    del ours[".xuelan-site"]
    assert _tree(tmp_path / "site") == ours


def test_errors_stop_the_build_and_leave_the_site(copy: Path, tmp_path: Path) -> None:
    """A broken material is reported, exit code 1, nothing is replaced."""
    broken = tmp_path / "column"
    shutil.copytree(copy, broken, ignore=shutil.ignore_patterns("site", ".site.*", ".cache"))
    assert xuelan("build", "-C", broken).returncode == 0
    before = _tree(broken / "site")
    (broken / "materials" / "broken.md").write_text("---\nid: [\n---\n")
    done = xuelan("build", "-C", broken)
    assert done.returncode == 1
    assert "materials/broken.md:" in done.stdout
    assert "网站没有生成" in done.stderr
    assert _tree(broken / "site") == before


def test_a_folder_that_cannot_be_written_gives_one_line(tmp_path: Path) -> None:
    """No traceback for a target below a file."""
    (tmp_path / "file").write_text("")
    done = xuelan("build", "--site-dir", tmp_path / "file" / "site")
    assert done.returncode == 1
    assert done.stderr.startswith("写不进去：")
    assert done.stderr.count("\n") == 1


def test_no_column_here_is_said_plainly(tmp_path: Path) -> None:
    """A folder without mkdocs.yml gives a message with a hint, not a traceback."""
    done = xuelan("build", "-C", tmp_path)
    assert done.returncode == 1
    assert "这里没有 mkdocs.yml" in done.stdout
    assert "Traceback" not in done.stderr


def test_with_an_address_the_site_has_canonical_links_and_a_sitemap(tmp_path: Path) -> None:
    """``SITE_URL`` names the live address; without it nothing pretends to know it."""
    url = "https://example.org/units/study"
    done = xuelan("build", "--site-dir", tmp_path / "site", SITE_URL=url)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site/materials/portrait/index.html").read_text()
    assert f'<link rel="canonical" href="{url}/materials/portrait/">' in page
    assert f"<loc>{url}/materials/portrait/</loc>" in (tmp_path / "site/sitemap.xml").read_text()


def test_without_an_address_there_is_no_sitemap(site: Path) -> None:
    """A sitemap of relative addresses would be invalid."""
    assert not (site / "sitemap.xml").exists()
    assert 'rel="canonical"' not in (site / "index.html").read_text()


def test_with_a_repository_pages_offer_to_edit_and_to_add(copy: Path, tmp_path: Path) -> None:
    """``repo_url`` and ``edit_uri`` give every page its links into the forge."""
    column = tmp_path / "column"
    shutil.copytree(copy, column, ignore=shutil.ignore_patterns("site", ".site.*", ".cache"))
    settings = (column / "mkdocs.yml").read_text()
    settings = settings.replace('repo_url: ""', "repo_url: https://forge.example/unit/column")
    settings = settings.replace('edit_uri: ""', "edit_uri: edit/main/docs/")
    (column / "mkdocs.yml").write_text(settings)
    done = xuelan("build", "-C", column)
    assert done.returncode == 0, done.stdout + done.stderr
    base = "https://forge.example/unit/column"
    material = (column / "site/materials/portrait/index.html").read_text()
    assert f'href="{base}/edit/main/materials/people/portrait.md"' in material
    assert f'href="{base}/new/main/materials"' in material
    about = (column / "site/about/index.html").read_text()
    assert f'href="{base}/edit/main/docs/about.md"' in about
