"""Every dataset, from its declaration: its examples pass the real reader, its words exist, its law is in the list."""

import re
from dataclasses import replace

import pytest

from etl.indicators import ALL
from etl.validate import submittable
from schemas import vocabulary
from schemas.common import EVERY_SUBMISSION
from schemas.declare import Grain, Kind, MadeBy, Protection, Role, attribute, key
from schemas.dictionary import (
    dataset_definition,
    dictionary_page,
    indicator_definition,
    law_definition,
    published_fields,
    read_indicator,
    read_linear_rules,
    vocabularies_of,
)
from schemas.errors import DefinitionError
from schemas.jurisdiction import Basis, Law, Trust, jurisdiction
from schemas.registry import _faults, all_rules, check_declarations, dataset, datasets
from schemas.release import canonical_json
from schemas.rules import AcrossDatasets, CarriedOver, Linear, in_, is_, plus

COUNTY = jurisdiction()
DATASETS = datasets()
INDICATORS = [(indicator, declared) for declared in DATASETS for indicator in declared.indicators]

each_dataset = pytest.mark.parametrize("declared", DATASETS, ids=lambda declared: declared.id)
each_submittable = pytest.mark.parametrize("declared", submittable(), ids=lambda declared: declared.id)
each_indicator = pytest.mark.parametrize(
    ("indicator", "declared"), INDICATORS, ids=[indicator.id for indicator, _ in INDICATORS]
)
each_vocabulary = pytest.mark.parametrize("name", vocabulary.names())


def test_the_declarations_agree_with_each_other():
    check_declarations()


def test_the_datasets_of_the_domain_are_all_there():
    assert {declared.id for declared in DATASETS} >= {
        "ice_requests", "notice_compliance", "commitment_explanations", "interview_requests", "account_reviews",
        "database_access", "information_disclosures", "request_review", "training", "audit_recommendations",
        "submission_ledger", "corrections", "federal_counts", "complaints", "personal_information_inventory",
        "federal_detainers", "federal_arrests", "audit_baseline", "notice_compliance_by_facility",
        "notice_compliance_by_reason",
    }  # fmt: skip


@each_submittable
def test_the_examples_are_accepted_by_the_real_reader(declared, judged):
    (one,) = judged({f"{declared.id}_a.csv": list(declared.examples)})
    assert [finding for finding in one.findings if finding.severity == "error"] == []
    assert one.validated.rows == len(declared.examples) > 0
    assert not one.validated.table.duplicated(list(declared.key)).any()


@each_dataset
def test_every_word_is_there(declared):
    texts = [declared.title, declared.one_row_is, declared.summary, *declared.caveats]
    texts += [text for column in declared.columns for text in (column.label, column.description)]
    assert all(text.strip() == text and text for text in texts)
    assert declared.law, "whose law asks for it?"
    assert declared.caveats or declared.made_by is MadeBy.DAYLIGHT
    assert declared.one_row_is.startswith("one "), "one row is one …"
    for column in declared.columns:
        assert column.description.endswith((".", "…")), column.name
        assert column.unit or not column.numeric, f"{column.name} has no unit"
        assert column.vocabulary or column.kind is not Kind.CODE, f"{column.name} has no list"
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)


@each_dataset
def test_every_citation_is_in_the_county_s_law(declared):
    keys = {name for column in declared.columns for name in declared.law_of(column)} | {declared.disclosure.citation}
    keys |= {name for indicator in declared.indicators for name in indicator.law}
    assert all(COUNTY.cited(name).citation for name in keys)


@each_dataset
def test_a_table_about_people_says_who_decided_how_it_is_protected(declared):
    policy = declared.disclosure
    assert policy.reason
    assert policy.approver
    about_people = [c.name for c in declared.published_columns if c.protection is Protection.PERSON]
    assert bool(about_people) == (policy.kind is Protection.PERSON)
    if about_people:
        assert (policy.threshold, policy.zeros_printed, declared.grains) == (10, True, (Grain.QUARTER,))


@each_dataset
def test_a_published_table_has_a_status_beside_each_count_that_may_be_absent(declared):
    names = [field.name for field in published_fields(declared)]
    assert names[0] == "data_origin"
    assert len(names) == len(set(names))
    for column in declared.published_columns:
        if column.role is Role.COUNT and not column.must_be_filled:
            assert names[names.index(column.name) + 1] == f"{column.name}_status"


@each_dataset
def test_the_rules_survive_being_written_down(declared):
    written = dataset_definition(declared)
    assert read_linear_rules(written) == tuple(rule for rule in all_rules(declared) if isinstance(rule, Linear))
    assert canonical_json(written) == canonical_json(dataset_definition(declared))
    assert [column["name"] for column in written["columns"]] == [c.name for c in declared.published_columns]


@each_indicator
def test_an_indicator_survives_being_written_down(indicator, declared):
    assert read_indicator(indicator_definition(indicator, declared)) == indicator


@each_indicator
def test_an_indicator_completes_its_sentence_and_names_its_law(indicator, declared):
    assert indicator.counted
    assert not indicator.counted.endswith(".")
    assert indicator.law[0] in COUNTY.law
    assert {"period", "agency"} <= set(declared.key), "an indicator is by period and agency"
    assert declared.disclosure.kind is not Protection.PERSON, "an indicator of people would be an input of the attacker"
    assert (indicator.unit == "share") == (indicator.denominator is not None)


def test_the_indicators_of_the_domain_are_all_there_once():
    ids = [indicator.id for indicator, _ in INDICATORS]
    assert sorted(ids) == sorted([*(f"K{number}" for number in range(1, 18)), "K14_verified"])
    assert ALL == "ALL"


# --- rules -----------------------------------------------------------------------------------------------------------


def test_every_rule_of_the_domain_is_declared():
    declared = {rule.id for each in DATASETS for rule in each.rules} | {rule.id for rule in EVERY_SUBMISSION}
    assert declared >= {f"R{number:02d}" for number in range(1, 30)}


@pytest.mark.parametrize(
    ("rule_id", "home", "kind"),
    [("R07", "notice_compliance", AcrossDatasets), ("R10", "notice_compliance", AcrossDatasets),
     ("R13", "account_reviews", CarriedOver), ("R16", "account_reviews", AcrossDatasets),
     ("R28", "federal_counts", Linear)],
)  # fmt: skip
def test_what_takes_more_than_one_row_to_see_is_declared_too(rule_id, home, kind):
    assert [type(rule) for rule in dataset(home).rules if rule.id == rule_id] == [kind]


@each_dataset
def test_every_rule_says_what_must_hold_in_words(declared):
    for rule in declared.rules:
        assert rule.says, rule.id
        assert rule.says[0].islower()
        assert not rule.says.endswith(".")


# --- law -------------------------------------------------------------------------------------------------------------

UNCONFIRMED = [law for law in COUNTY.law.values() if law.trust is not Trust.PRIMARY]
TO_BE_CONFIRMED = "(to be confirmed against"


@pytest.mark.parametrize("trust", Trust)
def test_only_what_was_read_in_the_primary_text_is_cited_as_certain(trust):
    law = Law("x", Basis.CODE, "K.C.C. 2.15.020", "It says so.", trust, "a file")
    assert ("(to be confirmed against the code)" in law.published_citation) == (trust is not Trust.PRIMARY)
    assert law_definition(law)["citation"] == law.published_citation


@pytest.mark.parametrize("page", ["definitions/law.json", "definitions/dictionary.md", "site/en/index.html"])
def test_a_release_never_cites_an_unconfirmed_text_as_certain(page, release):
    text = (release / page).read_text(encoding="utf-8").replace("&#39;", "'").replace("&amp;", "&")
    assert TO_BE_CONFIRMED in text
    certain = sorted((law.citation for law in COUNTY.law.values() if law.trust is Trust.PRIMARY), key=len, reverse=True)
    for sure in certain:  # a certain citation may begin with the words of an unconfirmed one
        text = text.replace(sure, "")
    for law in UNCONFIRMED:
        bare = re.findall(rf"{re.escape(law.citation)}(?!\.\w|\(\w| \(2\.)(.{{0,{len(TO_BE_CONFIRMED) + 1}}})", text)
        assert all(TO_BE_CONFIRMED in after for after in bare), law.key


def test_the_review_of_accounts_is_a_commitment_and_not_law():
    assert COUNTY.cited("account_review").basis == "agency_commitment"
    assert COUNTY.cited("request_review").basis == "agency_commitment"


def test_a_law_that_is_not_listed_cannot_be_cited():
    with pytest.raises(DefinitionError, match="kcc_9_99"):
        COUNTY.cited("kcc_9_99")


def test_immigration_agencies_are_the_same_wherever_they_are_named():
    listed = vocabulary.codes("federal_agency")
    authorities = {code.code for code in listed if code.facts["immigration_authority"] == "yes"}
    assert authorities == set(COUNTY.immigration_agencies)
    (logins,) = dataset("database_access").indicators
    assert logins.numerator.where == (in_("federal_agency", *COUNTY.immigration_agencies),)
    (across,) = dataset("account_reviews").cross_rules
    assert across.left.where == (in_("federal_agency", *COUNTY.immigration_agencies),)


# --- vocabularies ----------------------------------------------------------------------------------------------------


@each_vocabulary
def test_a_code_has_a_label_a_source_and_dates_in_order(name):
    listed = vocabulary.codes(name)
    assert listed
    for code in listed:
        assert code.code == code.code.strip() != ""
        assert code.label
        assert code.source
        assert code.valid_from <= code.valid_to


@each_vocabulary
def test_a_spelling_means_one_code(name):
    listed = vocabulary.codes(name)
    spelled = [text.casefold() for code in listed for text in {code.code, code.label, *code.also_written}]
    meant = vocabulary.spellings(name)
    assert set(meant) == set(spelled)
    for code in listed:
        assert {meant[text.casefold()] for text in (code.code, code.label, *code.also_written)} == {code.code}


def test_every_vocabulary_is_used_or_says_what_a_cell_says():
    unused = set(vocabulary.names()) - set(vocabularies_of(DATASETS))
    assert unused <= {"cell_status", "data_origin", "basis_class", "decision", "purpose_found"}


def test_the_instruments_hold_the_forms_of_county_and_state_law():
    facts = {code.code: code.facts for code in vocabulary.codes("instrument")}
    assert {"I-200", "I-203", "I-205"} <= facts.keys()
    assert [code for code, fact in facts.items() if fact["meets_county_test"] == "yes"] == ["judicial_warrant_criminal"]
    assert facts["admin_subpoena"]["is_judicial"] == "no"


# --- a declaration that is wrong -------------------------------------------------------------------------------------

GOOD = dataset("complaints")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (replace(GOOD, columns=(*GOOD.columns, GOOD.columns[0])), "declared twice"),
        (replace(GOOD, columns=GOOD.columns[:3]), "which is no column"),
        (replace(GOOD, law=("kcc_9_99",)), "not in law.csv"),
        (replace(GOOD, columns=(*GOOD.columns, attribute("more", "", "Words."))), "more has no label"),
        (replace(GOOD, columns=tuple(replace(c, unit="") for c in GOOD.columns)), "has no unit"),
        (replace(GOOD, columns=tuple(replace(c, protection=Protection.PERSON) for c in GOOD.columns)), "disagree"),
        (replace(GOOD, columns=(*GOOD.columns, GOOD.columns[-1].over(plus("elsewhere")))), "names elsewhere, which is no"),
        (replace(dataset("notice_compliance_by_facility"), columns=tuple(
            c.over(plus("notices_due")) for c in dataset("notice_compliance_by_facility").columns)), "may hide"),
        (replace(GOOD, rules=(replace(GOOD.rules[0], when=(is_("status", "invented"),)),)), "no code of"),
    ],
    ids=["a column twice", "a rule about no column", "no such law", "no label", "no unit", "people under a conduct policy",
         "a figure of no column", "a figure of people that another would tell",
         "a code nobody listed"],
)  # fmt: skip
def test_a_wrong_declaration_is_told_in_words(wrong, words):
    assert any(words in fault for fault in _faults(wrong, "king_county"))


def test_a_vocabulary_that_is_not_there_is_a_wrong_declaration():
    wrong = replace(GOOD, columns=(*GOOD.columns, key("planet", "Planet", "Where.", vocabulary="planets")))
    with pytest.raises(DefinitionError, match="planets") as refusal:
        _faults(wrong, "king_county")
    assert refusal.value.exit_code == 15


@pytest.mark.parametrize(
    "ask", [lambda: dataset("weather"), lambda: jurisdiction("atlantis")], ids=["dataset", "county"]
)
def test_what_nobody_declared_is_named(ask):
    with pytest.raises(DefinitionError, match="There is no"):
        ask()


def test_the_dictionary_has_a_line_for_every_column_rule_and_indicator():
    page = dictionary_page(DATASETS, COUNTY)
    for declared in DATASETS:
        assert f"## {declared.title}" in page
        assert all(f"| `{column.name}` |" in page for column in declared.published_columns)
        assert all(rule.says in page for rule in declared.rules)
    assert all(f"| {indicator.id} | {indicator.title} |" in page for indicator, _ in INDICATORS)
