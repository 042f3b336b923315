"""nmfbio.rank.verdict: the rules, and the verdict they give."""

import json
import re
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.config import Rank
from nmfbio.rank import choose_rank, collect_measures
from nmfbio.rank.measures import MEASURES
from nmfbio.rank.reading import THRESHOLD, VOTERS
from nmfbio.rank.verdict import CALIBRATION, RULES
from nmfbio.rank.votes import TIE, read_votes

NO_STRUCTURE = [1.0, 1.1, 1.2, 1.3, 1.4]


def test_the_rules_are_those_of_the_configuration():
    assert get_args(Rank.model_fields["rule"].annotation) == RULES
    assert Rank().rule == RULES[0]
    assert set(RULES[3:]) <= set(MEASURES)


def test_the_calibration_counts_verdicts_by_how_many_voters_named_the_rank():
    assert list(CALIBRATION) == sorted(CALIBRATION, reverse=True)
    assert all(1 <= named <= len(VOTERS) for named in CALIBRATION)
    assert all(0 < right <= total for right, total in CALIBRATION.values())
    shares = [right / total for right, total in CALIBRATION.values()]
    assert shares == sorted(shares, reverse=True)


def test_the_finest_reproducible_rank_within_the_bound_is_supported(make_measures):
    verdict = choose_rank(make_measures())
    assert (verdict.status, verdict.rank, verdict.rule) == ("supported", 3, "finest_reproducible")
    assert (verdict.reproducible, verdict.bound, verdict.runner_up) == ([2, 3], 3, 2)
    assert (verdict.threshold, verdict.cophenetic_reading) == (THRESHOLD, 3)


def test_a_reproducible_rank_beyond_the_bound_is_not_taken(make_measures):
    verdict = choose_rank(make_measures(reproducibility=[np.nan, 0.95, 0.9, 0.5, 0.9]))
    assert (verdict.status, verdict.rank, verdict.reproducible) == ("supported", 3, [2, 3, 5])


def test_data_that_one_metagene_predicts_best_have_no_structure_though_restarts_agree(make_measures):
    verdict = choose_rank(make_measures(speckled_cv=NO_STRUCTURE, count_splitting=NO_STRUCTURE))
    assert (verdict.status, verdict.rank) == ("none", None)
    assert (verdict.reproducible, verdict.votes["pac"]) == ([2, 3], 3)
    assert verdict.gate == {"speckled_cv": 1, "count_splitting": 1}
    assert verdict.agreement is None
    assert verdict.disagreements == []


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_names_a_rank_where_one_metagene_predicts_best(make_measures, rule):
    verdict = choose_rank(make_measures(speckled_cv=NO_STRUCTURE, count_splitting=NO_STRUCTURE), rule)
    assert (verdict.status, verdict.rank) == ("none", None)


def test_without_a_reproducible_rank_the_nearest_within_the_bound_is_named_weakly(make_measures):
    verdict = choose_rank(make_measures(reproducibility=[np.nan, 0.5, 0.7, 0.75, 0.2]))
    assert (verdict.status, verdict.rank) == ("weak", 3)
    assert (verdict.reproducible, verdict.agreement) == ([], None)


def test_reproducible_ranks_beyond_the_bound_alone_are_weak(make_measures):
    verdict = choose_rank(make_measures(reproducibility=[np.nan, 0.5, 0.7, 0.95, 0.2]))
    assert (verdict.status, verdict.rank, verdict.reproducible) == ("weak", 3, [4])


def test_a_bound_of_one_leaves_the_smallest_rank_weakly(make_measures):
    flat = {"gain": [0.01, 0.01, 0.01, 0.01, np.nan], "parallel_analysis": [np.nan, 0.9, 0.8, 0.7, 0.6]}
    verdict = choose_rank(make_measures(**flat))
    assert (verdict.status, verdict.rank, verdict.bound) == ("weak", 2, 1)


def test_reproducibility_that_could_not_be_measured_leaves_a_weak_verdict(make_measures):
    verdict = choose_rank(make_measures(reproducibility=None))
    assert (verdict.status, verdict.reproducible, verdict.distance) == ("weak", None, {})
    assert verdict.rank in range(2, verdict.bound + 1)


def test_wider_ranks_beyond_the_answer_leave_the_verdict_as_it_is(make_measures):
    wide = make_measures()
    narrow = wide[wide["rank"] < 5]
    one, other = (choose_rank(table) for table in (wide, narrow))
    assert (one.status, one.rank, one.bound) == (other.status, other.rank, other.bound) == ("supported", 3, 3)


def test_a_selected_rank_is_kept_and_the_evidence_still_read(make_measures):
    verdict = choose_rank(make_measures(), selected=4)
    assert (verdict.status, verdict.rank, verdict.rule) == ("weak", 4, "selected")
    assert (verdict.reproducible, verdict.bound, verdict.agreement) == ([2, 3], 3, None)
    assert choose_rank(make_measures(), selected=3).status == "supported"
    assert choose_rank(make_measures(speckled_cv=NO_STRUCTURE), selected=3).status == "none"


def test_the_vote_is_the_median_of_five(make_measures):
    verdict = choose_rank(make_measures(count_splitting=[1, 0.9, 1.0, 1.1, 1.2]), "vote")
    assert verdict.vote.rank == verdict.rank == 3
    assert (verdict.vote.interval, verdict.vote.agreement) == ((3, 3), 0.6)
    assert verdict.status == "supported"


SINGLE_RULES = {
    "cophenetic": [np.nan, 0.9, 0.95, 1.0, 0.8],
    "speckled_cv": [1.0, 0.9, 0.8, 0.7, 0.8],
    "count_splitting": [1.0, 0.9, 0.8, 0.7, 0.8],
    "gain": [0.3, 0.2, 0.2, 0.01, np.nan],
    "parallel_analysis": [np.nan, 3, 2, 1.5, 0.9],
    "program_silhouette": [np.nan, 0.9, 0.9, 0.9, 0.1],
    "dispersion": [np.nan, 0.5, 0.6, 0.7, 0.6],
    "pac": [np.nan, 0.5, 0.4, 0.1, 0.2],
    "silhouette": [np.nan, 0.5, 0.6, 0.7, 0.6],
}


def test_every_rule_of_one_measure_is_tried():
    assert set(SINGLE_RULES) == set(RULES) - {"finest_reproducible", "vote"}


@pytest.mark.parametrize("rule", SINGLE_RULES)
def test_a_measure_as_the_rule_gives_the_rank_it_prefers(make_measures, rule):
    verdict = choose_rank(make_measures(**{rule: SINGLE_RULES[rule]}), rule)
    assert (verdict.status, verdict.rank, verdict.rule) == ("weak", 4, rule)
    steady = {"reproducibility": [np.nan, 0.9, 0.9, 0.9, 0.1], "gain": SINGLE_RULES["gain"]}
    supported = choose_rank(make_measures(**steady | {rule: SINGLE_RULES[rule]}), rule)
    assert (supported.status, supported.rank) == ("supported", 4)


@pytest.mark.parametrize(
    ("rule", "curve"),
    [
        ("count_splitting", NO_STRUCTURE),
        ("gain", [0.01, 0.2, 0.2, 0.01, np.nan]),
        ("parallel_analysis", [np.nan, 0.9, 2, 1.5, 0.9]),
        ("program_silhouette", [np.nan, 0.5, 0.4, 0.3, 0.1]),
    ],
)
def test_a_rule_that_prefers_one_metagene_says_none(make_measures, rule, curve):
    verdict = choose_rank(make_measures(**{rule: curve}), rule)
    assert (verdict.status, verdict.rank) == ("none", None)


@pytest.mark.parametrize("rule", ["count_splitting", "vote", "gain", "finest_reproducible"])
def test_what_was_not_measured_leaves_the_rule_to_the_cophenetic_correlation(restarts_only, rule):
    verdict = choose_rank(restarts_only([2, 3, 4], cophenetic=[0.98, 0.99, 0.9]), rule)
    assert (verdict.status, verdict.rank, verdict.rule) == ("supported", 3, "cophenetic")


def test_the_agreement_is_that_of_simulations_with_as_many_voters_at_the_rank(make_measures):
    verdict = choose_rank(make_measures())
    right, total = CALIBRATION[3]
    assert verdict.agreement == round((right + 1) / (total + 2), 2)
    apart = {
        "speckled_cv": [1.0, 0.9, 0.8, 0.7, 0.8],
        "gain": [0.3, 0.2, 0.2, 0.01, np.nan],
        "parallel_analysis": [np.nan, 3, 2, 1.5, 0.9],
        "program_silhouette": [np.nan, 0.9, 0.9, 0.9, 0.1],
        "pac": [np.nan, 0.5, 0.4, 0.1, 0.2],
    }
    assert choose_rank(make_measures(**apart)).agreement is None


def test_the_verdict_needs_no_permuted_band_but_for_the_gain(make_measures):
    table = make_measures(gain=None).drop(columns="null_high")
    assert choose_rank(table).rank == 3


def test_brunet_s_rule_takes_the_rank_before_the_first_fall(restarts_only):
    assert choose_rank(restarts_only(range(2, 7), cophenetic=[0.98, 0.99, 0.95, 0.9, 0.995])).rank == 3


def test_the_ranks_of_r_s_survey_are_read_as_brunet_reads_them(golden_table, restarts_only):
    survey = golden_table("rank_survey_brunet_500genes_30runs.tsv")
    names = {"cophenetic": "cophenetic", "dispersion": "dispersion", "silhouette": "silhouette.consensus"}
    verdict = choose_rank(restarts_only(survey.index, **{name: survey[column] for name, column in names.items()}))
    assert (verdict.status, verdict.rank) == ("supported", 3)
    assert verdict.votes == {"cophenetic": 3, "dispersion": 3, "silhouette": 3}
    assert "falls between ranks 3 and 4, from 0.9988 to 0.9745" in verdict.why


@pytest.mark.parametrize(
    ("following", "chosen"), [(1 - TIE / 2, 3), (1 - 2 * TIE, 2)], ids=["within a tie", "beyond a tie"]
)
def test_a_fall_counts_once_it_is_larger_than_a_tie(restarts_only, following, chosen):
    assert choose_rank(restarts_only([2, 3, 4], cophenetic=[1.0, following, 0.9])).rank == chosen


def test_ranks_may_have_gaps_and_come_in_any_order(make_measures, restarts_only):
    assert choose_rank(restarts_only([8, 2, 5], cophenetic=[0.8, 0.9, 0.99])).rank == 5
    table = make_measures().replace({"rank": {3: 4, 4: 7, 5: 11}})
    verdict = choose_rank(table.sample(frac=1, random_state=0))
    assert (verdict.status, verdict.rank, verdict.bound, verdict.runner_up) == ("supported", 4, 4, 2)


def test_a_curve_that_never_falls_gives_the_last_rank_weakly(restarts_only):
    verdict = choose_rank(restarts_only([2, 3, 4], cophenetic=[0.9, 0.95, 0.99], dispersion=[0.5, 0.6, 0.7]))
    assert (verdict.status, verdict.rank, verdict.cophenetic_reading) == ("weak", 4, None)


def test_a_single_rank_is_shown_weakly_with_nothing_to_compare(restarts_only):
    verdict = choose_rank(restarts_only([3], cophenetic=[0.97], dispersion=[0.8], pac=[0.1], silhouette=[0.7]))
    assert (verdict.status, verdict.rank, verdict.votes, verdict.agreement) == ("weak", 3, {}, None)


def test_single_restarts_at_several_ranks_give_no_rank(small_consensus):
    verdict = choose_rank(collect_measures([small_consensus(rank, 1) for rank in (2, 3)]))
    assert (verdict.status, verdict.rank, verdict.votes) == ("weak", None, {})


def test_a_single_restart_at_a_single_rank_shows_that_rank(small_consensus):
    verdict = choose_rank(collect_measures([small_consensus(2, 1)]))
    assert (verdict.status, verdict.rank) == ("weak", 2)


def test_rank_one_takes_no_part_in_brunet_s_choice(small_consensus):
    with_one = choose_rank(collect_measures([small_consensus(rank) for rank in (1, 2, 3)]))
    without = choose_rank(collect_measures([small_consensus(rank) for rank in (2, 3)]))
    assert with_one == without
    assert with_one.rank == 3


def test_rank_one_alone_leaves_nothing_to_choose(small_consensus):
    verdict = choose_rank(collect_measures([small_consensus(1)]))
    assert (verdict.status, verdict.rank) == ("weak", None)


@pytest.mark.parametrize(
    ("dispersion", "pac", "silhouette", "status"),
    [
        ([0.8, 0.9, 0.5], [0.2, 0.1, 0.3], [0.8, 0.9, 0.5], "supported"),
        ([0.8, 0.9, 0.5], [0.2, 0.1, 0.3], [0.8, 0.7, 0.5], "supported"),
        ([0.8, 0.9, 0.5], [0.1, 0.2, 0.3], [0.8, 0.7, 0.5], "weak"),
        ([0.9, 0.8, 0.5], [0.1, 0.2, 0.3], [0.8, 0.7, 0.5], "weak"),
    ],
)
def test_brunet_s_rule_is_supported_when_half_of_the_other_measures_agree(
    restarts_only, dispersion, pac, silhouette, status
):
    curves = {"cophenetic": [1, 1, 0.9], "dispersion": dispersion, "pac": pac, "silhouette": silhouette}
    verdict = choose_rank(restarts_only([2, 3, 4], **curves))
    assert (verdict.rank, verdict.status) == (3, status)


def test_exactly_half_of_the_other_measures_is_enough(restarts_only):
    curves = {"cophenetic": [1, 0.9], "dispersion": [0.9, 0.5], "silhouette": [0.7, 0.8]}
    verdict = choose_rank(restarts_only([2, 3], **curves))
    assert (verdict.rank, verdict.status) == (2, "supported")


def test_another_rule_and_a_rank_that_was_not_measured_are_refused(restarts_only):
    table = restarts_only([2, 3], cophenetic=[1, 0.9])
    with pytest.raises(ValueError, match="rule is 'elbow'; expected one of finest_reproducible, vote, cophenetic"):
        choose_rank(table, rule="elbow")
    with pytest.raises(ValueError, match="selected rank is 7; measured were 2, 3"):
        choose_rank(table, selected=7)


def plain(value):
    """Whether a value holds nothing but what JSON knows."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(each) for key, each in value.items())
    if isinstance(value, list | tuple):
        return all(map(plain, value))
    return value is None or type(value) in (str, int, float, bool)


VALUES = st.one_of(st.just(np.nan), st.just(1.0), st.floats(-1, 3))


@settings(max_examples=60)
@given(st.data())
def test_any_table_gives_plain_numbers_and_whole_sentences(data):
    ranks = sorted(data.draw(st.sets(st.integers(1, 12), min_size=1, max_size=6)))
    names = data.draw(st.sets(st.sampled_from(MEASURES), min_size=1))
    rows = [(rank, name, data.draw(VALUES), data.draw(VALUES)) for rank in ranks for name in sorted(names)]
    table = pd.DataFrame(rows, columns=["rank", "measure", "value", "null_high"])
    rule = data.draw(st.sampled_from(RULES))
    selected = data.draw(st.sampled_from([None, *ranks]))
    verdict = choose_rank(table, rule, selected)
    written = verdict.to_dict()
    assert plain(written)
    json.dumps(written, allow_nan=False)
    assert verdict.rank in [None, *ranks]
    assert verdict.status in ("supported", "weak", "none")
    assert (verdict.status != "none") or verdict.rank is None
    assert set(verdict.votes.values()) <= {1, *ranks}
    for text in (verdict.why, verdict.agreement_means, *verdict.disagreements):
        assert not re.search(r"\bnan\b|\bNone of\b(?! the five)|\bNone\b(?! of)|  |\.\.", text)
        assert text.endswith(".")
        assert all(sentence[0].isupper() for sentence in text.replace("et al.", "et al").split(". "))


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=2, max_size=6))
def test_votes_are_for_the_best_values(curves):
    ranks = list(range(2, 2 + len(curves)))
    columns = dict(zip(("dispersion", "pac", "silhouette"), zip(*curves, strict=True), strict=True))
    rows = [(rank, name, value) for name, curve in columns.items() for rank, value in zip(ranks, curve, strict=True)]
    votes = read_votes(pd.DataFrame(rows, columns=["rank", "measure", "value"]), THRESHOLD)
    for name, better in (("dispersion", max), ("pac", min), ("silhouette", max)):
        defined = {rank: value for rank, value in zip(ranks, columns[name], strict=True) if value == value}
        assert (name in votes) == (len(defined) > 1)
        if name in votes:
            assert abs(defined[votes[name]] - better(defined.values())) <= TIE
