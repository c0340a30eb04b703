"""``xuelan review``: three reviews, and who has to sign what."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_catalog
from xuelan.commands.errors import Stop

if TYPE_CHECKING:
    from xuelan.model.catalog import Catalog
    from xuelan.model.material import Material


@click.command(cls=Command)
@options.folder
@click.argument("ids", nargs=-1)
@click.option("--sign", "stage", help="签哪一审：初审、复审或终审。")
@click.option("--by", default="", help="签字人的真实姓名或职务。")
@click.option("--opinion", default="", help="审核意见和处理结果。")
@click.option(
    "--form",
    type=click.Path(path_type=Path, dir_okay=False),
    help="把这些材料的审核登记表写成这个 Word 文件。",
)
def review(
    folder: Path, ids: tuple[str, ...], stage: str | None, by: str, opinion: str, form: Path | None
) -> None:
    """列出哪些材料等谁审，或者签字，或者做审核登记表。内容一改，要从初审重新签起。"""
    from xuelan.editing.review import make_register, sign

    catalog = load_catalog(folder)
    chosen = [_find(catalog, i) for i in ids]
    today = datetime.date.today().isoformat()  # noqa: DTZ011 - the editor's own day
    if stage is not None:
        if not chosen:
            raise Stop("没有写材料的编号，例如 xuelan review guide-study --sign 初审 --by 姓名。")
        for m in chosen:
            sign(catalog, m, stage, by, today, opinion)
            click.echo(f"{m.id}：{by}已签{stage}。")
    elif form is not None:
        form.write_bytes(make_register(catalog, chosen or catalog.materials, today))
        click.echo(f"已写好 {form}，共 {len(chosen or catalog.materials)} 篇。")
    else:
        click.echo(_list_states(catalog, set(ids)), nl=False)


def _find(catalog: Catalog, wanted: str) -> Material:
    from xuelan.text.problem import did_you_mean

    if wanted not in catalog.by_id:
        raise Stop(f"没有编号为“{wanted}”的材料。{did_you_mean(wanted, catalog.by_id)}")
    return catalog.by_id[wanted]


def _list_states(catalog: Catalog, wanted: set[str]) -> str:
    """Return a line for each material that waits, by stage, and a line with the numbers."""
    from xuelan.editing.review import review_states
    from xuelan.model.review import STAGES

    states = [s for s in review_states(catalog) if not wanted or s.material.id in wanted]
    lines = []
    for stage in STAGES:
        for s in (s for s in states if s.stage == stage):
            signed = "，".join(f"{v.stage} {v.by}" for v in s.valid)
            after = f"（已签：{signed}）" if signed else ""
            lines.append(f"等{stage}  {s.material.id}  {s.material.title}{after}")
    counts = [f"等{stage} {sum(s.stage == stage for s in states)} 篇" for stage in STAGES]
    done = sum(not s.stage for s in states)
    return "\n".join([*lines, f"{'，'.join(counts)}，审完 {done} 篇。"]) + "\n"
