"""The texts of a spreadsheet that stand in no cell, where personal data hide.

Comments, text boxes, headers and footers, document properties, defined names, lists of allowed values, what a pivot
table or a link to another workbook remembers. Who wrote or changed a file is named in every office file and is no part
of what is reported, so authors are left out. Runs in the child process of `etl.workbook`.
"""

import re
import zipfile
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote
from xml.parsers import expat

_PIECE = 1 << 18
_LONGEST_TEXT, _MOST_TEXTS = 1_000_000, 100_000
_INLINE = frozenset(["t", "r", "span", "s", "a", "b", "i", "u", "is", "font", "tab", "line-break"])
"""Elements that do not end a text: a word can be cut into several of them."""

_FORMATTING = frozenset("""
rPr pPr sz color rFont family scheme vertAlign charset strike outline shadow condense extend defRPr endParaRPr ln
latin ea cs solidFill schemeClr srgbClr sysClr lumMod lumOff effectLst phoneticPr
""".strip().split())  # fmt: skip
"""How a text looks: it neither ends a text nor says anything."""

_BREAKS = frozenset(["s", "tab", "line-break"])
_AUTHORS = frozenset("""
creator lastModifiedBy author authors Author Editor Manager Company initial-creator printed-by creator-initials
UserInfo DisplayName AccountId AccountType sender-firstname sender-lastname sender-initials
""".strip().split())  # fmt: skip
_TELLING = frozenset("""
name displayName title descr description prompt promptTitle error errorTitle tooltip display caption comment alt
codeName v Target href string-value
""".strip().split())  # fmt: skip
"""Attributes that hold words of a person; all others hold numbers, references and settings."""

_FORMULAS = frozenset(
    ["f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "condition", "expression"]
)
_OFFICE_PROPERTY = re.compile(r"MSIP_|_Author|_Email|_Reviewing|_dlc_|ContentTypeId|daylight_", re.IGNORECASE)
_PROPERTIES = frozenset({"property", "user-defined"})
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
_TAG = re.compile(rb"<[^>]*>")
_PLACED = frozenset({"comment", "threadedComment", "hyperlink", "dataValidation"})
_ROW = re.compile(r"\$?[A-Z]{1,3}\$?([0-9]{1,7})")
_SKIPPED = re.compile(
    r"xl/(?:worksheets/[^/]*|styles|calcChain|metadata)\.xml|xl/(?:theme|persons|printerSettings|media)/.*|"
    r"docMetadata/.*|\[Content_Types\]\.xml|META-INF/.*|settings\.xml|content\.xml|Configurations2/.*|Thumbnails/.*"
)
COMMENT, _STYLES = "a comment", "a header or footer of the document"
_WHERE = (
    ("xl/workbook.xml", "a name of a sheet or of cells"), ("xl/comments", COMMENT),
    ("xl/threadedComments/", COMMENT), ("xl/drawings/", "a text box or drawing"), ("xl/charts/", "a chart"),
    ("xl/pivot", "what a pivot table remembers"), ("xl/externalLinks/", "what is remembered of another workbook"),
    ("xl/revisions/", "the record of changes"), ("xl/sharedStrings", "a text that no cell shows"),
    ("docProps/", "the properties of the document"), ("meta.xml", "the properties of the document"),
    ("styles.xml", _STYLES), ("Object ", "a chart"),
)  # fmt: skip
_WHERE_OF = {
    **dict.fromkeys(("dataValidation", "formula1", "formula2", "content-validation", "help-message", "error-message"),
                    "what may be chosen in a cell"),
    **dict.fromkeys(("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"),
                    "a header or footer"),
    "hyperlink": "a link", "f": "a formula", "named-expression": "a name of cells",
}  # fmt: skip
_SIGNATURE = re.compile(r"[^\n:]{1,60}:(?=\s*(?:\n|$))")
"""A first line “Name:”, which spreadsheet programs put into a comment themselves; not all of them keep the author."""

_HEADER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Z])')
"""What stands for fonts, colours, sizes and page numbers in a header of a sheet."""


@dataclass(frozen=True)
class Aside:
    """A text outside the table: where it stands in words, with its sheet and row where it has them.

    names: whether a person's name is looked for in it; not so where programs write the names of the file's users.
    cell: whether it is the text of a cell, and could be the header of a list of persons.
    """

    where: str
    text: str
    sheet: str | None = None
    row: int | None = None
    names: bool = True
    cell: bool = False


def literals(formula: str) -> list[str]:
    """The texts between quotation marks in a formula."""
    return [text.replace('""', '"') for text in _LITERAL.findall(formula)]


class Unsearchable(ValueError):
    """Why a spreadsheet is not searched, in words for the person who sent it."""


class NotXml(ValueError):
    """A part is not well-formed."""


class Collector:
    """Gathers the texts of a part while expat reads it; `row` is the row of the sheet that they belong to.

    shown: texts of cells, which are searched as such and need not be gathered again.
    """

    def __init__(
        self, where: str, *, names: bool = True, sheet: str | None = None, shown: Set[str] = frozenset()
    ) -> None:
        self.where, self.names, self.sheet = where, names, sheet
        self.row: int | None = None
        self.found: dict[Aside, None] = {}
        self._known = shown
        self._said: list[str] = []
        self._author: list[str] = []
        self._authors: set[str] = set()
        self._passed_over = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        if self._passed_over or local in _AUTHORS or _is_offices_own(local, attributes):
            self._passed_over += 1
            self._author = []
            return
        if local in _FORMATTING or (local == "Relationship" and attributes.get("TargetMode") != "External"):
            return
        if local not in _INLINE:
            self._told(local="")
        elif local in _BREAKS:
            self._said.append(" ")
        if local in _PLACED:
            match = _ROW.match(attributes.get("ref") or attributes.get("sqref") or "")
            self.row = int(match[1]) if match else None
        for key, value in attributes.items() if self.where != _STYLES else ():
            self._attribute(local, key.rpartition(":")[2], value)

    def _attribute(self, local: str, key: str, value: str) -> None:
        if key in _FORMULAS:
            for text in literals(value):
                self.add(text, _WHERE_OF.get(local))
        elif key in _TELLING or (local, key) == ("sheetName", "val"):
            self.add(unquote(value) if key in ("Target", "href") else value, _WHERE_OF.get(local))

    def text(self, data: str) -> None:
        """A piece of text. The name of an author is remembered, since programs repeat it before a comment."""
        if self._passed_over:
            self._author.append(data)
        else:
            self._said.append(data)

    def end(self, name: str) -> None:
        """An element ends, and with most of them a text."""
        local = name.rpartition(":")[2]
        if self._passed_over:
            self._passed_over -= 1
            self._authors.add("".join(self._author).strip())
        elif local not in _INLINE and local not in _FORMATTING:
            self._told(local)

    def _told(self, local: str) -> None:
        """What was said up to here is one text."""
        said, self._said = "".join(self._said).strip(), []
        where = _WHERE_OF.get(local)
        if local in _FORMULAS:
            for text in literals(said):
                self.add(text, where)
            return
        if where == _WHERE_OF["oddHeader"]:
            said = _HEADER_CODE.sub(" ", said)
        by, colon, rest = said.partition(":")
        said = rest if colon and by.strip() in self._authors else said
        signed = _SIGNATURE.match(said) if self.where == COMMENT else None
        said = said[signed.end() :] if signed else said
        self.add(said, where)

    def add(self, text: str, where: str | None = None) -> None:
        """A text of this part; one without a letter or digit says nothing."""
        if len(text) > _LONGEST_TEXT or len(self.found) > _MOST_TEXTS:
            raise Unsearchable("The spreadsheet holds far more text beside its table than a submission can have.")
        if text not in self._known and any(map(str.isalnum, text)):
            self.found[Aside(where or self.where, text, self.sheet, self.row, self.names)] = None


def _is_offices_own(local: str, attributes: dict[str, str]) -> bool:
    """Whether an element is a property that office programs write themselves, such as who labelled the file."""
    return local in _PROPERTIES and bool(
        _OFFICE_PROPERTY.match(attributes.get("name") or attributes.get("meta:name", ""))
    )


def refuse_doctype(*_: object) -> None:
    """No office program writes a document type declaration, and it is how XML is made to blow up."""
    raise Unsearchable("The spreadsheet holds a document type declaration, which no spreadsheet needs.")


def feed(part: IO[bytes], reader: Collector) -> None:
    """Feed XML to a collector; ValueError for a document type declaration, and for what is no XML."""
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.text, refuse_doctype
    try:
        while piece := part.read(_PIECE):
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as fault:
        raise NotXml("A part of the spreadsheet is not well-formed.") from fault


def parse(archive: zipfile.ZipFile, member: str, reader: Collector) -> None:
    """Feed a part to a collector; what is no XML (old drawings are not always) is read without its tags."""
    try:
        with archive.open(member) as part:
            feed(part, reader)
    except NotXml:
        reader.add(_TAG.sub(b" ", archive.read(member)).decode("utf-8", errors="replace"))


def _where(member: str) -> str:
    return next((words for start, words in _WHERE if member.startswith(start)), "another part of the file")


def _sheets_of_parts(archive: zipfile.ZipFile, members: dict[str, str]) -> dict[str, str]:
    """The part (comments, drawing) -> the name of the sheet that points to it."""
    found = {}
    for name, member in members.items():
        folder, _, file = member.rpartition("/")
        relations = f"{folder}/_rels/{file}.rels"
        if relations in archive.NameToInfo:
            for target in re.findall(r'Target="([^"]*)"', archive.read(relations).decode("utf-8", errors="replace")):
                found[target.removeprefix("/") if target.startswith("/") else target.replace("../", "xl/")] = name
    return found


def asides_in(archive: zipfile.ZipFile, members: dict[str, str], shown: Set[str]) -> Iterator[Aside]:
    """Every text of a spreadsheet that is in no sheet's own part. `members`: the name of each sheet -> its part.

    ValueError when a part holds a document type declaration, or far too much text.
    """
    sheets = _sheets_of_parts(archive, members)
    for member in archive.namelist():
        if _SKIPPED.fullmatch(member) or not member.endswith((".xml", ".vml", ".rels")):
            continue
        named = not member.startswith("customXml/") and not member.endswith(".rels")
        reader = Collector(_where(member), names=named, sheet=sheets.get(member), shown=shown)
        parse(archive, member, reader)
        yield from reader.found
