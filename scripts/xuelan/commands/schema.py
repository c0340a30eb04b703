"""``xuelan schema``: the front matter of materials as JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import click

from xuelan.commands import options
from xuelan.commands.base import Command
from xuelan.commands.columns import load_column


@click.command(cls=Command)
@options.folder
def schema(folder: Path) -> None:
    """输出材料信息栏的 JSON Schema，供编辑器边写边查。"""
    from xuelan.model.material import FIELDS
    from xuelan.model.schema import json_schema

    data = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "材料"}
    data |= json_schema(FIELDS, load_column(folder).vocabularies)
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
