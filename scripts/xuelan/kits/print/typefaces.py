"""The typefaces for paper: where they are, and which characters they have.

They are npm packages (SIL Open Font License 1.1) that ``npm ci`` installs in ``node_modules/``.
None is in the repository; the characters that a PDF uses are embedded in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import typst
from fontTools.ttLib import TTFont

from xuelan.model.kit import KitError
from xuelan.text import signs

SERIF, SANS, KAI = "Noto Serif SC", "Noto Sans SC", "LXGW WenKai"
"""宋体、黑体、楷体, by their family names in typst."""

_SERIF: Final = "@expo-google-fonts/noto-serif-sc"
_SANS: Final = "@expo-google-fonts/noto-sans-sc"
_FOLDERS: Final = (
    f"{_SERIF}/400Regular",
    f"{_SERIF}/500Medium",
    f"{_SERIF}/700Bold",
    f"{_SERIF}/900Black",
    f"{_SANS}/400Regular",
    f"{_SANS}/500Medium",
    f"{_SANS}/700Bold",
)
_KAI: Final = "@fontsource/lxgw-wenkai"
_KAI_WOFF: Final = f"{_KAI}/files/lxgw-wenkai-latin-500-normal.woff"
"""All characters, in spite of its name. npm has it as WOFF only, and typst reads TTF only."""

SUBSTITUTES: Final = str.maketrans(signs.SUBSTITUTES)
"""Signs that no face has, and the signs that print uses for them."""


class NoFacesError(KitError):
    """The typefaces are not installed; the message says, in Chinese, how to get them."""


@dataclass(frozen=True)
class Faces:
    """Loaded typefaces; ``covered`` are the code points that 宋体, 黑体 or 楷体 have."""

    fonts: typst.Fonts
    covered: frozenset[int]

    def missing_characters(self, text: str) -> str:
        """The characters of ``text`` that no face has, each once, in order of first use.

        White space and zero-width spaces are not counted.
        """
        drawn = (c for c in text.translate(SUBSTITUTES) if ord(c) not in self.covered)
        return "".join(dict.fromkeys(c for c in drawn if not c.isspace() and c != "\u200b"))


def load(root: Path) -> Faces:
    """Load the typefaces for the column in ``root``, from its ``node_modules/`` or the program's.

    Raises :class:`NoFacesError` if a face is missing. Loading takes some tenths of a second, once a
    process.
    """
    return _load(_modules(root))


def versions(root: Path) -> tuple[str, ...]:
    """The versions of the typefaces that :func:`load` would load; empty for a missing one."""
    return tuple(_version(_modules(root) / name / "package.json") for name in (_SERIF, _SANS, _KAI))


def _version(file: Path) -> str:
    try:
        return str(json.loads(file.read_bytes())["version"])
    except (OSError, ValueError, KeyError):
        return ""


@cache
def _load(modules: Path) -> Faces:
    folders = [modules / folder for folder in _FOLDERS]
    absent = [f for f in (*folders, modules / _KAI_WOFF) if not f.exists()]
    if absent:
        message = (
            f"没有找到印刷用的字体（{absent[0].relative_to(modules)}）。"
            "在栏目所在的文件夹里装上字体，再生成套装。有 package-lock.json 的，运行 npm ci；"
            f"没有的，运行 npm install {_SERIF} {_SANS} {_KAI}。"
        )
        raise NoFacesError(message)
    kai = _kai(modules)
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in (*folders, kai.parent)],
    )
    if not {SERIF, SANS, KAI} <= set(fonts.families()):
        message = "字体文件读不出来。删掉 node_modules 文件夹，重新运行 npm ci。"
        raise NoFacesError(message)
    files = [next((modules / folder).glob("*.ttf")) for folder in (_FOLDERS[0], _FOLDERS[4])]
    return Faces(fonts, frozenset().union(*map(_characters, (*files, kai))))


def _characters(file: Path) -> frozenset[int]:
    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _modules(root: Path) -> Path:
    """The ``node_modules/`` with typefaces: that of the column, else that of this checkout."""
    places: Iterable[Path] = (root, Path(__file__).parents[4])
    found = (p.resolve() / "node_modules" for p in places)
    return next((m for m in found if (m / _SERIF).is_dir()), root.resolve() / "node_modules")


def _kai(modules: Path) -> Path:
    """楷体 as TTF, unpacked once beside the packages; a half-written file has another name."""
    woff = modules / _KAI_WOFF
    folder = modules / ".cache" / "xuelan"
    target = folder / (woff.stem + ".ttf")
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with (
            TTFont(woff, recalcTimestamp=False) as font,
            NamedTemporaryFile(dir=folder.parent, delete=False) as file,
        ):
            font.flavor = None
            font.save(file, reorderTables=False)
        Path(file.name).replace(target)
    return target
