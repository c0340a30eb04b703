"""The course: one sharable object, its links led home, its manifest naming every file."""

from __future__ import annotations

import io
import itertools
import re
import xml.etree.ElementTree as etree
import zipfile
from pathlib import Path

import pytest

import tiny
from branch_kits import RECIPE, plan
from kit_plans import export, planned
from xuelan.kits.formats.scorm import course
from xuelan.kits.plan import KitPlan

SCORM_RECIPE = RECIPE.replace("formats: [PDF,", "formats: [SCORM, PDF,")
CP = "{http://www.imsproject.org/xsd/imscp_rootv1p1p2}"


@pytest.fixture
def made(tmp_path: Path) -> KitPlan:
    return plan(tmp_path, SCORM_RECIPE)


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_manifest_names_every_file_of_the_one_object(made: KitPlan) -> None:
    """imsmanifest.xml comes first; the object's files are exactly those of the package."""
    held = unpacked(course(made))
    assert next(iter(held)) == "imsmanifest.xml"
    manifest = etree.fromstring(held["imsmanifest.xml"])
    (resource,) = manifest.iter(f"{CP}resource")
    named = {f.get("href") for f in resource.iter(f"{CP}file")}
    assert named == set(held) - {"imsmanifest.xml"}
    assert resource.get("href") == "index.html"


def test_every_link_inside_leads_somewhere(made: KitPlan) -> None:
    """Anchors exist, ids occur once, links out of the course go to the live site."""
    page = unpacked(course(made))["index.html"].decode()
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]*)"', page):
        assert target in ids
    for target in re.findall(r'<a href="([^#"][^"]*)"', page):
        assert target.startswith("https://example.org/study/")


def test_readings_and_questions_are_all_there(made: KitPlan) -> None:
    """Every reading with its source and every question with its options."""
    page = unpacked(course(made))["index.html"].decode()
    for m in made.readings:
        assert f"<h2>{m.title}</h2>" in page
    for question in made.questions:
        assert question.question in page
        assert all(option in page for option in question.options)


def test_headings_step_down_without_a_gap(made: KitPlan) -> None:
    """The course's title is level 1, a text's title 2, its sections 3 and below."""
    page = unpacked(course(made))["index.html"].decode()
    levels = [int(n) for n in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


def test_nothing_is_loaded_from_elsewhere_and_no_script_is_inline(made: KitPlan) -> None:
    """The course carries its own strict policy and keeps it."""
    page = unpacked(course(made))["index.html"].decode()
    assert "default-src 'none'; script-src 'self'" in page
    assert re.findall(r"<script[^>]*>", page) == ['<script src="course.js" defer>']
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_signs_of_html_in_a_title_stay_text(tmp_path: Path) -> None:
    """A title with ``<&>"`` is text on the page and in the manifest."""
    story = tiny.text(tiny.STORY, ("title: 夜校的灯", "title: '夜校<b>&\"灯\"'"))
    recipe = SCORM_RECIPE.replace("title: 集中学习套装", "title: '<套装>&\"一\"'").replace(
        "督查自查表", "整改清单"
    )
    recipe = recipe.replace("整改清单, 整改清单", "整改清单")
    made = planned(tmp_path, recipe, {tiny.STORY: story})
    held = unpacked(course(made))
    assert "夜校&lt;b&gt;&amp;&#34;灯&#34;" in held["index.html"].decode()
    titles = [t.text for t in etree.fromstring(held["imsmanifest.xml"]).iter(f"{CP}title")]
    assert titles == ['<套装>&"一"'] * 2


def test_the_same_course_is_the_same_bytes_and_only_when_asked_for(
    made: KitPlan, tmp_path: Path
) -> None:
    """Two makings do not differ; a recipe without SCORM gives none."""
    assert course(made) == course(made)
    assert list(export(plan(tmp_path / "other"), "SCORM课件")) == []
