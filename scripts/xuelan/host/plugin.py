"""A plugin for MkDocs, and a way to run MkDocs with it.

MkDocs builds the hand-written pages and lends its Jinja environment and its frame; the
collection is written by :mod:`xuelan.site`. Leaving MkDocs one day means rewriting this module.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import jinja2
from mkdocs.commands.build import build as mkdocs_build
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as HostPage
from mkdocs.utils.templates import TemplateContext

from xuelan.check import check
from xuelan.engine import overrides
from xuelan.engine.context import BuildContext
from xuelan.engine.staging import SiteTree
from xuelan.host.menu import make_menu
from xuelan.host.page_links import PageLinks
from xuelan.model.catalog import Catalog
from xuelan.model.column import SETTINGS_FILE
from xuelan.model.kit import KitError
from xuelan.pages.frames import DEEPEST, SECTIONS, HostError, HostOutput
from xuelan.pages.home import home_values
from xuelan.pages.theme import slot
from xuelan.reading.settings import UNREADABLE, explain_refusal
from xuelan.site import write_site
from xuelan.text.anchors import slug
from xuelan.text.problem import as_text
from xuelan.text.source import ChangedError

_UNUSED: Final = (
    "assets/javascripts/",
    "assets/stylesheets/",
    "assets/images/favicon",
    "sitemap.xml",
)
"""Material's own scripts and styles, which our look replaces, and MkDocs's sitemap, which lists
only the hand-written pages."""

log = get_plugin_logger("xuelan")


class Plugin(BasePlugin):  # type: ignore[type-arg,no-untyped-call]  # reading.settings checks options
    """The adapter between MkDocs and the site's steps.

    ``mkdocs build`` makes an instance that checks the column and writes all of it. Our own build
    gives it the checked ``catalog`` and takes only its ``output``.
    """

    catalog: Catalog | None = None
    output: HostOutput | None = None
    writes_collection = True
    _files: Files
    _nav: Navigation
    _env: jinja2.Environment
    _links: PageLinks

    def load_config(
        self, options: dict[str, Any], config_file_path: str | None = None
    ) -> tuple[list[Any], list[Any]]:
        """Accept any option; ``reading.settings`` reads and checks them, with line numbers."""
        self.config = options
        return [], []

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the collection, and put the look behind the column's own overrides."""
        if self.catalog is None:
            catalog, problems = check(Path(config.config_file_path).parent)
            if catalog is None or any(p.is_error for p in problems):
                raise PluginError("\n" + as_text(problems))
            self.catalog = catalog
        folder = str(overrides.folder())
        if folder not in config.theme.dirs:
            own = 1 if config.theme.custom_dir else 0
            config.theme.dirs.insert(own, folder)
        config.theme.static_templates = {"404.html"}
        self._links = PageLinks(self.catalog)
        config.markdown_extensions.append(self._links)  # type: ignore[arg-type]  # MkDocs hands it on
        contents = config.mdx_configs.setdefault("toc", {})
        contents.setdefault("slugify", lambda text, _separator: slug(text))
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Leave out what Material would ship and the look does not use, and all strays."""
        assert self.catalog is not None
        docs = self.catalog.docs
        strays = {docs.site_path(path) for path in docs.strays}
        for file in list(files):
            if file.src_uri.startswith(_UNUSED) or file.src_uri in strays:
                files.remove(file)
        return files

    def on_page_markdown(
        self, markdown: str, page: HostPage, config: MkDocsConfig, files: Files
    ) -> str:
        """Remember which page is going to be rendered: its links start from its file."""
        assert self.catalog is not None
        self._links.page = f"{self.catalog.docs.folder}/{page.file.src_uri}"
        return markdown

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Remember the navigation: frames are rendered with it."""
        self._nav, self._files = nav, files
        return nav

    def on_env(
        self, env: jinja2.Environment, config: MkDocsConfig, files: Files
    ) -> jinja2.Environment:
        """Remember the host's environment: frames are rendered with it."""
        assert self.catalog is not None
        env.globals["column"] = self.catalog.column
        self._env = env
        return env

    def on_page_context(
        self, context: TemplateContext, page: HostPage, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Give hand-written pages the collection."""
        context.update(self._home)  # type: ignore[typeddict-item]
        self._place(context, nav, page_root(page), page)
        return context

    @staticmethod
    def _place(
        context: TemplateContext, nav: Navigation, root: str, page: HostPage | None = None
    ) -> None:
        """Tell a template where its page stands: the way to the site's root, and the menu."""
        address = None if page is None else page.url.removeprefix("./")
        added = {"root": root, "menu": make_menu(nav.items, root, address)}
        context.update(added)  # type: ignore[typeddict-item]

    @cached_property
    def _home(self) -> dict[str, Any]:
        assert self.catalog is not None
        return home_values(self.catalog)

    def on_template_context(
        self, context: TemplateContext, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """The error page may be served at any depth: its links start from the site's address.

        A script in it, allowed by its digest, finds the root where that address is not known.
        """
        self._place(context, self._nav, context["base_url"].rstrip("/") + "/")
        script = (overrides.folder() / "assets/xuelan/missing.js").read_text(encoding="utf-8")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        added = {"script": script, "script_hash": f"sha256-{digest}"}
        context.update(added)  # type: ignore[typeddict-item]
        return context

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Render the frames; under ``mkdocs build``, also write the collection beside the pages."""
        assert self.catalog is not None
        pages = [f.page for f in self._files.documentation_pages() if f.page is not None]
        places = [(depth, name) for name in SECTIONS for depth in range(1, DEEPEST + 1)]
        self.output = HostOutput(
            files={},
            addresses=tuple(p.url if p.url != "./" else "" for p in pages),
            folders=tuple(config.theme.dirs[: 2 if config.theme.custom_dir else 1]),
            frames=tuple((place, self._frame(config, *place)) for place in places),
        )
        if self.writes_collection:
            try:
                self._write(self.output, Path(config.site_dir))
            except KitError as error:
                raise PluginError(str(error)) from error
            except ChangedError as error:
                message = f"“{error}”在处理途中又有改动，请再来一次。"
                raise PluginError(message) from error

    def _write(self, output: HostOutput, folder: Path) -> None:
        """Write the collection into ``folder``, beside the hand-written pages that stand there."""
        assert self.catalog is not None
        root = self.catalog.column.root
        tree = SiteTree(folder)
        tree.register_files()
        context = BuildContext.without_site(root)
        with context.resources:
            write_site(context, self.catalog, output, tree)

    def _frame(self, config: MkDocsConfig, depth: int, section: str) -> str:
        """Render a page with slots, for pages ``depth`` folders down in a section of the menu."""
        source = "/".join([section, *"x" * (depth - 1)][:depth]) + "/index.md"
        file = File.generated(config, source, content="")
        page = HostPage(slot("title"), file, config)
        page.content = slot("content")
        page.meta = {"description": slot("description"), "head": slot("head")}
        page.canonical_url = slot("canonical")
        page.edit_url = slot("edit")
        context = get_context(self._nav, self._files, config, page)
        self._place(context, self._nav, page_root(page), page)
        context["framed"] = True  # type: ignore[typeddict-unknown-key]
        return self._env.get_template("main.html").render(context)


def page_root(page: HostPage) -> str:
    """The relative address of the site's root on a page of MkDocs, such as ``../``."""
    depth = page.url.strip("./").count("/") + (1 if page.url.strip("./") else 0)
    return "../" * depth


def make(catalog: Catalog, folder: Path) -> HostOutput:
    """Build the hand-written pages of ``catalog`` in the empty ``folder``; return all host output.

    Raises :class:`HostError`: with the words of MkDocs if a hand-written page stops it, with
    problems as text if the settings do.
    """
    mkdocs_log = logging.getLogger("mkdocs")
    mkdocs_log.setLevel(logging.WARNING)
    if logging.lastResort:  # a strict build has a handler of its own, which prints nothing
        mkdocs_log.addHandler(logging.lastResort)
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    config = _settings(catalog.column.root, os.fspath(folder))
    plugin = config.plugins["xuelan"]
    assert isinstance(plugin, Plugin)
    plugin.catalog, plugin.writes_collection = catalog, False
    try:
        mkdocs_build(config)
    except (Abort, jinja2.TemplateError, OSError) as error:
        raise HostError(str(error)) from error
    assert plugin.output is not None
    return replace(plugin.output, files=_files_in(folder))


def _settings(root: Path, folder: str) -> MkDocsConfig:
    """Load the settings of the column in ``root`` for MkDocs, to build into ``folder``.

    MkDocs's own ``load_config`` ends the process on an error and names no line.
    """
    path = (root / SETTINGS_FILE).absolute()
    text = path.read_text(encoding="utf-8-sig")
    config = MkDocsConfig(config_file_path=str(path))
    try:
        with path.open("rb") as file:
            config.load_file(file)
        config.load_dict({"site_dir": folder})
        errors, warnings = config.validate()
    except (ConfigurationError, *UNREADABLE) as error:  # what bad values of options lead to
        errors, warnings = [("", error)], []
    for name, words in warnings:
        if config.strict:
            errors.append((name, ConfigurationError(words)))
        else:
            p = explain_refusal(text, name, words)
            log.warning("%s:%d: %s（%s）", p.path, p.line, p.message, p.hint)
    if errors:
        here = f"{path.parent}/"
        found = [
            explain_refusal(text, name, str(error).replace(here, "")) for name, error in errors
        ]
        raise HostError("\n".join(as_text(found).splitlines()[:-1]))  # without the count
    return config


def _files_in(folder: Path) -> dict[str, bytes]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}
