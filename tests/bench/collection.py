"""A realistic Chinese collection of any size: the same seed and size give the same bytes.

Run ``python tests/bench/collection.py FOLDER --size 1000 --seed 1``. Every kind of material, every
optional field, links, citations, tables, lists, attachments and data files appear; a text has
about 1,760 characters, as in the measurements this project was argued from.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHARACTERS = 1760
"""Characters of text a material has on the average."""

_HAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说"
    "产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点"
    "从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原"
    "又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革"
    "位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强"
    "放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交"
    "受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八"
    "离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布"
    "复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精"
    "值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照"
)
KINDS = (
    ("decision", "决定", "需要遵照执行的决定", True), ("notice", "通知", "部署工作的通知", True),
    ("document", "文件", "意见、方案和报告", True), ("speech", "讲话", "会议讲话", True),
    ("deeds", "事迹", "人物事迹", False), ("village", "村史", "村庄的历史", False),
    ("duty", "履职", "代表履职", False), ("story", "故事", "可以念的短故事", False),
    ("exemplar", "典型", "其他典型", False), ("report", "报道", "报刊报道的提要", False),
    ("practice", "经验做法", "各单位怎样学习", False), ("book", "图书", "学习用书", False),
    ("film", "影视", "影片和节目", False), ("guide", "活动指南", "活动怎么办", False),
    ("term", "词条", "文件和报道里的名词", False),
)  # fmt: skip
WEIGHTS = (2, 10, 8, 4, 12, 6, 6, 14, 4, 18, 9, 2, 2, 1, 2)
ACTIVITIES = ("集中学习", "心得体会", "交流讨论", "专题组织生活会", "主题活动")
AUDIENCES = ("中心组", "支部", "党小组", "个人", "流动党员", "老党员")
SITE_URL = "https://example.org/column/"


@dataclass
class Words:
    """Made-up words, picked as real text picks them: a few very often, most hardly ever."""

    chance: random.Random
    common: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = ("".join(self.chance.choices(_HAN, k=2)) for _ in itertools.count())
        self.common = list(itertools.islice(dict.fromkeys(itertools.islice(made, 6000)), 3000))
        self.weights = list(itertools.accumulate(1 / (n + 8) for n in range(len(self.common))))

    def text(self, count: int) -> str:
        """``count`` words run together."""
        return "".join(self.chance.choices(self.common, cum_weights=self.weights, k=count))

    def sentence(self) -> str:
        """A sentence of two or three clauses, with a year or a number now and then."""
        clauses = [self.text(self.chance.randint(3, 8)) for _ in range(self.chance.randint(2, 3))]
        if self.chance.random() < 0.2:
            clauses[0] += f"{self.chance.randint(1980, 2026)}年{self.chance.randint(2, 900)}户"
        return "，".join(clauses)


@dataclass(frozen=True)
class Plan:
    """What exists in the collection before any text is written."""

    words: Words
    ids: list[str]
    kinds: list[int]
    issuers: list[str]
    tags: list[str]
    terms: list[str]
    facts: int
    works: int
    statements: list[str]
    medium: list[bool]


def _plan(size: int, seed: int) -> Plan:
    chance = random.Random(seed)
    words = Words(chance)
    kinds = chance.choices(range(len(KINDS)), weights=WEIGHTS, k=size)
    kinds[: len(KINDS)] = range(len(KINDS))[:size]
    terms_wanted = max(1, min(size // 50, 400))
    kinds = _limit(kinds, len(KINDS) - 1, terms_wanted)
    facts = max(20, size // 2)
    return Plan(
        words=words,
        ids=[f"{KINDS[k][0]}-{n:06d}" for n, k in enumerate(kinds)],
        kinds=kinds,
        issuers=[f"{words.text(2)}市{words.text(1)}局" for _ in range(20 + int(size**0.5))],
        tags=list(dict.fromkeys(words.text(1) for _ in range(40 + int(size**0.5) * 2))),
        terms=list(dict.fromkeys(words.text(2) for _ in range(terms_wanted * 3))),
        facts=facts,
        works=max(10, size // 4),
        statements=[words.sentence() + "。" for _ in range(facts)],
        medium=[chance.random() < 0.2 for _ in range(facts)],
    )


def _limit(kinds: list[int], kind: int, wanted: int) -> list[int]:
    """At most ``wanted`` of ``kind``; the rest become reports."""
    seen = itertools.count(1)
    return [9 if k == kind and next(seen) > wanted else k for k in kinds]


def write(folder: Path, size: int, seed: int = 1) -> None:
    """Write a column of ``size`` materials into ``folder``, which is made if need be."""
    plan = _plan(size, seed)
    _file(folder / "mkdocs.yml", _settings(plan))
    _file(folder / "docs/index.md", f"# 首页\n\n{plan.words.sentence()}。\n")
    for name, title in (("about", "关于"), ("rights", "版权"), ("accessibility", "无障碍说明")):
        _file(folder / f"docs/{name}.md", f"# {title}\n\n{plan.words.sentence()}。\n")
    _file(folder / "docs/contributing/index.md", f"# 投稿与更正\n\n{plan.words.sentence()}。\n")
    _data_files(folder / "materials", plan)
    terms = iter(plan.terms)
    for number, name in enumerate(plan.ids):
        _material(folder, plan, number, name, terms)


def path_of(name: str) -> str:
    """Where the material called ``name`` stands below the column's folder."""
    return f"materials/{name.rsplit('-', 1)[0]}/{name}.md"


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _settings(plan: Plan) -> str:
    kinds = "\n".join(
        f"        - {{id: {i}, name: {name}, summary: {summary}"
        + (", needs: [issuer], official: true" if official else "")
        + (", glossary: true" if i == "term" else "")
        + "}"
        for i, name, summary, official in KINDS
    )
    activities = "\n".join(
        f"        - {{id: act-{n}, name: {name}, life: 现行, due: '2026-0{n + 1}-28', "
        f"summary: {plan.words.text(6)}。}}"
        for n, name in enumerate(ACTIVITIES)
    )
    return f"""site_name: 示例学习专栏
site_url: {SITE_URL}
site_description: 用来测速的专栏。
docs_dir: docs
site_dir: site
use_directory_urls: true
theme:
  name: material
  language: zh
  font: false
nav:
  - 首页: index.md
  - 学习活动: /activities/
  - 资料库: /library/
  - 年表: /timeline/
  - 自测: /quiz/
  - 词条: /glossary/
  - 下载: /downloads/
  - 关于: about.md
plugins:
  - xuelan:
      publisher: 测速编辑组
      kinds:
{kinds}
      activities:
{activities}
      audiences: [{", ".join(AUDIENCES)}]
      essential: [{", ".join(plan.ids[:3])}]
      footer: {{}}
"""


def _data_files(folder: Path, plan: Plan) -> None:
    chance = plan.words.chance
    works = ""
    for n in range(plan.works):
        works += (
            f"- id: W-{n:05d}\n  type: {chance.choice(['报纸', '网页', '图书', '期刊', '公文'])}\n"
            f"  title: {plan.words.text(6)}\n  title_seen: true\n  author: [{plan.words.text(1)}]\n"
            f"  outlet: {chance.choice(plan.issuers)}\n  date: '{_date(chance)}'\n"
        )
    facts = []
    for n in range(plan.facts):
        sources = ", ".join(
            f"W-{i:05d}" for i in chance.sample(range(plan.works), chance.randint(1, 3))
        )
        track = "  timeline: 大事\n" if n < 200 else ""
        facts.append(
            f"- id: fact-{n:05d}\n  topic: 主题{n % 9}\n  kind: 事实\n"
            f"  statement: {plan.statements[n]}\n  date: '{_date(chance)}'\n"
            f"  confidence: {'medium' if plan.medium[n] else 'high'}\n"
            f"  sources: [{sources}]\n{track}"
        )
    _file(folder / "works.yml", works)
    _file(folder / "facts.yml", "".join(facts))
    questions = [
        f"- id: q-{n:03d}\n  type: 判断\n  question: 据报道，{plan.words.text(8)}。\n"
        "  answer: true\n"
        f"  explain: {plan.words.text(6)}。\n  material: {i}\n  facts: [fact-{n:05d}]\n"
        for n, i in enumerate(plan.ids[:20])
    ]
    _file(folder / "quiz.yml", "".join(questions))
    steps = "".join(f"    - {{material: {i}, why: {plan.words.text(6)}}}\n" for i in plan.ids[:4])
    _file(
        folder / "paths.yml",
        f"- id: branch\n  title: 支部\n  audience: 支部\n  intro: {plan.words.text(8)}。\n"
        f"  steps:\n{steps}",
    )
    points = "".join(
        f"    - {{label: '{2010 + n}', value: {n + 1}, fact: fact-{n:05d}}}\n" for n in range(5)
    )
    _file(
        folder / "figures.yml",
        f"- id: growth\n  title: {plan.words.text(4)}\n  unit: 户\n  kind: bar\n"
        f"  points:\n{points}",
    )


def _date(chance: random.Random) -> str:
    return f"{chance.randint(1996, 2024)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"


def _material(folder: Path, plan: Plan, number: int, name: str, terms: Iterator[str]) -> None:
    chance, words = plan.words.chance, plan.words
    kind, label, _, official = KINDS[plan.kinds[number]]
    is_term, third_party = kind == "term", kind in ("report", "practice", "book", "film")
    title = next(terms) if is_term else words.text(chance.randint(5, 10))
    front = {
        "id": name,
        "kind": label,
        "title": title,
        "collected": f"'2025-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}'",
        "ground": "公文" if official else "第三方" if third_party else "本站原创",
        "summary": f"{words.sentence()}，{words.sentence()}。"[:110],
        "people": f"[{words.text(1)}, {words.text(1)}]",
        "places": f"[{words.text(1)}]",
        "tags": f"[{', '.join(chance.sample(plan.tags, chance.randint(1, 4)))}]",
        "audience": f"[{', '.join(chance.sample(AUDIENCES, 2))}]",
        "text": "摘要" if third_party else "全文",
        "life": "现行",
        "status": "published",
    }
    if official:
        front["issuer"] = chance.choice(plan.issuers)
        front["number"] = f"{words.text(2)}〔{chance.randint(2001, 2024)}〕{number % 900 + 1}号"
    if third_party:
        front["outlet"] = chance.choice(plan.issuers)
    if chance.random() < 0.8:
        front["issued"] = f"'{_date(chance)}'"
    if chance.random() < 0.4:
        front["activity"] = f"[{', '.join(chance.sample(ACTIVITIES, chance.randint(1, 2)))}]"
    if chance.random() < 0.6 and number:
        near = sorted({chance.randrange(max(0, number - 400), number) for _ in range(2)})
        front["related"] = f"[{', '.join(plan.ids[n] for n in near)}]"
    if chance.random() < 0.3:
        front["questions"] = f"\n  - {words.sentence()}？\n  - {words.sentence()}？"
    lines = [f"{key}: {value}" for key, value in front.items()]
    if chance.random() < 0.1:
        _file(folder / "materials" / kind / "files" / f"{name}.txt", words.text(200))
        lines.append(f"attachments:\n  - {{file: files/{name}.txt, title: {words.text(3)}}}")
    length = CHARACTERS // 8 if is_term else int(CHARACTERS * chance.uniform(0.5, 1.5))
    body = "\n\n".join(_blocks(plan, number, length))
    _file(folder / path_of(name), "---\n" + "\n".join(lines) + "\n---\n\n" + body + "\n")


_SHAPES = (
    ("paragraph", 56), ("heading", 16), ("list", 10), ("numbers", 8), ("table", 5), ("quotation", 5),
)  # fmt: skip
"""What a text is made of, and how often; after anything but a paragraph comes a paragraph."""


def _blocks(plan: Plan, number: int, length: int) -> Iterator[str]:
    """Paragraphs, headings, lists, tables and quotations until ``length`` characters are there."""
    chance, words, done, shape = plan.words.chance, plan.words, 0, ""
    while done < length:
        after_block = shape not in ("paragraph", "heading")
        shape = "paragraph" if after_block else chance.choices(*zip(*_SHAPES, strict=True))[0]
        if shape == "heading":
            text = f"## {words.text(chance.randint(2, 5))}\n\n{_paragraph(plan, number)}"
        elif shape == "list":
            text = "\n".join(f"- {words.sentence()}" for _ in range(chance.randint(3, 5)))
        elif shape == "numbers":
            text = "\n".join(f"{n}. {words.sentence()}" for n in range(1, chance.randint(4, 6)))
        elif shape == "table":
            rows = [f"| {words.text(2)} | {chance.randint(1, 999)} |" for _ in range(4)]
            text = "\n".join([f"| {words.text(1)} | {words.text(1)} |", "| --- | --- |", *rows])
        elif shape == "quotation":
            text = f"> {words.sentence()}。"
        else:
            text = _paragraph(plan, number)
        yield text
        done += len(text)


def _paragraph(plan: Plan, number: int) -> str:
    chance, words = plan.words.chance, plan.words
    sentences = [words.sentence() for _ in range(chance.randint(3, 6))]
    if chance.random() < 0.4:
        sentences[0] = f"**{words.text(3)}**，{sentences[0]}"
    if chance.random() < 0.3:
        sentences.append(f"他说“{words.text(3)}”，{words.text(4)}")
    if chance.random() < 0.2 and number:
        other = plan.ids[chance.randrange(max(0, number - 800), number)]
        folder = other.rsplit("-", 1)[0]
        sentences.append(f"参见[{words.text(3)}](../{folder}/{other}.md)")
    if chance.random() < 0.6:
        fact = chance.randrange(plan.facts)
        said = "据报道，" if plan.medium[fact] else ""
        sentences.append(f"{said}{words.text(5)}[@fact-{fact:05d}]")
    if chance.random() < 0.08:
        fact = chance.randrange(plan.facts)
        sentences.append(f"书中写道：“{plan.statements[fact].rstrip('。')}”")
    if chance.random() < 0.1 and plan.terms:
        sentences.append(words.text(3) + chance.choice(plan.terms) + words.text(2))
    return "。".join(sentences) + "。"


def edit_body(folder: Path, name: str, word: str) -> None:
    """Add a sentence with ``word`` to a material's text."""
    path = folder / path_of(name)
    path.write_text(path.read_text(encoding="utf-8") + f"\n补充一句{word}。\n", encoding="utf-8")


def edit_title(folder: Path, name: str, title: str) -> None:
    """Give a material another title."""
    path = folder / path_of(name)
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("title: "))
    lines[at] = f"title: {json.dumps(title, ensure_ascii=False)}"
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.folder, options.size, options.seed)
