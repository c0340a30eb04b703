"""The texts of readings for a branch's own kit, which the browser puts into one page.

There is one script a kit with its texts. The browser loads it when an organiser has chosen
readings. It is a script, not JSON, because a page on ``file://`` can load scripts but fetch
nothing.
"""

from __future__ import annotations

import base64
import json
import mimetypes
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from markupsafe import Markup

from xuelan.kits.assets import Assets, picture_path
from xuelan.kits.plan import KitPlan
from xuelan.kits.print.book import source_line
from xuelan.kits.relink import relink
from xuelan.kits.templating import read_text, render_xml
from xuelan.model.material import Material

READINGS_NAME: Final = "05-学习材料.html"


def text_files(plans: Sequence[KitPlan], folder: str) -> Iterator[tuple[str, str]]:
    """The script of each kit with readings: its path below the site, and its text."""
    page = read_text("readings.html")
    for plan in plans:
        if plan.readings:
            data = {"page": page, "texts": {m.id: article(plan, m) for m in plan.readings}}
            body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            yield f"{folder}texts/{plan.kit.id}.js", f'"use strict";\nownKitTexts({body});\n'


def article(plan: KitPlan, m: Material) -> str:
    """One reading in HTML: title, summary, text, discussion, source, references."""
    rendered = plan.rendered[m.id]

    def target(material: str, anchor: str) -> str:
        address = plan.address_of(f"materials/{material}/")
        return f"{address}#{anchor}" if address and anchor else address

    picture = partial(_embed, plan.assets)
    return render_xml(
        "reading.html",
        m=m,
        text=Markup(relink(rendered.html, m, target, plan.column.url, picture)),  # noqa: S704
        origin=source_line(plan, m),
        references=[str(plan.references[w]) for w in rendered.references],
    )


def _embed(assets: Assets, m: Material, name: str) -> str:
    """A picture as a ``data:`` address, for the page is a single file."""
    path = picture_path(m, name)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(assets.read(path)).decode()}"
