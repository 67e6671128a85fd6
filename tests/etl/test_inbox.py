"""The inbox: every arrival kept, nothing overwritten, nothing lost to a kill, and no personal data on disk."""

import json
import multiprocessing
import os
import random
import resource
import signal
import time
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from etl.errors import SettingsError
from etl.inbox import accepted_files, as_json, as_text, clean_up, inbox_status, receipts, receive, submissions_in
from etl.judging import Settings, judge_submissions
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset, datasets
from schemas.release import sha256

SETTINGS = Settings(date(2026, 10, 20), "king_county")
NOON = datetime(2026, 10, 10, 12, tzinfo=UTC)


def table(name: str, *changes: dict[str, str]) -> str:
    """A CSV of the dataset: its declared example, once for each set of changes."""
    rows = [{**dataset(name).examples[0], **change} for change in changes or ({},)]
    header = list(dict.fromkeys(column for row in rows for column in row))
    return "\n".join([",".join(header), *(",".join(row.get(column, "") for column in header) for row in rows)]) + "\n"


def written(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def training(folder: Path, month: str, **changes: str) -> Path:
    """A submission that is judged quickly and always right: commitment_explanations of one month."""
    text = table("commitment_explanations", {"period": month, "submitted_on": "", **changes})
    return written(folder, f"commitment_explanations_{month}.csv", text)


def sent(inbox: Path, *paths: Path, at: datetime = NOON):
    return receive(paths, inbox, settings=SETTINGS, received_at=at)


def verdicts(received) -> list[str]:
    return [receipt.latest.verdict for receipt in received]


def everything_in(inbox: Path) -> bytes:
    """All bytes of all files and all names below the inbox."""
    parts = [path.as_posix().encode() for path in inbox.rglob("*")]
    return b"\n".join(parts + [path.read_bytes() for path in inbox.rglob("*") if path.is_file()])


def assert_whole(inbox: Path) -> None:
    """Every content has the hash of its folder, every accepted receipt its content, and all can be read."""
    for receipt in receipts(inbox):
        for content in inbox.rglob(f"{receipt.sha256}/content.*"):
            assert sha256(content.read_bytes()) == receipt.sha256
    assert len(accepted_files(inbox)) == sum(receipt.standing.accepted for receipt in receipts(inbox))


def test_a_file_is_kept_under_its_hash_with_time_verdict_and_report(tmp_path):
    path = written(tmp_path, "ice_requests_2026-08.csv", table("ice_requests", {"declined": "16"}))
    (receipt,) = sent(tmp_path / "inbox", path)
    digest = sha256(path.read_bytes())
    home = tmp_path / "inbox" / "received" / digest[:2] / digest
    assert (home / "content.csv").read_bytes() == path.read_bytes()
    stored = json.loads((home / "receipt.json").read_text())
    assert stored["sha256"] == digest
    assert stored["arrival"]["received_at"] == "2026-10-10T12:00:00Z"
    assert stored["arrival"]["verdict"] == "refused"
    assert [finding["code"] for finding in stored["arrival"]["findings"]] == ["R01"]
    assert receipts(tmp_path / "inbox") == [receipt]
    assert accepted_files(tmp_path / "inbox") == []


def test_the_same_file_twice_is_noticed_and_neither_judged_nor_kept_again(tmp_path):
    path = training(tmp_path, "2026-08")
    inbox = tmp_path / "inbox"
    sent(inbox, path)
    before = {p: p.read_bytes() for p in inbox.rglob("*") if p.is_file()}
    renamed = written(tmp_path, "commitment_explanations_copy.csv", path.read_text())
    first, second = sent(inbox, renamed, path, at=NOON + timedelta(days=1))
    assert [first.again, second.again] == [1, 2]
    assert (first.latest.judged, first.latest.verdict) == (False, "accepted")
    assert {p: p.read_bytes() for p in before} == before
    assert [arrival.name for arrival in receipts(inbox)[0].arrivals] == [path.name, renamed.name, path.name]
    assert "the same file came first on 2026-10-10" in as_text([first])


def test_two_copies_in_one_call_are_one_file_that_came_twice(tmp_path):
    path = training(tmp_path, "2026-08")
    copy = written(tmp_path / "b", "commitment_explanations_x.csv", path.read_text())
    received = sent(tmp_path / "inbox", path, copy)
    assert [receipt.again for receipt in received] == [0, 1]
    assert len(accepted_files(tmp_path / "inbox")) == 1


def test_a_second_report_of_a_month_says_which_it_follows(tmp_path):
    inbox = tmp_path / "inbox"
    wrong = written(tmp_path, "ice_requests_a.csv", table("ice_requests", {"declined": "16"}))
    right = written(tmp_path, "ice_requests_b.csv", table("ice_requests"))
    other = written(tmp_path, "ice_requests_c.csv", table("ice_requests", {"period": "2026-07"}))
    (first,) = sent(inbox, wrong)
    second, third = sent(inbox, right, other, at=NOON + timedelta(hours=1))
    assert second.latest.follows == (first.sha256,)
    assert third.latest.follows == ()


def test_a_month_accepted_before_changes_only_by_a_revision_with_its_reason(tmp_path):
    inbox = tmp_path / "inbox"
    first = written(tmp_path, "ice_requests_1.csv", table("ice_requests"))
    other = {"declined": "16", "pending": "1"}
    silent = written(tmp_path, "ice_requests_2.csv", table("ice_requests", other))
    revised = written(
        tmp_path, "ice_requests_3.csv", table("ice_requests", {**other, "revision": "2", "supersedes": "1"})
    )
    why = written(tmp_path, "corrections_1.csv", table("corrections", {
        "period": "2026-08", "agency": "DAJD", "dataset": "ice_requests", "key": "2026-08|DAJD", "date": "2026-10-09",
        "submitted_on": "2026-10-09", "column": "declined", "reason": "Counted again"}))  # fmt: skip
    assert verdicts(sent(inbox, first)) == ["accepted"]
    (refused,) = sent(inbox, silent)
    assert [finding["code"] for finding in refused.latest.findings] == ["R25"]
    assert verdicts(sent(inbox, revised)) == ["refused"]  # nobody says why
    assert verdicts(sent(inbox, revised, why)) == ["accepted", "accepted"]
    assert len(accepted_files(inbox)) == 3
    history = [[arrival.verdict for arrival in receipt.arrivals] for receipt in receipts(inbox)]
    assert sorted(history) == [["accepted"], ["accepted"], ["refused"], ["refused", "accepted"]]


def test_a_file_that_makes_an_accepted_one_wrong_is_refused(tmp_path):
    inbox = tmp_path / "inbox"
    notice = written(tmp_path, "notice_compliance_2026-08.csv", table("notice_compliance"))
    requests = table("ice_requests", {"requests_received": "20", "declined": "16", "purpose_determined": "20"})
    wrong = written(tmp_path, "ice_requests_2026-08.csv", requests)
    unrelated = training(tmp_path, "2026-08")
    assert verdicts(sent(inbox, notice)) == ["accepted"]
    refused, fine = sent(inbox, wrong, unrelated)
    assert (refused.latest.verdict, fine.latest.verdict) == ("refused", "accepted")
    (finding,) = refused.latest.findings
    assert (finding["code"], finding["row"]) == ("R07", None)
    assert notice.name in finding["message"]
    assert verdicts(sent(inbox, written(tmp_path, "ice_requests_ok.csv", table("ice_requests")))) == ["accepted"]


def test_a_faulty_file_does_not_spoil_the_others_of_the_call(tmp_path):
    notice = written(tmp_path, "notice_compliance_2026-08.csv", table("notice_compliance"))
    wrong = written(tmp_path, "ice_requests_2026-08.csv", table("ice_requests", {"declined": "3"}))
    assert verdicts(sent(tmp_path / "inbox", wrong, notice)) == ["refused", "accepted"]


def test_submissions_are_the_accepted_files_of_inboxes_and_all_files_of_folders(tmp_path):
    everything = tmp_path / "all"
    wrong = written(tmp_path, "ice_requests_x.csv", table("ice_requests", {"declined": "3"}))
    august, july = training(tmp_path, "2026-08"), training(tmp_path / "other", "2026-07")
    same_name = july.rename(july.with_name(august.name))
    sent(everything / "DAJD" / "inbox", august, wrong)
    sent(everything / "DAJD" / "inbox", same_name, at=NOON + timedelta(days=1))
    sent(everything / "_old", wrong)
    loose = written(everything / "plain", "training_2026-08.csv", table("training"))
    found = {one.name: one for one in submissions_in(everything)}
    label = f"{august.name} ({sha256(same_name.read_bytes())[:8]})"
    assert [*found] == ["plain/training_2026-08.csv", f"DAJD/inbox/{august.name}", f"DAJD/inbox/{label}"]
    plain, first, second = found.values()
    assert (plain.path, plain.agreed_in, plain.dataset) == (loose, loose.parent, None)
    assert first.path.read_bytes() == august.read_bytes()
    assert second.path.read_bytes() == same_name.read_bytes()
    assert {one.agreed_in for one in (first, second)} == {everything / "DAJD" / "inbox"}
    assert first.dataset is dataset("commitment_explanations")
    assert [one.name for one in submissions_in(everything / "DAJD" / "inbox")] == [august.name, label]


def test_a_correction_agreed_in_the_inbox_lets_a_refused_file_in_as_it_was_sent(tmp_path):
    inbox, path = tmp_path / "inbox", training(tmp_path, "2026-08", explanation_given_in_writing="9O")
    assert verdicts(sent(inbox, path)) == ["refused"]
    agreed = f"""[[correction]]
file = "{path.name}"
row = 2
column = "explanation_given_in_writing"
old = "OLD"
new = "1"
reason = "A slip of the key."
agreed_by = "Records unit"
on = 2026-10-10
"""
    (inbox / "corrections.toml").write_text(agreed)
    (wrong,) = sent(inbox, path)
    assert "V501" in {finding["code"] for finding in wrong.latest.findings}
    (inbox / "corrections.toml").write_text(agreed.replace("OLD", "9O"))
    assert verdicts(sent(inbox, path)) == ["accepted"]
    (one,) = submissions_in(inbox)
    assert one.path.read_bytes() == path.read_bytes()
    (judged,) = judge_submissions([one], SETTINGS)
    assert not judged.refused


def test_a_gap_between_months_received_one_by_one_is_seen(tmp_path):
    inbox = tmp_path / "inbox"
    later = {"period": "2026-09", "review_due_on": "2026-09-30", "review_completed_on": "2026-09-28",
             "submitted_on": "2026-10-05"}  # fmt: skip
    august = written(tmp_path, "account_reviews_2026-08.csv", table("account_reviews"))
    september = written(tmp_path, "account_reviews_2026-09.csv",
                        table("account_reviews", {**later, "open_at_start": "4", "open_at_end": "4"}))  # fmt: skip
    assert verdicts(sent(inbox, september)) == ["accepted"]
    (refused,) = sent(inbox, august)
    assert [finding["code"] for finding in refused.latest.findings] == ["R13"]


def test_every_rule_that_takes_two_files_compares_within_a_period():
    """What `etl.intake` relies on when it leaves other months unread."""
    assert all("period" in rule.by for declared in datasets() for rule in declared.cross_rules)


MARKER = "Zebedee Marker"


def with_column(header: str) -> str:
    """A submission with one column too many, which holds a name."""
    return table("ice_requests").replace("period,", f"{header},period,").replace("2026-08,", f"{MARKER},2026-08,")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ice_requests_h.csv", with_column("Full name")),
        ("ice_requests_c.csv", table("ice_requests", {"source_system": f"{MARKER} a123456789"})),
        ("ice_requests_k.csv", table("ice_requests", {"instrument": f"{MARKER} A123 456 789"})),
        ("ice_requests_u.csv", with_column("who")),
        ("ice_requests_l.csv", table("ice_requests").rstrip("\n") + f",{MARKER}\n"),
        ("log.csv", f"who,when\n{MARKER},2026-08-01\n"),
        ("ice_requests_z.xlsx", MARKER),
        ("notes.txt", MARKER),
    ],
)  # fmt: skip
def test_of_what_is_or_may_be_personal_nothing_is_on_disk(tmp_path, name, text):
    path = written(tmp_path / "sent", name, text)
    (receipt,) = sent(tmp_path / "inbox", path)
    assert receipt.latest.verdict == "refused"
    assert receipt.latest.kept != "content"
    held = everything_in(tmp_path / "inbox")
    assert b"Zebedee" not in held
    assert b"123" not in held.replace(receipt.sha256.encode(), b"") or b"A123" not in held
    (stored,) = receipts(tmp_path / "inbox")
    assert (stored.sha256, stored.latest.name, stored.latest.verdict) == (sha256(path.read_bytes()), name, "refused")
    if receipt.latest.kept == "personal_data":
        assert (stored.latest.dataset, stored.latest.findings, stored.latest.rows) == (None, (), 0)
        assert any(finding["code"] == "R26" for finding in receipt.latest.findings) or name == "ice_requests_k.csv"


@pytest.mark.parametrize(
    "name", ["A123456789_ice_requests.csv", "ice_requests_Guadalupe-Hernandez.csv", "A123456789.txt"]
)
def test_a_name_that_gives_somebody_away_is_nowhere(tmp_path, name):
    """Neither on disk nor in the answer nor on the screen; not even of a file that was accepted under another name."""
    inbox, told, fine = tmp_path / "inbox", [], written(tmp_path, "ice_requests_2026-08.csv", table("ice_requests"))
    path = written(tmp_path / "sent", name, table("ice_requests", {"period": "2026-07", "submitted_on": "2026-08-04"}))
    again = written(tmp_path / "again", name, fine.read_text())
    for paths in ([fine], [path], [again]):
        received = receive(paths, inbox, settings=SETTINGS, received_at=NOON, progress=told.append)
        told += [as_text(received), json.dumps(as_json(received))]
    with pytest.raises(SettingsError) as missing:
        sent(inbox, tmp_path / "gone" / name)
    said = everything_in(inbox).decode() + " ".join(told) + str(missing.value)
    assert not {part for part in ("A123456789", "Guadalupe", "Hernandez") if part in said}
    assert f"withheld-{sha256(path.read_bytes())[:8]}" in said
    standing = {receipt.sha256: receipt for receipt in receipts(inbox)}
    assert standing[sha256(path.read_bytes())].latest.kept == "personal_data"
    assert standing[sha256(fine.read_bytes())].latest.name.startswith(f"withheld-{sha256(fine.read_bytes())[:8]}")


def test_r27_is_told_on_arrival_as_check_tells_it(tmp_path):
    months = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
    rows = [{"period": month, "submitted_on": "", "received": "90" if month == "2025-12" else "20"} for month in months]
    path = written(tmp_path, "complaints_2024_2025.csv", table("complaints", *rows))
    (receipt,) = sent(tmp_path / "inbox", path)
    (finding,) = receipt.latest.findings
    assert (receipt.latest.verdict, finding["code"], finding["row"]) == ("accepted_with_warnings", "R27", 25)


def test_the_json_document_is_that_of_check_with_a_receipt(tmp_path):
    path = written(tmp_path, "ice_requests_2026-08.csv", table("ice_requests", {"declined": "16"}))
    document = json.loads(json.dumps(as_json(sent(tmp_path / "inbox", path))))
    assert document["verdict"] == "refused"
    (entry,) = document["files"]
    assert {"file", "dataset", "verdict", "sha256", "rows", "findings", "receipt"} == {*entry}
    assert entry["receipt"] == {
        "received_at": "2026-10-10T12:00:00+00:00", "first_received_at": "2026-10-10T12:00:00+00:00", "again": 0,
        "kept": "content", "follows": [],
    }  # fmt: skip


def test_status_tells_received_zero_late_and_missing_before_any_release(tmp_path):
    inbox = tmp_path / "inbox"
    pacific = timezone(timedelta(hours=-7))
    evening = datetime(2026, 9, 15, 23, 30, tzinfo=pacific)  # already the 16th in UTC; the county's clock counts
    sent(inbox, training(tmp_path, "2026-08"), at=evening)
    zero = {"status": "certified_zero", "commitments": "0", "explanation_given_in_writing": "0"}
    sent(inbox, training(tmp_path, "2026-07", submitted_on="2026-08-02", **zero), at=evening)
    sent(inbox, training(tmp_path, "2026-06"), at=evening)
    rows = {row["period"]: row for row in inbox_status(inbox, jurisdiction(), date(2026, 10, 10))
            if (row["agency"], row["dataset"]) == ("DAJD", "commitment_explanations")}  # fmt: skip
    assert rows["2026-08"] == {
        "agency": "DAJD", "dataset": "commitment_explanations", "period": "2026-08", "due_on": "2026-09-15",
        "received_on": "2026-09-15", "status": "certified",
    }  # fmt: skip
    found = {period: rows[period]["status"] for period in ("2026-05", "2026-06", "2026-07", "2026-09")}
    assert found == {"2026-05": "missing", "2026-06": "late", "2026-07": "certified_zero", "2026-09": "not_due"}
    assert {row["status"] for row in inbox_status(tmp_path / "none", jurisdiction(), date(2026, 10, 10))} == {
        "missing", "not_due"
    }  # fmt: skip


def test_what_cannot_be_opened_or_written_is_said_plainly_and_loses_nothing(tmp_path):
    path = training(tmp_path, "2026-08")
    with pytest.raises(SettingsError, match="cannot be opened"):
        sent(tmp_path / "inbox", path, tmp_path / "nowhere.csv")
    assert receipts(tmp_path / "inbox") == []
    with pytest.raises(SettingsError, match="could not be written"):
        sent(path, path)
    with pytest.raises(SettingsError, match="could not be written"):
        sent(path / "below", path)


def outbox_of(folder: Path, months: int) -> list[Path]:
    return [training(folder, f"20{25 - month // 12}-{month % 12 + 1:02d}") for month in range(months)]


@pytest.fixture(scope="module")
def receiver():
    """Starts real processes that receive files; they are forked from a server that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["etl.inbox"])

    def start(inbox: Path, paths: list[Path]):
        told = {"settings": SETTINGS, "received_at": NOON}
        process = context.Process(target=receive, args=(paths, inbox), kwargs=told)
        process.start()
        return process

    return start


def test_a_full_disk_is_said_plainly_and_the_next_run_completes(tmp_path):
    paths = outbox_of(tmp_path / "out", 2)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        with pytest.raises(SettingsError, match="could not be written"):
            sent(tmp_path / "inbox", *paths)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert receipts(tmp_path / "inbox") == []
    assert verdicts(sent(tmp_path / "inbox", *paths)) == ["accepted"] * 2


def test_killed_at_any_moment_nothing_is_half_there_and_a_rerun_completes(tmp_path, receiver):
    inbox, paths = tmp_path / "inbox", outbox_of(tmp_path / "out", 16)
    chance = random.Random(20261020)
    outcomes = set()
    for _ in range(16):
        process = receiver(inbox, chance.sample(paths, 4))
        time.sleep(chance.uniform(0, 0.8))
        process.kill()
        process.join()
        outcomes.add(process.exitcode)
        assert_whole(inbox)
    assert -signal.SIGKILL in outcomes
    sent(inbox, *paths)
    assert {receipt.sha256 for receipt in receipts(inbox)} == {sha256(path.read_bytes()) for path in paths}
    assert_whole(inbox)
    assert not list(inbox.glob(".incoming/*")) + list(inbox.glob(".ready/*"))


@pytest.mark.parametrize("step", range(24))
def test_stopped_at_each_step_on_disk_a_call_is_there_whole_or_not_at_all(tmp_path, monkeypatch, step):
    """The process ends, without any tidying up, at one after the other of the system calls that write."""
    inbox = tmp_path / "inbox"
    paths = outbox_of(tmp_path / "out", 2)
    wrong = written(tmp_path, "ice_requests_x.csv", table("ice_requests", {"declined": "16"}))
    sent(inbox, wrong)
    child = os.fork()
    if child == 0:
        left = [step]

        def stopping(original):
            def call(*arguments, **options):
                if left[0] == 0:
                    os._exit(9)
                left[0] -= 1
                return original(*arguments, **options)

            return call  # fmt: skip

        for name in ("fsync", "rename", "link", "mkdir"):
            monkeypatch.setattr(os, name, stopping(getattr(os, name)))
        try:
            sent(inbox, wrong, *paths)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert_whole(inbox)
    there = {receipt.sha256: len(receipt.arrivals) for receipt in receipts(inbox)}
    assert sorted(there.values()) in ([1], [1, 1, 2])
    received = sent(inbox, wrong, *paths)
    assert_whole(inbox)
    assert [receipt.standing.accepted for receipt in received] == [False, True, True]


def test_two_at_once_both_complete(tmp_path, receiver):
    paths = outbox_of(tmp_path / "out", 8)
    both = [receiver(tmp_path / "inbox", some) for some in (paths[:6], paths[2:])]
    for process in both:
        process.join(120)
        assert process.exitcode == 0
    found = receipts(tmp_path / "inbox")
    assert len(found) == 8
    assert sum(receipt.again for receipt in found) == 4
    assert all(receipt.standing.accepted for receipt in found)
    assert_whole(tmp_path / "inbox")


def test_tidying_up_leaves_a_receiver_at_work_alone(tmp_path):
    from etl.receipts import alone

    inbox = tmp_path / "inbox"
    with alone(inbox):
        half = inbox / ".incoming" / "x"
        half.mkdir(parents=True)
        assert clean_up(inbox) == 0
        assert half.exists()
    assert clean_up(inbox) == 1
    assert not half.exists()
    assert clean_up(tmp_path / "none") == 0


def test_an_altered_receipt_or_content_is_noticed(tmp_path):
    inbox = tmp_path / "inbox"
    sent(inbox, training(tmp_path, "2026-08"))
    (content,) = inbox.rglob("content.csv")
    content.write_text("changed")
    with pytest.raises(SettingsError, match="missing or was altered"):
        accepted_files(inbox)
    (content.parent / "receipt.json").write_text("{}")
    with pytest.raises(SettingsError, match="altered or is damaged"):
        receipts(inbox)
