"""Problems as forges show them: beside the lines of a pull request."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Final

from xuelan.text.problem import UNSEEN, Problem, Severity

_GITHUB_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}
_GITLAB_LEVELS: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def as_github(problems: Iterable[Problem]) -> str:
    """Problems as GitHub Actions workflow commands; Gitea reads them as well."""
    lines = []
    for p in sorted(problems):
        parts = (p.message, f"提示：{p.hint}" if p.hint else "")
        message = "%0A".join(_clean(t).replace("%", "%25") for t in parts if t)
        where = _clean(p.path).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
        level = _GITHUB_LEVELS[p.code.severity]
        lines.append(f"::{level} file={where},line={p.line},title={p.code.slug}::{message}")
    return "\n".join(lines) + ("\n" if lines else "")


def as_gitlab(problems: Iterable[Problem]) -> str:
    """Problems as GitLab's Code Quality report.

    A fingerprint names file, code and message, and counts those alike: it stays when lines move.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for p in sorted(problems):
        same = (p.path, p.code.slug, p.message)
        words = "\0".join((*same, str(seen[same])))
        seen[same] += 1
        row = {
            "description": _clean(p.message + (f"（提示：{p.hint}）" if p.hint else "")),
            "check_name": p.code.slug,
            "fingerprint": hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest(),
            "severity": _GITLAB_LEVELS[p.code.severity],
            "location": {"path": _clean(p.path), "lines": {"begin": p.line}},
        }
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _clean(text: str) -> str:
    return UNSEEN.sub("\ufffd", text)
