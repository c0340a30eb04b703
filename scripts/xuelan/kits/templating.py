"""Jinja templates of a kit's files: HTML pages, and XML for Word, EPUB and SCORM files.

The templates are in ``kits/templates/``. Every value is escaped.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

import jinja2
from markupsafe import Markup

from xuelan.kits.ooxml import escape
from xuelan.text.sizes import human_size

_FOLDER: Final = resources.files("xuelan.kits").joinpath("templates")


def render_html(name: str, **values: Any) -> str:
    """Render the template ``name``, such as ``start.html``."""
    return _html().get_template(name).render(values)


def render_xml(name: str, **values: Any) -> Markup:
    """Render the XML template ``name``, such as ``word/styles.xml``, to XML without line breaks.

    The lines of the template are joined without their indentation. A line that starts with neither
    a tag nor a Jinja block continues the line before it, after a space. ``{{ newline }}`` makes a
    line break.
    """
    return Markup(_xml().get_template(name).render(values))  # noqa: S704 - escaped by the template


def read_text(name: str) -> str:
    """The text of a template file."""
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


@cache
def _html() -> jinja2.Environment:
    env = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(read_text),
    )
    env.filters["size"] = human_size
    return env


@cache
def _xml() -> jinja2.Environment:
    env = jinja2.Environment(
        autoescape=True,
        finalize=_escape,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(_read_joined),
    )
    env.globals["newline"] = Markup("\n")
    return env


def _read_joined(name: str) -> str:
    """A template with its lines joined: ``<a>``, ``  <b/>``, ``</a>`` give ``<a><b/></a>``."""
    joined = ""
    for line in filter(None, (line.strip(" ") for line in read_text(name).split("\n"))):
        if joined.endswith("?>"):  # the declaration
            joined += "\n"
        elif joined and line[0] not in "<{":
            joined += " "
        joined += line
    return joined


def _escape(value: Any) -> Any:
    """Escape a text for XML 1.0, without control characters, which Jinja itself would keep."""
    if type(value) is not str:
        return value
    return Markup(escape(value).replace("'", "&#x27;"))  # noqa: S704 - escaped here
