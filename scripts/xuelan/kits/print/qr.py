"""QR codes as SVG, which lead from paper to the page on the site."""

from __future__ import annotations

import io
from functools import cache

import segno


@cache
def svg(address: str) -> str:
    """A QR code of ``address``: error correction M, four modules of quiet zone (ISO/IEC 18004)."""
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False, boost_error=False)
    code.save(out, kind="svg", border=4, xmldecl=False, svgns=True, nl=False, omitsize=True)
    return out.getvalue().decode()
