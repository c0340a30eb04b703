"""The build as a list of steps: what the list says is what happens."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from xuelan.build import STEPS
from xuelan.engine.context import BuildContext
from xuelan.engine.steps import BuildStep, Deferred, Pending, StepRun

BY_NAME = {step.name: step for step in STEPS}


def test_a_step_waits_for_steps_above_it() -> None:
    """Every name stands once, and ``after`` names steps that stand higher in the list."""
    assert len(BY_NAME) == len(STEPS)
    names = list(BY_NAME)
    for number, step in enumerate(STEPS):
        assert set(step.after) <= set(names[:number]), step.name


def _returns(step: BuildStep) -> Any:
    """The type of a step's result; of a pending one, what is waited for."""
    made = typing.get_type_hints(step.function)["return"]
    if not step.beside:
        return made
    if typing.get_origin(made) is Pending:
        return typing.get_args(made)[0]
    return typing.get_type_hints(made.result)["return"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_takes_what_the_steps_before_it_return(step: BuildStep) -> None:
    """The context first, then one parameter for each name in ``after``, of that step's type."""
    hints = typing.get_type_hints(step.function)
    del hints["return"]
    context, *parameters = hints.values()
    assert context is BuildContext
    wanted = [_returns(BY_NAME[name]) for name in step.after]
    varying = step.function.__code__.co_flags & 0x04  # the last parameter takes all that follow
    if varying:
        parameters += [parameters[-1]] * (len(wanted) - len(parameters))
    assert parameters == wanted


def test_progress_speaks_the_names_of_the_steps() -> None:
    """What the progress line counts is called as the step is in ``-v`` and ``--profile``."""
    titles = {step.title for step in STEPS}
    code = ROOT / "scripts/xuelan"
    told = {
        label
        for path in code.rglob("*.py")
        for call in re.findall(r"workers\.map\([^)]*\)|\.submit\([^)]*\)", path.read_text())
        for label in re.findall(r'"([^"]*[一-鿿][^"]*)"', call)
    }
    assert told
    assert told <= titles


@pytest.fixture
def context(tmp_path: Path) -> BuildContext:
    return BuildContext.without_site(tmp_path)


def test_steps_listed_below_run_while_one_is_pending(context: BuildContext) -> None:
    """A pending result is waited for by the first step that names it, and once only."""
    said: list[str] = []

    def start(_: BuildContext) -> Pending[int]:
        said.append("started")
        return Deferred(lambda: said.append("waited") or 7)

    run = StepRun(context)
    run.run(
        (
            BuildStep("slow", "慢", start, beside=True),
            BuildStep("other", "别的", lambda _: said.append("meanwhile")),
            BuildStep("sum", "和", lambda _, a: a + 1, after=("slow",)),
            BuildStep("twice", "再", lambda _, a: a * 2, after=("slow",)),
        )
    )
    assert said == ["started", "meanwhile", "waited"]
    assert (run.result("sum"), run.result("twice")) == (8, 14)
    assert list(run.timings) == ["slow", "other", "sum", "twice"]


def _fails(_: BuildContext) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("beside", [False, True])
def test_an_error_says_which_step_it_came_from(context: BuildContext, beside: bool) -> None:
    """Where the work was done elsewhere, the step that began it is named."""
    first = BuildStep("first", "第一步", _fails)
    if beside:
        first = BuildStep("first", "第一步", lambda c: Deferred(lambda: _fails(c)), beside=True)
    second = BuildStep("second", "第二步", lambda _, __: None, after=("first",))
    with pytest.raises(ZeroDivisionError) as caught:
        StepRun(context).run((first, second))
    assert caught.value.__notes__ == ["步骤：第一步（first）"]


def test_what_a_step_opens_is_closed_at_the_end(context: BuildContext) -> None:
    """The last opened first, also when a later step fails."""
    closed: list[str] = []

    @contextmanager
    def opened(name: str) -> Iterator[None]:
        yield
        closed.append(name)

    def open_both(context: BuildContext) -> None:
        for name in "ab":
            context.resources.callback(closed.append, name)

    with pytest.raises(ZeroDivisionError), context.resources:
        StepRun(context).run((BuildStep("open", "开", open_both), BuildStep("fail", "败", _fails)))
    assert closed == ["b", "a"]
