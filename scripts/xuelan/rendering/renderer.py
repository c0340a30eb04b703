"""Renders one material's text: a pure function, so that it can run in parallel and be cached.

Two readers give the same result: :mod:`xuelan.rendering.plain_parser` with
:mod:`xuelan.rendering.plain_writer` for plain texts, :mod:`xuelan.rendering.python_markdown` for
any; ``docs/decisions/two-readers.md`` says why. What Python-Markdown writes passes an allow-list
(nh3), so that an editor's mistake never becomes code on a page. A plain text needs none: its words
are escaped, and all its tags and attributes come from the plain writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from xuelan.model.content import Rendered
from xuelan.rendering import plain_parser, plain_writer
from xuelan.rendering.content_builder import ContentBuilder
from xuelan.rendering.links import Dependencies

if TYPE_CHECKING:
    from xuelan.rendering.python_markdown import MarkdownParser


@dataclass
class Renderer:
    """Renders materials one after another; without ``quick``, Python-Markdown reads all texts."""

    docs_dir: str
    quick: bool = True

    def __call__(self, item: tuple[str, str, str, Dependencies]) -> bytes:
        """Render ``item``, the arguments of :meth:`render`, into the bytes that the cache keeps."""
        return msgspec.msgpack.encode(self.render(*item))

    def __getstate__(self) -> dict[str, object]:
        return {"docs_dir": self.docs_dir, "quick": self.quick}

    @cached_property
    def _parser(self) -> MarkdownParser:
        from xuelan.rendering.python_markdown import MarkdownParser  # noqa: PLC0415 - few texts need it

        return MarkdownParser()

    def render(self, name: str, path: str, body: str, dependencies: Dependencies) -> Rendered:
        """Render ``body``, the text of the material ``name`` in the file ``path``."""
        content = ContentBuilder(name, path, dependencies, self.docs_dir)
        blocks = plain_parser.parse(body) if self.quick else None
        if blocks is None:
            html = self._parser.convert(body, content)
        else:
            html = plain_writer.write(blocks, content)
        return content.build(html)
