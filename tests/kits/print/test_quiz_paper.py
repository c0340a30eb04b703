"""The quiz paper and its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from branch_kits import RECIPE, plan, words
from kit_plans import export
from xuelan.kits.print import quiz_paper
from xuelan.kits.print.press import extract


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    made = plan(tmp_path, RECIPE.replace("quiz_all: true", "quiz: [q-01, q-02]"))
    return {f.name: f.data for f in quiz_paper.files(made)}


def test_the_answers_are_on_a_paper_of_their_own(files: dict[str, bytes]) -> None:
    """The paper shows every option and no explanation; the key shows letter and reason."""
    paper, key = words(files["30-自测题.docx"]), words(files["31-自测题答案.docx"])
    assert "A. 1979年" in paper
    assert "B. 1980年" in paper
    assert "1980年冬天办的" not in paper
    assert "1. B（1980年）" in key
    assert "1980年冬天办的。见《夜校的灯》。" in key
    assert "2. 对" in key


def test_the_printed_paper_says_the_same(files: dict[str, bytes]) -> None:
    """PDF and Word file hold the same questions, numbered through."""
    printed = "".join("".join(extract(files["30-自测题.pdf"])).split())
    for piece in ("一、单项选择", "1.夜校哪一年办的？", "二、判断", "2.据报道，夜校有20个学员。"):
        assert piece in printed
    assert "冬天办的" not in printed


def test_nothing_is_scored_or_ranked(files: dict[str, bytes]) -> None:
    """The paper says so, and has no field for points."""
    paper = words(files["30-自测题.docx"])
    assert "不计分，不排名" in paper
    assert "得分" not in paper


def test_a_kit_without_questions_has_no_paper(tmp_path: Path) -> None:
    """No empty paper is given out."""
    made = plan(tmp_path, RECIPE.replace("quiz_all: true\n", ""))
    assert list(export(made, "自测题")) == []
