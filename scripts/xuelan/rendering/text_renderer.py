"""Material to :class:`Rendered`: pure, so that it can run in parallel and be cached.

There are two ways to read a text, with the same result: :mod:`xuelan.rendering.markdown_reader`
reads any, and :mod:`xuelan.rendering.plain_reader` those that :mod:`xuelan.rendering.plain_blocks`
finds plain. What the parser makes of a text goes through an allow-list (nh3), so no editor's
mistake becomes code on a page. A plain text has passed one already, which is far narrower: no
character of it can begin a tag, and none of its words stand in an attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from xuelan.model.rendered import Rendered
from xuelan.rendering import plain_blocks, plain_reader
from xuelan.rendering.gathering import Gathering
from xuelan.rendering.links import Surroundings

if TYPE_CHECKING:
    from xuelan.rendering.markdown_reader import Parser


@dataclass
class Renderer:
    """Renders materials one after another; ``quick`` reads plain texts without the parser."""

    docs_dir: str
    quick: bool = True

    def __call__(self, item: tuple[str, str, str, Surroundings]) -> bytes:
        """An item of :func:`xuelan.rendering.texts.render_all` rendered, as the cache keeps it."""
        return msgspec.msgpack.encode(self.render(*item))

    def __getstate__(self) -> dict[str, object]:
        return {"docs_dir": self.docs_dir, "quick": self.quick}

    @cached_property
    def _parser(self) -> Parser:
        from xuelan.rendering.markdown_reader import Parser  # noqa: PLC0415 - few texts need it

        return Parser()

    def render(self, name: str, path: str, body: str, around: Surroundings) -> Rendered:
        """Render the text ``body`` of the material ``name``, whose file stands at ``path``.

        Anything the text links to is resolved by ``around``.
        """
        page = Gathering(name, path, around, self.docs_dir)
        blocks = plain_blocks.read(body) if self.quick else None
        if blocks is None:
            html = self._parser.convert(body, page)
        else:
            html = plain_reader.convert(blocks, page)
        return page.rendered(html)
