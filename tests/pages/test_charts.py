"""Charts: drawn at build time, readable without seeing them."""

from __future__ import annotations

import math
import xml.etree.ElementTree as etree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuelan.model.study import Figure, Point
from xuelan.pages import charts
from xuelan.pages.charts import HEIGHT, WIDTH, nice_ceiling, number, svg


def _figure(*values: float, kind: str = "bar") -> Figure:
    points = tuple(Point(f"{1980 + n}年", v, "fact-001") for n, v in enumerate(values))
    return Figure("readers", "夜校学员", "人", kind, points, "")


def _draw(figure: Figure) -> etree.Element:
    return etree.fromstring(svg(figure))


def _texts(root: etree.Element, name: str) -> list[str]:
    return [e.text or "" for e in root.iter("text") if e.get("class") == name]


def test_a_reader_who_sees_no_pictures_hears_the_data() -> None:
    """Title and description are named by the picture; the description repeats every value."""
    root = _draw(_figure(20, 35))
    named = {e.get("id"): e.text for e in root.iter() if e.get("id")}
    assert root.get("role") == "img"
    assert [named[i] for i in (root.get("aria-labelledby") or "").split()] == [
        "夜校学员",
        "1980年20人，1981年35人",
    ]


def test_every_value_is_printed_at_its_bar() -> None:
    """Nothing has to be read off an axis."""
    root = _draw(_figure(20, 14.2))
    assert _texts(root, "chart-value") == ["20", "14.2"]
    assert _texts(root, "chart-label") == ["1980年", "1981年"]


def test_bars_are_as_high_as_their_values() -> None:
    """Twice the value, twice the height, from a base of nought."""
    low, high = (float(e.get("height", "")) for e in _draw(_figure(20, 40)).iter("rect"))
    assert high == pytest.approx(2 * low, abs=0.1)


def test_losses_hang_below_the_line() -> None:
    """Above and below nought by the same scale, each from the axis."""
    root = _draw(_figure(10, -10))
    gain, loss = ((float(e.get("y", "")), float(e.get("height", ""))) for e in root.iter("rect"))
    [axis] = root.iter("line")
    assert gain[0] + gain[1] == pytest.approx(loss[0], abs=0.2)
    assert loss[0] == pytest.approx(float(axis.get("y1", "")), abs=0.1)
    assert gain[1] == pytest.approx(loss[1], abs=0.2)


def test_a_line_goes_through_its_points() -> None:
    """The line's corners are the circles' centres."""
    root = _draw(_figure(1, 3, 2, kind="line"))
    [line] = root.iter("polyline")
    circles = [f"{e.get('cx')},{e.get('cy')}" for e in root.iter("circle")]
    assert line.get("points") == " ".join(circles)
    assert len(circles) == 3


@given(
    values=st.lists(
        st.floats(1e-15, 1e15) | st.integers(-(10**17), 10**17), min_size=1, max_size=12
    ),
    kind=st.sampled_from(["bar", "line"]),
)
def test_nothing_is_drawn_outside_the_picture(values: list[float], kind: str) -> None:
    """Whatever the figures, every mark has a place inside the box."""
    for element in _draw(_figure(*values, kind=kind)).iter():
        for name, size in (("x", WIDTH), ("y", HEIGHT), ("cx", WIDTH), ("cy", HEIGHT)):
            assert -0.1 <= float(element.get(name, "0")) <= size
        assert float(element.get("width", "1")) > 0
        assert float(element.get("height", "1")) > 0


@given(st.floats(1e-6, 1e18))
def test_the_top_of_the_axis_is_a_round_number_just_above(value: float) -> None:
    """At most two and a half times too high, and never too low."""
    top = nice_ceiling(value)
    assert value * (1 - 1e-6) <= top <= value * 2.5 * (1 + 1e-6)
    digits = top / 10 ** math.floor(math.log10(top) + 1e-9)
    assert any(digits == pytest.approx(n) for n in (1, 2, 2.5, 5, 10))


@pytest.mark.parametrize(
    ("value", "printed"),
    [(20, "20"), (20.0, "20"), (14.2, "14.2"), (20300, "20300"), (0.5, "0.5"), (0, "0")],
)
def test_figures_are_printed_as_written(value: float, printed: str) -> None:
    """No needless noughts, no powers of ten, no spaces."""
    assert number(value) == printed


def test_marks_of_xml_in_a_title_do_no_harm() -> None:
    """A title is text."""
    figure = Figure("a", '<b>"&', "人", "bar", (Point("<", 1, "f"),), "")
    assert etree.fromstring(charts.svg(figure)).findtext("title") == '<b>"&'
