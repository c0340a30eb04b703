"""Brings files into a column: each becomes a draft with its pictures and attachments."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from xuelan.editing.importing import office
from xuelan.editing.importing.archive import NotImportedError
from xuelan.editing.importing.blocks import Enclosure
from xuelan.editing.importing.convert import Draft, DraftPicture
from xuelan.editing.importing.parcel import Parcel, is_parcel, open_parcel
from xuelan.editing.importing.place import Placed, place
from xuelan.editing.importing.proof import Proof
from xuelan.editing.importing.sandbox import ReadyPicture, clean_pictures, convert_apart, read_file
from xuelan.editing.scaffold import ScaffoldError
from xuelan.model.catalog import Catalog
from xuelan.model.column import MATERIALS_FOLDER
from xuelan.text.problem import Problem


@dataclass
class Brought:
    """What became of one file: ``refused`` says why nothing did; else see ``path`` and the rest.

    ``fields`` are those of the front matter; ``unsure`` those to look at, with the reason.
    """

    source: str
    refused: str = ""
    path: str = ""
    text: str = ""
    files: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    proof: Proof | None = None
    problems: list[Problem] = field(default_factory=list)


def bring_in(
    catalog: Catalog, source: Path, to: str, taken: set[str], *, dry_run: bool = False
) -> Brought:
    """Bring one file in; with ``dry_run`` nothing is written. ``taken`` gets the new id."""
    result = Brought(source.name)
    try:
        with tempfile.TemporaryDirectory(prefix="xuelan-import-") as folder:
            draft, pictures = _read(Path(folder), source.name, read_file(source))
        placed = place(catalog, draft, pictures, to, taken)
        if not dry_run:
            _write(catalog.column.root, placed)
    except (NotImportedError, ScaffoldError) as error:
        result.refused = str(error)
        return result
    taken.add(PurePosixPath(placed.path).stem)
    result.path, result.text, result.files = placed.path, placed.text, list(placed.files)
    result.fields = {"kind": placed.kind, **draft.values, "author": "、".join(draft.authors)}
    result.unsure, result.proof = placed.unsure, draft.proof
    result.told = [*draft.told, *placed.told]
    return result


def _read(folder: Path, name: str, data: bytes) -> tuple[Draft, list[ReadyPicture]]:
    if is_parcel(name, data):
        return _read_parcel(folder, open_parcel(data))
    draft = _convert(folder, name, data)
    return draft, clean_pictures(folder, len(draft.pictures))


def _convert(folder: Path, name: str, data: bytes) -> Draft:
    folder.mkdir(exist_ok=True)
    if Path(name).suffix.lower() in office.CONVERTED:
        data, name = office.to_docx(name, data), f"{Path(name).stem}.docx"
    return convert_apart(folder, name, data)


def _read_parcel(folder: Path, parcel: Parcel) -> tuple[Draft, list[ReadyPicture]]:
    """The text of a parcel with what its form says; its pictures stand below the text."""
    draft = _convert(folder, parcel.text.name, parcel.text.data)
    draft.told = [f"投稿包：正文是“{parcel.text.name}”。", *draft.told]
    if parcel.form is not None:
        _add_form(draft, _convert(folder / "form", parcel.form.name, parcel.form.data), parcel.form)
    inside = len(draft.pictures)
    for n, enclosure in enumerate(parcel.pictures, inside + 1):
        (folder / f"picture-{n}").write_bytes(enclosure.data)
        draft.pictures.append(DraftPicture(f"picture-{n}", b"", Path(enclosure.name).stem))
        draft.told.append(f"图片“{enclosure.name}”放在文后，说明取自文件名，请核对。")
    draft.enclosures += parcel.others
    if parcel.left:
        draft.told.append(f"投稿包里没有收入的文件：{'、'.join(parcel.left[:20])}。")
    return draft, clean_pictures(folder, len(draft.pictures))


def _add_form(draft: Draft, form: Draft, file: Enclosure) -> None:
    """Fields that the form states count more than those found in the text."""
    stated = {k: v for k, v in form.stated.items() if v}
    draft.told.append(f"投稿单“{file.name}”填了：{'、'.join(stated) or '没有认出来的项目'}。")
    draft.values |= stated
    draft.authors = form.authors or draft.authors
    for name in stated:
        draft.unsure.pop(name, None)


def _write(root: Path, placed: Placed) -> None:
    """Write the files, none over another; after a failure none of them is left."""
    written: list[Path] = []
    contents = {**placed.files, placed.path: placed.text.encode()}
    try:
        for name, data in contents.items():
            target = root / name
            _refuse_links(root, target)
            target.parent.mkdir(parents=True, exist_ok=True)
            if name in placed.files and target.is_file() and target.read_bytes() == data:
                continue  # the same picture or attachment came in before
            with target.open("xb") as file:
                written.append(target)
                file.write(data)
    except OSError as error:
        for target in written:
            target.unlink(missing_ok=True)
        if isinstance(error, FileExistsError):
            raise ScaffoldError(f"{name} 已经存在，没有覆盖，什么都没有写。") from error
        raise


def _refuse_links(root: Path, target: Path) -> None:
    """A linked folder in the column would lead the files somewhere else."""
    folder = target.parent
    while folder != root:
        if folder.is_symlink():
            raise ScaffoldError(f"{folder.relative_to(root)} 是符号链接，没有写入。")
        folder = folder.parent
    if MATERIALS_FOLDER not in target.relative_to(root).parts[:1]:
        raise ScaffoldError("材料只能写进材料文件夹。")


def with_problems(results: list[Brought], problems: list[Problem]) -> list[Brought]:
    """The results, each with the problems that the check has found in its files."""
    return [
        replace(r, problems=sorted(p for p in problems if p.path in (r.path, *r.files)))
        for r in results
    ]
