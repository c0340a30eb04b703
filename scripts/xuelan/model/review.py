"""Three reviews (三审) as data: what a sign-off covers, and who has to sign next."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from xuelan.model.material import Material, SignOff

STAGES: Final = ("初审", "复审", "终审")
"""The stages in their order; each is signed by another person."""

_SIGNED: Final = (
    "title", "original_title", "issuer", "author", "outlet", "number", "issued", "issued_note",
    "source", "ground", "summary", "questions", "text",
)  # fmt: skip
"""The fields that a reviewer answers for. How a material is filed and listed is not among them:
tags, related materials and its state in later years change without a new review."""


def content_digest(m: Material, body: str) -> str:
    """The digest of what reviewers of ``m`` sign, with the text ``body``: 16 hexadecimal digits.

    It covers the words that readers see, the bytes of attachments, and the names, sizes and words
    of media. Empty fields do not count, so a field that is new in the program voids nothing.
    """
    values: dict[str, object] = {name: getattr(m, name) for name in _SIGNED if getattr(m, name)}
    if m.attachments:
        values["attachments"] = [(a.title, a.sha256) for a in m.attachments]
    if m.media:
        values["media"] = [(i.file, i.title, i.alt, i.transcript, i.size) for i in m.media]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{text}\n{body.strip()}".encode()).hexdigest()[:16]


def valid_sign_offs(m: Material, digest: str) -> tuple[SignOff, ...]:
    """The sign-offs of ``m`` that hold for the content with this ``digest``, in order of stages.

    A stage counts only after those before it, and only if nobody signs twice.
    """
    valid: list[SignOff] = []
    for stage in STAGES:
        signed = [
            s
            for s in m.reviews
            if s.stage == stage and s.digest == digest and s.by not in {v.by for v in valid}
        ]
        if not signed:
            break
        valid.append(signed[-1])
    return tuple(valid)


def next_stage(m: Material, digest: str) -> str:
    """The stage that ``m`` waits for; empty if all have been signed for this ``digest``."""
    return (*STAGES, "")[len(valid_sign_offs(m, digest))]
