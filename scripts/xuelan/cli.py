"""The command line: a thin client of the library. Whatever it says to editors is Chinese."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xuelan import __version__
from xuelan.check import check as run_check
from xuelan.commands.stats import as_table
from xuelan.model import column as settings
from xuelan.model.fields import json_schema
from xuelan.model.material import FIELDS
from xuelan.text import problem
from xuelan.text.source import ChangedError

if TYPE_CHECKING:
    from xuelan.build import Report

_FORMATS = {"text": problem.as_text, "json": problem.as_json, "github": problem.as_github}

_folder = click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="栏目所在的文件夹，默认为当前文件夹。",
)


class _Stop(click.ClickException):
    """One line for the person at the keyboard, exit code 1."""

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


class _Commands(click.Group):
    """The commands; each can meet a file that is just being saved."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ChangedError as error:
            raise _Stop(f"“{error}”在处理途中又有改动，请再来一次。") from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xuelan", message="%(prog)s %(version)s")
def main() -> None:
    """学栏：把一批学习材料做成可检索的静态专栏。"""


@main.command()
@_folder
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text")
def check(folder: Path, form: str) -> None:
    """检查全部材料和设置，一次列出所有问题。有错误时返回 1。"""
    _, problems = run_check(folder)
    click.echo(_FORMATS[form](problems), nl=False)
    if any(p.is_error for p in problems):
        sys.exit(1)


@main.command()
@_folder
@click.option("--site", type=click.Path(path_type=Path), help="网站放在哪个文件夹。")
@click.option("-v", "--verbose", is_flag=True, help="说明每个文件为什么重新生成。")
@click.option("--profile", type=click.Path(path_type=Path), help="把各函数用时记入这个文件。")
@click.option("--scheduler", default="", help="Dask 调度器地址，如 tcp://host:8786。")
@click.option("--to", "place", default="", help="再同步到对象存储，如 s3://bucket/path。")
def build(
    folder: Path,
    site: Path | None,
    profile: Path | None,
    scheduler: str,
    place: str,
    *,
    verbose: bool,
) -> None:
    """生成整个网站。材料有错误时不生成，原来的网站不动。"""
    from xuelan.build import build as run_build
    from xuelan.commands.progress import Progress, profiled
    from xuelan.engine import publish
    from xuelan.model.kit import KitError
    from xuelan.pages.frames import HostError

    try:
        with Progress(sys.stderr) as progress, profiled(profile):
            report = run_build(folder, site, tell=progress.tell, scheduler=scheduler)
            if place and report.written is not None:
                from xuelan.engine.mirror import mirror

                mirror(report.site, place, progress.tell)
    except publish.BusyError:
        raise _Stop("另一次生成正在进行，请等它结束再试。") from None
    except publish.NotASiteError as error:
        raise _Stop(f"“{error}”里有别的东西，不是 xuelan 生成的网站，为免误删已停止。") from None
    except HostError as error:
        raise _Stop(f"手写页面（docs/）没有生成成功：{error}") from None
    except KitError as error:
        raise _Stop(f"{error}\n网站没有生成；原来的网站没有改动。") from None
    except OSError as error:
        raise _Stop(
            f"写不进去：{error.strerror or error}（{error.filename or report_place(folder, site)}）"
        ) from None
    _left[:] = [report]
    _tell_of(report, verbose=verbose)


_left: list[object] = []
"""What the last command worked with: the process is about to end, and need not take it apart."""


def _tell_of(report: Report, *, verbose: bool) -> None:
    if report.problems:
        click.echo(problem.as_text(report.problems), nl=False)
    if report.written is None:
        raise _Stop("有错误，网站没有生成；原来的网站没有改动。")
    made = report.written
    if verbose:
        lines = [f"{path}：{reason}" for path, reason in made.changed]
        click.echo("\n".join(lines) or "没有文件需要改写。")
    if report.fault:
        click.echo(f"缓存写不进去（{report.fault}），下次会慢一些；网站不受影响。", err=True)
    click.echo(
        f"生成完毕：材料 {made.materials} 篇（渲染 {made.rendered}，"
        f"沿用 {made.materials - made.rendered}），页面 {made.pages} 个，"
        f"改写文件 {len(made.changed)} 个，正文 {made.characters} 字，"
        f"用时 {report.seconds:.1f} 秒，内存最多 {report.memory / 1e6:.0f} MB。"
    )
    click.echo(f"网站在 {report.site}/，预览：xuelan serve，或把整个文件夹放到任何网页服务器上。")


def report_place(folder: Path, site: Path | None) -> Path:
    """The place a failed write was meant for, when the system does not name it."""
    return site or folder


@main.command()
@_folder
@click.option("--clear", is_flag=True, help="清空缓存；下次生成从头做起。")
def cache(folder: Path, *, clear: bool) -> None:
    """查看或清空缓存（.cache/）。缓存随时可以删，只会让下次生成慢一些。"""
    from xuelan.engine import cache as store

    place = folder / store.FOLDER
    if clear:
        store.clear(place)
    files, size = store.size(place)
    click.echo(f"缓存在 {place}/：{files} 个文件，{size / 1e6:.1f} MB。")


@main.command()
@_folder
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(folder: Path, port: int) -> None:
    """在本机预览，改了文件自动重新生成。只有本机能打开。"""
    from xuelan.preview.serve import serve as run_server

    try:
        run_server(folder, port, click.echo)
    except OSError as error:
        why = f"端口 {port} 打不开（{error.strerror}）。"
        message = f"{why}可能已经开着一个预览，也可以用 --port 换一个端口。"
        raise _Stop(message) from None


@main.command()
@_folder
@click.argument("kind")
@click.argument("title")
@click.option("--id", "slug", default="", help="编号；不写时由标题的拼音得来。")
def new(folder: Path, kind: str, title: str, slug: str) -> None:
    """新建一份材料：KIND 是文种（如 通知），TITLE 是标题。"""
    from xuelan.editing.scaffold import ScaffoldError, new_material

    column, problems = settings.load(folder)
    if column is None:
        raise _Stop(problem.as_text(problems).rstrip())
    try:
        path = new_material(column, kind, title, slug)
    except ScaffoldError as error:
        raise _Stop(str(error)) from None
    click.echo(f"已新建 {path}，填好各项之后运行 xuelan check。")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="学习专栏", show_default=True, help="栏目名称。")
def init(folder: Path, title: str) -> None:
    """在 FOLDER 新建一个可以直接生成的栏目。"""
    from xuelan.editing.scaffold import ScaffoldError, new_column

    try:
        new_column(folder, title)
    except ScaffoldError as error:
        raise _Stop(str(error)) from None
    click.echo(f"已在 {folder} 新建栏目。下一步：xuelan build -C {folder}")


@main.command()
@_folder
@click.argument("ids", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("dist/kits"),
    show_default=True,
    help="套装放在哪个文件夹。",
)
@click.option(
    "--branches",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="支部名单（.csv 或 .xlsx），给每个支部做一份填好抬头的套装。第一行写列名："
    "支部名称（必填）、活动、会议名称、日期、开始时间、地点、主持人、时长、学习篇目。",
)
@click.option(
    "--scheduler",
    default="",
    help="Dask 调度器的地址，用几台电脑一起给支部做套装；各台都要看得到同一个输出文件夹。",
)
def kits(
    folder: Path, ids: tuple[str, ...], out: Path, branches: Path | None, scheduler: str
) -> None:
    """做学习套装；不写编号就做全部。缺一件也不出。"""
    from xuelan.build_kits import run
    from xuelan.model.kit import KitError
    from xuelan.pages.frames import HostError

    if branches:
        _branch_kits(folder, ids, branches, out, scheduler)
        return
    if scheduler:
        raise _Stop("--scheduler 只和 --branches 一起用：套装本身在这台电脑上做。")
    try:
        report = run(folder, ids, out)
    except (KitError, HostError) as error:
        raise _Stop(str(error)) from None
    except OSError as error:
        raise _Stop(f"写不进去：{error.strerror or error}（{error.filename or out}）") from None
    if report.problems:
        click.echo(problem.as_text(report.problems), nl=False)
    if report.made is None:
        raise _Stop("有错误，套装没有做。")
    for path, size in report.made:
        click.echo(f"{path}　{size / 1e6:.1f} MB")
    click.echo(f"共 {len(report.made)} 个套装，用时 {report.seconds:.1f} 秒")


def _branch_kits(
    folder: Path, ids: tuple[str, ...], branches: Path, out: Path, scheduler: str
) -> None:
    from xuelan.build_branches import FOLDER, REFUSED, run
    from xuelan.model.kit import KitError
    from xuelan.pages.frames import HostError

    def progress(done: int, total: int) -> None:
        if done == total or done % max(50, total // 20) == 0:
            click.echo(f"已完成 {done}/{total}", err=True)

    try:
        report = run(folder, ids, branches, out, progress, scheduler)
    except (KitError, HostError) as error:
        raise _Stop(str(error)) from None
    except OSError as error:
        raise _Stop(f"写不进去：{error.strerror or error}（{error.filename or out}）") from None
    if report.problems:
        click.echo(problem.as_text(report.problems), nl=False)
    if report.listed is None:
        raise _Stop("有错误，套装没有做。")
    fresh = sum(d.fresh for d in report.done)
    old = len(report.done) - fresh
    kept = f"，另有 {old} 份以前做好的没有变" if old else ""
    click.echo(f"做成 {fresh} 份{kept}，在 {out / FOLDER}/。")
    if report.listed.unused:
        click.echo(f"名单里这些列没有用到：{'、'.join(report.listed.unused)}。")
    if refused := report.listed.refused:
        for row in refused[:10]:
            click.echo(f"第{row.row}行没有做：{row.reason}")
        where = out / REFUSED
        raise _Stop(f"共 {len(refused)} 行没有做，原因都写在 {where}。改好名单后再运行一次。")


@main.command()
@_folder
@click.argument("copy", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--current",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="网站上的 downloads/kits.json；不写时用本栏目已生成的网站。",
)
def verify(folder: Path, copy: Path, current: Path | None) -> None:
    """核对套装：是否完整、有没有被改动、是不是最新。COPY 是压缩包或解开的文件夹。"""
    from xuelan.kits.packing.verify import NotAKitError, as_text
    from xuelan.kits.packing.verify import verify as run_verify

    if current is None:
        column, _ = settings.load(folder)
        built = folder / (column.site_dir if column else "site") / "downloads/kits.json"
        current = built if built.is_file() else None
    try:
        verdict = run_verify(copy, current.read_text(encoding="utf-8") if current else None)
    except NotAKitError as error:
        raise _Stop(str(error)) from None
    except (OSError, ValueError, KeyError):
        raise _Stop("文件读不出来，请检查路径。") from None
    click.echo(as_text(verdict), nl=False)
    if not verdict.is_intact:
        sys.exit(1)


@main.command()
@_folder
@click.argument("query")
@click.option("--site", type=click.Path(path_type=Path), help="已生成的网站在哪个文件夹。")
@click.option("--json", "as_data", is_flag=True, help="输出 JSON，供别的程序读。")
@click.option("--most", type=click.IntRange(0), default=10, show_default=True, help="最多列几篇。")
def search(folder: Path, query: str, site: Path | None, most: int, *, as_data: bool) -> None:
    """在已生成的网站里检索 QUERY，结果与网页上的一样。没有找到时返回 1。"""
    from xuelan.search import results
    from xuelan.search.files import DamagedIndexError

    if site is None:
        column, _ = settings.load(folder)
        site = folder / (column.site_dir if column else "site")
    try:
        page = results.search(site, query, most)
    except DamagedIndexError:
        raise _Stop(f"检索暂时不可用：“{site}”里没有完整的索引，请先运行 xuelan build。") from None
    click.echo(results.as_json(query, page) if as_data else results.as_text(page), nl=False)
    if not page.count:
        sys.exit(1)


@main.command()
@_folder
def stats(folder: Path) -> None:
    """统计材料、字数和引注。"""
    catalog, problems = run_check(folder)
    if catalog is None:
        raise _Stop(problem.as_text(problems).rstrip())
    click.echo(as_table(catalog), nl=False)


@main.command()
@_folder
@click.argument("ids", nargs=-1)
def digest(folder: Path, ids: tuple[str, ...]) -> None:
    """算出材料的正文指纹，供审核签字时填写。"""
    catalog, problems = run_check(folder)
    if catalog is None:
        raise _Stop(problem.as_text(problems).rstrip())
    unknown = [i for i in ids if i not in catalog.by_id]
    if unknown:
        hint = problem.did_you_mean(unknown[0], catalog.by_id)
        raise _Stop(f"没有编号为“{unknown[0]}”的材料。{hint}")
    for i in ids or sorted(catalog.by_id):
        m = catalog.by_id[i]
        click.echo(f"{m.text_digest(catalog.body_of(m))}  {i}")


@main.command()
@_folder
def schema(folder: Path) -> None:
    """输出材料信息栏的 JSON Schema，供编辑器边写边查。"""
    column, problems = settings.load(folder)
    if column is None:
        raise _Stop(problem.as_text(problems).rstrip())
    data = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "材料"}
    data |= json_schema(FIELDS, column.vocabularies)
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
