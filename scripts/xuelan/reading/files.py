"""Files published beside a material: attachments, pictures, sound, film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from xuelan.model.material import Attachment, Material, Media
from xuelan.rules.files import locate, path_from
from xuelan.text.digests import key_of
from xuelan.text.problem import Problem


def with_files(
    root: Path, material: Material, sha256: Callable[[Path], str]
) -> tuple[Material, list[Problem]]:
    """The material with the size and the ``sha256`` of its files filled in."""
    problems: list[Problem] = []
    attachments: list[Attachment] = []
    media: list[Media] = []
    line = material.line_of("attachments")
    for item in material.attachments:
        path, found = locate(root, material.path, item.file, line)
        problems += found
        if path:
            size, digest = (root / path).stat().st_size, sha256(root / path)
            attachments.append(replace(item, path=path, size=size, sha256=digest))
    line = material.line_of("media")
    for thing in material.media:
        path, found = locate(root, material.path, thing.file, line)
        problems += found
        caption = ""
        if thing.caption:
            caption, found = locate(root, material.path, thing.caption, line)
            problems += found
        if path:
            size = (root / path).stat().st_size
            media.append(replace(thing, path=path, caption_path=caption, size=size))
    face = key_of(material.face, attachments, media)
    made = replace(material, face=face, attachments=tuple(attachments), media=tuple(media))
    return made, problems


def named(material: Material) -> list[str]:
    """Where the files a material names should be, as paths relative to the column."""
    files = [a.file for a in material.attachments]
    files += [name for media in material.media for name in (media.file, media.caption) if name]
    return [path_from(material.path, file) for file in files]
