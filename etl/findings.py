"""The catalogue of findings: every kind of thing that can be wrong or odd in a submission, declared once.

The report to an agency, the reference page and the JSON of `daylight check` come from here. Codes starting with V are
about the file and its cells; codes R01 to R29 are the rules of the domain. A finding says what, where and what next,
and never repeats the value of a cell, except codes of a closed list and numbers of a declared count column.
"""

from dataclasses import dataclass

from schemas.errors import DefinitionError
from schemas.rules import Level


@dataclass(frozen=True)
class Kind:
    """One kind of finding: what it means and what the person who sent the file should do."""

    code: str
    title: str
    means: str
    advice: str
    level: Level = Level.ERROR
    holds_build: bool = False


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found: its kind, in which row and column a person sees it, and the sentence about it.

    `period` and `agency` place a finding about a whole month, so that it can be accepted by name.
    """

    kind: Kind
    message: str
    row: int | None = None
    column: str | None = None
    sheet: str | None = None
    level: Level | None = None
    holds_build: bool = False
    advice: str = ""
    dataset: str = ""
    period: str = ""
    agency: str = ""

    @property
    def severity(self) -> Level:
        """Error or warning; a rule may be milder than its kind usually is."""
        return self.level or self.kind.level

    @property
    def holds(self) -> bool:
        """Whether a build stops here until somebody accepts the finding by name."""
        return self.severity is Level.WARNING and (self.holds_build or self.kind.holds_build)


_WARNING = Level.WARNING
_ACCEPT = "If the figures are right, accept the finding by name in accepted.toml, with the reason."
_ROW = "Correct the row, or ask for an agreed correction if the figures are right."

KINDS = {
    kind.code: kind
    for kind in (
        Kind("V101", "The file cannot be read", "The file is damaged, empty, locked, or not what its name says.",
             "Open it, save it again as .xlsx or as CSV (UTF-8), and send that."),
        Kind("V102", "Dataset not recognised", "It cannot be told which dataset the file is for.",
             "Start the file's name with the dataset's id, or name it with --dataset. `daylight datasets` lists them."),
        Kind("V103", "Column missing", "A column that the dataset needs is not in the header row.",
             "Add the column. An empty cell means not reported."),
        Kind("V104", "Column not known", "The header row has a column that the dataset does not have.",
             "Remove the column, or correct its name."),
        Kind("V105", "Column twice", "Two columns have the same name.", "Keep one of them."),
        Kind("V106", "No rows", "There is a header row and nothing below it.",
             "If there was nothing to count, send a row with status certified_zero."),
        Kind("V107", "Kind of file not accepted", "Submissions are .csv, .xlsx or .ods files.",
             "Save the table as .xlsx or as CSV (UTF-8)."),
        Kind("V108", "Old character set", "The text is not UTF-8; it was read as Windows-1252.",
             "Save CSV files as “CSV UTF-8”.", _WARNING),
        Kind("V109", "Cell without a header", "A cell stands in a column that has no header, or beyond the last one.",
             "Give the column its header, put text with a comma in quotation marks, or remove the cell."),
        Kind("V110", "More than one table", "Several sheets look like the table, and it cannot be told which is meant.",
             "Put the table on a sheet named Data, or remove the other sheets."),
        Kind("V111", "Row of totals set aside", "The last row is a row of totals; it was not read as data.",
             "Nothing needs to be done. Totals are worked out again.", _WARNING),
        Kind("V112", "Merged cells", "A merged cell was read as if each of its rows held the value.",
             "Fill in each row by itself.", _WARNING),
        Kind("V113", "Merged number", "A number is merged over several cells, and it cannot be told which it belongs to.",
             "Undo the merge and write a number into each cell."),
        Kind("V114", "Formula", "The cell holds a formula; the value stored with it was read.",
             "Replace formulas by their values before sending.", _WARNING),
        Kind("V115", "Formula without a value", "The cell holds a formula whose value was never stored.",
             "Open the file in a spreadsheet program, save it, and send it again; or write the value."),
        Kind("V116", "Error value", "The cell shows an error such as #REF! instead of a value.", "Correct the cell."),
        Kind("V117", "Hidden rows or columns", "Hidden rows or columns hold figures; they were read like the others.",
             "Show them and check that they belong to the report.", _WARNING),
        Kind("V118", "Older template", "The workbook was made from a template that has changed since.",
             "Nothing needs to be done if nothing else is reported. Take a new template next time.", _WARNING),
        Kind("V201", "Cell empty", "A cell that identifies the row, or must be filled, is empty.", "Fill the cell."),
        Kind("V202", "Not a number of the right kind", "A count is a whole number; a measure is a plain number.",
             "Write digits only. Leave the cell empty if the figure is not reported."),
        Kind("V203", "Unknown code", "The list for this column has no such code.",
             "Use a code from the list, or ask for a new one before sending the file again."),
        Kind("V204", "Code not valid then", "The code is in the list, but not for this period.",
             "Use the code that was valid in the period."),
        Kind("V205", "Number out of range", "A count cannot be negative; a percentage cannot exceed 100.",
             "Correct the number."),
        Kind("V206", "Period not understood", "The period is not written as the dataset asks.",
             "Write months as 2026-09, quarters as 2026-Q3, years as 2026."),
        Kind("V207", "Thousands separator", "The number was written with separators and read without them.",
             "Write plain digits.", _WARNING),
        Kind("V208", "Number kept as text", "The cell holds a number as text; it was read as a number.",
             "Format the column as a number in Excel.", _WARNING),
        Kind("V209", "Text too long", "A text cell is longer than 200 characters.", "Shorten the text."),
        Kind("V210", "Percent sign", "The number was written with a percent sign and read without it.",
             "Write plain digits.", _WARNING),
        Kind("V301", "Total differs from its parts", "The row for all facilities is not the sum of the facilities.",
             "Correct the total or the parts."),
        Kind("V302", "Only part of a total", "There are rows by facility, but not for every facility that reported.",
             "Add the missing rows or the row for ALL."),
        Kind("V401", "A published row has gone", "The release before has rows that the submissions no longer have.",
             "Send the missing file again, or accept the finding by name with the reason.", _WARNING, holds_build=True),
        Kind("V402", "A published figure changed without a revision",
             "A figure differs from the release before, but its row still has the revision that was published.",
             "Raise the row's revision and send a row in corrections that says why."),
        Kind("V403", "Everybody in one column",
             "Where all people of a row share an answer, the row tells it of each of them.", _ACCEPT, _WARNING,
             holds_build=True),
        Kind("V501", "Correction out of date", "An agreed correction names a value that is no longer in the file.",
             "Remove the correction, or correct its row, column and old value."),
        Kind("R01", "Outcomes do not add up", "The outcomes of the requests must add up to the requests received.", _ROW),
        Kind("R02", "More violations than requests complied with",
             "Requests complied with without a judicial warrant are part of those complied with.", _ROW),
        Kind("R03", "Warrants do not fit", "A judicial criminal warrant is counted only where that is the instrument.",
             _ROW),
        Kind("R04", "Purpose not determined for all", "Staff are to determine the purpose of every request.",
             "Correct the row if it is wrong. If it is right, it will be published with this flag.", _WARNING),
        Kind("R05", "Form and request do not fit", "Form I-247A asks for a hold, a notification, or both.", _ROW),
        Kind("R06", "Form not in use then", "The form was not in use in the period.",
             "Check the form. If it is right, it will be published with this flag.", _WARNING),
        Kind("R07", "Notices do not match requests",
             "Notices due and not due must add up to the hold and notification requests of the month.",
             "Correct ice_requests or notice_compliance, and send both."),
        Kind("R08", "A part exceeds its whole", "People told, copies given and full notices are parts of a whole.", _ROW),
        Kind("R09", "Reasons do not add up", "The reasons for not telling must add up to notices due less people told.",
             _ROW),
        Kind("R10", "Told yes, answered no", "People were told the county would comply, but no request was complied with.",
             "Correct the row if it is wrong. If it is right, it will be published with this flag.", _WARNING),
        Kind("R11", "More reviewed or found than there are", "Accounts found are among those reviewed.", _ROW),
        Kind("R12", "Open accounts do not add up", "Open at start, plus found, less disabled, is open at end.", _ROW),
        Kind("R13", "Stock does not carry over", "Open at start must equal open at end of the month before.",
             "Correct this month or the month before, and send both."),
        Kind("R14", "Review late or not done", "The review was finished late, not at all, or before its month began.",
             "Correct the dates if they are wrong. If they are right, the row will be published with this flag.", _WARNING),
        Kind("R15", "Log-ins or warrants do not fit", "Log-ins need an account; warrants are among the accounts found.",
             _ROW),
        Kind("R16", "Log-ins without a known account",
             "An immigration agency logged in while no account of one was open or was disabled.",
             "Look for the account. If the figures are right, they will be published with this flag.", _WARNING),
        Kind("R17", "Disclosures do not add up", "The kinds of disclosure are parts of the requests.", _ROW),
        Kind("R18", "More warrants than determinations", "Warrants verified are part of the determinations made.", _ROW),
        Kind("R19", "Disclosure without a warrant", "Information was released although no judge had signed a warrant.",
             "Correct the row if it is wrong. If it is right, it will be published with this flag.", _WARNING),
        Kind("R20", "Reviews do not fit", "Requests with both reviews are among those with each of them.", _ROW),
        Kind("R21", "Training figures do not fit", "Completed is part of required, and does not fall by itself.",
             "Correct the row if it is wrong. If it is right, it will be published with this flag.", _WARNING),
        Kind("R22", "Zero certified, but counted", "A certified zero has no count above 0.",
             "Set the status to certified, or the counts to 0."),
        Kind("R23", "Sample size missing", "A sample states how many cases were drawn.", "Fill in sample_size."),
        Kind("R24", "Period not over", "A period is reported after its last day, and the report is dated after it.",
             "Send the row when the period is over."),
        Kind("R25", "Same row twice, or revised without a reason",
             "One row for each key and revision; a later revision comes with a row in corrections.",
             "Remove one of the rows, or send the corrections file together with the revision."),
        Kind("R26", "Personal data", "A header or a text names, or could identify, a person. Nothing was kept.",
             "Remove the column or the text. Submissions hold counts only."),
        Kind("R27", "Unusual change", "A change or a year's total lies far outside the usual range.",
             _ACCEPT, _WARNING, holds_build=True),
        Kind("R28", "County counts fewer than ICE", "ICE reports over 20% more detainers than the county logged.",
             _ACCEPT, _WARNING, holds_build=True),
        Kind("R29", "Date not in ISO form", "A date such as 9/10/2026 can be read in two ways.",
             "Write dates as 2026-09-10, or use real Excel dates."),
        Kind("D13", "Gap is not the difference", "The gap is ICE's count less the county's.", _ROW),
    )
}  # fmt: skip


def found(code: str, message: str, *, row: int | None = None, column: str | None = None) -> Finding:
    """A finding of a kind of the catalogue; DefinitionError for a code (such as a new rule's id) that is not in it."""
    if code not in KINDS:
        raise DefinitionError(f"etl/findings.py has no kind {code}: add one with what it means and what to do.")
    return Finding(kind=KINDS[code], message=message, row=row, column=column)
