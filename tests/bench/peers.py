"""The same collection as other generators want it: Hugo, and Material for MkDocs.

Every material becomes a page of the same text with the same lists: by kind, year, issuer, tag and
activity, twenty to a page, and feeds. Citations become plain raised numbers. Hugo's pages stand in
the frame of ours, with the same head, menu and footer, so that a page weighs about the same.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from collection import path_of

_CITATION = re.compile(r"\[@[^\]]*\]")
_LINK = re.compile(r"\]\(\.\./[a-z]+/([a-z]+-\d+)\.md\)")


def _materials(folder: Path) -> list[tuple[dict[str, Any], str]]:
    found = []
    for path in sorted((folder / "materials").rglob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found.append((yaml.load(front, yaml.CSafeLoader), body))
    return found


def _file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


_ROW = """{{ define "row" }}<li>
<p>{{ with .Params.issued }}<time>{{ . }}</time>{{ end }} {{ .Params.kind }}</p>
<a href="{{ .RelPermalink }}">{{ .Title }}</a><p>{{ .Params.summary }}</p></li>{{ end }}"""
_HUGO = {
    "hugo.toml": """baseURL = "https://example.org/column/"
title = "示例学习专栏"
defaultContentLanguage = "zh"
hasCJKLanguage = true
buildFuture = true
[pagination]
pagerSize = 20
[taxonomies]
kind = "kinds"
year = "years"
issuer = "issuers"
tag = "tags"
activity = "activities"
[markup.goldmark.extensions.cjk]
enable = true
[markup.goldmark.renderer]
unsafe = true
""",
    "layouts/baseof.html": """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{{ .Title }} - {{ site.Title }}</title>
<meta name="description" content="{{ .Params.summary }}">
<link rel="canonical" href="{{ .Permalink }}">
{{ partialCached "header.html" . }}<main>{{ block "main" . }}{{ end }}</main>
{{ partialCached "footer.html" . }}</html>""",
    "layouts/_partials/facets.html": """<nav>{{ range $name, $terms := site.Taxonomies }}
<details><summary>{{ $name }}</summary><ul>
{{ range first 60 $terms.ByCount }}
<li><a href="{{ .Page.RelPermalink }}">{{ .Page.Title }}</a> {{ .Count }}</li>
{{ end }}</ul></details>
{{ end }}</nav>""",
    "layouts/page.html": """{{ define "main" }}<article><h1>{{ .Title }}</h1>
<p>{{ .Params.summary }}</p><dl>
{{ range slice "issuer" "outlet" "number" "issued" "kind" "ground" }}
{{ with index $.Params . }}<div><dt>x</dt><dd>{{ . }}</dd></div>{{ end }}{{ end }}</dl>
<nav>{{ range .Fragments.Headings }}{{ range .Headings }}
<a href="#{{ .ID }}">{{ .Title }}</a>{{ end }}
{{ end }}</nav>{{ .Content }}
<p>{{ range .GetTerms "tags" }}<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ end }}</p>
<ul>{{ range .Params.related }}{{ with site.GetPage (print "/materials/" .) }}{{ template "row" . }}
{{ end }}{{ end }}</ul>
{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}</article>
{{ end }}
""" + _ROW,
    "layouts/list.html": """{{ define "main" }}<h1>{{ .Title }}</h1>
{{ partialCached "facets.html" . }}
{{ $p := .Paginate .RegularPages }}<ul>{{ range $p.Pages }}
{{ template "row" . }}{{ end }}</ul>
{{ if $p.HasPrev }}<a href="{{ $p.Prev.URL }}">prev</a>{{ end }}
{{ if $p.HasNext }}<a href="{{ $p.Next.URL }}">next</a>{{ end }}{{ end }}
""" + _ROW,
    "layouts/taxonomy.html": """{{ define "main" }}<h1>{{ .Title }}</h1><ul>{{ range .Pages }}
<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>{{ end }}""",
    "layouts/home.html": """{{ define "main" }}<h1>{{ site.Title }}</h1>
{{ partialCached "facets.html" . }}{{ end }}""",
}  # fmt: skip


_OWN_WORDS = re.compile(
    r"<title>.*?</title>|<script type=\"application/ld.*?</script>"
    r"|<meta (?:name=\"description\"|property=).*?>|<link rel=\"canonical\".*?>",
    re.DOTALL,
)


def frame(page: str) -> tuple[str, str]:
    """What stands before and after the text on one of our pages, without what is its own."""
    head, rest = page.split("<main", 1)
    head = _OWN_WORDS.sub("", head.split("<head>", 1)[1])
    return head, rest.split("</main>", 1)[1].replace("</html>", "")


def hugo(folder: Path, target: Path, page: str) -> None:
    """The collection in ``folder`` as a Hugo site in ``target``; ``page`` is one of ours."""
    shutil.rmtree(target, ignore_errors=True)
    for name, text in _HUGO.items():
        _file(target / name, text)
    for name, text in zip(("header", "footer"), frame(page), strict=True):
        _file(target / f"layouts/_partials/{name}.html", text)
    for front, body in _materials(folder):
        values = {
            **{k: front[k] for k in ("title", "summary", "kind", "ground", "tags")},
            **{k: front[k] for k in ("issuer", "outlet", "number", "related") if k in front},
            "issued": front.get("issued", ""),
            "date": front.get("issued", front["collected"]),
            "kinds": [front["kind"]],
            "years": [front["issued"][:4]] if "issued" in front else [],
            "issuers": [i for i in (front.get("issuer"), front.get("outlet")) if i],
            "activities": front.get("activity", []),
        }
        text = _LINK.sub(r"](/materials/\1/)", _CITATION.sub("<sup>[1]</sup>", body))
        dumped = yaml.dump(values, allow_unicode=True, Dumper=yaml.CSafeDumper)
        _file(target / hugo_path(front["id"]), f"---\n{dumped}---\n{text}")


def hugo_path(name: str) -> str:
    """Where a material stands in the Hugo site."""
    return f"content/materials/{name}.md"


def material(folder: Path, target: Path, *, stock: bool) -> None:
    """The collection in ``folder`` as a Material site in ``target``.

    ``stock`` puts every page into the navigation, as Material does by itself.
    """
    shutil.rmtree(target, ignore_errors=True)
    settings: dict[str, Any] = {
        "site_name": "示例学习专栏",
        "site_url": "https://example.org/column/",
        "theme": {"name": "material", "language": "zh", "font": False},
        "plugins": [{"search": {"lang": ["zh", "en"]}}, "tags"],
    }
    if not stock:
        settings |= {"nav": [{"首页": "index.md"}], "not_in_nav": "/materials/"}
    _file(target / "mkdocs.yml", yaml.dump(settings, allow_unicode=True))
    _file(target / "docs/index.md", "# 首页\n")
    for front, body in _materials(folder):
        text = _LINK.sub(r"](\1.md)", _CITATION.sub("<sup>[1]</sup>", body))
        values = yaml.dump({"tags": front["tags"]}, allow_unicode=True)
        text = f"---\n{values}---\n# {front['title']}\n\n{front['summary']}\n{text}"
        _file(target / material_path(front["id"]), text)


def material_path(name: str) -> str:
    """Where a material stands in the Material site."""
    return f"docs/materials/{name}.md"


def own_path(name: str) -> str:
    """Where a material stands in its own column."""
    return path_of(name)
