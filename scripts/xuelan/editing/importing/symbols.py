"""Characters of symbol fonts (Wingdings, Symbol) as the Unicode characters that look like them."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "〓"
"""What Chinese printers set for a character they do not have."""

_WINGDINGS: Final = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "□", 0x72: "□", 0x73: "◆",
    0x74: "◆", 0x75: "◆", 0x76: "❖", 0x77: "◆", 0xA1: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "□",
    0xAB: "★", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨",
    0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0x28: "☎", 0x2A: "✉", 0x46: "☞", 0x4A: "☺",
    0x9F: "•", 0x81: "①", 0x82: "②", 0x83: "③", 0x84: "④", 0x85: "⑤", 0x86: "⑥", 0x87: "⑦",
    0x88: "⑧", 0x89: "⑨", 0x8A: "⑩", 0x8C: "❶", 0x8D: "❷", 0x8E: "❸", 0x8F: "❹", 0x90: "❺",
}  # fmt: skip
_WINGDINGS_2: Final = {
    0x50: "✓", 0x51: "✗", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□", 0x2A: "□", 0x97: "●",
}  # fmt: skip
_SYMBOL: Final = {
    0xB7: "•", 0xA8: "♦", 0xA7: "♣", 0xB0: "°", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB3: "≥",
    0xA3: "≤", 0xB9: "≠", 0xBB: "≈", 0xAE: "→", 0xAC: "←", 0xD7: "·", 0xA5: "∞", 0xB2: "″",
    0xA2: "′", 0x61: "α", 0x62: "β", 0x67: "γ", 0x64: "δ", 0x70: "π", 0x6D: "μ", 0x57: "Ω",
    0x53: "Σ", 0x44: "Δ", 0xBC: "…", 0xBE: "—",
}  # fmt: skip
_TABLES: Final = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}


def is_private(character: str) -> bool:
    """True for a character that means something in one font only."""
    return "\ue000" <= character <= "\uf8ff"


def is_symbol_font(font: str) -> bool:
    """True for a font that draws signs in the place of letters."""
    return font.lower() in _TABLES or font.lower() in ("webdings", "wingdings 3")


def translate(code: int, font: str) -> str:
    """The character that looks like ``code`` in a symbol font; :data:`UNKNOWN` if none is known."""
    code = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if font.lower() in _TABLES:
        return _TABLES[font.lower()].get(code, UNKNOWN)
    return next((t[code] for t in (_WINGDINGS, _SYMBOL) if code in t), UNKNOWN)


def raise_digits(text: str) -> str:
    """Figures as raised figures: 2 gives ²."""
    return text.translate(_RAISED)


_RAISED: Final = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
