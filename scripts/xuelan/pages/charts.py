"""Charts as SVG, drawn at build time: nothing to load, nothing to run, readable without colour.

Sizes are SVG user units; the picture scales with its box. Colours come from the style sheet by
class, so that the dark look and print have their own.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as etree
from typing import Final

from xuelan.model.study import Figure

WIDTH: Final = 640
HEIGHT: Final = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 16, 16, 28, 44


def svg(figure: Figure) -> str:
    """The chart of ``figure`` as an ``<svg>`` element whose description repeats its data."""
    root = etree.Element(
        "svg",
        {
            "class": f"chart chart-{figure.kind}",
            "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "role": "img",
            "aria-labelledby": f"{figure.id}-title {figure.id}-desc",
        },
    )
    _text(root, "title", figure.title, id=f"{figure.id}-title")
    data = "，".join(f"{p.label}{number(p.value)}{figure.unit}" for p in figure.points)
    _text(root, "desc", data, id=f"{figure.id}-desc")
    values = [p.value for p in figure.points]
    below = nice_ceiling(-min(values)) if min(values) < 0 else 0.0
    top = nice_ceiling(max(values)) if max(values) > 0 or not below else 0.0
    unit = (HEIGHT - _BOTTOM - _TOP) / (top + below)
    zero = _TOP + unit * top
    _line(root, "chart-axis", _LEFT, zero, WIDTH - _RIGHT, zero)
    step = (WIDTH - _LEFT - _RIGHT) / len(figure.points)
    places = [(_LEFT + step * (n + 0.5), zero - unit * v) for n, v in enumerate(values)]
    if figure.kind == "line":
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        etree.SubElement(root, "polyline", {"class": "chart-line", "points": path})
    for (x, y), point in zip(places, figure.points, strict=True):
        if figure.kind == "line":
            circle = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "5"}
            etree.SubElement(root, "circle", {"class": "chart-point", **circle})
        else:
            width = min(72.0, step * 0.6)
            height = max(abs(zero - y), 1.0)
            box = {"x": x - width / 2, "y": min(y, zero), "width": width, "height": height}
            box_text = {k: f"{v:.1f}" for k, v in box.items()}
            etree.SubElement(root, "rect", {"class": "chart-bar", **box_text})
        _label(root, "chart-value", x, y - 10 if y <= zero else y + 20, number(point.value))
        _label(root, "chart-label", x, HEIGHT - _BOTTOM + 26, point.label)
    return etree.tostring(root, encoding="unicode")


def nice_ceiling(value: float) -> float:
    """The next 1, 2, 2.5, 5 or 10 times a power of ten at or above ``value``; 1 for none."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= value * (1 - 1e-9))


def number(value: float) -> str:
    """A figure as printed: no needless zeros, four-digit numbers and more left unbroken."""
    return f"{value:.10g}"


def _text(parent: etree.Element, tag: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, tag, attributes).text = text


def _label(parent: etree.Element, name: str, x: float, y: float, text: str) -> None:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": "middle"}
    etree.SubElement(parent, "text", {"class": name, **place}).text = text


def _line(parent: etree.Element, name: str, x1: float, y1: float, x2: float, y2: float) -> None:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    written = {k: f"{v:.1f}" for k, v in ends.items()}
    etree.SubElement(parent, "line", {"class": name, **written})
