"""Pictures for pages: upright, without names and places, and small enough for a slow line.

A picture that needs no scaling keeps every pixel: :mod:`xuelan.cleaning.segments` only takes out
what tells of people. One that is too large, or lies on its side, is written anew by Pillow.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.segments import STRIPPERS

MAX_SIDE: Final = 2000
"""Longest side in pixels: twice the width of a page's text, sharp on any screen and on A4."""
MAX_BYTES: Final = 1000 * 1000
MAX_PIXELS: Final = 50 * 1000 * 1000
"""Pixels of a picture that is decoded as a whole: 200 MB of memory."""
MAX_JPEG_PIXELS: Final = 170 * 1000 * 1000
"""A large JPEG is decoded at half, a quarter or an eighth of its size."""

_QUALITY: Final = (86, 80, 74)
_TURNED_QUALITY: Final = 92
_SMALLER: Final = 0.8
_SMALLEST: Final = 800
_ORIENTATION: Final = 0x0112
_FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP")
"""Pillow calls a JPEG that has a second picture behind it MPO, and opens it as JPEG."""
_CONVERTED: Final = ("BMP", "TIFF")
_CMYK: Final = UnfitError(
    "是印刷用的 CMYK 图片，浏览器里颜色不对", "用看图软件另存为 RGB 颜色的 JPG，或者截一张图"
)
_BROKEN: Final = UnfitError("不是完好的图片，打不开", "重新导出一份，或者截一张图")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to publish: its bytes, its size in pixels, and in Chinese what was done to it."""

    data: bytes
    width: int
    height: int
    done: tuple[str, ...] = ()


def clean_picture(data: bytes, *, full_size: bool = False) -> Picture:
    """The picture as it may be published, in the format it has: JPEG, PNG, GIF or WebP.

    With ``full_size`` it is not scaled. Raises :class:`UnfitError`.
    """
    image = _open(data, _FORMATS)
    name = "JPEG" if image.format == "MPO" else str(image.format)
    try:
        stripped = STRIPPERS[name](data)
    except (ValueError, IndexError):
        raise _BROKEN from None
    frames = getattr(_open(stripped, _FORMATS), "n_frames", 1)
    large = not full_size and (max(image.size) > MAX_SIDE or len(stripped) > MAX_BYTES)
    if large and frames > 1:
        hint = "存成 MP4 视频，登记在 media 里；或者只留一帧，存成 PNG"
        raise UnfitError(f"是动图，超过 {MAX_SIDE} 像素或 1 MB", hint)
    turned = frames == 1 and _orientation(image) != 1
    traces = _told(image, data, stripped)
    if not large and not turned:
        _decode(_open(stripped, _FORMATS), MAX_SIDE)
        return Picture(stripped, *image.size, traces)
    upright = _decode(image, MAX_SIDE if large else 0)
    if turned:
        upright = ImageOps.exif_transpose(upright)
        traces = (*traces, "转正了方向")
        pixels = b"" if large else _write(upright, name, _TURNED_QUALITY)
        if pixels and (full_size or len(pixels) <= MAX_BYTES):
            return Picture(pixels, *upright.size, traces)
    smaller, pixels = _scale(upright, name)
    done = f"缩小到 {smaller.width}×{smaller.height} 像素"
    return Picture(pixels, *smaller.size, (*traces, done))


def convert_picture(data: bytes, *, full_size: bool = False) -> tuple[str, Picture]:
    """Like :func:`clean_picture`, with the ending for its name; BMP and TIFF become PNG."""
    image = _open(data, (*_FORMATS, *_CONVERTED))
    if image.format in _CONVERTED:
        if image.mode == "CMYK":
            raise _CMYK
        data = _write(_decode(image), "PNG")
    picture = clean_picture(data, full_size=full_size)
    endings = {"JPEG": ".jpg", "MPO": ".jpg", "GIF": ".gif", "WEBP": ".webp"}
    return endings.get(str(image.format), ".png"), picture


def _open(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The picture with its header read: its size is known, no pixel is decoded yet."""
    too_large = UnfitError("像素太多，打开它要占很多内存", "先用“画图”或看图软件缩小，再放进来")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        Image.init()
        try:
            image: Image.Image = Image.open(io.BytesIO(data), formats=formats)
        except Image.DecompressionBombError:
            raise too_large from None
        except UnidentifiedImageError:
            raise _BROKEN from None
        except Exception as error:  # a damaged header may raise anything
            raise _BROKEN from error
    jpeg = image.format in ("JPEG", "MPO")
    if image.width * image.height > (MAX_JPEG_PIXELS if jpeg else MAX_PIXELS):
        raise too_large
    if jpeg and image.mode == "CMYK":
        raise _CMYK
    return image


def _decode(image: Image.Image, side: int = 0) -> Image.Image:
    """Decode the pixels; of a large JPEG only as many as a picture of ``side`` pixels needs."""
    try:
        if side:
            image.draft(None, (side, side))
        image.load()
    except Exception as error:  # a damaged picture may raise anything
        raise _BROKEN from error
    return image


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - damaged EXIF, which goes anyway
        return 1


def _told(image: Image.Image, data: bytes, stripped: bytes) -> tuple[str, ...]:
    """In Chinese, what the file told besides the picture."""
    if len(stripped) == len(data):
        return ()
    try:
        has_position = bool(image.getexif().get_ifd(0x8825))
    except Exception:  # noqa: BLE001 - damaged EXIF, which goes anyway
        has_position = False
    return ("去掉了拍摄位置等信息",) if has_position else ("去掉了拍摄、作者等附带信息",)


def _scale(image: Image.Image, name: str) -> tuple[Image.Image, bytes]:
    """The picture in at most MAX_SIDE pixels and MAX_BYTES, as large as that allows."""
    image = _with_shades(image)
    side = min(MAX_SIDE, max(image.size))
    while True:
        smaller = image.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        for written in _attempts(smaller, name):
            if len(written) <= MAX_BYTES or side <= _SMALLEST:
                return smaller, written
        side = max(int(side * _SMALLER), _SMALLEST)


def _with_shades(image: Image.Image) -> Image.Image:
    """The picture in a mode in which pixels can be mixed."""
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("L") if image.mode == "1" else image


def _attempts(image: Image.Image, name: str) -> Iterator[bytes]:
    """The picture encoded in smaller and smaller ways."""
    if name in ("JPEG", "WEBP"):
        for quality in _QUALITY:
            yield _write(image, name, quality)
        return
    yield _write(image, name)
    clear = image.mode in ("RGBA", "LA")
    method = Image.Quantize.FASTOCTREE if clear else Image.Quantize.MEDIANCUT
    yield _write(image.convert("RGBA" if clear else "RGB").quantize(256, method), name)


def _write(image: Image.Image, name: str, quality: int = 0) -> bytes:
    """Encode the picture with its colour profile and nothing else."""
    bare = image.copy()
    bare.info = {k: v for k, v in image.info.items() if k in ("transparency", "icc_profile")}
    options: dict[str, object] = {"quality": quality} if name in ("JPEG", "WEBP") else {}
    if name != "WEBP":
        options["optimize"] = True
    if bare.info.get("icc_profile"):
        options["icc_profile"] = bare.info["icc_profile"]
    target = io.BytesIO()
    bare.save(target, name, **options)
    return target.getvalue()
