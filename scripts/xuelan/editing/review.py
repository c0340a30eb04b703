"""Reviews: what waits for whom, signing, and the register (审核登记表) to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Final

from xuelan.editing.front_matter import append_to_field, edit_file, set_field
from xuelan.kits.word.html_to_word import transcript_docx
from xuelan.model.catalog import Catalog
from xuelan.model.material import WITHDRAWN, Material, SignOff
from xuelan.model.review import STAGES, content_digest, next_stage, valid_sign_offs
from xuelan.text.dates import zh_date
from xuelan.text.errors import XuelanError

TITLE: Final = "审核登记表"


class ReviewError(XuelanError):
    """Nothing was signed; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How far the review of a material is.

    ``stage`` is the one it waits for, empty if all have been signed; ``valid`` are the sign-offs
    that hold for the present content.
    """

    material: Material
    digest: str
    stage: str
    valid: tuple[SignOff, ...]


def review_states(catalog: Catalog) -> list[ReviewState]:
    """The state of every material that is not withdrawn, those that wait longest first."""
    states = [state_of(catalog, m) for m in catalog.materials if m.status != WITHDRAWN]
    return sorted(states, key=lambda s: (len(s.valid), s.material.collected, s.material.id))


def state_of(catalog: Catalog, m: Material) -> ReviewState:
    """The state of one material. Raises ``ChangedError`` if its file has changed meanwhile."""
    digest = content_digest(m, catalog.body_of(m))
    return ReviewState(m, digest, next_stage(m, digest), valid_sign_offs(m, digest))


def sign(catalog: Catalog, m: Material, stage: str, by: str, day: str, opinion: str = "") -> None:
    """Write the sign-off of ``by`` for ``stage`` of ``m`` into its file.

    It covers the content as it stands; sign-offs for another content are taken out, for a change
    begins the review anew. Raises :class:`ReviewError` if another stage comes first or ``by`` has
    signed one before.
    """
    state = state_of(catalog, m)
    if not by.strip():
        raise ReviewError("没有写签字人，请用 --by 写上姓名或职务。")
    if state.stage != stage:
        waits = f"现在等的是{state.stage}" if state.stage else "三审都已签字"
        raise ReviewError(f"“{m.id}”不能签{stage}：{waits}。")
    if by in {s.by for s in state.valid}:
        raise ReviewError(f"“{by}”已经签过前面的审次，三审由不同的人签。")
    record = {"stage": stage, "by": by, "date": day, "digest": state.digest, "opinion": opinion}
    record = {name: value for name, value in record.items() if value}
    kept = [{k: v for k, v in asdict(s).items() if v} for s in state.valid]

    def change(text: str) -> str:
        if len(kept) == len(m.reviews):
            return append_to_field(text, "reviews", record)
        return set_field(text, "reviews", [*kept, record])

    edit_file(catalog.column.root / m.path, change)


def make_register(catalog: Catalog, materials: Iterable[Material], day: str) -> bytes:
    """The register of the reviews of ``materials`` as a Word file, made on ``day`` (ISO date).

    Stages that nobody has signed are rows to fill in by hand.
    """
    html = "".join(_register_rows(state_of(catalog, m)) for m in materials)
    header = (TITLE, catalog.column.title)
    return transcript_docx(TITLE, "", html, "", header, day)


def _register_rows(state: ReviewState) -> str:
    """The part of the register that is about one material, as HTML."""
    m = state.material
    signed = {s.stage: s for s in state.valid}
    rows = [("审次", "审核人", "日期", "意见和处理结果")]
    for stage in STAGES:
        s = signed.get(stage)
        rows.append((stage, s.by, zh_date(s.date), s.opinion) if s else (stage, "", "", ""))
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    about = f"编号：{m.id}。文种：{m.kind}。内容指纹：{state.digest}。"
    return f"<h2>{escape(m.title)}</h2><p>{escape(about)}</p><table><tbody>{cells}</tbody></table>"
