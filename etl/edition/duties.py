"""The pages of the record, one for each duty: what they are called, what they answer, and the tables they rest on.

The codes are those of the dashboard's pages, so that a page and its twin have the same name.
"""

from dataclasses import dataclass

from schemas.wording import N_


@dataclass(frozen=True)
class Duty:
    """One page. `datasets` are the tables it lists; a table of an indicator on the page is listed anyway."""

    code: str
    title: str
    question: str
    datasets: tuple[str, ...] = ()


DUTIES = (
    Duty("requests", N_("Requests"), N_("What did immigration authorities ask for, and how did the county answer?")),
    Duty("notice", N_("Notice"), N_("Were people told that immigration authorities had asked about them?"),
         ("notice_compliance_by_facility", "notice_compliance_by_reason", "audit_baseline")),
    Duty("accounts", N_("Accounts and access"), N_("Who can look into the county's systems, and is that reviewed?"),
         ("account_reviews_by_agency",)),
    Duty("disclosures", N_("Disclosures and review"), N_("What information was given out, and who checked it first?"),
         ("personal_information_inventory", "commitment_explanations")),
    Duty("training", N_("Training and audit"),
         N_("Were staff trained, and were the auditor's recommendations carried out?"), ("complaints",)),
    Duty("federal", N_("ICE's own count"),
         N_("Does the county's count agree with what immigration authorities report?"),
         ("federal_detainers", "federal_detainers_declined", "federal_arrests")),
)  # fmt: skip
