"""Who has reported what: the newest release's ledger, carried on to a later day by the duties."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from etl.derive import due_on, duties_until
from schemas.jurisdiction import Jurisdiction, jurisdiction
from schemas.release import OpenRelease


def county_of(release: OpenRelease, told: str) -> Jurisdiction:
    """The county whose release it is: the run's own where the names agree, else one that comes with the program."""
    own = jurisdiction(told)
    return own if own.id == release.manifest.jurisdiction else jurisdiction(release.manifest.jurisdiction)


def reports(release: OpenRelease, county: Jurisdiction, on: date) -> list[dict[str, str]]:
    """One record for each agency, dataset and closed period: certified, certified_zero, late, missing or not_due."""
    table = release.table("submission_ledger")
    known = {(row["agency"], row["dataset"], row["period"]): row for row in table.to_dict("records")}
    found = []
    for duty, period in duties_until(county, on):
        due = due_on(period, county.due_day)
        row = known.get((duty.agency, duty.dataset, period))
        stated = str(row["status"]) if row is not None else "not_due"
        if stated in ("missing", "not_due"):
            stated = "missing" if on > due else "not_due"
        found.append({
            "agency": duty.agency, "dataset": duty.dataset, "period": period, "due_on": due.isoformat(),
            "received_on": str(row["received_on"]) if row is not None else "", "status": stated,
        })  # fmt: skip
    return found


def as_text(records: Sequence[dict[str, str]]) -> str:
    """For each agency and dataset, how often it reported how, and every period that is not simply certified."""
    grouped: defaultdict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for record in records:
        grouped[(record["agency"], record["dataset"])].append(record)
    lines = []
    for (agency, name), some in sorted(grouped.items()):
        certified = sum(record["status"] in ("certified", "certified_zero") for record in some)
        lines.append(f"{agency}  {name}: {certified} of {len(some)} certified on time")
        odd = [record for record in some if record["status"] not in ("certified", "certified_zero")]
        lines += [f"    {record['period']}  {record['status']}, due {record['due_on']}" for record in odd]
    return "\n".join(lines)
