"""The index's files: they are read as they were written, and an edit gives what a build gives."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from deflate import deflate_compress as compress
from hypothesis import given, settings
from hypothesis import strategies as st

from search.oracle import Oracle
from site_folder import rewrite
from xuelan.engine.cache import Cache
from xuelan.engine.staging import SiteTree
from xuelan.search import columns, common, files, index, letters, matching, packing, postings, store
from xuelan.search import reader as search_reader
from xuelan.search.common import LONGEST, CommonSequences
from xuelan.search.document import DocumentRef, Facets, IndexDocument, Passage, Zone
from xuelan.search.files import DamagedIndexError
from xuelan.search.normal import fold
from xuelan.search.query import parse
from xuelan.search.reader import IndexReader
from xuelan.search.rebuild import Rebuild
from xuelan.search.results import ask
from xuelan.search.stream import Layout, lay_out
from xuelan.search.update import IndexUpdate
from xuelan.search.windows import FIRST, WINDOW, cut_windows, find_window
from xuelan.text.digests import key_of

NUMBERS = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\0\0\xff\xff" * 3, b"\0" * 9, b"\1\0\0\xff\xff", b"ab" * 40_000]),
)
"""Columns of a shard; some hold what ends a part of zlib data."""

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


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_varints(values: list[int]) -> None:
    """Numbers are read as they were written."""
    data, ends = columns.encode_varints(np.array(values, np.uint32))
    assert columns.decode_varints(data).tolist() == values
    assert ends.tolist()[-1:] == ([len(data)] if values else [])


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.integers(0, 6))
def test_columns(contents: list[bytes], plain: int) -> None:
    """Columns are read as they were written; packed again with what is known, the file is the same."""
    known: packing.PackedColumns = {}
    count, plain = len(contents), min(plain, len(contents) - 1)
    packed = packing.pack_columns([("n", contents)], plain)[0]
    assert packing.unpack_columns("n", packed, count, plain, known) == contents
    assert packing.pack_columns([("n", contents)], plain, known) == [packed]
    for (column, is_last), deflated in known.items():
        assert deflated == (compress(column, 1) if is_last else packing.deflate_column(column))


@given(st.binary(max_size=100))
def test_letters(data: bytes) -> None:
    """Bytes come back from letters, which are no surrogates and need no escape in a script."""
    text = letters.encode_letters([data])[0].decode("utf-16-le")
    assert 15 * len(text) < 8 * len(data) + 15
    assert all(0x3400 <= ord(letter) < 0xB400 for letter in text)
    assert letters.decode_letters(text.encode("utf-16-le"), len(data)) == data


@given(st.lists(st.binary(max_size=100), max_size=5))
def test_letters_of_many(contents: list[bytes]) -> None:
    """What is written at once is the same as what is written one by one."""
    assert letters.encode_letters(contents) == [
        letters.encode_letters([data])[0] for data in contents
    ]


ANY = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\0\\u4毛"), max_size=50)


@given(st.lists(ANY, min_size=1, max_size=5))
def test_texts_in_any_script(texts: list[str]) -> None:
    """Characters that GBK lacks are read as written, and so are those that the format uses."""
    packed = packing.pack_texts([("n", texts)])[0]
    assert packing.unpack_texts("n", packed) == texts


def test_keys_are_one_to_one_and_pairs_are_not_singles() -> None:
    """No two tokens share a key, so a list never holds another token's places."""
    tokens = np.arange(0x4E00 << 16, (0x4E00 << 16) + 2_000_000, dtype=np.uint32)
    assert len(np.unique(postings.mix(tokens))) == len(tokens)
    assert postings.hash_units(0x4E00) != postings.hash_units(0x4E00, 0x4E00)


def test_a_long_document_is_cut_into_windows_that_hold_every_place() -> None:
    """Each place of a text stands in the file its number leads to."""
    document = make_documents(1, seed=5)[0]
    document = replace(
        document,
        passages=(*document.passages, Passage(Zone.BODY, "p99", "", "长。" + "毛丰美实干" * 1900)),
    )
    placed = lay_out([document])[0].placed
    parts = cut_windows(placed)
    assert len(parts) > 3
    for p in placed:
        folded = fold(p.passage.text)
        for offset, unit in enumerate(folded):
            place = p.place + offset
            held = [
                fold(text)[place - at]
                for at, passage, text in parts[find_window(place)]
                if passage == p.passage and at <= place < at + len(fold(text))
            ]
            assert held == [unit], place
    assert placed[-1].end > FIRST + 2 * WINDOW


@pytest.mark.parametrize("size", [1, 40])
def test_same_input_same_bytes(tmp_path: Path, size: int) -> None:
    """Two builds of the same documents are the same, file by file."""
    write(make_documents(size), tmp_path / "one")
    write(make_documents(size), tmp_path / "two")
    assert read_files(tmp_path / "one") == read_files(tmp_path / "two")


def test_nothing_to_search(tmp_path: Path) -> None:
    """A column without materials has an index that finds nothing and does not fail."""
    assert ask(write([], tmp_path), "毛丰美", 10).count == 0


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


def test_numbers_for_common_sequences_run_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are then looked up by their pairs, and an edit is patched in all the same."""
    lower_threshold(monkeypatch, 3)
    monkeypatch.setattr(common, "MOST", 6)
    site = Site(tmp_path, make_documents(12))
    assert len(IndexReader(tmp_path / "site").common.texts) == 6
    site.edit(3, lambda text: text + "毛丰美。")
    site.build()
    site.check()


def test_a_phrase_is_looked_up_by_the_longest_sequences_that_are_kept() -> None:
    """To the left first, as it was typed; none twice, and none that lies within another."""
    kept = CommonSequences(("丰美", "美实", "丰美实", "美实干"))
    assert kept.cover("毛丰美", [0, 1]) == [(0, 3)]
    assert kept.cover("毛丰美实干担", [0, 2, 4]) == [(0, 4), (4, 6)]
    assert kept.cover("美实干担当", [0, 2, 3]) == [(0, 4), (3, 5)]
    assert kept.cover("\ud842\udfb7丰美\ud842\udfb7", [0, 2, 4]) == [(0, 2), (2, 4), (4, 6)]
    assert (
        max(b - a for a, b in CommonSequences(("毛毛", "毛" * 3, "毛" * 4)).cover("毛" * 9, [0]))
        == LONGEST
    )


def test_a_phrase_of_the_commonest_words_loads_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand places of a pair are loaded for the pair alone, not for what is around it."""
    rng = random.Random(3)
    around = "".join(chr(n) for n in range(0x5000, 0x5100))
    words = ["".join(rng.choices(around, k=rng.randint(1, 4))) for _ in range(100_000)]
    texts = ["工作".join(words[n : n + 1000]) for n in range(0, 100_000, 1000)]
    reader = write([material(f"m{n:03}", text) for n, text in enumerate(texts)], tmp_path)
    assert "工作" in reader.common.texts
    sizes: list[int] = []

    def watched(path: Path) -> bytes:
        sizes.append(path.stat().st_size)
        return path.read_bytes()

    monkeypatch.setattr(search_reader, "_read", watched)
    matching.match_exact(reader, parse("工作"))
    whole = sum(sizes)
    for one, other in itertools.pairwise(words[:20]):
        sizes.clear()
        assert matching.match_exact(IndexReader(tmp_path), parse(f"{one[-1]}工作{other[0]}"))
        assert 3 * sum(sizes) < 2 * whole


def test_the_end_of_a_piece_is_not_beside_the_next_one(tmp_path: Path) -> None:
    """Whatever its length, a piece that ends and one that begins are no phrase with a break."""
    documents = [
        material(f"m{n}", "甲" * n + "乙", "丙丁", title="题" * n + "乙") for n in range(60, 68)
    ]
    reader = write(documents, tmp_path)
    assert matching.match_exact(reader, parse("乙。丙丁")) == []
    assert len(matching.match_exact(reader, parse("丙丁"))) == len(documents)


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


@given(st.integers(0, 2**32 - 1))
def test_keys_can_be_read_back(token: int) -> None:
    """The token of a key is found from the key."""
    assert postings.unmix(int(postings.mix(np.array([token], np.uint32))[0])) == token


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


def test_common_sequences_whose_keys_begin_alike_are_told_apart() -> None:
    """Also from keys that nobody has."""
    known: dict[int, list[str]] = {}
    for first in range(0x4E00, 0x4E00 + 600):
        text = chr(first) + "的"
        known.setdefault(postings.hash_units(*map(ord, text)) >> 16, []).append(text)
    alike = next(texts for texts in known.values() if len(texts) > 1)
    kept = CommonSequences((*alike, "毛的"))
    keys = [key for key, _ in sorted(kept.keys.items())]
    near = [key + step for key in keys for step in (-1, 0, 1)]
    told = kept.look_up(np.array([*near, 0xFFFFFFFF], np.uint32)).tolist()
    assert told == [kept.keys.get(key, -1) for key in [*near, 0xFFFFFFFF]]


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


def lower_threshold(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Make sequences with more than ``most`` places common."""
    monkeypatch.setattr(common, "compute_threshold", lambda bits: most)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0, 1, 4, 20, common.LEAST]))
def test_any_documents_any_query(
    tmp_path_factory: pytest.TempPathFactory, rng: random.Random, most: int
) -> None:
    """Small random collections of few characters: the hardest case for pairs that repeat."""
    documents = [
        material(
            f"d{n}", *("".join(rng.choices("毛毛丰美𠮷。", k=rng.randint(1, 9))) for _ in range(3))
        )
        for n in range(6)
    ]
    with pytest.MonkeyPatch.context() as monkeypatch:
        lower_threshold(monkeypatch, most)
        reader = write(documents, tmp_path_factory.mktemp("any"))
    oracle = Oracle.of(documents)
    for _ in range(30):
        query = "".join(rng.choices("毛毛丰美𠮷。", k=rng.randint(1, 8)))
        found = (
            {documents[hit.doc].id for hit in matching.match_exact(reader, parse(query))}
            if parse(query).terms
            else set()
        )
        assert found == oracle.find(query), query


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


def test_only_what_differs_is_moved_by_a_small_edit() -> None:
    """A word more in one paragraph leaves the places of nearly all the others alone."""
    document = make_documents(1, seed=9)[0]
    passages = list(document.passages)
    passages[2] = msgspec.structs.replace(passages[2], text="多" + passages[2].text)
    edited = replace(document, passages=tuple(passages))
    before, after = (
        [p.place for p in laid.placed] for each in (document, edited) for laid in lay_out([each])
    )
    assert sum(a != b for a, b in zip(before, after, strict=True)) in (0, len(before) - 3)
