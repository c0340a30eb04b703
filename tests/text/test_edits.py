"""The edits of problems, made in a text."""

from __future__ import annotations

from xuelan.text.edits import apply_edits, choose_edits
from xuelan.text.problem import Code, Edit, Problem


def _problem(line: int, *edits: Edit) -> Problem:
    return Problem("a.md", line, Code.PORTABLE, f"第 {line} 行", "", edits)


def test_all_edits_count_in_the_text_as_it_was() -> None:
    """Edits of one line do not move one another, and new lines do not move those below."""
    edits = [Edit(1, 0, 1, "（"), Edit(1, 2, 3, "）"), Edit(2, 0, 0, "\n"), Edit(3, 1, 1, "丁")]
    assert apply_edits("(甲)\n乙\n丙", edits) == "（甲）\n\n乙\n丙丁"


def test_an_edit_that_does_not_fit_is_left_out() -> None:
    """The text has become shorter since the check; what is left of it stays as it is."""
    assert (
        apply_edits("甲", [Edit(1, 3, 4, "乙"), Edit(7, 0, 0, "丙"), Edit(0, 0, 0, "丁")]) == "甲"
    )


def test_of_two_that_overlap_the_first_is_made() -> None:
    """The other is found again afterwards."""
    first, second = Edit(1, 0, 3, "甲"), Edit(1, 2, 4, "乙")
    assert choose_edits([_problem(1, first), _problem(2, second)]) == [first]


def test_two_empty_lines_at_one_place_are_one() -> None:
    """Two problems that both want an empty line above a line get one."""
    added = Edit(4, 0, 0, "\n")
    assert choose_edits([_problem(4, added), _problem(5, added)]) == [added]


def test_the_edits_of_a_problem_go_together() -> None:
    """One of its edits overlaps: the other alone would not mend it."""
    taken, other = Edit(1, 0, 3, ""), Edit(9, 0, 1, "")
    assert choose_edits([_problem(1, taken), _problem(2, Edit(1, 1, 2, ""), other)]) == [taken]
