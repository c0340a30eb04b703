"""One file turned into a draft: read, understood, written as Markdown, and accounted for.

Runs in a process of its own (:mod:`xuelan.editing.importing.child`): the file may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Final

from xuelan.editing.importing import markdown
from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.blocks import (
    BULLET,
    NUMBER,
    AnyBlock,
    Enclosure,
    Ledger,
    SourceText,
    TextBlock,
    bare,
    tidy_blanks,
)
from xuelan.editing.importing.dialect import repair
from xuelan.editing.importing.docx_reader import read_docx
from xuelan.editing.importing.form import take_form
from xuelan.editing.importing.heads import close_labels, cut_spans, mark_headings
from xuelan.editing.importing.html_reader import read_html
from xuelan.editing.importing.markdown_reader import read_markdown
from xuelan.editing.importing.official import is_official, read_official, refuse_secrets
from xuelan.editing.importing.pdf_reader import read_pdf
from xuelan.editing.importing.press import read_press, split_names
from xuelan.editing.importing.proof import Proof, prove
from xuelan.editing.importing.proposal import Proposal
from xuelan.editing.importing.text_reader import read_text
from xuelan.model.material import OFFICIAL

READERS: Final[dict[str, Callable[[bytes], SourceText]]] = {
    ".docx": read_docx,
    ".html": read_html,
    ".htm": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_text,
    ".pdf": read_pdf,
}
SUMMARY_LENGTH: Final = 120
MAX_CHARACTERS: Final = 500_000
"""Of one file: a material has at most 2 MB (``text/source.py``)."""


@dataclass(frozen=True, slots=True)
class DraftPicture:
    """A picture of a draft: its name in the text, its bytes, what it shows, the words below it."""

    name: str
    data: bytes
    alt: str
    caption: str = ""

    def mark(self, file: str) -> str:
        """The Markdown of the picture, which lies at ``file``."""
        return markdown.picture(self.alt, file, self.caption)


@dataclass
class Draft:
    """A material as proposed: fields, text, pictures and files, and what to tell the editor.

    ``body`` names pictures by ``picture-1`` and so on, as ``pictures`` has them. ``stated`` are the
    fields that a filled form states.
    """

    values: dict[str, str]
    authors: list[str]
    unsure: dict[str, str]
    body: str
    told: list[str]
    proof: Proof
    is_official: bool
    is_press: bool
    pictures: list[DraftPicture] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)


def convert(name: str, data: bytes) -> Draft:
    """Turn the file called ``name`` into a draft. Raises :class:`NotImportedError`."""
    suffix = PurePosixPath(name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        raise NotImportedError(
            f"不认识“{suffix or name}”这种文件。可以导入：{'、'.join(READERS)}、.doc、.wps、.zip。"
        )
    source = reader(data)
    number = sum(map(len, source.counted.values()))
    if number > MAX_CHARACTERS:
        raise NotImportedError(
            f"文件里有 {number // 10000} 万字，超过一篇材料的上限。请拆成几份再导入。"
        )
    refuse_secrets(source.blocks)
    if not any(isinstance(b, TextBlock) and bare(b.text) for b in source.blocks):
        raise NotImportedError("文件里没有文字。扫描件请先用文字识别（OCR）转成文字。")
    return draft(name, source)


def draft(name: str, source: SourceText) -> Draft:
    """The draft of a text that has been read."""
    if source.markdown:
        return _keep(name, source)
    form, blocks = take_form(source.blocks)
    proposal = _understand(blocks, source.hints, source.ledger)
    for key, words in form.values.items():
        proposal.values[key] = words
    proposal.moved += form.moved
    if form.authors:
        proposal.authors = form.authors
    if not proposal.values.get("title"):
        proposal.values["title"] = tidy_blanks(PurePosixPath(name).stem)
        proposal.unsure["title"] = "取自文件名"
    body_blocks = close_labels(_typed_bullets(proposal.blocks, source.ledger))
    body_blocks = mark_headings(body_blocks, source.ledger)
    body_blocks = _settle_lists(body_blocks)
    body_blocks, pictures = _take_pictures(body_blocks, source)
    marks = {key: p.mark(p.name) for key, p in pictures.items()}
    text = markdown.settle_swaps(markdown.write(body_blocks, marks), source.ledger)
    text = markdown.settle_swaps(repair(text), source.ledger)
    _propose_summary(proposal, body_blocks)
    proof = prove(source.counted, source.ledger, proposal.moved, text)
    return Draft(
        proposal.values, proposal.authors, proposal.unsure, text, source.ledger.told, proof,
        proposal.is_official, proposal.is_press,
        list(pictures.values()),
        source.enclosures, form.values,
    )  # fmt: skip


def _keep(name: str, source: SourceText) -> Draft:
    """The draft of a text that is written as this column writes, word for word."""
    values = dict(source.hints)
    authors = split_names(values.pop("author", ""))
    unsure = {} if values.get("title") else {"title": "取自文件名"}
    values.setdefault("title", tidy_blanks(PurePosixPath(name).stem))
    proposal = Proposal(source.blocks, values=values, unsure=unsure)
    _propose_summary(proposal, [b for b in source.blocks if not _is_markup(b)])
    proof = prove(source.counted, source.ledger, [], source.markdown)
    official = values.get("ground") == OFFICIAL or bool(values.get("number"))
    return Draft(
        values, authors, proposal.unsure, source.markdown, source.ledger.told, proof,
        official, bool(values.get("outlet")),
    )  # fmt: skip


def _is_markup(block: AnyBlock) -> bool:
    return isinstance(block, TextBlock) and bool(re.match(r" *[#>|`!\-*+]|[0-9]+\.", block.text))


def _understand(blocks: list[AnyBlock], hints: dict[str, str], ledger: Ledger) -> Proposal:
    if "mark" in hints or is_official(blocks):
        return read_official(blocks, hints, ledger)
    return read_press(blocks, hints)


_TYPED: Final = re.compile(r"[•●·▪■◆○➢✓\-*－–][\s\u3000]*(?=\S)")


def _typed_bullets(blocks: list[AnyBlock], ledger: Ledger) -> list[AnyBlock]:
    """Lines that begin with a typed bullet as items of a list, where two or more stand together."""
    found = list(blocks)
    marks = [_bullet(b) for b in blocks]
    for n, mark in enumerate(marks):
        block = blocks[n]
        near = [*blocks[max(0, n - 1) : n], *blocks[n + 1 : n + 2]]
        beside = any(_bullet(b) or (isinstance(b, TextBlock) and b.listed) for b in near)
        if mark and beside and isinstance(block, TextBlock):
            ledger.remove("手打的列表记号", mark)
            found[n] = replace(block, spans=cut_spans(block.spans, len(bare(mark))), listed=BULLET)
    return found


def _bullet(block: AnyBlock) -> str:
    if not isinstance(block, TextBlock) or block.listed or block.label or block.level:
        return ""
    match = _TYPED.match(block.text)
    return match[0] if match and not re.fullmatch(r"[\W_]+", block.text) else ""


def _settle_lists(blocks: list[AnyBlock]) -> list[AnyBlock]:
    """Depths of lists without gaps; an item whose number does not follow becomes a paragraph.

    Markdown counts a list from its first number: only 1, 2, 3 … come out as they were.
    """
    found: list[AnyBlock] = []
    above: list[tuple[int, int]] = []
    for block in blocks:
        if not isinstance(block, TextBlock) or not block.listed or block.level:
            above = []
            found.append(block)
            continue
        while above and above[-1][0] > block.depth:
            above.pop()
        last = above.pop()[1] if above and above[-1][0] == block.depth else 0
        number = int(block.label.rstrip(".")) if block.listed == NUMBER else 0
        if number and number != last + 1:
            above = []
            found.append(replace(block, listed="", depth=0))
            continue
        found.append(replace(block, depth=len(above)))
        above.append((block.depth, number))
    return found


def _take_pictures(
    blocks: list[AnyBlock], source: SourceText
) -> tuple[list[AnyBlock], dict[str, DraftPicture]]:
    """The blocks without the captions below pictures, and the pictures by their keys.

    A picture without a description of its author's has its caption as one.
    """
    found: dict[str, DraftPicture] = {}
    kept: list[AnyBlock] = []
    last = ""
    for block in blocks:
        words = _caption(block) if last else ""
        if words:
            old = found[last]
            found[last] = replace(old, caption=words, alt=old.alt or words)
            last = ""
            continue
        kept.append(block)
        last = ""
        for span in block.spans if isinstance(block, TextBlock) else ():
            image = source.images.get(span.image)
            if image is None or not image.data:
                continue
            if span.image not in found:
                name = f"picture-{len(found) + 1}"
                found[span.image] = DraftPicture(name, image.data, tidy_blanks(image.alt))
                last = span.image
    return kept, found


def _caption(block: AnyBlock) -> str:
    """The words of a paragraph that is a picture's caption; empty for others."""
    if not isinstance(block, TextBlock) or any(s.image for s in block.spans):
        return ""
    words = block.text
    named = block.is_caption or re.match(r"图\s*[0-9一二三四五六七八九十]+|（?图[：:]", words)
    plain = len(words) <= 100 and not re.search(r"[\"\\<>`*_\[\]&|]", words)
    return words if named and plain else ""


def _propose_summary(proposal: Proposal, blocks: list[AnyBlock]) -> None:
    """The first sentences of the text, for a person to rewrite."""
    if proposal.values.get("summary"):
        return
    words = ""
    for block in blocks:
        if not isinstance(block, TextBlock) or block.level or block.listed:
            continue
        if block.text.endswith(("：", ":")) or re.match(
            r"附件|[（(]?[一二三0-9]{1,3}[、.）)]", block.text
        ):
            continue
        for sentence in re.findall(r"[^。！？]+[。！？]?", block.text):
            if words and len(words) + len(sentence) > SUMMARY_LENGTH:
                break
            words += sentence
        if len(words) >= 40:
            break
    words = words if len(words) <= SUMMARY_LENGTH else words[: SUMMARY_LENGTH - 2] + "……"
    proposal.values["summary"] = words or proposal.values["title"]
    proposal.unsure["summary"] = "取自正文开头，请改写成四十到一百二十字"
