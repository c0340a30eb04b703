"""Pictures are published upright, small enough, and without a word about people."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from xuelan.cleaning.errors import UnfitError
from xuelan.cleaning.pictures import MAX_BYTES, MAX_SIDE, clean_picture, convert_picture

WHO, WHERE = "SECRETOWNER", b"SECRETPLACE"


def encode(image: Image.Image, name: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, name, **options)
    return target.getvalue()


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """A picture whose left upper corner is dark."""
    image = Image.new(mode, (width, height), "white")
    image.paste("black", (0, 0, width // 2, height // 2))
    return image


def noise(width: int, height: int) -> Image.Image:
    """A picture that hardly any format can make small."""
    size = width * height * 3
    words = b"".join(
        zlib.crc32(n.to_bytes(4, "big")).to_bytes(4, "big") for n in range(size // 4 + 1)
    )
    return Image.frombytes("RGB", (width, height), words[:size])


def exif(orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x013B] = WHO  # artist
    found[0x0112] = orientation
    found.get_ifd(0x8825)[0x1D] = WHERE.decode()  # a text in the directory of the position
    return found


def png_text() -> PngInfo:
    text = PngInfo()
    text.add_text("Author", WHO)
    text.add_itxt("XML:com.adobe.xmp", WHO)
    text.add_text("Comment", WHO, zip=True)
    return text


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


WITH_TRACES = {
    "jpeg": encode(picture(), "JPEG", exif=exif(), comment=WHO, xmp=WHO.encode()),
    "png": encode(picture(), "PNG", exif=exif(), pnginfo=png_text()),
    "webp": encode(picture(), "WEBP", exif=exif(), xmp=WHO.encode()),
    "gif": encode(picture().convert("P"), "GIF", comment=WHO.encode()),
}


@pytest.mark.parametrize("name", WITH_TRACES)
def test_traces_go(name: str) -> None:
    """Owner, position, XMP and comments are gone; every pixel is as it was."""
    original = WITH_TRACES[name]
    found = clean_picture(original)
    assert WHO.encode() in original
    assert WHO.encode() not in found.data
    assert WHERE not in found.data
    assert opened(found.data).convert("RGB").tobytes() == opened(original).convert("RGB").tobytes()
    assert any("去掉了" in done for done in found.done)


@pytest.mark.parametrize("name", WITH_TRACES)
def test_what_hangs_on_behind_goes(name: str) -> None:
    """A film or a second picture behind the end of a picture is not published."""
    clean = clean_picture(WITH_TRACES[name]).data
    assert clean_picture(clean + b"ftypmp42" + WHO.encode()).data == clean


@pytest.mark.parametrize("name", WITH_TRACES)
def test_a_clean_picture_stays_as_it_is(name: str) -> None:
    """A picture that tells nothing and is small keeps its bytes; nothing is said of it."""
    clean = clean_picture(WITH_TRACES[name]).data
    again = clean_picture(clean)
    assert (again.data, again.done) == (clean, ())


@pytest.mark.parametrize("name", WITH_TRACES)
def test_a_damaged_picture_is_refused(name: str) -> None:
    """A picture cut off anywhere is refused or whole; it never raises another error."""
    data = WITH_TRACES[name]
    for end in range(0, len(data), 7):
        try:
            found = clean_picture(data[:end])
        except UnfitError as error:
            assert "图片" in str(error)  # noqa: PT017 - some cuts only lose what hangs on behind
        else:
            assert opened(found.data).size == (60, 40)


@pytest.mark.parametrize(("name", "orientation"), [("JPEG", 6), ("PNG", 3), ("WEBP", 8)])
def test_a_picture_is_turned_upright(name: str, orientation: int) -> None:
    """A picture that only its EXIF turns is turned for good before the EXIF goes."""
    found = clean_picture(encode(picture(), name, exif=exif(orientation)))
    image = opened(found.data).convert("L")
    assert image.size == ((60, 40) if orientation == 3 else (40, 60)) == (found.width, found.height)
    dark = {6: (35, 5), 3: (55, 35), 8: (5, 55)}[orientation]
    assert image.crop((*dark, dark[0] + 1, dark[1] + 1)).tobytes()[0] < 30
    assert "转正了方向" in found.done
    assert not opened(found.data).getexif()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(2600, 700), (300, 2400), (1900, 900)])
def test_a_large_picture_is_scaled(name: str, size: tuple[int, int]) -> None:
    """A picture over 2,000 pixels or 1 MB is scaled, its sides in proportion, and that is said."""
    original = encode(noise(*size), name, **({} if name == "PNG" else {"quality": 95}))
    found = clean_picture(original)
    assert max(found.width, found.height) <= MAX_SIDE
    assert len(found.data) <= MAX_BYTES
    assert opened(found.data).format == name
    assert abs(found.width / found.height - size[0] / size[1]) < 0.03
    if (max(size), len(original)) > (MAX_SIDE, MAX_BYTES):
        assert found.done[-1].startswith("缩小到")


def test_the_original_size_is_kept_if_asked() -> None:
    """With full_size a large picture loses its traces and no pixel."""
    original = encode(picture(2600, 700), "JPEG", exif=exif())
    found = clean_picture(original, full_size=True)
    assert (found.width, found.height) == (2600, 700)
    assert WHO.encode() not in found.data


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_scaled(mode: str) -> None:
    """Line drawings, palettes, transparency and 16 bits of grey come out as they look."""
    source = (
        picture(2400, 600, "L").convert("I").point(lambda v: v * 257)
        if mode == "I;16"
        else (picture(2400, 600, "RGBA" if mode == "LA" else "RGB").convert(mode))
    )
    found = clean_picture(encode(source.convert(mode), "PNG"))
    image = opened(found.data).convert("L")
    assert (image.getpixel((100, 100)), image.getpixel((1900, 400))) == (0, 255)


def test_the_same_picture_gives_the_same_bytes() -> None:
    """Scaling twice gives the same file twice."""
    original = encode(noise(2100, 300), "JPEG", exif=exif(6))
    assert clean_picture(original) == clean_picture(original)


def test_a_decompression_bomb_costs_nothing() -> None:
    """A PNG of 60,000 by 60,000 pixels is refused from its header."""
    header = b"IHDR" + (60000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    data = (
        b"\x89PNG\r\n\x1a\n"
        + (13).to_bytes(4, "big")
        + header
        + zlib.crc32(header).to_bytes(4, "big")
    )
    data += bytes(4) + b"IDAT" + zlib.crc32(b"IDAT").to_bytes(4, "big")
    with pytest.raises(UnfitError, match="像素太多"):
        clean_picture(data)


def test_what_browsers_do_not_show_is_refused() -> None:
    """A picture in printer's colours is refused with what to do."""
    with pytest.raises(UnfitError, match="CMYK") as caught:
        clean_picture(encode(picture().convert("CMYK"), "JPEG"))
    assert "RGB" in caught.value.hint


def test_a_large_moving_picture_is_refused() -> None:
    """A moving picture over the limits becomes a film; a small one stays as it is."""
    frames = [picture(2100, 50), picture(2100, 50).rotate(180)]
    moving = encode(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)
    with pytest.raises(UnfitError, match="动图"):
        clean_picture(moving)
    small = [frame.resize((60, 40)) for frame in frames]
    moving = encode(small[0], "GIF", save_all=True, append_images=small[1:], loop=0)
    assert clean_picture(moving).data == moving


@pytest.mark.parametrize("name", ["BMP", "TIFF"])
def test_a_picture_of_an_office_program_is_converted(name: str) -> None:
    """BMP and TIFF, as Word holds them, become PNG with the same pixels."""
    ending, found = convert_picture(encode(picture(), name))
    assert ending == ".png"
    assert opened(found.data).tobytes() == picture().tobytes()
