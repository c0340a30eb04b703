"""The parts every Word form shares: styles, fonts, settings, page numbers, properties."""

from __future__ import annotations

from typing import Final

from xuelan.kits.ooxml import Piece, escape

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"

WORD_NAMESPACES: Final = (
    f'{_W} xmlns:r="{_OFFICE}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"'
)

_CONTENT_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_MAIN}{kind}+xml"/>'
        for name, kind in (
            ("document", "document.main"),
            ("styles", "styles"),
            ("settings", "settings"),
            ("fontTable", "fontTable"),
            ("footer1", "footer"),
            ("footer2", "footer"),
        )
    )
    + '<Override PartName="/word/theme/theme1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    '<Override PartName="/docProps/app.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>'
    "</Types>"
)


def _relationships(targets: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


_ROOT_RELATIONS: Final = _relationships(
    (
        (f"{_OFFICE}/officeDocument", "word/document.xml"),
        (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        (f"{_OFFICE}/extended-properties", "docProps/app.xml"),
    )
)
_DOCUMENT_RELATIONS: Final = _relationships(
    (
        (f"{_OFFICE}/styles", "styles.xml"),
        (f"{_OFFICE}/settings", "settings.xml"),
        (f"{_OFFICE}/fontTable", "fontTable.xml"),
        (f"{_OFFICE}/footer", "footer1.xml"),
        (f"{_OFFICE}/footer", "footer2.xml"),
        (f"{_OFFICE}/theme", "theme/theme1.xml"),
    )
)

_FONTS: Final = (
    ("仿宋_GB2312", "仿宋", "modern"),
    ("楷体_GB2312", "楷体", "modern"),
    ("方正小标宋简体", "宋体", "auto"),
    ("黑体", "SimHei", "modern"),
    ("宋体", "SimSun", "auto"),
)
"""Faces of an official paper, and what Windows has in their place when they are not installed."""

_FONT_TABLE: Final = (
    f"{_XML}<w:fonts {_W}>"
    + "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/><w:pitch w:val="variable"/></w:font>'
        for name, other, family in _FONTS
    )
    + "</w:fonts>"
)

_SETTINGS: Final = (
    f"{_XML}<w:settings {_W}>"
    '<w:zoom w:percent="100"/><w:defaultTabStop w:val="640"/><w:evenAndOddHeaders/>'
    '<w:characterSpacingControl w:val="compressPunctuation"/>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
    "</w:settings>"
)


def _fonts(east_asian: str, latin: str = "Times New Roman") -> str:
    return (
        f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{east_asian}" w:cs="{latin}"/>'
    )


def _size(points: float) -> str:
    return f'<w:sz w:val="{points * 2:g}"/><w:szCs w:val="{points * 2:g}"/>'


def _style(name: str, shown: str, paragraph: str, run: str, based: str = "Normal") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/>'
        f'<w:basedOn w:val="{based}"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _spacing(points: float, before: float = 0, after: float = 0) -> str:
    return (
        f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}" '
        f'w:line="{round(points * 20)}" w:lineRule="exact"/>'
    )


_LEFT: Final = '<w:jc w:val="left"/>'
_CENTRE: Final = '<w:jc w:val="center"/>'
_NO_GRID: Final = '<w:snapToGrid w:val="0"/>'

_STYLES: Final = (
    f"{_XML}<w:styles {_W}>"
    f"<w:docDefaults><w:rPrDefault><w:rPr>{_fonts('仿宋_GB2312')}{_size(16)}"
    '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
    "<w:pPrDefault/></w:docDefaults>"
    # 28 characters of 16 pt are 5.8 pt wider than 156 mm: a quarter of a point less each fits.
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    f'<w:qFormat/><w:pPr>{_spacing(28.95)}<w:jc w:val="both"/></w:pPr>'
    '<w:rPr><w:spacing w:val="-5"/></w:rPr></w:style>'
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/></w:style>'
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    '<w:left w:w="80" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    + _style(
        "Title", "Title", f"<w:keepNext/>{_spacing(34, after=8)}{_CENTRE}",
        f'{_fonts("方正小标宋简体")}<w:spacing w:val="0"/>{_size(22)}',
    )
    + _style(
        "Subtitle", "Subtitle", f"<w:keepNext/>{_spacing(20, after=6)}{_CENTRE}",
        f"{_fonts('楷体_GB2312')}{_size(14)}",
    )
    + _style(
        "Heading1", "heading 1",
        f'<w:keepNext/>{_spacing(28.95)}{_LEFT}<w:outlineLvl w:val="0"/>', _fonts("黑体"),
    )
    + _style(
        "FormLabel", "表格项目", f"{_NO_GRID}{_spacing(18)}{_CENTRE}",
        f'{_fonts("黑体")}<w:spacing w:val="0"/>{_size(12)}',
    )
    + _style(
        "FormText", "表格内容", f"{_NO_GRID}{_spacing(22, 3, 3)}{_LEFT}",
        f'<w:spacing w:val="0"/>{_size(14)}',
    )
    + _style("FormCentre", "表格居中", _CENTRE, "", based="FormText")
    + _style(
        "FormSmall", "表格小字", f"{_NO_GRID}{_spacing(18, 2, 2)}{_LEFT}",
        f'<w:spacing w:val="0"/>{_size(12)}',
    )
    + _style(
        "FormSign", "签名", f"{_NO_GRID}{_spacing(28.95, 4)}{_LEFT}",
        f'<w:spacing w:val="0"/>{_size(14)}',
    )
    + _style(
        "FormAdvice", "填写说明", f"{_NO_GRID}{_spacing(15)}{_LEFT}",
        f'{_fonts("楷体_GB2312")}<w:spacing w:val="0"/>{_size(10.5)}',
    )
    + _style(
        "QuizLead", "题目",
        f"<w:keepNext/>{_NO_GRID}{_spacing(22, before=7)}"
        f'<w:ind w:left="400" w:hanging="400"/>{_LEFT}',
        f'<w:spacing w:val="0"/>{_size(14)}',
    )
    + _style(
        "QuizMore", "选项",
        f'<w:tabs><w:tab w:val="left" w:pos="4600"/></w:tabs>{_NO_GRID}{_spacing(19)}'
        f'<w:ind w:left="400"/>{_LEFT}',
        f'<w:spacing w:val="0"/>{_size(12)}',
    )
    + _style("FormGap", "间隔", f"{_NO_GRID}{_spacing(6)}", _size(5))
    + _style(
        "Footer", "footer", f"{_NO_GRID}{_spacing(14)}",
        f'{_fonts("宋体", "宋体")}<w:spacing w:val="0"/>{_size(14)}',
    )
    + '<w:style w:type="character" w:styleId="PlaceholderText">'
    '<w:name w:val="Placeholder Text"/><w:rPr><w:color w:val="808080"/></w:rPr></w:style>'
    '<w:style w:type="table" w:styleId="FormTable"><w:name w:val="表格"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (
            ("top", 8), ("left", 8), ("bottom", 8), ("right", 8), ("insideH", 4), ("insideV", 4),
        )
    )
    + "</w:tblBorders></w:tblPr></w:style></w:styles>"
)  # fmt: skip


def _footer(alignment: str, indent: str) -> str:
    field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    return (
        f'{_XML}<w:ftr {_W}><w:p><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:ind w:{indent}="280"/><w:jc w:val="{alignment}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">— </w:t></w:r>{field}'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>'
    )


def _colours() -> str:
    black, white = (
        '<a:sysClr val="windowText" lastClr="000000"/>',
        '<a:sysClr val="window" lastClr="FFFFFF"/>',
    )
    grey = '<a:srgbClr val="808080"/>'
    names = {"dk1": black, "lt1": white, "dk2": black, "lt2": white}
    names |= {f"accent{n}": grey for n in range(1, 7)} | {"hlink": black, "folHlink": black}
    return "".join(f"<a:{name}>{colour}</a:{name}>" for name, colour in names.items())


_FILL: Final = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_FACE: Final = '<a:latin typeface="Times New Roman"/><a:ea typeface="宋体"/><a:cs typeface=""/>'
_THEME: Final = (
    f'{_XML}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="xuelan">'
    f'<a:themeElements><a:clrScheme name="xuelan">{_colours()}</a:clrScheme>'
    f'<a:fontScheme name="xuelan"><a:majorFont>{_FACE}</a:majorFont>'
    f'<a:minorFont>{_FACE}</a:minorFont></a:fontScheme><a:fmtScheme name="xuelan">'
    f"<a:fillStyleLst>{_FILL * 3}</a:fillStyleLst>"
    f"<a:lnStyleLst>{f'<a:ln>{_FILL}</a:ln>' * 3}</a:lnStyleLst>"
    f"<a:effectStyleLst>{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
    f"<a:bgFillStyleLst>{_FILL * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
)
"""A theme because the format asks for one; no style refers to it."""

_APP: Final = (
    f'{_XML}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    'extended-properties"><Application>xuelan</Application></Properties>'
)


def _core(title: str, created: str) -> str:
    moment = f"{created}T00:00:00Z"
    dates = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title>"
        f"<dc:language>zh-CN</dc:language>{dates}</cp:coreProperties>"
    )


def word_parts(
    title: str, created: str, document: tuple[Piece, ...]
) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    """Every part of a Word file around ``document``, the pieces of ``word/document.xml``."""
    return (
        ("[Content_Types].xml", (_CONTENT_TYPES,)),
        ("_rels/.rels", (_ROOT_RELATIONS,)),
        ("word/document.xml", (_XML, *document)),
        ("word/_rels/document.xml.rels", (_DOCUMENT_RELATIONS,)),
        ("word/styles.xml", (_STYLES,)),
        ("word/settings.xml", (_SETTINGS,)),
        ("word/fontTable.xml", (_FONT_TABLE,)),
        ("word/footer1.xml", (_footer("right", "right"),)),
        ("word/footer2.xml", (_footer("left", "left"),)),
        ("word/theme/theme1.xml", (_THEME,)),
        ("docProps/core.xml", (_core(title, created),)),
        ("docProps/app.xml", (_APP,)),
    )
