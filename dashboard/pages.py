"""The pages, by code. Codes are addresses: they are never translated and never change."""

from dataclasses import dataclass

from dashboard.wording import N_


@dataclass(frozen=True)
class PageText:
    """What a page is called, the question it answers, and the page without scripts that shows the same.

    Pages have no icon: Streamlit makes the browser fetch a page's icon from another host.
    """

    code: str
    title: str
    question: str
    twin: str = "index"


PAGES = (
    PageText("overview", N_("Overview"), N_("Does the county keep its word?")),
    PageText("requests", N_("Requests"),
             N_("What did immigration authorities ask for, and how did the county answer?"), "requests"),
    PageText("notice", N_("Notice"), N_("Were people told that immigration authorities had asked about them?"), "notice"),
    PageText("accounts", N_("Accounts and access"),
             N_("Who can look into the county's systems, and is that reviewed?"), "accounts"),
    PageText("disclosures", N_("Disclosures and review"),
             N_("What information was given out, and who checked it first?"), "disclosures"),
    PageText("training", N_("Training and audit"),
             N_("Were staff trained, and were the auditor's recommendations carried out?"), "training"),
    PageText("commitments", N_("Explained at commitment"),
             N_("Were people taken into custody told in writing that they need not disclose their nationality?"),
             "disclosures"),
    PageText("complaints", N_("Complaints"), N_("Who complained, and what came of it?"), "training"),
    PageText("inventory", N_("Personal information"),
             N_("Does the county know what personal information it holds, and does it dispose of what it need not keep?"),
             "disclosures"),
    PageText("federal", N_("ICE's own count"),
             N_("Does the county's count agree with what immigration authorities report?"), "federal"),
    PageText("promises", N_("Promises"),
             N_("What did the county promise or was it advised to do, and which figure proves it?"), "training"),
    PageText("reported", N_("Who reported"), N_("Which agency reported what, and on time?"), "tables/submission_ledger"),
    PageText("changes", N_("What changed"), N_("What is new since last month and since the last release?"), "revisions"),
    PageText("compare", N_("Compare"), N_("How do agencies, jails and years compare?")),
    PageText("ask", N_("Ask the data"), N_("Filter, group and take any table of the record.")),
    PageText("downloads", N_("Downloads"), N_("Take the data: every table, definition and earlier release.")),
    PageText("programs", N_("For programs"), N_("At which addresses do programs get the data?")),
    PageText("about", N_("About and method"), N_("Where the figures come from, and how to read them."), "definitions"),
)  # fmt: skip
COUNTIES = PageText("counties", N_("Counties"), N_("How do counties compare?"))
"""Stands in the menu only where the records of several counties are shown."""
BY_CODE = {page.code: page for page in (*PAGES, COUNTIES)}
HOME = PAGES[0].code
EXHIBITED = ("requests", "notice", "accounts", "disclosures", "training", "commitments", "complaints", "inventory",
             "federal", "reported")  # fmt: skip
"""The pages that are an answer and exhibits, and nothing else."""


def path_of(code: str) -> str:
    """The address of a page below the site's root: the overview is the root itself."""
    return "" if code == HOME else code


def menu(*, several: bool) -> tuple[PageText, ...]:
    """The pages in the order of the menu. `several`: whether the records of several counties are shown."""
    place = PAGES.index(BY_CODE["ask"])
    return (*PAGES[:place], COUNTIES, *PAGES[place:]) if several else PAGES
