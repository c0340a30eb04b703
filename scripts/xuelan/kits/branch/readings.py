"""The readings an organiser chooses, for the branch's own kit: one page that opens anywhere.

A script a kit carries the texts; the browser loads it when it makes a kit with readings, and lays
the chosen ones into the page. A script, because a page opened from a folder can fetch nothing.
"""

from __future__ import annotations

import base64
import html
import json
import mimetypes
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources
from typing import Final

from xuelan.kits.assets import Assets, picture_path
from xuelan.kits.plan import KitPlan
from xuelan.kits.print.book import source_line
from xuelan.kits.relink import relinked
from xuelan.model.material import Material

READINGS_NAME: Final = "05-学习材料.html"


def text_files(plans: Sequence[KitPlan], folder: str) -> Iterator[tuple[str, str]]:
    """For each kit the script with its readings' texts, as path below the site and text."""
    page = resources.files("xuelan.kits").joinpath("styles/readings.html").read_text("utf-8")
    for plan in plans:
        if plan.readings:
            data = {"page": page, "texts": {m.id: article(plan, m) for m in plan.readings}}
            body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
            yield f"{folder}texts/{plan.kit.id}.js", f'"use strict";\nownKitTexts({body});\n'


def article(plan: KitPlan, m: Material) -> str:
    """A reading as part of the page: title, summary, text, source, discussion, references."""
    rendered = plan.rendered[m.id]

    def target(material: str, anchor: str) -> str:
        address = plan.address_of(f"materials/{material}/")
        return f"{address}#{anchor}" if address and anchor else address

    picture = partial(_picture, plan.assets)
    body = relinked(rendered.html, m, target, plan.column.url, picture)
    works = [str(plan.references[w]) for w in rendered.references]
    cited = "".join(
        f'<li id="{m.id}.ref-{n}">{html.escape(w)}</li>' for n, w in enumerate(works, 1)
    )
    asked = "".join(f"<li>{html.escape(q)}</li>" for q in m.questions)
    pieces = (
        f'<article id="{m.id}"><h2>{html.escape(m.title)}</h2>',
        f'<p class="summary">{html.escape(m.summary)}</p>' if m.summary else "",
        body,
        f"<h3>讨论题</h3><ol>{asked}</ol>" if asked else "",
        f'<p class="origin">来源：{html.escape(source_line(plan, m))}</p>',
        f'<section class="references"><h3>参考文献</h3><ol>{cited}</ol></section>' if cited else "",
        "</article>",
    )
    return "".join(pieces)


def _picture(assets: Assets, m: Material, name: str) -> str:
    """A picture inside the page itself, which is a single file."""
    path = picture_path(m, name)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(assets.read(path)).decode()}"
