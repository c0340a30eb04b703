"""File sizes in words."""

from __future__ import annotations


def human_size(count: int) -> str:
    """A size of ``count`` bytes as text: 820 字节, 36 KB, 1.4 MB (1 KB = 1,000 bytes)."""
    if count < 1000:
        return f"{count} 字节"
    if count < 1000 * 1000:
        return f"{count / 1000:.0f} KB"
    return f"{count / 1000 / 1000:.1f} MB"
