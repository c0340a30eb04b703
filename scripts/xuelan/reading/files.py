"""Resolves the files published beside a material: attachments, pictures, sound, film."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from xuelan.cleaning.kinds import KINDS, Family
from xuelan.model.material import Attachment, Material, Media
from xuelan.reading.copies import FileWanted, PublishedFile
from xuelan.rules.files import join_path, locate
from xuelan.text.digests import key_of
from xuelan.text.problem import Code, Problem

SHOWN: Final = frozenset({Family.PICTURE, Family.MP3, Family.MP4, Family.WEBM})
"""What a page can show or play."""


def wanted_files(root: Path, material: Material) -> list[FileWanted]:
    """The files that a material names and that are there."""
    named = [(a.file, a.full_size) for a in material.attachments]
    for item in material.media:
        named += [(item.file, item.full_size), (item.subtitles, False)]
    found = [(locate(root, material.path, file, 1)[0], full) for file, full in named if file]
    return [FileWanted(path, full) for path, full in found if path]


def resolve_files(
    root: Path, material: Material, published: Mapping[FileWanted, PublishedFile]
) -> tuple[Material, list[Problem]]:
    """The material with paths, sizes (bytes), SHA-256 and copies of its files.

    A file that is not there is left out and reported. One that may not be published is reported
    and has no SHA-256: the error ends the build, and other rules know that it is named.
    """
    files = _FileResolver(root, material, published)
    attachments: list[Attachment] = []
    for a in material.attachments:
        path, file = files.resolve("attachments", a.file, a.full_size)
        if path:
            own = replace(a, path=path, size=file.size, sha256=file.sha256)
            attachments.append(replace(own, copy=file.copy))
    media: list[Media] = []
    for item in material.media:
        path, file = files.resolve("media", item.file, item.full_size)
        subtitles, track = files.resolve("media", item.subtitles, False)
        if path:
            if not file.fault:
                files.check_media(item)
            shown = replace(item, path=path, size=file.size, copy=file.copy)
            media.append(replace(shown, subtitles_path=subtitles, subtitles_copy=track.copy))
    bare = (
        [replace(a, copy="") for a in attachments],
        [replace(item, copy="", subtitles_copy="") for item in media],
    )
    face = key_of(material.face, *bare)
    resolved = replace(material, face=face, attachments=tuple(attachments), media=tuple(media))
    return resolved, files.problems


class _FileResolver:
    """Looks up the files of one material and collects the problems."""

    def __init__(
        self, root: Path, material: Material, published: Mapping[FileWanted, PublishedFile]
    ) -> None:
        self._root = root
        self._m = material
        self._published = published
        self.problems: list[Problem] = []

    def resolve(self, field: str, file: str, full_size: bool) -> tuple[str, PublishedFile]:  # noqa: FBT001 - an editor's value
        """The path of ``file`` and what is published of it; no path if it is not there."""
        line = self._m.line_of(field)
        path, found = locate(self._root, self._m.path, file, line)
        self.problems += found
        if not path:
            return "", PublishedFile()
        result = self._published[FileWanted(path, full_size)]
        if result.fault:
            code = Code.FILE_CONTENT if _has_good_ending(path) else Code.FILE_TYPE
            message = f"“{file}”{result.fault}"
            self.problems.append(Problem(self._m.path, line, code, message, result.hint))
        if result.done:
            told = "；".join(result.done)
            message = f"“{file}”发布的是副本：{told}" if result.copy else f"“{file}”{told}"
            hint = _hint(told) if result.copy else ""
            self.problems.append(Problem(self._m.path, line, Code.FILE_CLEANED, message, hint))
        return path, result

    def check_media(self, item: Media) -> None:
        """A page can show or play the file, and says in words what a picture shows."""
        line = self._m.line_of("media")
        family = KINDS[PurePosixPath(item.file).suffix.lower()].family
        if family not in SHOWN:
            message = f"“{item.file}”不是图片、录音或录像，网页上放不出来"
            hint = "登记在 attachments 里，供读者下载"
            self.problems.append(Problem(self._m.path, line, Code.FILE_TYPE, message, hint))
        elif family is Family.PICTURE and not item.alt:
            message = f"图片“{item.file}”没有替代文字"
            hint = "在这张图下面写一行 alt: 画面上有什么"
            self.problems.append(Problem(self._m.path, line, Code.IMAGE_ALT, message, hint))


def _hint(told: str) -> str:
    hints = []
    if "去掉了" in told:
        hints.append("原件没有动；如果代码仓库是公开的，先把原件里的这些信息去掉")
    if "缩小到" in told:
        hints.append("要按原来的大小发布，在这个文件下面写一行 full_size: true")
    return "；".join(hints)


def _has_good_ending(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in KINDS


def copies_of(material: Material) -> Iterator[str]:
    """The copies that are published instead of files of a material."""
    yield from (a.copy for a in material.attachments if a.copy)
    for item in material.media:
        yield from (copy for copy in (item.copy, item.subtitles_copy) if copy)


def file_paths(material: Material) -> list[str]:
    """Where the files that a material names should be, as paths relative to the column."""
    files = [a.file for a in material.attachments]
    files += [name for media in material.media for name in (media.file, media.subtitles) if name]
    return [join_path(material.path, file) for file in files]
