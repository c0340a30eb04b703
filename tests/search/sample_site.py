"""Documents made for tests, and a site that is built from them again and again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from site_folder import rewrite
from xuelan.engine.cache import Cache
from xuelan.engine.staging import SiteTree
from xuelan.search import common
from xuelan.search.document import DocumentRef, Facets, IndexDocument, Passage, Zone
from xuelan.search.reader import IndexReader
from xuelan.search.update import IndexUpdate
from xuelan.text.digests import key_of

WORDS = "毛丰美大梨树村实干治山办厂果园五味子旅游集体经济共同富裕为民担当廉洁履职农业税电价"


def material(name: str, *texts: str, title: str = "", kind: str = "故事") -> IndexDocument:
    """A document with these paragraphs."""
    passages = [
        Passage(Zone.TITLE, "", "", title or name),
        Passage(Zone.FIELD, "", "提要", "提要文字"),
    ]
    passages += [Passage(Zone.BODY, f"p{n}", "一节", text) for n, text in enumerate(texts, 1)]
    return IndexDocument(
        name, f"materials/{name}/", title or name, kind, "2016-03", "某组织部", tuple(passages)
    )


def refer_to(document: IndexDocument) -> DocumentRef:
    """Make the reference that a build would make."""
    key = key_of(document.id, document.title, document.kind, document.passages)
    return DocumentRef(
        key,
        key_of(document.kind, document.title),
        document.id,
        lambda: Facets(document.kind, "2016", "某组织部", ("集中学习",), (document.title,)),
        lambda: document,
    )


def write(documents: list[IndexDocument], folder: Path) -> IndexReader:
    """Write the index of ``documents`` into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    IndexUpdate([refer_to(d) for d in documents], SiteTree(folder)).finish(())
    return IndexReader(folder)


def make_documents(count: int, seed: int = 1) -> list[IndexDocument]:
    """Make documents of random words."""
    rng = random.Random(seed)

    def text() -> str:
        return "".join(rng.choice(WORDS) + rng.choice(("", "", "，", "。")) for _ in range(120))

    return [
        material(f"m{n:03}", *(text() for _ in range(rng.randint(1, 30)))) for n in range(count)
    ]


def read_files(folder: Path) -> dict[str, bytes]:
    """Read every file below ``folder``."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.js")}


class Site:
    """A site built again and again with one cache, and compared with one built from nothing."""

    def __init__(self, folder: Path, documents: list[IndexDocument] | None = None) -> None:
        self.folder = folder
        self.documents = documents or make_documents(60)
        self.build()

    def build(self) -> None:
        cache = Cache(self.folder / "cache")
        with rewrite(self.folder / "site", self.folder / "cache") as tree:
            IndexUpdate([refer_to(d) for d in self.documents], tree, cache).finish(())
        cache.save(compact=True)

    def edit(self, number: int, change: Callable[[str], str]) -> None:
        document = self.documents[number]
        passages = list(document.passages)
        place = len(passages) // 2
        passages[place] = msgspec.structs.replace(
            passages[place], text=change(passages[place].text)
        )
        self.documents[number] = replace(document, passages=tuple(passages))

    def check(self) -> None:
        anew = self.folder / "anew"
        IndexUpdate([refer_to(d) for d in self.documents], _empty(anew)).finish(())
        assert read_files(self.folder / "site") == read_files(anew)


def _empty(folder: Path) -> SiteTree:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return SiteTree(folder)


def lower_threshold(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Make sequences with more than ``most`` places common."""
    monkeypatch.setattr(common, "compute_threshold", lambda bits: most)
