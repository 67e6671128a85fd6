"""The pages, by code. Codes are addresses: they are never translated and never change."""

from dataclasses import dataclass

from dashboard.wording import N_


@dataclass(frozen=True)
class PageText:
    """What a page is called and the question it answers.

    Pages have no icon: Streamlit makes the browser fetch a page's icon from another host.
    """

    code: str
    title: str
    question: str
    group: str


_RECORD = N_("The record")
_MORE = N_("Behind the record")

PAGES = (
    PageText("overview", N_("Overview"), N_("Does the county keep its word?"), _RECORD),
    PageText("requests", N_("Requests"), N_("What did immigration authorities ask for, and how did the county answer?"), _RECORD),
    PageText("notice", N_("Notice"), N_("Were people told that immigration authorities had asked about them?"), _RECORD),
    PageText("accounts", N_("Accounts and access"),
             N_("Who can look into the county's systems, and is that reviewed?"), _RECORD),
    PageText("disclosures", N_("Disclosures and review"),
             N_("What information was given out, and who checked it first?"), _RECORD),
    PageText("training", N_("Training and promises"),
             N_("Were staff trained, and were the auditor's recommendations carried out?"), _RECORD),
    PageText("federal", N_("ICE's own count"),
             N_("Does the county's count agree with what immigration authorities report?"), _RECORD),
    PageText("downloads", N_("Downloads"), N_("Take the data: every table, definition and earlier release."), _MORE),
    PageText("about", N_("About and method"), N_("Where the figures come from, and how to read them."), _MORE),
)  # fmt: skip
BY_CODE = {page.code: page for page in PAGES}
HOME = PAGES[0].code


def path_of(code: str) -> str:
    """The address of a page below the site's root: the overview is the root itself."""
    return "" if code == HOME else code
