"""The index's files: they are read as they were written, and an edit gives what a build gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from search.sample_site import (
    Site,
    lower_threshold,
    make_documents,
    material,
    read_files,
    refer_to,
    write,
)
from site_folder import rewrite
from xuelan.engine.cache import Cache
from xuelan.search import common, files, index, matching, store
from xuelan.search.document import IndexDocument
from xuelan.search.files import DamagedIndexError
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader
from xuelan.search.rebuild import Rebuild
from xuelan.search.results import ask
from xuelan.search.stream import Layout, lay_out
from xuelan.search.update import IndexUpdate


@pytest.mark.parametrize("size", [1, 40])
def test_same_input_same_bytes(tmp_path: Path, size: int) -> None:
    """Two builds of the same documents are the same, file by file."""
    write(make_documents(size), tmp_path / "one")
    write(make_documents(size), tmp_path / "two")
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")


def test_nothing_to_search(tmp_path: Path) -> None:
    """A column without materials has an index that finds nothing and does not fail."""
    assert ask(write([], tmp_path), "毛丰美", 10).count == 0


def watch_encoding(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that takes the ids of documents encoded from now on."""
    opened: list[str] = []

    def watched(documents: Sequence[IndexDocument]) -> list[Layout]:
        opened.extend(document.id for document in documents)
        return lay_out(documents)

    monkeypatch.setattr(store, "lay_out", watched)
    return opened


EDITS = {
    "a word more": lambda text: text[:5] + "新添了几个字" + text[5:],
    "a long piece more": lambda text: text + "很长的一段话。" * 40,
    "a character less": lambda text: text[:3] + text[4:],
    "new characters": lambda text: "龘靐齉爩" + text,
    "nothing left": lambda text: "。",
}


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_an_edit_gives_what_a_new_build_gives(
    tmp_path: Path, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, and no other document is opened."""
    site = Site(tmp_path)
    site.edit(7, change)
    opened = watch_encoding(monkeypatch)
    site.build()
    assert opened == ["m007"]
    monkeypatch.undo()
    site.check()


def count_rebuilds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by one for each build that makes all shards."""
    seen: list[int] = []
    made = index.IndexBuilder.rebuild

    def watched(self: index.IndexBuilder, folder: Path) -> Rebuild:
        seen.append(1)
        return made(self, folder)

    monkeypatch.setattr(index.IndexBuilder, "rebuild", watched)
    return seen


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_an_edit_of_common_words_is_patched_in(
    tmp_path: Path, change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lists of common sequences and of what goes on from them are patched like all others."""
    lower_threshold(monkeypatch, 50)
    frequent = [material(f"f{n}", "毛丰美实干担当，" * 9 + f"第{n}号") for n in range(20)]
    site = Site(tmp_path, [*frequent, *make_documents(20)])
    assert {len(t) for t in IndexReader(tmp_path / "site").common.texts} == {2, 3, 4}
    built = count_rebuilds(monkeypatch)
    site.edit(3, lambda text: change(text) + "毛丰美大实干担当。")
    site.build()
    assert built == []
    site.check()


def test_what_becomes_common_and_what_no_longer_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then all shards are made anew, from kept texts."""
    lower_threshold(monkeypatch, 100)
    site = Site(tmp_path, [material(f"m{n:03}", "为民担当，" * 9) for n in range(11)])
    rare = IndexReader(tmp_path / "site").common.texts
    assert rare == ()
    built, opened = count_rebuilds(monkeypatch), watch_encoding(monkeypatch)
    site.edit(7, lambda text: text + "为民担当。" * 5)
    site.build()
    assert built == [1]
    assert set(opened) == {"m007"}
    common_then = set(IndexReader(tmp_path / "site").common.texts)
    assert {"为民", "民担", "为民担当"} <= common_then
    site.check()
    site.edit(7, lambda text: text[:-25])
    site.build()
    site.check()
    assert IndexReader(tmp_path / "site").common.texts == ()


def test_a_sample_of_many_documents_tells_what_is_common(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not in the sample is patched in; what is may change what is common."""
    monkeypatch.setattr(common, "SAMPLE", 5)
    lower_threshold(monkeypatch, 90)
    site = Site(tmp_path, [material(f"m{n:03}", "为民担当，" * 9) for n in range(20)])
    assert "为民担当" in IndexReader(tmp_path / "site").common.texts
    built = count_rebuilds(monkeypatch)
    for number in (7, 8):
        site.edit(number, lambda text: "苦干实干")
        site.build()
        assert built == []
        site.check()
        built.clear()
    lower_threshold(monkeypatch, 200)
    site.edit(4, lambda text: "为民")
    site.build()
    assert built == [1]
    site.check()


def test_several_edits_at_once(tmp_path: Path) -> None:
    """Edits in three documents that share words."""
    site = Site(tmp_path)
    for number in (3, 4, 50):
        site.edit(number, lambda text: text + "干字精神，苦干实干。")
    site.build()
    site.check()
    site.edit(4, lambda text: text[:-10])
    site.build()
    site.check()


def test_a_text_that_becomes_short_leaves_no_file_behind(tmp_path: Path) -> None:
    """Files of texts that a shorter text no longer needs are gone, and it is patched in."""
    site = Site(tmp_path)
    longest = max(range(60), key=lambda n: len(site.documents[n].passages))
    before = len(read_files(tmp_path / "site"))
    document = site.documents[longest]
    site.documents[longest] = replace(document, passages=document.passages[:3])
    site.build()
    assert len(read_files(tmp_path / "site")) < before
    site.check()


def test_a_document_with_nothing_to_find_is_patched_in(tmp_path: Path) -> None:
    """All of its text goes, and comes again."""
    site = Site(tmp_path)
    document = site.documents[7]
    passages = tuple(msgspec.structs.replace(each, text="。") for each in document.passages)
    for edited in (replace(document, passages=passages), document):
        site.documents[7] = edited
        site.build()
        site.check()


def test_documents_come_go_and_change_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only new texts are folded; the others are linked from where they stood."""
    site = Site(tmp_path)
    site.documents.insert(5, material("new", "新来的材料，实干。"))
    del site.documents[20]
    site.documents.append(site.documents.pop(0))
    opened = watch_encoding(monkeypatch)
    site.build()
    assert opened == ["new"]
    monkeypatch.undo()
    site.check()


def test_an_unchanged_site_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is opened or written when nothing has changed."""
    site = Site(tmp_path)
    before = {p: p.stat().st_ino for p in (tmp_path / "site").rglob("*.js")}
    monkeypatch.setattr(store, "lay_out", None)
    site.build()
    site.build()
    assert {p: p.stat().st_ino for p in (tmp_path / "site").rglob("*.js")} == before


def test_a_form_more_or_less_is_told(tmp_path: Path) -> None:
    """Forms are found even when no material has changed."""
    site = Site(tmp_path)
    form = files.FormLink("签到表", "本人签名", "集中学习套装", "downloads/study/")
    for forms in ((form,), ()):
        cache = Cache(tmp_path / "cache")
        with rewrite(tmp_path / "site", tmp_path / "cache") as tree:
            IndexUpdate([refer_to(d) for d in site.documents], tree, cache).finish(forms)
        cache.save(compact=True)
        assert ask(IndexReader(tmp_path / "site"), "签名", 10).forms == forms
    site.check()


def test_a_lost_cache_is_no_harm(tmp_path: Path) -> None:
    """Without the kept texts, and without the notes, everything is made anew."""
    site = Site(tmp_path)
    for pack in (tmp_path / "cache").glob("*.pack"):
        pack.unlink()
    site.edit(7, lambda text: text + "又改一次。")
    site.build()
    site.check()


def test_a_spoilt_shard_is_made_again(tmp_path: Path) -> None:
    """A shard someone has written into is not believed."""
    site = Site(tmp_path)
    for shard in (tmp_path / "site/search/index").glob("*/pairs/0/*.js"):
        shard.write_bytes(b"nonsense")
    site.edit(7, lambda text: text + "又改一次。")
    site.build()
    site.check()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:200] + b"A" + data[201:],
        lambda data: b"",
        lambda data: data.replace("/".encode("utf-16-le"), "/9".encode("utf-16-le")),
    ],
    ids=["cut short", "one byte wrong", "empty", "another's name"],
)
def test_a_spoilt_file_is_an_error_never_nothing_found(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    """Whatever is wrong with a file that is needed, the answer is an error."""
    reader = write(make_documents(20), tmp_path)
    assert ask(reader, "毛丰", 10).count
    for shard in (tmp_path / files.FOLDER / reader.manifest.build / "pairs/0").iterdir():
        shard.write_bytes(spoil(shard.read_bytes()))
    with pytest.raises(DamagedIndexError):
        ask(IndexReader(tmp_path), "毛丰", 10)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """No manifest, no shard, no text: each is said, none is taken for an empty answer."""
    reader = write(make_documents(20), tmp_path)
    for path in (tmp_path / files.FOLDER / reader.manifest.order).rglob("*.js"):
        path.unlink()
    with pytest.raises(DamagedIndexError):
        ask(IndexReader(tmp_path), "毛丰", 10)
    (tmp_path / files.MANIFEST_PATH).unlink()
    with pytest.raises(DamagedIndexError):
        IndexReader(tmp_path)


def test_title_first_then_weight_then_newest(tmp_path: Path) -> None:
    """A title that begins with the query, a title that has it, more often in the text, newer."""
    documents = [
        material("newest", "别的话。" * 9 + "实干一次。"),
        material("often", "实干，实干，实干，实干。"),
        material("older", "实干一次。"),
        material("in-title", "正文。", title="为民实干记"),
        material("begins", "正文。", title="实干记"),
    ]
    reader = write(documents, tmp_path)
    hits = matching.match_exact(reader, parse("实干"))
    assert [documents[hit.doc].id for hit in hits] == [
        "begins",
        "in-title",
        "often",
        "newest",
        "older",
    ]
