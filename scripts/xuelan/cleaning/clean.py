"""The door: any file that may be published, by its name and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from xuelan.cleaning.compound import clean_compound
from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.kinds import Family, identify
from xuelan.cleaning.packages import clean_package, open_zip, rewrite
from xuelan.cleaning.pdf import clean_pdf
from xuelan.cleaning.pictures import clean_picture
from xuelan.cleaning.recordings import clean_mp3, clean_mp4, clean_webm

FORMAT: Final = 1
"""Goes up when the same file would come out with other bytes."""


class CleanFile(NamedTuple):
    """The bytes to publish, and in Chinese what was done to them, and what remains to be told."""

    data: bytes
    done: tuple[str, ...] = ()


def clean_file(name: str, data: bytes, *, full_size: bool = False) -> CleanFile:
    """The file ``name`` as it may be published. Raises :class:`UnfitError`."""
    family = identify(name, data).family
    if family is Family.PICTURE:
        picture = clean_picture(data, full_size=full_size)
        return CleanFile(picture.data, picture.done)
    if family is Family.ARCHIVE:
        return _clean_archive(data)
    return CleanFile(*_CLEANERS[family](data))


def _clean_archive(data: bytes) -> CleanFile:
    """A ZIP whose members may all be published themselves; each is cleaned."""
    changed, done = {}, []
    with open_zip(data) as package:
        for part in package.infolist():
            if part.is_dir():
                continue
            if part.filename.lower().endswith(".zip"):
                raise UnfitError(f"里面还有压缩包“{part.filename}”", "解开，改成一层")
            try:
                old = package.read(part)
                new = clean_file(part.filename, old, full_size=True)
            except UnfitError as error:
                raise UnfitError(f"里面的“{part.filename}”{error}", error.hint) from error
            except Exception as error:
                raise UnfitError("有一部分已损坏，打不开", "重新压缩一份") from error
            if new.data != old:
                changed[part.filename] = new.data
            done += [f"里面的“{part.filename}”{each}" for each in new.done]
        return CleanFile(rewrite(package, changed) if changed else data, tuple(done))


def _as_it_is(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    return data, ()


_CLEANERS: Final[dict[Family, Callable[[bytes], tuple[bytes, tuple[str, ...]]]]] = {
    Family.PDF: clean_pdf,
    Family.PACKAGE: clean_package,
    Family.COMPOUND: clean_compound,
    Family.TEXT: _as_it_is,
    Family.MP3: clean_mp3,
    Family.MP4: clean_mp4,
    Family.WEBM: clean_webm,
}
