"""Resolves the files published beside a material: attachments, pictures, sound, film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from xuelan.model.material import Attachment, Material, Media
from xuelan.rules.files import join_path, locate
from xuelan.text.digests import key_of
from xuelan.text.problem import Problem


def resolve_files(
    root: Path, material: Material, sha256: Callable[[Path], str]
) -> tuple[Material, list[Problem]]:
    """The material with paths and sizes (bytes) of its files, attachments with their ``sha256``.

    A file that may not be published is left out and reported.
    """
    problems: list[Problem] = []
    attachments: list[Attachment] = []
    media: list[Media] = []
    line = material.line_of("attachments")
    for attachment in material.attachments:
        path, found = locate(root, material.path, attachment.file, line)
        problems += found
        if path:
            size, digest = (root / path).stat().st_size, sha256(root / path)
            attachments.append(replace(attachment, path=path, size=size, sha256=digest))
    line = material.line_of("media")
    for item in material.media:
        path, found = locate(root, material.path, item.file, line)
        problems += found
        caption, found = locate(root, material.path, item.caption, line)
        problems += found
        if path:
            size = (root / path).stat().st_size
            media.append(replace(item, path=path, caption_path=caption, size=size))
    face = key_of(material.face, attachments, media)
    resolved = replace(material, face=face, attachments=tuple(attachments), media=tuple(media))
    return resolved, problems


def file_paths(material: Material) -> list[str]:
    """Where the files that a material names should be, as paths relative to the column."""
    files = [a.file for a in material.attachments]
    files += [name for media in material.media for name in (media.file, media.caption) if name]
    return [join_path(material.path, file) for file in files]
