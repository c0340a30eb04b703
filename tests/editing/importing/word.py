"""Makes small Word files for tests, part by part, as no program would."""

from __future__ import annotations

import io
import zipfile

from xuelan.editing.importing.convert import Draft, convert

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    }.items()
)
_WORDPROCESSING = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml"'
    f' ContentType="{_WORDPROCESSING}.document.main+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_WORDPROCESSING}.numbering+xml"/>'
    "</Types>"
)
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def docx(body: str, **parts: str) -> bytes:
    """A Word file with ``body``; ``parts`` are the contents of styles, numbering, header …"""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        root = f'<Relationship Id="m" Type="{_KIND}/officeDocument" Target="word/document.xml"/>'
        root = f'<Relationships xmlns="{_RELATIONS}">{root}</Relationships>'
        package.writestr("_rels/.rels", root)
        package.writestr("word/document.xml", part("document", f"<w:body>{body}</w:body>"))
        relations = ""
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", part(_ROOTS[name], content))
            relations += f'<Relationship Id="{name}" Type="{_KIND}/{name}" Target="{name}.xml"/>'
        relations = f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>'
        package.writestr("word/_rels/document.xml.rels", relations)
    return target.getvalue()


_ROOTS = {
    "styles": "styles", "numbering": "numbering", "footnotes": "footnotes",
    "comments": "comments", "header": "hdr", "footer": "ftr",
}  # fmt: skip


def part(root: str, content: str) -> str:
    return f"<w:{root} {NAMESPACES}>{content}</w:{root}>"


def p(text: str, properties: str = "") -> str:
    """A paragraph with one run."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def read(body: str, **parts: str) -> Draft:
    """The draft of such a file below a title of its own; the account of its characters holds."""
    title = p("示例标题", '<w:jc w:val="center"/>')
    draft = convert("示例.docx", docx(title + body, **parts))
    assert draft.proof.holds, draft.proof
    return draft


def text(body: str, **parts: str) -> str:
    """The Markdown of such a file."""
    return read(body, **parts).body.rstrip("\n")
