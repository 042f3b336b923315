"""The methods paragraph on the rank follows the rule and what was measured."""

import re

import pytest

from nmfbio.report.methods import write_methods
from nmfbio.report.methods_rank import describe_evidence, describe_rank_choice, describe_rule

EVIDENCE_PAPERS = {
    "Wold 1978", "Owen & Perry 2009", "Frigyesi & Höglund 2008", "Horn 1965", "Buja & Eyuboglu 1992",
    "Lange et al. 2004", "Alexandrov et al. 2013", "Hutchins et al. 2008",
}  # fmt: skip


def cited(content):
    return {reference.citation for reference in write_methods(content).references}


def test_all_that_was_measured_is_described_and_cited(build_evidence):
    assert cited(build_evidence()) >= EVIDENCE_PAPERS
    text = " ".join(write_methods(build_evidence()).paragraphs)
    assert "[@" not in text
    assert "a tenth of the entries" in text


def test_nothing_is_said_of_evidence_that_was_not_taken(content):
    assert describe_evidence(content) == ""
    assert not EVIDENCE_PAPERS & cited(content)


def test_permuted_data_are_told_of_where_they_were_measured(build_evidence):
    content = build_evidence()
    assert "without structure as well" not in describe_evidence(content)
    content.measures.loc[0, ["null_low", "null_high"]] = 0.1
    assert "without structure as well" in describe_evidence(content)


def test_count_splitting_is_cited_only_where_there_were_counts(build_evidence):
    content = build_evidence()
    assert "Neufeld et al. 2023" not in cited(content)
    content.measures.loc[content.measures["measure"] == "count_splitting", "value"] = 0.9
    assert "Neufeld et al. 2023" in cited(content)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({}, "not above the median of the ranks that hidden entries, the fall of the objective and parallel analysis"),
        ({}, "scored above 0.7, provided that"),
        ({"rule": "vote"}, "the median of the ranks that the fall of the objective, hidden entries"),
        ({"rule": "vote", "vote": None}, "the median of the ranks that several measures prefer"),
        ({"rule": "cophenetic"}, "at the point where they begin to fall"),
        ({"rule": "pac"}, "one measure, PAC, proportion of ambiguous clustering, prefers"),
        ({"rule": "something else"}, "by the rule 'something else'"),
    ],
)
def test_each_rule_is_told(build_evidence, verdict, words):
    assert words in describe_rule(build_evidence(**verdict).verdict)


def test_reproducible_ranks_and_the_bound_are_reported(build_evidence):
    text = describe_rank_choice(build_evidence())
    assert text.endswith(
        "which gave rank 3. Ranks 2 and 3 were reproducible and structure was detectable up to rank 5."
    )


def test_a_rank_set_by_hand_is_told_with_what_the_evidence_says(build_evidence):
    text = describe_rank_choice(build_evidence(rule="selected", rank=2))
    assert text.startswith("Rank 2 was set by the analyst. Ranks 2 and 3 were reproducible")


def test_no_structure_is_reported_as_such(build_evidence, no_structure):
    text = describe_rank_choice(build_evidence(**no_structure))
    assert "which gave no support for any grouping." in text
    assert not re.search(r"reproducible|detectable up", text)


def test_the_clustered_solution_cites_consensus_nmf_with_its_numbers(build_evidence):
    content = build_evidence()
    content.settings["consensus"] = {
        "scale": "max", "solution": "clustered", "density_threshold": 0.5, "neighbourhood": 0.3,
    }  # fmt: skip
    text = " ".join(write_methods(content).paragraphs)
    assert "nearest neighbours (0.3 of the number of restarts) was not below 0.5" in text
    assert "matched rather than clustered" not in text
    assert "Kotliar et al. 2019" in cited(content)
