"""The first screen says what was found, and no more than that."""

from dataclasses import replace

import pytest

from nmfbio.report.answer import write_answer


def with_verdict(build_content, **changes):
    verdict = {**build_content().verdict, **changes}
    return build_content(verdict=verdict)


def without(entry, *names):
    """The entry with these metagenes empty."""
    programs = entry.programs
    return replace(entry, programs=programs.assign(in_use=~programs["signature"].isin(names)))


def test_a_supported_verdict_counts_signatures_and_samples(content):
    answer = write_answer(content)
    assert answer.headline == "Three gene signatures in 4 samples."
    assert answer.label == "Supported"
    assert len(answer.signatures) == 3


def test_a_weak_verdict_is_worded_as_weak(build_content):
    answer = write_answer(with_verdict(build_content, status="weak"))
    assert "evidence for this number is weak" in answer.headline
    assert "not as a finding" in answer.meaning


@pytest.mark.parametrize("rank", [None, 3])
def test_no_structure_lists_no_signatures(build_content, rank):
    answer = write_answer(with_verdict(build_content, status="none", rank=rank))
    assert answer.headline == "No supported structure was found in these 4 samples."
    assert answer.signatures == ()


def test_a_weak_verdict_without_a_rank_singles_out_none(build_content):
    answer = write_answer(with_verdict(build_content, status="weak", rank=None, votes={}))
    assert answer.headline.startswith("No number of signatures can be singled out")
    assert answer.signatures == ()


def test_samples_whose_call_depends_on_scale_are_named(content):
    against = " ".join(write_answer(content).against)
    assert "1 of 4 samples changes group" in against
    assert "AML_13 (metagene 2, otherwise metagene 3)" in against


def test_calls_at_an_arbitrary_rank_are_not_discussed_where_none_is_proposed(build_content):
    answer = write_answer(with_verdict(build_content, status="none", rank=None))
    assert not any("At rank" in sentence for sentence in (*answer.against, *answer.solid))


def test_samples_that_the_consensus_tree_calls_otherwise_are_named(content):
    assert any("tree over all restarts: <script>" in sentence for sentence in write_answer(content).against)


def test_measures_that_prefer_another_rank_are_named_with_what_it_means(content):
    against = " ".join(write_answer(content).against)
    assert "One of two measures prefers another rank." in against
    assert "fewest pairs of samples are ambiguous there" in against


def test_restarts_that_did_not_converge_are_counted_by_rank(build_content, content):
    objectives = content.objectives.copy()
    objectives.loc[[0, 1, 7], "converged"] = False
    against = " ".join(write_answer(build_content(objectives=objectives)).against)
    assert "3 of 10 restarts stopped at the limit" in against
    assert "2 of 5 at rank 2 (restarts 0 and 1) and 1 of 5 at rank 3 (restart 2)" in against
    assert "They count in the consensus like the others" in against
    assert "taken from those that had converged. Raising" in against


def test_a_rank_without_any_converged_restart_is_named(build_content, content):
    objectives = content.objectives.assign(converged=content.objectives["rank"] == 3)
    against = " ".join(write_answer(build_content(objectives=objectives)).against)
    assert "5 of 5 at rank 2 (restarts 0, 1, 2, 3 and 4)" in against
    assert "those that had converged, but at rank 2 none did." in against


def test_of_many_restarts_that_did_not_converge_the_first_are_named(build_content):
    content = build_content(ranks=(2,), restarts=30)
    against = " ".join(write_answer(replace(content, objectives=content.objectives.assign(converged=False))).against)
    assert "restarts 0, 1, 2," in against
    assert ", 19 and 10 more)" in against


def test_empty_metagenes_are_named_and_counted_out(build_content):
    content = build_content(ranks=(4,))
    content = replace(content, ranks=(without(content.ranks[0], "metagene_3", "metagene_4"),))
    answer = write_answer(content)
    assert answer.headline == "Two gene signatures in 4 samples."
    assert any("At rank 4, metagenes 3 and 4 are empty" in sentence for sentence in answer.against)
    assert [signature.name for signature in answer.signatures] == ["Metagene 1", "Metagene 2"]
    one = replace(content, ranks=(without(build_content(ranks=(4,)).ranks[0], "metagene_4"),))
    assert any("metagene 4 is empty" in text and "three describe it" in text for text in write_answer(one).against)


def test_converged_restarts_are_reported_as_a_check_without_a_finding(content):
    assert "All 10 restarts converged." in write_answer(content).solid


def test_stability_is_said_to_be_no_proof_unless_shuffled_data_were_compared(build_content, content):
    assert any("not proof of structure" in sentence for sentence in write_answer(content).against)
    compared = build_content(measures=content.measures.assign(null_low=0.1, null_high=0.2))
    assert not any("not proof of structure" in sentence for sentence in write_answer(compared).against)


def test_what_else_the_evidence_says_stands_beside_the_reasons_and_not_against_them(build_evidence):
    answer = write_answer(build_evidence())
    assert any("The vote of five measures gives rank 4" in sentence for sentence in answer.readings)
    assert not any("vote" in sentence for sentence in answer.against)
    assert not any("Reproducible as well" in sentence for sentence in answer.readings)  # the reasons say it
    unexplained = write_answer(build_evidence(why=""))
    assert any("Reproducible as well: rank 2" in sentence for sentence in unexplained.readings)


def test_the_verdict_s_own_disagreements_take_the_place_of_a_list_of_votes(build_evidence):
    against = write_answer(build_evidence()).against
    assert against[0] == "Parallel analysis prefers 6: weak patterns go on."
    assert not any("prefer another rank" in sentence for sentence in against)
    agreed = write_answer(build_evidence(disagreements=[])).against
    assert not any("prefer" in sentence for sentence in agreed)


def test_held_out_data_make_the_warning_about_stability_needless(build_evidence):
    assert not any("not proof of structure" in sentence for sentence in write_answer(build_evidence()).against)


def test_evidence_leaves_out_counts_where_there_were_none(build_evidence):
    labels = [label for label, *_ in write_answer(build_evidence()).evidence]
    assert "Hidden values" in labels
    assert "Hidden half of the counts" not in labels


def test_without_structure_the_evidence_is_still_shown(build_evidence, no_structure):
    answer = write_answer(build_evidence(**no_structure))
    assert answer.headline == "No supported structure was found in these 4 samples."
    assert answer.signatures == ()
    assert any("At no rank do all metagenes reappear" in sentence for sentence in answer.readings)
    assert len(answer.evidence) > 6


def test_each_signature_says_in_how_many_restarts_it_was_found(content, build_content):
    recurrences = [signature.recurrence for signature in write_answer(content).signatures]
    assert recurrences[0] == "found in 5 of 5 restarts, mean cosine over 0.99"
    assert recurrences[1] == "found in 4 of 5 restarts, mean cosine 0.91"
    assert [signature.recurrence for signature in write_answer(build_content(restarts=1)).signatures] == [""] * 3


def test_each_piece_of_evidence_carries_its_meaning(content):
    evidence = write_answer(content).evidence
    assert len(evidence) == 6
    assert all(brief and value for _, brief, value, _ in evidence)
    assert evidence[0][0] == "Cophenetic correlation"
    assert evidence[0][2:] == ("0.9900", "rank 3")


def test_preferences_tell_ranks_that_pass_from_measures_without_a_vote(build_evidence):
    votes = {"reproducibility": 3, "pac": 2, "dispersion": None}
    prefers = {row[0]: row[3] for row in write_answer(build_evidence(votes=votes)).evidence}
    assert prefers["Reproducibility in other samples"] == "passed by ranks 2 and 3"
    assert prefers["PAC, proportion of ambiguous clustering"] == "rank 2"
    assert prefers["Dispersion"] == "no rank"
    assert prefers["Objective"] == "no vote"


def test_a_signature_without_a_selected_gene_says_so(build_content):
    content = build_content(ranks=(1,))
    (signature,) = write_answer(content).signatures
    assert signature.genes == "no gene passes the selection, highest scores:"
