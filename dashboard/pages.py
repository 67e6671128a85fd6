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


PAGES = (
    PageText("overview", N_("Overview"), N_("Does the county keep its word?")),
    PageText("requests", N_("Requests"), N_("What did immigration authorities ask for, and how did the county answer?")),
    PageText("notice", N_("Notice"), N_("Were people told that immigration authorities had asked about them?")),
    PageText("accounts", N_("Accounts and access"),
             N_("Who can look into the county's systems, and is that reviewed?")),
    PageText("disclosures", N_("Disclosures and review"),
             N_("What information was given out, and who checked it first?")),
    PageText("training", N_("Training and audit"),
             N_("Were staff trained, and were the auditor's recommendations carried out?")),
    PageText("commitments", N_("Explained at commitment"),
             N_("Were people taken into custody told in writing that they need not disclose their nationality?")),
    PageText("complaints", N_("Complaints"), N_("Who complained, and what came of it?")),
    PageText("inventory", N_("Personal information"),
             N_("Does the county know what personal information it holds, and does it dispose of what it need not keep?")),
    PageText("federal", N_("ICE's own count"),
             N_("Does the county's count agree with what immigration authorities report?")),
    PageText("promises", N_("Promises"),
             N_("What did the county promise or was it advised to do, and which figure proves it?")),
    PageText("reported", N_("Who reported"), N_("Which agency reported what, and on time?")),
    PageText("changes", N_("What changed"), N_("What is new since last month and since the last release?")),
    PageText("compare", N_("Compare"), N_("How do agencies, jails and years compare?")),
    PageText("ask", N_("Ask the data"), N_("Filter, group and take any table of the record.")),
    PageText("downloads", N_("Downloads"), N_("Take the data: every table, definition and earlier release.")),
    PageText("about", N_("About and method"), N_("Where the figures come from, and how to read them.")),
)  # fmt: skip
BY_CODE = {page.code: page for page in PAGES}
HOME = PAGES[0].code
EXHIBITED = ("requests", "notice", "accounts", "disclosures", "training", "commitments", "complaints", "inventory",
             "federal", "reported")  # fmt: skip
"""The pages that are an answer and exhibits, and nothing else."""


def path_of(code: str) -> str:
    """The address of a page below the site's root: the overview is the root itself."""
    return "" if code == HOME else code
