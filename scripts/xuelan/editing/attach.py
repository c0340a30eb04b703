"""Files added to a material: attachments, pictures, recordings."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xuelan.cleaning.clean import clean_file
from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.pictures import convert_picture
from xuelan.editing.changeset import ChangeError, ChangeSet
from xuelan.editing.front_matter import append_to_field
from xuelan.editing.rename import find_material
from xuelan.model.catalog import Catalog
from xuelan.model.material import Material
from xuelan.text.file_names import file_name, fold_name, published_name

_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")
_CONVERTED: Final = (".bmp", ".tif", ".tiff")
_RECORDINGS: Final = (".mp3", ".m4a", ".mp4", ".webm")


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A file that was added: its name in the material, and in Chinese what to know and to do."""

    file: str
    told: tuple[str, ...]


def add_files(
    catalog: Catalog, name: str, files: tuple[Path, ...], title: str = "", alt: str = ""
) -> list[AddedFile]:
    """Copy ``files`` beside the material ``name`` and name them in its front matter, all or none.

    Raises :class:`ChangeError` for a file that cannot be published.
    """
    m = find_material(catalog, name)
    change = ChangeSet(catalog.column.root)
    added = [_add(change, m, file, title, alt) for file in files]
    change.write()
    return added


def _add(change: ChangeSet, m: Material, source: Path, title: str, alt: str) -> AddedFile:
    ending, data = source.suffix.lower(), source.read_bytes()
    told: list[str] = []
    try:
        if ending in _CONVERTED:
            ending, picture = convert_picture(data)
            data = picture.data
            told.append(f"已转成 {ending[1:].upper()}。")
        else:
            clean_file(source.name, data)
    except UnfitError as error:
        raise ChangeError(f"“{source.name}”{error}，没有添加。{error.hint}。") from None
    if ending in _PICTURES and not alt.strip():
        raise ChangeError(f"“{source.name}”是图片，请用 --alt 写明画面上有什么，给看不见图的人。")
    file = f"files/{file_name(source.stem, ending)}"
    path = posixpath.join(posixpath.dirname(m.path), file)
    _refuse_taken(m, path)
    change.add(path, data)
    record = {"file": file, "title": title or source.stem}
    is_media = ending in (*_PICTURES, *_RECORDINGS)
    if ending in _PICTURES:
        record["alt"] = alt
        told.append(f'要放进正文的，单独写一段：![{alt}]({file} "{record["title"]}")')
    field = "media" if is_media else "attachments"
    if ending in _RECORDINGS:
        told.append("有文字稿的，写进 media 里的 transcript；视频的字幕写进 subtitles。")
    if not title:
        told.append(f"名称取自文件名，读者看得到，请在 {field} 里核对。")
    change.edit(m.path, lambda text: append_to_field(text, field, record))
    return AddedFile(file, tuple(told))


def _refuse_taken(m: Material, path: str) -> None:
    """A material's files stand beside its page, where two of one name would be one."""
    paths = [a.path for a in m.attachments] + [i.path for i in m.media]
    if fold_name(published_name(path)) in {fold_name(published_name(p)) for p in paths}:
        raise ChangeError(f"“{m.id}”已经有叫“{posixpath.basename(path)}”的文件，请先改名。")
