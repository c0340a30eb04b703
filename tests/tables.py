"""Every field table, with the value it makes and the fields that no editor writes."""

from __future__ import annotations

from xuelan.model import column, facts, kit, material, study, wording, works
from xuelan.model.fields import Table

NOT_IN_FRONT_MATTER = {"path", "body", "body_line", "face", "digest", "lines"}
ADDED_WHEN_READ = {
    "line",
    "lines",
    "path",
    "subtitles_path",
    "size",
    "sha256",
    "copy",
    "subtitles_copy",
}
HOST_SETTINGS = {
    "root", "title", "copyright", "url", "description", "site_dir", "docs_dir", "repo_url",
    "edit_uri", "theme_dir", "closed", "environment", "excluded", "extensions", "knows_pages",
    "wording",
}  # fmt: skip


def _inner(table: Table, name: str) -> Table:
    return next(f.fields for f in table if f.name == name)


TABLES: list[tuple[Table, type, set[str]]] = [
    (material.FIELDS, material.Material, NOT_IN_FRONT_MATTER),
    (_inner(material.FIELDS, "attachments"), material.Attachment, ADDED_WHEN_READ),
    (_inner(material.FIELDS, "media"), material.Media, ADDED_WHEN_READ),
    (_inner(material.FIELDS, "reviews"), material.SignOff, set()),
    (works.FIELDS, works.Work, ADDED_WHEN_READ),
    (facts.FIELDS, facts.Fact, ADDED_WHEN_READ),
    (wording.FIELDS, wording.Wording, ADDED_WHEN_READ),
    (study.FIGURE_FIELDS, study.Figure, ADDED_WHEN_READ),
    (_inner(study.FIGURE_FIELDS, "points"), study.Point, set()),
    (study.QUESTION_FIELDS, study.Question, ADDED_WHEN_READ),
    (study.PATH_FIELDS, study.StudyPath, ADDED_WHEN_READ),
    (_inner(study.PATH_FIELDS, "steps"), study.PathStep, set()),
    (kit.FIELDS, kit.Kit, ADDED_WHEN_READ),
    (kit.SELECTION_FIELDS, kit.Selection, set()),
    (column.COLUMN_FIELDS, column.Column, HOST_SETTINGS),
    (column.KIND_FIELDS, column.Kind, set()),
    (column.ACTIVITY_FIELDS, column.Activity, set()),
    (column.FOOTER_FIELDS, column.Footer, set()),
]
