"""nmfbio.rank.verdict: the rule, the votes, and the reasons in words."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.rank import choose_rank, collect_measures
from nmfbio.rank.verdict import CAVEAT, TIE

MEASURES = ("cophenetic", "dispersion", "pac", "silhouette")
VALUES = st.one_of(st.just(np.nan), st.just(1.0), st.floats(0, 1))
CURVES = st.lists(st.tuples(*[VALUES] * 4), min_size=1, max_size=6)


def tabulate(ranks, **curves):
    rows = [
        (rank, measure, value) for measure, curve in curves.items() for rank, value in zip(ranks, curve, strict=True)
    ]
    return pd.DataFrame(rows, columns=["rank", "measure", "value"])


def test_the_rank_before_the_first_fall_is_chosen_though_the_curve_rises_again():
    assert choose_rank(tabulate(range(2, 7), cophenetic=[0.98, 0.99, 0.95, 0.9, 0.995])).rank == 3


def test_the_ranks_of_r_s_survey_are_read_as_brunet_reads_them(golden_table):
    survey = golden_table("rank_survey_brunet_500genes_30runs.tsv")
    names = {"cophenetic": "cophenetic", "dispersion": "dispersion", "silhouette": "silhouette.consensus"}
    verdict = choose_rank(tabulate(survey.index, **{name: survey[column] for name, column in names.items()}))
    assert (verdict.status, verdict.rank) == ("supported", 3)
    assert verdict.votes == {"cophenetic": 3, "dispersion": 3, "silhouette": 3}
    assert verdict.agreement == 1
    assert "falls between ranks 3 and 4, from 0.9988 to 0.9745" in verdict.why


@pytest.mark.parametrize(
    ("following", "chosen"), [(1 - TIE / 2, 3), (1 - 2 * TIE, 2)], ids=["within a tie", "beyond a tie"]
)
def test_a_fall_counts_once_it_is_larger_than_a_tie(following, chosen):
    assert choose_rank(tabulate([2, 3, 4], cophenetic=[1.0, following, 0.9])).rank == chosen


def test_ranks_may_have_gaps_and_come_in_any_order():
    table = tabulate([8, 2, 5], cophenetic=[0.8, 0.9, 0.99])
    verdict = choose_rank(table)
    assert verdict.rank == 5
    assert "between ranks 5 and 8" in verdict.why


def test_a_curve_that_never_falls_gives_the_last_rank_weakly_and_asks_for_more_ranks():
    verdict = choose_rank(tabulate([2, 3, 4], cophenetic=[0.9, 0.95, 0.99], dispersion=[0.5, 0.6, 0.7]))
    assert (verdict.status, verdict.rank) == ("weak", 4)
    assert "cophenetic" not in verdict.votes
    assert "does not fall between ranks 2 and 4" in verdict.why
    assert "widen factorize.ranks" in verdict.why


def test_a_single_rank_is_shown_weakly_with_nothing_to_compare():
    verdict = choose_rank(tabulate([3], cophenetic=[0.97], dispersion=[0.8], pac=[0.1], silhouette=[0.7]))
    assert (verdict.status, verdict.rank, verdict.votes, verdict.agreement) == ("weak", 3, {}, None)
    assert "Only rank 3 could be measured (cophenetic correlation 0.9700); nothing to compare." in verdict.why


def test_single_restarts_at_several_ranks_give_no_rank_and_the_cure(small_consensus):
    verdict = choose_rank(collect_measures([small_consensus(rank, 1) for rank in (2, 3)]))
    assert (verdict.status, verdict.rank, verdict.votes, verdict.agreement) == ("weak", None, {}, None)
    assert "set factorize.restarts to 20 or more" in verdict.why


def test_a_single_restart_at_a_single_rank_shows_that_rank(small_consensus):
    verdict = choose_rank(collect_measures([small_consensus(2, 1)]))
    assert (verdict.status, verdict.rank) == ("weak", 2)


def test_rank_one_takes_no_part_in_the_choice(small_consensus):
    with_one = choose_rank(collect_measures([small_consensus(rank) for rank in (1, 2, 3)]))
    without = choose_rank(collect_measures([small_consensus(rank) for rank in (2, 3)]))
    assert with_one == without
    assert with_one.rank == 3


def test_rank_one_alone_is_shown_weakly(small_consensus):
    verdict = choose_rank(collect_measures([small_consensus(1)]))
    assert (verdict.status, verdict.rank) == ("weak", 1)


def test_a_selected_rank_is_kept_and_the_evidence_still_read():
    table = tabulate([2, 3, 4], cophenetic=[0.99, 0.99, 0.9], dispersion=[0.9, 0.95, 0.5])
    verdict = choose_rank(table, selected=4)
    assert (verdict.status, verdict.rank, verdict.rule) == ("weak", 4, "selected")
    assert (verdict.votes, verdict.agreement) == ({"cophenetic": 3, "dispersion": 3}, 0)
    assert verdict.why.startswith("Rank 4 was set in the configuration (rank.selected).")
    assert "Against it: dispersion is best at 3." in verdict.why


def test_a_selected_rank_that_the_evidence_supports_is_supported():
    table = tabulate([2, 3, 4], cophenetic=[0.99, 0.99, 0.9], dispersion=[0.9, 0.95, 0.5])
    assert choose_rank(table, selected=3).status == "supported"


@pytest.mark.parametrize(
    ("dispersion", "pac", "silhouette", "status", "agreement"),
    [
        ([0.8, 0.9, 0.5], [0.2, 0.1, 0.3], [0.8, 0.9, 0.5], "supported", 1.0),
        ([0.8, 0.9, 0.5], [0.2, 0.1, 0.3], [0.8, 0.7, 0.5], "supported", 0.75),
        ([0.8, 0.9, 0.5], [0.1, 0.2, 0.3], [0.8, 0.7, 0.5], "weak", 0.5),
        ([0.9, 0.8, 0.5], [0.1, 0.2, 0.3], [0.8, 0.7, 0.5], "weak", 0.25),
    ],
)
def test_the_rule_is_supported_when_half_of_the_other_measures_agree(dispersion, pac, silhouette, status, agreement):
    table = tabulate([2, 3, 4], cophenetic=[1, 1, 0.9], dispersion=dispersion, pac=pac, silhouette=silhouette)
    verdict = choose_rank(table)
    assert (verdict.rank, verdict.status, verdict.agreement) == (3, status, agreement)


def test_exactly_half_of_the_other_measures_is_enough():
    verdict = choose_rank(tabulate([2, 3], cophenetic=[1, 0.9], dispersion=[0.9, 0.5], silhouette=[0.7, 0.8]))
    assert (verdict.rank, verdict.status) == (2, "supported")


def test_the_words_name_the_measures_that_agree_and_those_that_do_not():
    table = tabulate(
        [2, 3, 4],
        cophenetic=[0.98, 1, 0.9],
        dispersion=[0.8, 0.9, 0.5],
        pac=[0.2, 0.1, 0.3],
        silhouette=[0.8, 0.7, 0.5],
    )
    why = choose_rank(table).why
    assert "Best at 3 as well: dispersion, the share of ambiguous pairs (PAC)." in why
    assert "Against it: the consensus silhouette is best at 2." in why
    assert why.endswith(CAVEAT)


def test_of_ranks_where_a_measure_is_equally_good_it_votes_for_the_largest():
    table = tabulate([2, 3, 4], cophenetic=[1, 1, 0.9], dispersion=[1, 1 - TIE / 2, 0.5], pac=[0, 0, 0.3])
    assert choose_rank(table).votes == {"cophenetic": 3, "dispersion": 3, "pac": 3}


def test_coarser_ranks_that_repeat_as_well_are_named_as_coarser():
    why = choose_rank(tabulate([2, 3, 4, 5], cophenetic=[1, 1, 1, 0.9])).why
    assert "Ranks 2 and 3 repeat just as well: a coarser rank that repeats is a coarser reading" in why


def test_finer_ranks_that_repeat_as_well_are_not_called_coarser():
    why = choose_rank(tabulate([2, 3, 4], cophenetic=[1, 0.9, 1])).why
    assert "Rank 4 repeats just as well: a finer rank that repeats is a finer reading" in why
    assert "coarser" not in why


def test_several_ranks_that_repeat_as_well_stand_in_one_sentence():
    why = choose_rank(tabulate([2, 3, 4, 5, 6], cophenetic=[1, 1, 1, 1, 0.9])).why
    assert "Ranks 2, 3 and 4 repeat just as well: a coarser" in why


def test_another_rule_and_a_rank_that_was_not_measured_are_refused():
    table = tabulate([2, 3], cophenetic=[1, 0.9])
    with pytest.raises(ValueError, match="rule is 'elbow'; expected cophenetic"):
        choose_rank(table, rule="elbow")
    with pytest.raises(ValueError, match="selected rank is 7; measured were 2, 3"):
        choose_rank(table, selected=7)


@given(CURVES, st.integers(1, 3), st.booleans())
def test_any_curves_give_plain_numbers_and_whole_sentences(curves, first, is_selected):
    ranks = list(range(first, first + len(curves)))
    table = tabulate(ranks, **dict(zip(MEASURES, zip(*curves, strict=True), strict=True)))
    verdict = choose_rank(table, selected=ranks[-1] if is_selected else None)
    assert json.loads(json.dumps(verdict.to_dict(), allow_nan=False)) == verdict.to_dict()
    assert verdict.rank in [None, *ranks]
    assert set(verdict.votes.values()) <= set(ranks)
    assert not re.search(r"\bnan\b|None|  ", verdict.why)
    assert all(sentence[0].isupper() for sentence in verdict.why.replace("et al.", "et al").split(". "))


@given(CURVES)
def test_votes_are_for_the_best_values_and_agreement_is_their_share(curves):
    ranks = list(range(2, 2 + len(curves)))
    columns = dict(zip(MEASURES, zip(*curves, strict=True), strict=True))
    verdict = choose_rank(tabulate(ranks, **columns))
    for name, better in (("dispersion", max), ("pac", min), ("silhouette", max)):
        defined = {rank: value for rank, value in zip(ranks, columns[name], strict=True) if value == value}
        assert (name in verdict.votes) == (len(defined) > 1)
        if name in verdict.votes:
            assert abs(defined[verdict.votes[name]] - better(defined.values())) <= TIE
    agreeing = [vote == verdict.rank for vote in verdict.votes.values()]
    assert verdict.agreement == (sum(agreeing) / len(agreeing) if agreeing else None)
