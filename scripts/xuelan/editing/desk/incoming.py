"""Files that a person gives the desk: documents to import, attachments and pictures; and sign-offs.

All of these change the files of the column, by the functions of the commands of the same names.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xuelan.editing.attach import add_files
from xuelan.editing.desk.places import DeskError
from xuelan.editing.desk.workbench import Workbench
from xuelan.editing.importing.bring_in import bring_in, with_problems
from xuelan.editing.importing.report import describe
from xuelan.editing.review import sign
from xuelan.model.material import Material
from xuelan.text.file_names import file_name


@contextmanager
def _as_file(name: str, data: bytes) -> Iterator[Path]:
    """The bytes as a file that has the name the person's file has."""
    given = Path(name.replace("\\", "/").rpartition("/")[2])
    with tempfile.TemporaryDirectory(prefix="xuelan-desk-") as folder:
        place = Path(folder) / file_name(given.stem, given.suffix.lower()[:10])
        place.write_bytes(data)
        yield place


def import_file(bench: Workbench, name: str, data: bytes) -> dict[str, Any]:
    """Bring a document in as a draft of the column; return its path and the report on it."""
    with bench.lock, _as_file(name, data) as source:
        result = bring_in(bench.catalog(), source, "", set())
        if result.refused:
            raise DeskError(f"“{name}”没有导入。{result.refused}")
        for path in (result.path, *result.files):
            bench.drafts.note_saved(path, is_new=True)
        faults = [p for found in bench.faults().values() for p in found]
        return {
            "path": result.path,
            "report": describe(with_problems([result], faults)),
        }


def attach_file(
    bench: Workbench, path: str, name: str, data: bytes, title: str, alt: str
) -> dict[str, Any]:
    """Copy a file beside the material at ``path`` and name it there."""
    with bench.lock, _as_file(name, data) as source:
        m = _saved_material(bench, path)
        (added,) = add_files(bench.catalog(), m.id, (source,), title.strip(), alt.strip())
        bench.drafts.note_saved(path, is_new=False)
        place = f"{path.rpartition('/')[0]}/{added.file}"
        bench.drafts.note_saved(place, is_new=True)
        return bench.open(path) | {"told": list(added.told)}


def sign_text(bench: Workbench, path: str, stage: str, by: str, opinion: str) -> dict[str, Any]:
    """Write a sign-off for the content as it stands in the file at ``path``."""
    with bench.lock:
        m = _saved_material(bench, path)
        today = datetime.date.today().isoformat()  # noqa: DTZ011 - the editor's own day
        sign(bench.catalog(), m, stage, by.strip(), today, opinion.strip())
        bench.drafts.note_saved(path, is_new=False)
        return bench.open(path)


def _saved_material(bench: Workbench, path: str) -> Material:
    """The material at ``path``, which has no draft that is not saved."""
    if bench.drafts.find(path) is not None:
        raise DeskError("请先点“存入栏目”，再做这一步。")
    m = bench.catalog().by_path.get(path)
    if m is None:
        raise DeskError("这一篇的信息栏还读不出来，请先改好、存入栏目。")
    return m
