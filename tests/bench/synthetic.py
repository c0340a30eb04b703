"""Synthetic Chinese materials: real words in the frequencies words have, 1,760 characters each.

Words come from a public dictionary (pypinyin's), their frequencies from Zipf's law, and a few
names that a column searches for are mixed in. The same seed gives the same materials.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from pypinyin.constants import PHRASES_DICT

from xuelan.search.document import IndexDocument, Passage, Zone

CHARACTERS = 1760
NAMES = ("毛丰美", "大梨树村", "干字精神", "五味子", "集体经济", "专题组织生活会", "心得体会")
SMALL = "的是在了和有为不中上对以等就也到与从将被"
AFTER = ("", *SMALL)
AFTER_STEPS = list(itertools.accumulate((0.55, *(0.45 / len(SMALL) for _ in SMALL))))
"""What follows a word: nothing, or one of the small words."""
KINDS = ("决定", "通知", "讲话", "事迹", "村史", "故事", "报道", "活动指南", "经验做法")
UNITS = tuple(
    f"某{name}{place}" for name in "市县区镇乡村校厂社" for place in ("委组织部", "日报", "支部")
)
ACTIVITIES = ("集中学习", "心得体会", "交流讨论", "专题组织生活会", "主题活动")


@dataclass(frozen=True)
class Text:
    """One material: its title and, under each heading, its paragraphs."""

    id: str
    title: str
    kind: str
    unit: str
    date: str
    summary: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


class Writer:
    """Writes texts; each depends on the seed and its own number only."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        words = sorted(w for w in PHRASES_DICT if 2 <= len(w) <= 4 and w.isalpha())
        random.Random(1).shuffle(words)
        self.words = words
        for number, name in enumerate(NAMES[1:], 1):
            self.words.insert(150 * number, name)
        self.steps = list(itertools.accumulate(1 / (n + 8) for n in range(len(self.words))))

    def word(self) -> str:
        return self.random.choices(self.words, cum_weights=self.steps)[0]

    def clause(self) -> str:
        r = self.random
        count = r.randint(3, 7)
        words = r.choices(self.words, cum_weights=self.steps, k=count)
        after = r.choices(AFTER, cum_weights=AFTER_STEPS, k=count)
        date = f"{r.randint(1980, 2020)}年{r.randint(1, 12)}月" if r.random() < 0.02 else ""
        return "".join(itertools.chain(*zip(words, after, strict=True), date))

    def paragraph(self, names: bool) -> str:
        r = self.random
        sentences = []
        for _ in range(r.randint(2, 4)):
            clauses = [self.clause() for _ in range(r.randint(2, 4))]
            if names and r.random() < 0.3:
                clauses.append(f"“{NAMES[0]}”{self.word()}")
            sentences.append("，".join(clauses) + r.choice("。。。！？"))
        return "".join(sentences)

    def text(self, number: int) -> Text:
        r = self.random
        r.seed(f"{self.seed}-{number}")
        names = number % 37 == 5
        year, month, day = 1990 + number % 36, number % 12 + 1, number % 28 + 1
        sections, total = [], 0
        while total < CHARACTERS:
            heading = self.word() + self.word()
            paragraphs = tuple(self.paragraph(names) for _ in range(r.randint(2, 3)))
            room = CHARACTERS - total
            paragraphs = tuple(p[:room] for p in paragraphs)
            total += sum(map(len, paragraphs)) + len(heading)
            sections.append((heading, paragraphs))
        title = (
            f"关于{self.word()}{self.word()}{r.choice(('的通知', '的报告', '纪实', '工作方案'))}"
        )
        if names and number % 5 == 0:
            title = f"{NAMES[0]}{title[2:]}"
        return Text(
            id=f"m-{number:06d}",
            title=title,
            kind=KINDS[number % len(KINDS)],
            unit=UNITS[number % len(UNITS)],
            date=f"{year}-{month:02d}-{day:02d}",
            summary=self.paragraph(names)[:80],
            sections=tuple(sections),
        )


def document(text: Text) -> IndexDocument:
    """The material with its passages."""
    passages = [
        Passage(Zone.TITLE, "", "", text.title),
        Passage(Zone.FIELD, "", "提要", text.summary),
        Passage(Zone.FIELD, "", "发文机关", text.unit),
    ]
    number = 0
    for heading, paragraphs in text.sections:
        passages.append(Passage(Zone.BODY, heading, "小标题", heading))
        for paragraph in paragraphs:
            number += 1
            passages.append(Passage(Zone.BODY, f"p{number}", heading, paragraph))
    return IndexDocument(
        id=text.id,
        url=f"materials/{text.id}/",
        title=text.title,
        kind=text.kind,
        date=text.date,
        unit=text.unit,
        passages=tuple(passages),
    )
