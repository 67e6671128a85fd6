"""Make the sample submissions of `data/submissions`: 24 months, 2024-10 to 2026-09, of every dataset that agencies owe.

NOTHING HERE IS A FIGURE OF ANY COUNTY. Every number is drawn by chance or written by us to show how the product behaves;
none was measured, reported or estimated by an agency. Each folder says `origin = "sample"` and each row
`SAMPLE – generated`.

Run as `python data/generate_samples.py`. The same program gives the same bytes: there is no clock; each series has its
own stream, seeded by name, so that changing one does not move the others; only `Random.random()` is used, the one method
whose sequence Python promises to keep; workbooks are stored uncompressed, because compressors differ.

What is assumed (monthly, unless it says otherwise; a → b is a straight line over the 24 months)
    hold requests to DAJD       Poisson 25, kept within 18..33; 60% KCCF, 38% MRJC, 2% CFJC; 94% I-247A hold and
                                notification, 6% notification only; I-200 72%, I-205 28%; 1.5% with a criminal warrant
    notice                      4% not due; told 70% → 88% (2026-09: 21 of 25); hours to notice exponential, mean 26, on
                                time within 72; copy 88% → 96%, intent 85% → 96%, language 94%, signed 82% of those told
    outcomes                    complied with on a criminal warrant; else declined 87%, expired 9%, withdrawn 4%;
                                one honoured without a warrant, in 2025-05
    other requests to DAJD      information Poisson 3, interviews Poisson 4; consent of those asked 12%
    requests to KCSO            1..5, three quarters of them for information; none in 2025-12 (certified zero)
    information                 14% with a criminal warrant, answered; status only answered 30%; the rest refused
    commitments                 KCCF 1480, MRJC 640, CFJC 28; explained 93% → 98.5%
    accounts                    five systems, one review each; the finds, late reviews and log-ins are the lists below
    training                    share complete 58–66% → 95%, fastest at first
    complaints                  Poisson 1.3 received; half of the open ones are closed; a quarter of those substantiated
    ICE's own count             county's count -2..+3, never over 20% more, but in 2025-11
An interview held on written consent, and an answer of immigration status only (8 U.S.C. 1373), need no warrant and are
not counted as complied with without one. Days to disable is empty where no account was disabled.

The deliberate irregularities are the constants in capitals: a late month, a missing month, certified zeros, a sample, a
revised month with its corrections, a cell to correct (corrections.toml), a warning to accept (accepted.toml), a
preliminary row whose other half is not known yet.
"""

import csv
import io
import math
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

import xlsxwriter

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # run from a checkout, without an installation

from schemas.declare import Kind, Role
from schemas.registry import dataset

SEED = 20261142
SUBMISSIONS = HERE / "submissions"
SOURCE = "SAMPLE – generated"
PUBLISHER = "Daylight sample generator (not a county agency)"
MONTHS = [f"{2024 + number // 12}-{number % 12 + 1:02d}" for number in range(9, 33)]
NEWEST = MONTHS[-1]
CONTRACTORS_FROM = "2025-09"
EXCEL = ("KCSO",)

LATE = {("KCSO", "training", "2026-05"): date(2026, 6, 24)}
MISSING = {("OTHER_COUNTY", "complaints", "2026-07")}
NO_REQUESTS = ("KCSO", "2025-12")
HONOURED_WITHOUT_WARRANT = "2025-05"
NEWEST_HOLDS, NEWEST_DUE, NEWEST_TOLD = 27, 25, 21
SAMPLED = ("2024-10", "2024-11", "2024-12")
SAMPLE_SIZE = 20
ALL_ALIKE_AT_THE_SMALL_JAIL = ("2024-Q4", "2025-Q1", "2025-Q2", "2026-Q1", "2026-Q2", "2026-Q3")
"""Quarters in which everybody at the youth jail was told, or nobody: shown because somebody accepted it by name."""

ICE_LISTS_FAR_MORE = "2025-11"
REVISED, REVISED_ON = "2026-06", date(2026, 9, 22)
REVISED_REASON = "A request entered as declined had ended when the person was released."
MISTYPED_COURSE = "code_2_15"

SYSTEMS = {  # system: agency, accounts, share of use that is logged
    "JAIL_LOOKUP": ("DAJD", 412, 100), "JMS": ("DAJD", 958, 92), "SHERIFF_RMS": ("KCSO", 1446, 90),
    "ALPR": ("KCSO", 218, 100), "ACCESS": ("KCSO", 637, 75),
}  # fmt: skip
FINDS = {  # system and month: federal agency, accounts found, disabled in the month, working days to disable
    ("JAIL_LOOKUP", "2024-11"): ("ICE_ERO", 2, 2, 3), ("ALPR", "2025-07"): ("ICE_HSI", 1, 0, None),
    ("ALPR", "2025-08"): ("", 0, 1, 9), ("JAIL_LOOKUP", "2025-10"): ("ICE_ERO", 1, 1, 2),
    ("JMS", "2026-02"): ("USCIS", 1, 1, 4), ("JAIL_LOOKUP", "2026-09"): ("ICE_ERO", 1, 1, 2),
}  # fmt: skip
REVIEWED_ON = {  # two reviews late, one not done, one on the day that the account of July 2025 was found
    ("SHERIFF_RMS", "2025-03"): date(2025, 4, 2), ("JMS", "2025-11"): date(2025, 12, 2),
    ("ACCESS", "2025-06"): None, ("ALPR", "2025-07"): date(2025, 7, 30),
}  # fmt: skip
LOGINS = {  # system, federal agency and month: log-ins, queries, records viewed, accounts; the second has no account (R16)
    ("JAIL_LOOKUP", "ICE_ERO", "2024-11"): (2, 3, 3, 1), ("ACCESS", "ICE_HSI", "2025-02"): (2, 2, 2, 1),
    ("ALPR", "ICE_HSI", "2025-07"): (3, 4, 2, 1), ("ALPR", "ICE_HSI", "2025-08"): (1, 1, 1, 1),
}  # fmt: skip
STAFF = {  # agency and course: staff required, share complete at first
    ("DAJD", "code_2_15"): (842, 0.62), ("DAJD", "privacy"): (842, 0.66), ("DAJD", "request_handling"): (118, 0.60),
    ("KCSO", "code_2_15"): (1053, 0.58), ("KCSO", "privacy"): (1053, 0.63), ("KCSO", "request_handling"): (176, 0.64),
    ("CONTRACTOR", "code_2_15"): (264, 0.60),
}  # fmt: skip
INVENTORY = {  # agency: systems, catalogued at first and last, reviews due, records due for disposal, in a quarter
    "DAJD": (14, 5, 11, 4, 1800), "KCSO": (19, 6, 13, 5, 2600), "OTHER_COUNTY": (62, 31, 52, 12, 7400),
}  # fmt: skip
REPORT = "ICE Access to County Data Shows Privacy Program Gaps, 9 July 2019"
RECOMMENDATIONS = {  # the report's summary in our words: what it asks for, the figure that shows it
    "2019_privacy_program": ("Develop a privacy program", ""),
    "2019_catalogue": ("Define and catalog personal information", "personal_information_inventory"),
    "2019_disposal": ("Dispose of sensitive personal information", "personal_information_inventory"),
    "2019_training": ("Train staff on the code", "K13"),
    "2019_monitoring": ("Monitor access and requests regularly", "K6; K12"),
    "2019_other_ways": ("Find other ways to ensure compliance with the code", "K2; K11"),
}
OWNERS = {"DAJD": "Records and privacy office", "KCSO": "Records and compliance unit"}
STATUSES = {  # invented: agency, recommendation: from month, status, since, verified by
    ("DAJD", "2019_privacy_program"): [("2024-10", "in_progress", "2024-05-06", "self"),
        ("2025-06", "done", "2025-06-30", "self"), ("2026-03", "done", "2025-06-30", "auditor")],
    ("DAJD", "2019_catalogue"): [("2024-10", "in_progress", "2024-09-03", "self")],
    ("DAJD", "2019_disposal"): [("2024-10", "open", "", "self"), ("2025-09", "in_progress", "2025-09-08", "self")],
    ("DAJD", "2019_training"): [("2024-10", "in_progress", "2024-02-12", "self")],
    ("DAJD", "2019_monitoring"): [("2024-10", "in_progress", "2024-08-01", "self"),
        ("2025-02", "done", "2025-02-28", "self"), ("2025-10", "done", "2025-02-28", "auditor")],
    ("DAJD", "2019_other_ways"): [("2024-10", "in_progress", "2024-07-15", "self"),
        ("2026-06", "done", "2026-06-30", "self")],
    ("KCSO", "2019_catalogue"): [("2024-10", "open", "", "self"), ("2025-04", "in_progress", "2025-04-14", "self")],
    ("KCSO", "2019_disposal"): [("2024-10", "open", "", "self"), ("2026-01", "in_progress", "2026-01-12", "self")],
    ("KCSO", "2019_training"): [("2024-10", "in_progress", "2024-03-04", "self")],
    ("KCSO", "2019_monitoring"): [("2024-10", "in_progress", "2024-06-10", "self"),
        ("2025-08", "done", "2025-08-29", "self")],
    ("KCSO", "2019_other_ways"): [("2024-10", "open", "", "self"), ("2025-11", "in_progress", "2025-11-03", "self"),
        ("2026-08", "done", "2026-08-31", "self")],
}  # fmt: skip

Row = dict[str, object]
Tables = dict[tuple[str, str], list[Row]]  # (agency, dataset) -> rows


def first_day(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def quarter_of(month: str) -> str:
    """The calendar quarter of a month: 2026-09 is in 2026-Q3."""
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def last_day(period: str) -> date:
    """The last day of a month or quarter."""
    month = f"{period[:5]}{int(period[6]) * 3:02d}" if "Q" in period else period
    return (first_day(month) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def stream(*names: str) -> Random:
    """A series' own source of chance."""
    return Random("/".join((str(SEED), *names)))


def happens(chance: Random, share: float) -> bool:
    """Whether something of this probability comes about."""
    return chance.random() < share


def some(chance: Random, mean: float) -> int:
    """A Poisson count (Knuth's method, for small means)."""
    count, product = 0, chance.random()
    while product > math.exp(-mean):
        count, product = count + 1, product * chance.random()
    return count


def about(chance: Random, mean: float, *, spread: float) -> int:
    """A whole number within `spread` (a share) of the mean."""
    return round(mean * (1 + spread * (2 * chance.random() - 1)))


def pick(chance: Random, weights: Mapping[str, float]) -> str:
    """One of the names, by weight."""
    point = chance.random() * sum(weights.values())
    for name, weight in weights.items():
        point -= weight
        if point < 0:
            return name
    return next(iter(weights))


def rising(period: str, first: float, last: float) -> float:
    """The value on a straight line over the 24 months."""
    return first + (last - first) * MONTHS.index(period) / (len(MONTHS) - 1)


def sent_on(agency: str, dataset_id: str, period: str) -> date:
    """A weekday from the 3rd to the 14th of the month after the period, unless the report is one of the late ones."""
    if (agency, dataset_id, period) in LATE:
        return LATE[agency, dataset_id, period]
    first = last_day(period) + timedelta(days=1)
    days = [day for day in (first.replace(day=number) for number in range(3, 15)) if day.weekday() < 5]
    return days[int(stream(dataset_id, agency, period, "sent").random() * len(days))]


@dataclass(frozen=True)
class Notice:
    """What became of the duty to tell one person. hours is None when the person was not told."""

    standing: str = "due"
    hours: float | None = None
    copy: bool = False
    intent: bool = False
    language: bool = False
    signed: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One imagined request: it exists only until it is counted."""

    sender: str
    type: str
    form: str
    instrument: str
    decision: str
    purpose_known: bool = True
    without_warrant: bool = False
    facility: str = ""
    notice: Notice = Notice()
    categories: tuple[str, ...] = ()


def notice(chance: Random, period: str, place: int) -> Notice:
    """Whether the person of the place-th request of the month was told, and how."""
    due = place < NEWEST_DUE if period == NEWEST else happens(chance, 0.96)
    told = place < NEWEST_TOLD if period == NEWEST else happens(chance, rising(period, 0.70, 0.88))
    if not due:
        return Notice(standing=pick(chance, {"released": 3, "other": 1}))
    if not told:
        return Notice(reason=pick(chance, {"released_first": 35, "staff_error": 40, "safety": 8, "unknown": 17}))
    return Notice(
        hours=round(-26 * math.log(1 - chance.random()), 1), copy=happens(chance, rising(period, 0.88, 0.96)),
        intent=happens(chance, rising(period, 0.85, 0.96)), language=happens(chance, 0.94), signed=happens(chance, 0.82),
    )  # fmt: skip


def decision_on(chance: Random, told: Notice, *, period: str) -> str:
    """How a hold request without a judicial warrant ended."""
    if told.standing == "released" or told.reason == "released_first":
        return "expired"
    if told.standing == "other":
        return "withdrawn"
    if period == NEWEST and happens(chance, 0.08):
        return "pending"
    return pick(chance, {"declined": 87, "expired": 9, "withdrawn": 4})


def hold_requests(period: str) -> list[Request]:
    """The hold and notification requests to the jail in a month."""
    chance = stream("holds", period)
    number = 0
    while not 18 <= number <= 33:
        number = some(chance, 25)
    requests = []
    for place in range(NEWEST_HOLDS if period == NEWEST else number):
        told = notice(chance, period, place)
        warrant = happens(chance, 0.015) and told.standing == "due" and told.reason != "released_first"
        requests.append(Request(
            sender=pick(chance, {"ICE_ERO": 97, "CBP_USBP": 3}), form="I-247A",
            type=pick(chance, {"hold_and_notification": 94, "notification": 6}),
            instrument="judicial_warrant_criminal" if warrant else pick(chance, {"I-200": 72, "I-205": 28}),
            decision="complied" if warrant else decision_on(chance, told, period=period),
            purpose_known=period >= "2025-09" or happens(chance, 0.995),
            facility=pick(chance, {"KCCF": 60, "MRJC": 38, "CFJC": 2}), notice=told,
        ))  # fmt: skip
    if period == HONOURED_WITHOUT_WARRANT:
        place = next(i for i, r in enumerate(requests) if r.decision == "declined" and r.notice.intent)
        requests[place] = replace(requests[place], decision="complied", without_warrant=True)
    return requests


def information_request(chance: Random, period: str, kinds: Mapping[str, float], *, certain_by: str) -> Request:
    """A request for information: refused, unless a criminal warrant came with it or only status was asked."""
    main = pick(chance, kinds)
    instrument = pick(chance, {"none": 62, "admin_subpoena": 24, "judicial_warrant_criminal": 14})
    known = happens(chance, 1.0 if period >= certain_by else 0.75) or instrument == "judicial_warrant_criminal"
    decision = "complied" if instrument == "judicial_warrant_criminal" else "declined"
    if main == "status_only":
        instrument, decision = "none", "complied" if happens(chance, 0.3) else "declined"
    both = main not in ("status_only", "photo") and happens(chance, 0.2)
    return Request(
        sender=pick(chance, {"ICE_ERO": 70, "ICE_HSI": 30}), type="information", instrument=instrument,
        form=pick(chance, {"email_or_letter": 65, "phone": 35}), decision=decision, purpose_known=known,
        categories=(main, "photo") if both else (main,),
    )  # fmt: skip


def interviews(chance: Random, mean: float) -> list[Request]:
    """Interview requests; `categories` says how the person or the agency answered."""
    found = []
    for _ in range(some(chance, mean)):
        answer = "refused" if happens(chance, 0.3) else "consented" if happens(chance, 0.12) else "declined"
        found.append(
            Request(
                sender="ICE_ERO",
                type="interview",
                form=pick(chance, {"email_or_letter": 60, "in_person": 40}),
                instrument="none",
                decision="complied" if answer == "consented" else "declined",
                categories=(answer,),
            )
        )
    return found  # fmt: skip


def other_requests(agency: str, period: str) -> list[Request]:
    """What is not about holding a person in the jail."""
    chance = stream("other", agency, period)
    if (agency, period) == NO_REQUESTS:
        return []
    if agency == "DAJD":
        kinds = {"release_date": 35, "custody_status": 25, "address": 20, "photo": 8, "status_only": 6, "other": 6}
        asked = [information_request(chance, period, kinds, certain_by="2025-03") for _ in range(some(chance, 3))]
        return asked + interviews(chance, 4)
    if agency == "CONTRACTOR":
        entry = Request(sender="ICE_ERO", type="facility_access", form="in_person", instrument="other_admin_warrant",
                        decision="declined")  # fmt: skip
        return [entry] if period == "2026-03" else []
    kinds = {"case_file_redacted": 35, "case_file_unredacted": 20, "address": 20, "photo": 10, "status_only": 15}
    found = []
    for _ in range(min(5, max(1, some(chance, 2.6)))):
        kind = pick(chance, {"information": 75, "operational_assistance": 17, "notification": 8})
        if kind == "information":
            found.append(information_request(chance, period, kinds, certain_by="2025-06"))
            continue
        instrument = pick(chance, {"none": 60, "other_admin_warrant": 40}) if kind == "notification" else "none"
        found.append(
            Request(
                sender=pick(chance, {"ICE_ERO": 60, "ICE_HSI": 40}),
                type=kind,
                instrument=instrument,
                form=pick(chance, {"phone": 50, "email_or_letter": 50}),
                decision="declined",
            )
        )
    return found + (interviews(chance, 0.2) if len(found) < 5 else [])  # fmt: skip


def requests_to(agency: str, period: str) -> list[Request]:
    """Every request to an agency in a month."""
    return (hold_requests(period) if agency == "DAJD" else []) + other_requests(agency, period)


def how_many(things: Iterable[object]) -> int:
    """How many of the things are true."""
    return sum(bool(thing) for thing in things)


def ice_requests(agency: str, period: str) -> list[Row]:
    """Requests by sender, type, form and instrument; one certified zero when there was none."""
    groups: dict[tuple[str, ...], list[Request]] = {}
    for request in requests_to(agency, period):
        groups.setdefault((request.sender, request.type, request.form, request.instrument), []).append(request)
    chance = stream("ice_requests", agency, period)
    rows = []
    for names, group in sorted(groups.items() or [(("ICE_UNSPECIFIED", "other", "none", "none"), [])]):
        row: Row = dict(zip(("federal_agency", "request_type", "form", "instrument"), names, strict=True))
        ended = {name: how_many(r.decision == name for r in group)
                 for name in ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")}  # fmt: skip
        decided = ended["declined"] + ended["complied"] + ended["expired"]
        hours = [-18 * math.log(1 - chance.random()) for _ in range(decided)]
        rows.append(row | ended | {
            "requests_received": len(group),
            "persons_named": len(group) - (len(group) >= 8 and happens(chance, 0.3)),
            "with_judicial_criminal_warrant": len(group) * (row["instrument"] == "judicial_warrant_criminal"),
            "purpose_determined": how_many(r.purpose_known for r in group),
            "complied_without_judicial_warrant": how_many(r.without_warrant for r in group),
            "median_hours_to_decision": round(median(hours), 1) if decided >= 5 else None,
        })  # fmt: skip
    return rows


def notice_compliance(_: str, period: str) -> list[Row]:
    """Notice for all jails, then for each of them."""
    holds = hold_requests(period)
    return [_notices(facility, [r for r in holds if facility in ("ALL", r.facility)])
            for facility in ("ALL", "KCCF", "MRJC", "CFJC")]  # fmt: skip


def _notices(facility: str, requests: Sequence[Request]) -> Row:
    told = [r for r in requests if r.notice.hours is not None]
    hours = [r.notice.hours or 0.0 for r in told]
    on_time = [r for r in told if (r.notice.hours or 0.0) <= 72]
    reasons: Row = {f"not_notified_reason_{name}": how_many(r.notice.reason == name for r in requests)
                    for name in ("released_first", "staff_error", "safety", "unknown")}  # fmt: skip
    return reasons | {
        "facility": facility,
        "notices_due": how_many(r.notice.standing == "due" for r in requests),
        "not_due_released": how_many(r.notice.standing == "released" for r in requests),
        "not_due_other": how_many(r.notice.standing == "other" for r in requests),
        "notified": len(told), "notified_on_time": len(on_time), "copy_provided": how_many(r.notice.copy for r in told),
        "intent_stated": how_many(r.notice.intent for r in told),
        "intent_not_to_comply": how_many(r.notice.intent and r.decision != "complied" for r in told),
        "full_notice": how_many(r.notice.copy and r.notice.intent for r in on_time),
        "in_preferred_language": how_many(r.notice.language for r in told),
        "acknowledged_in_writing": how_many(r.notice.signed for r in told),
        "median_hours_to_notice": round(median(hours), 1) if len(told) >= 5 else None,
    }  # fmt: skip


def information_disclosures(agency: str, period: str) -> list[Row]:
    """Requests by kind of information; one certified zero when there was none."""
    asked = [(kind, r) for r in requests_to(agency, period) if r.type == "information" for kind in r.categories]
    rows = []
    for category in sorted({kind for kind, _ in asked}) or ["other"]:
        group = [r for kind, r in asked if kind == category]
        released = how_many(r.decision == "complied" for r in group)
        form = {"status_only": "status_only", "case_file_unredacted": "released_unredacted"}
        counts = dict.fromkeys(("released_redacted", "released_unredacted", "status_only"), 0)
        counts[form.get(category, "released_redacted")] = released
        rows.append({
            "info_category": category, "requests": len(group), "released": released, **counts,
            "determination_made": how_many(r.purpose_known for r in group),
            "judicial_warrant_verified": how_many(r.instrument == "judicial_warrant_criminal" for r in group),
            "refused": how_many(r.decision == "declined" for r in group), "released_without_warrant": 0,
        })  # fmt: skip
    return rows


def request_review(agency: str, period: str) -> list[Row]:
    """The two reviews of each request; in its first quarter the jail looked at a sample."""
    chance = stream("request_review", agency, period)
    sampled = agency == "DAJD" and period in SAMPLED
    number = SAMPLE_SIZE if sampled else len(requests_to(agency, period))
    rate = rising(period, 0.86, 0.99) if agency == "DAJD" else rising(period, 0.80, 0.98)
    reviews = [(happens(chance, rate**0.5), happens(chance, rate)) for _ in range(number)]
    both = how_many(first and second for first, second in reviews)
    row: Row = {
        "requests": number, "first_level_reviewed": how_many(first for first, _ in reviews),
        "second_level_reviewed": how_many(second for _, second in reviews), "both": both,
        "reviewed_before_release": both - (both > 3 and happens(chance, 0.25)),
        "overturned": min(both, some(chance, number * 0.02)),
    }  # fmt: skip
    return [row | ({"method": "sample", "sample_size": SAMPLE_SIZE} if sampled else {})]


def interview_requests(agency: str, period: str) -> list[Row]:
    """Interviews asked for; each one held had written consent."""
    answers = [r.categories[0] for r in requests_to(agency, period) if r.type == "interview"]
    consented, refused = answers.count("consented"), answers.count("refused")
    return [{
        "requested": len(answers), "form_offered": len(answers) - refused, "consented_in_writing": consented,
        "declined_by_person": answers.count("declined"), "refused_by_agency": refused, "held": consented,
        "held_without_consent": 0,
    }]  # fmt: skip


def commitment_explanations(_: str, period: str) -> list[Row]:
    """Commitments at each jail and at all of them."""
    chance = stream("commitments", period)
    jails: dict[str, tuple[int, int]] = {}
    for facility, mean, spread in (("KCCF", 1480, 0.03), ("MRJC", 640, 0.04), ("CFJC", 28, 0.2)):
        number = about(chance, mean, spread=spread)
        jails[facility] = (number, min(number, about(chance, number * rising(period, 0.93, 0.985), spread=0.006)))
    jails = {"ALL": (sum(n for n, _ in jails.values()), sum(e for _, e in jails.values())), **jails}
    return [{"facility": name, "commitments": number, "explanation_given_in_writing": explained}
            for name, (number, explained) in jails.items()]  # fmt: skip


def account_reviews(agency: str, period: str) -> list[Row]:
    """One review of each system; accounts left open are carried over."""
    rows = []
    for system, (owner, accounts, _) in SYSTEMS.items():
        if owner != agency:
            continue
        chance = stream("account_reviews", system, period)
        done_by = [d for d in (first_day(period).replace(day=n) for n in range(18, 29)) if d.weekday() < 5]
        done = REVIEWED_ON.get((system, period), done_by[int(chance.random() * len(done_by))])
        opening = sum(finds - closed for (name, month), (_, finds, closed, _) in FINDS.items()
                      if name == system and month < period)  # fmt: skip
        _, found, disabled, days = FINDS.get((system, period), ("", 0, 0, None))
        total = about(chance, accounts + 0.8 * MONTHS.index(period), spread=0.012)
        rows.append({
            "system": system, "review_due_on": last_day(period), "review_completed_on": done, "accounts_total": total,
            "accounts_reviewed": total - some(chance, 1.5) * happens(chance, 0.12) if done else 0,
            "immigration_agency_accounts_found": found, "found_with_valid_warrant": 0, "accounts_disabled": disabled,
            "open_at_start": opening, "open_at_end": opening + found - disabled, "max_days_found_to_disabled": days,
            "shared_credential_findings": some(chance, 0.25) if done else 0,
            "dormant_over_90_days": about(chance, accounts * rising(period, 0.06, 0.025), spread=0.15) if done else None,
            "reviewer_role": "Records manager" if agency == "DAJD" else "Systems compliance officer",
        })  # fmt: skip
    return rows


def account_reviews_by_agency(agency: str, period: str) -> list[Row]:
    """Who held the accounts found; no row in a month without one."""
    return [{"system": system, "federal_agency": holder, "accounts_found": found}
            for (system, month), (holder, found, _, _) in FINDS.items()
            if month == period and found and SYSTEMS[system][0] == agency]  # fmt: skip


def database_access(agency: str, period: str) -> list[Row]:
    """Use of each system by two branches of ICE, and of the jail's look-up by other federal agencies."""
    rows = []
    for system, (owner, _, logged) in SYSTEMS.items():
        chance = stream("database_access", system, period)
        others = about(chance, 34, spread=0.2)
        uses = {name: LOGINS.get((system, name, period), (0, 0, 0, 0)) for name in ("ICE_ERO", "ICE_HSI")}
        if system == "JAIL_LOOKUP":
            uses["OTHER_FEDERAL"] = (others, others + some(chance, 9), others + some(chance, 5), min(6, others))
        for name, use in uses.items():
            row: Row = dict(zip(("logins", "queries", "records_viewed", "distinct_accounts"), use, strict=True))
            place: Row = {"system": system, "federal_agency": name, "with_judicial_warrant": 0}
            rows += [place | row | {"log_coverage_percent": logged}] if owner == agency else []
    return rows


def training(agency: str) -> dict[str, list[Row]]:
    """Each course as a stock on the last day of each month; contractors from the month their duty began."""
    months: dict[str, list[Row]] = {}
    for course, (staff, share) in {c: numbers for (a, c), numbers in STAFF.items() if a == agency}.items():
        chance, done = stream("training", agency, course), 0
        covered = [m for m in MONTHS if agency != "CONTRACTOR" or m >= CONTRACTORS_FROM]
        for place, period in enumerate(covered):
            required = about(chance, staff, spread=0.004)
            curve = 0.955 - (0.955 - share) * (1 - place / (len(covered) - 1)) ** 1.7
            before, done = done, max(done, min(required, about(chance, required * curve, spread=0.003)))
            months.setdefault(period, []).append({
                "course": course, "required_staff": required, "completed_cumulative": done,
                "completed_in_month": (done - before if place else round(required * 0.02)) + some(chance, 1.5),
                "overdue": round((required - done) * (0.55 + 0.2 * chance.random())),
                "new_hires_due_30_days": min(required - done, some(chance, required * 0.006)),
            })  # fmt: skip
    return months


def complaints() -> dict[str, list[Row]]:
    """Complaints as they come, and about half of the open ones closed each month."""
    chance, waiting = stream("complaints"), 2
    months: dict[str, list[Row]] = {}
    for period in MONTHS:
        received = some(chance, 1.3)
        closed = how_many(happens(chance, 0.5) for _ in range(waiting))
        upheld = how_many(happens(chance, 0.25) for _ in range(closed))
        waiting += received - closed
        months[period] = [{"received": received, "closed": closed, "substantiated": upheld}]
    return months


def federal_counts(_: str, period: str) -> list[Row]:
    """An invented count of ICE's beside the jail's; that of the newest month is not known yet."""
    county = len(hold_requests(period))
    steps = {"-2": 10, "-1": 15, "0": 25, "1": 22, "2": 18, "3": 10}
    ice: int | None = min(county * 6 // 5, county + int(pick(stream("federal_counts", period), steps)))
    if period == ICE_LISTS_FAR_MORE:
        ice = math.ceil(county * 1.3)
    row: Row = {"facility": "ALL", "county_logged": county, "source_release": "SAMPLE – not an ICE figure"}
    if period == NEWEST:
        return [row | {"status": "preliminary", "source_release": "SAMPLE – ICE's count not released yet"}]
    return [row | {"ice_reported_detainers": ice, "gap": (ice or 0) - county}]


def inventory(agency: str) -> dict[str, list[Row]]:
    """Personal information by quarter."""
    quarters = list(dict.fromkeys(quarter_of(month) for month in MONTHS))
    systems, first, last, reviews, records = INVENTORY[agency]
    found: dict[str, list[Row]] = {}
    for place, quarter in enumerate(quarters):
        chance, part = stream("inventory", agency, quarter), place / (len(quarters) - 1)
        due = about(chance, records, spread=0.15)
        found[quarter] = [{
            "systems_holding_personal_information": systems + (place > 4),
            "systems_catalogued": round(first + (last - first) * part), "retention_reviews_due": reviews,
            "retention_reviews_done": reviews - how_many(happens(chance, 0.35 * (1 - part)) for _ in range(reviews)),
            "records_due_for_disposal": due,
            "records_disposed": round(due * (0.7 + 0.25 * part) * (0.95 + 0.05 * chance.random())),
        }]  # fmt: skip
    return found


def audit_recommendations(agency: str, period: str) -> list[Row]:
    """Each recommendation as it stood at the end of the month."""
    rows: list[Row] = []
    for (owner, name), steps in STATUSES.items():
        if owner == agency:
            _, status, since, verified = [step for step in steps if step[0] <= period][-1]
            text, evidence = RECOMMENDATIONS[name]
            rows.append({
                "rec_id": name, "source_report": REPORT, "short_text": text, "owner": OWNERS[agency], "status": status,
                "status_on": date.fromisoformat(since) if since else None, "evidence_metric": evidence,
                "verified_by": verified, "report_status": "certified",
            })  # fmt: skip
    return rows


MONTHLY = {
    "DAJD": (ice_requests, notice_compliance, commitment_explanations, account_reviews, account_reviews_by_agency,
             database_access, information_disclosures, request_review, interview_requests, audit_recommendations),
    "KCSO": (ice_requests, account_reviews, account_reviews_by_agency, database_access, information_disclosures,
             request_review, interview_requests, audit_recommendations),
    "CONTRACTOR": (ice_requests,),
    "OTHER_COUNTY": (federal_counts,),
}  # fmt: skip
ZERO_CAN_BE_CERTIFIED = ("ice_requests", "database_access", "information_disclosures", "request_review",
                         "interview_requests", "complaints")  # fmt: skip


def completed(row: Row, agency: str, dataset_id: str, period: str) -> Row:
    """A row with the columns that every submission has."""
    counts = [column.name for column in dataset(dataset_id).columns if column.role is Role.COUNT]
    nothing = dataset_id in ZERO_CAN_BE_CERTIFIED and not any(row.get(name) for name in counts)
    late = (agency, dataset_id, period) in LATE
    own: Row = {} if "report_status" in row else {
        "status": "late" if late else "certified_zero" if nothing else "certified"}  # fmt: skip
    common: Row = {"period": period, "agency": agency, "method": "census", "source_system": SOURCE, "revision": 1,
                   "submitted_on": sent_on(agency, dataset_id, period)}  # fmt: skip
    return common | own | row


def tables() -> Tables:
    """Every row of every agency and dataset, the first revisions only."""
    by_period = [(agency, "training", training(agency)) for agency in ("DAJD", "KCSO", "CONTRACTOR")]
    by_period += [(agency, "personal_information_inventory", inventory(agency)) for agency in INVENTORY]
    by_period += [("OTHER_COUNTY", "complaints", complaints())]
    for agency, makers in MONTHLY.items():
        covered = [m for m in MONTHS if agency != "CONTRACTOR" or m >= CONTRACTORS_FROM]
        by_period += [(agency, make.__name__, {m: make(agency, m) for m in covered}) for make in makers]
    return {
        (agency, name): [completed(row, agency, name, period) for period, rows in periods.items() for row in rows
                         if (agency, name, period) not in MISSING]
        for agency, name, periods in by_period
    }  # fmt: skip


def revision(rows: Sequence[Row]) -> tuple[Row, list[Row]]:
    """The second revision of one row of the jail's requests, and the rows of `corrections` that explain it."""
    declared = dataset("ice_requests")
    first = max((r for r in rows if r["period"] == REVISED), key=lambda r: int(str(r["declined"])))
    changes = {"declined": int(str(first["declined"])) - 1, "expired": int(str(first["expired"])) + 1}
    second = first | changes | {"revision": 2, "supersedes": 1, "submitted_on": REVISED_ON}
    key = "|".join(str(first[name]) for name in declared.key)
    log: list[Row] = [
        completed({"id": f"{NEWEST}-{number}", "dataset": declared.id, "key": key, "column": column,
                   "old": str(first[column]), "new": str(new), "reason": REVISED_REASON, "date": REVISED_ON},
                  "DAJD", "corrections", NEWEST)
        for number, (column, new) in enumerate(changes.items(), start=1)
    ]  # fmt: skip
    return second, log


def mistyped(rows: list[Row]) -> tuple[list[Row], int, str, str]:
    """The jail's training with two digits swapped in one cell: rows, place of the row, as typed, as it should be.

    The first month is taken in which the swap makes the figure seem to fall, in that month or the next (rule R21).
    """
    numbers = {place: (int(str(row["completed_cumulative"])), int(str(row["required_staff"])))
               for place, row in enumerate(rows) if row["course"] == MISTYPED_COURSE and row["period"] != NEWEST}  # fmt: skip
    places = sorted(numbers)
    for before, place, after in zip(places, places[1:], places[2:], strict=False):
        right, staff = numbers[place]
        typed = int(f"{right // 100}{right % 10}{right // 10 % 10}")
        falls_now = typed < numbers[before][0] and staff >= numbers[before][1]
        falls_next = numbers[after][0] < typed <= staff <= numbers[after][1]
        if falls_now or falls_next:
            wrong = rows[place] | {"completed_cumulative": typed}
            return [*rows[:place], wrong, *rows[place + 1 :]], place, str(typed), str(right)
    raise ValueError("No month's figure can be mistyped so that it shows: change the seed.")


def csv_text(rows: Sequence[Row], names: Sequence[str]) -> bytes:
    """UTF-8, LF, dates as ISO, an empty cell for what is not reported."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([["" if row.get(name) is None else row[name] for name in names] for row in rows])
    return text.getvalue().encode()


def workbook(rows: Sequence[Row], names: Sequence[str]) -> bytes:
    """One sheet named Data with real numbers and dates; the parts of the file stored as they are, at a fixed date."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": SOURCE, "author": PUBLISHER, "created": datetime(2026, 10, 1)})  # noqa: DTZ001
    sheet, day = book.add_worksheet("Data"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, names, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row.get(name) for name in names):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif value is not None:
                sheet.write(number, place, value)
    book.close()
    stored = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as new:
        for part in old.namelist():
            new.writestr(zipfile.ZipInfo(part, date_time=(1980, 1, 1, 0, 0, 0)), old.read(part))
    return stored.getvalue()


def written(agency: str, dataset_id: str, rows: Sequence[Row], span: str) -> tuple[str, bytes]:
    """One submission: its path below the folder of submissions, and its bytes."""
    names = [c.name for c in dataset(dataset_id).columns if c.in_header or c.kind is not Kind.TEXT or
             any(row.get(c.name) for row in rows)]  # fmt: skip
    suffix, write = ("xlsx", workbook) if agency in EXCEL else ("csv", csv_text)
    return f"{agency}/{dataset_id}_{span}.{suffix}", write(rows, names)


def _toml(table: str, *entries: Mapping[str, object]) -> bytes:
    lines = [f"# {SOURCE}"]
    for entry in entries:
        facts = [
            f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in entry.items()
        ]
        lines += [f"[[{table}]]", *facts, ""]
    return "\n".join(lines).encode()


def generate() -> dict[str, bytes]:
    """Every file of `data/submissions`: its path below that folder -> its bytes."""
    everything = tables()
    rows, place, typed, right = mistyped(everything["DAJD", "training"])
    everything["DAJD", "training"] = rows
    second, log = revision(everything["DAJD", "ice_requests"])
    facts = (
        f'# Sample data: no figure here is a figure of any county.\norigin = "sample"\npublisher = "{PUBLISHER}"\n'
        'jurisdiction = "king_county"\n'
    )
    files = {f"{agency}/submissions.toml": facts.encode() for agency in MONTHLY}
    sent = [
        written("DAJD", "ice_requests", [second], f"{REVISED}_revised"),
        written("DAJD", "corrections", log, NEWEST),
    ]
    for (agency, name), lines in everything.items():
        last = quarter_of(NEWEST) if name == "personal_information_inventory" else NEWEST
        earlier = [row for row in lines if row["period"] != last]
        newest = [row for row in lines if row["period"] == last]
        end = {NEWEST: MONTHS[-2]}.get(last, quarter_of(MONTHS[-4]))
        begin = quarter_of(MONTHS[0]) if last != NEWEST else CONTRACTORS_FROM if agency == "CONTRACTOR" else MONTHS[0]
        sent += [written(agency, name, earlier, f"{begin}_{end}")] if earlier else []
        sent += [written(agency, name, newest, last)] if newest else []
    typed_file = f"training_{MONTHS[0]}_{MONTHS[-2]}.csv"
    files["DAJD/corrections.toml"] = _toml("correction", {
        "file": typed_file, "row": place + 2, "column": "completed_cumulative", "old": typed, "new": right,
        "reason": "Two digits were swapped when the file was typed; the agency's register has the figure.",
        "agreed_by": "Training coordinator (sample)",
        "on": sent_on("DAJD", "training", str(rows[place]["period"])) + timedelta(days=6),
    })  # fmt: skip
    files["DAJD/accepted.toml"] = _toml("accepted", *({
        "code": "V403", "dataset": "notice_compliance_by_facility", "period": quarter, "agency": "DAJD",
        "reason": "That all, or none, of the people at the small jail were told is about what staff did.",
        "accepted_by": "Records officer (sample)", "on": date(2026, 10, 16),
    } for quarter in ALL_ALIKE_AT_THE_SMALL_JAIL))  # fmt: skip
    files["OTHER_COUNTY/accepted.toml"] = _toml("accepted", {
        "code": "R28", "dataset": "federal_counts", "period": ICE_LISTS_FAR_MORE, "agency": "OTHER_COUNTY",
        "reason": "ICE's record also lists detainers sent to city jails, which the county does not receive.",
        "accepted_by": "Records officer (sample)", "on": date(2025, 12, 15),
    })  # fmt: skip
    return files | dict(sent)


def main(folder: Path = SUBMISSIONS) -> None:
    """Write the files below a folder, and remove what is no longer made."""
    files = generate()
    for path in [p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).as_posix() not in files]:
        path.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
