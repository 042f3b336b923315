"""nmfbio.rank.reasons: the verdict in words."""

import numpy as np
import pytest

from nmfbio.rank import choose_rank
from nmfbio.rank.reasons import CAVEAT, FINER, NAMES, list_ranks, say_repeat
from nmfbio.rank.verdict import RULES

NO_STRUCTURE = [1.0, 1.1, 1.2, 1.3, 1.4]


def test_every_rule_that_is_a_measure_has_a_name():
    assert set(RULES[2:]) <= set(NAMES)
    assert set(FINER) <= set(NAMES)


def test_a_supported_verdict_tells_structure_bound_and_reproducible_ranks(make_measures):
    why = choose_rank(make_measures()).why
    assert why.startswith("There is structure: the prediction of held-out entries is best at rank 4")
    assert "It is detectable up to rank 3, the median of 3 measures (" in why
    assert "at ranks 2 and 3: 3 is the finest, 2 is a coarser reading of the same data." in why
    assert "cophenetic" not in why
    assert CAVEAT not in why


def test_several_coarser_ranks_are_readings(make_measures):
    deep = {"reproducibility": [np.nan, 0.9, 0.9, 0.9, 0.1], "gain": [0.3, 0.2, 0.2, 0.01, np.nan]}
    why = choose_rank(make_measures(**deep)).why
    assert "at ranks 2, 3 and 4: 4 is the finest, 2 and 3 are coarser readings of the same data." in why


def test_a_single_reproducible_rank_is_not_called_the_finest(make_measures):
    why = choose_rank(make_measures(reproducibility=[np.nan, 0.2, 0.95, 0.2, 0.2])).why
    assert "80 % of the samples at rank 3." in why
    assert "finest" not in why


def test_reproducible_ranks_beyond_the_bound_are_named_as_such(make_measures):
    why = choose_rank(make_measures(reproducibility=[np.nan, 0.95, 0.9, 0.5, 0.95])).why
    assert "They come back at rank 5 too, beyond what held-out data support." in why


def test_no_structure_is_said_with_what_restarts_do_all_the_same(make_measures):
    one = choose_rank(make_measures(speckled_cv=NO_STRUCTURE)).why
    both = choose_rank(make_measures(speckled_cv=NO_STRUCTURE, count_splitting=NO_STRUCTURE)).why
    assert one.startswith("No supported structure: the prediction of held-out entries is best with a single metagene")
    assert "entries and the prediction of split counts are best with a single metagene" in both
    assert both.endswith("Restarts may agree all the same, as they do on permuted data.")


def test_a_weak_verdict_says_that_no_rank_is_both(make_measures):
    why = choose_rank(make_measures(reproducibility=[np.nan, 0.5, 0.7, 0.6, 0.2])).why
    assert "At no rank do all metagenes come back" in why
    assert "So no rank is both; 3 comes nearest, on weak evidence." in why


def test_what_could_not_be_measured_is_not_said_to_have_failed(make_measures):
    why = choose_rank(make_measures(reproducibility=None)).why
    assert "Whether metagenes come back when a fit sees 80 % of the samples could not be measured." in why
    assert "At no rank" not in why


def test_an_open_bound_asks_for_more_ranks(make_measures):
    open_bound = {"speckled_cv": [1, 0.9, 0.8, 0.7, 0.6], "gain": [0.3, 0.2, 0.2, 0.2, np.nan]}
    why = choose_rank(make_measures(**open_bound)).why
    assert "detectable up to rank 5 and maybe beyond, the median of 3 measures" in why
    assert "widen factorize.ranks" in why


def test_ranks_near_the_line_are_named_with_their_distance(make_measures):
    why = choose_rank(make_measures(reproducibility=[np.nan, 0.95, 0.82, 0.78, 0.1])).why
    assert why.endswith("Near the line of 0.8: rank 3 by +0.02, rank 4 by -0.02; another draw of samples might decide "
                        "otherwise.")  # fmt: skip


def test_a_selected_rank_is_said_to_be_set(make_measures):
    why = choose_rank(make_measures(), selected=4).why
    assert why.startswith("Rank 4 was set in the configuration (rank.selected). There is structure")


@pytest.mark.parametrize(("rule", "words"), [("vote", "a vote of five measures"), ("pac", "the share of ambiguous")])
def test_another_rule_is_said_to_be_asked_for(make_measures, restarts_only, rule, words):
    sentence = f"The rank is that of {words}"
    assert sentence in choose_rank(make_measures(), rule).why
    if rule == "pac":
        assert sentence in choose_rank(restarts_only([2, 3, 4], pac=[0.2, 0.1, 0.3]), rule).why


def test_a_rule_that_sees_no_structure_is_not_said_to_give_a_rank(make_measures):
    why = choose_rank(make_measures(program_silhouette=[np.nan, 0.5, 0.4, 0.3, 0.2]), "program_silhouette").why
    assert "there is but one metagene: no structure" in why
    assert "The rank is that of" not in why


def test_brunet_s_rule_is_explained_by_its_curve_where_there_is_more_evidence_too(make_measures):
    why = choose_rank(make_measures(), "cophenetic").why
    assert "first falls between ranks 3 and 4, from 1.0000 to 0.9500" in why
    assert "The rank is that of the fall of the cophenetic correlation, as the configuration asks" in why
    rising = choose_rank(make_measures(cophenetic=[np.nan, 0.7, 0.8, 0.9, 1.0]), "cophenetic")
    assert (rising.status, rising.rank) == ("weak", 5)
    assert "does not fall between ranks 2 and 5" in rising.why
    assert "The rank is that of" not in rising.why


def test_a_rule_without_its_measure_says_what_is_read_instead(make_measures, restarts_only):
    for table in (make_measures(), restarts_only([2, 3, 4], cophenetic=[0.98, 0.99, 0.9])):
        why = choose_rank(table, "count_splitting").why
        assert "asks for the prediction of split counts (rank.rule), which is not known here" in why
        assert "the cophenetic correlation is read instead" in why


def test_without_evidence_it_is_said_that_none_was_consulted(restarts_only):
    why = choose_rank(restarts_only([2, 3, 4], cophenetic=[0.98, 0.99, 0.9])).why
    assert why.endswith(CAVEAT)
    assert "No held-out data were consulted." in why


def test_a_curve_that_never_falls_asks_for_more_ranks(restarts_only):
    why = choose_rank(restarts_only([2, 3, 4], cophenetic=[0.9, 0.95, 0.99])).why
    assert "does not fall between ranks 2 and 4" in why
    assert "widen factorize.ranks" in why


def test_one_rank_and_single_restarts_have_nothing_to_compare(restarts_only):
    assert (
        "Only rank 3 could be measured (cophenetic correlation 0.9700); nothing to compare."
        in choose_rank(restarts_only([3], cophenetic=[0.97])).why
    )
    assert "set factorize.restarts to 20 or more" in choose_rank(restarts_only([2, 3], cophenetic=[np.nan] * 2)).why


def test_gaps_between_ranks_are_told(restarts_only):
    assert "between ranks 5 and 8" in choose_rank(restarts_only([8, 2, 5], cophenetic=[0.8, 0.9, 0.99])).why


@pytest.mark.parametrize(
    ("cophenetic", "sentence"),
    [
        ([1, 1, 0.9, 0.8, 0.7], "Rank 2 repeats just as well: a coarser rank that repeats is a coarser reading"),
        ([1, 1, 1, 0.9, 0.8], "Ranks 2 and 3 repeat just as well: a coarser"),
        ([1, 1, 1, 1, 0.9], "Ranks 2, 3 and 4 repeat just as well: a coarser"),
        ([1, 0.9, 1, 0.8, 0.8], "Rank 4 repeats just as well: a finer rank that repeats is a finer reading"),
    ],
)
def test_ranks_that_repeat_as_well_are_named_coarser_or_finer(restarts_only, cophenetic, sentence):
    assert sentence in choose_rank(restarts_only(range(2, 7), cophenetic=cophenetic)).why


def test_each_measure_that_prefers_another_rank_has_a_sentence_with_what_it_would_mean(make_measures):
    verdict = choose_rank(make_measures(pac=[np.nan, 0.0, 0.1, 0.2, 0.3], silhouette=[np.nan, 0.1, 0.2, 0.3, 0.9]))
    assert verdict.disagreements == [
        "The share of ambiguous pairs (PAC) prefers rank 2: a coarser grouping of the samples repeats more sharply.",
        "The prediction of held-out entries prefers rank 4: more can be predicted than these metagenes tell, by parts "
        "that do not come back in other samples.",
        "The consensus silhouette prefers rank 5: a finer solution repeats from start to start, which says nothing of "
        "other samples.",
    ]


def test_the_agreement_is_told_with_its_counts(make_measures):
    verdict = choose_rank(make_measures())
    assert verdict.agreement_means.startswith("4 of the five measures of the vote name this rank too.")
    assert choose_rank(make_measures(), "vote").agreement_means.startswith("No share is stated")


def test_ranks_in_words():
    assert [list_ranks(ranks) for ranks in ([2], [2, 3], [2, 3, 5])] == ["rank 2", "ranks 2 and 3", "ranks 2, 3 and 5"]
    assert [say_repeat(ranks) for ranks in (["2"], ["2", "3"])] == ["Rank 2 repeats", "Ranks 2 and 3 repeat"]


def test_no_structure_is_doubted_where_most_other_measures_see_some(make_measures):
    flat = [1.0, 1.1, 1.2, 1.3, 1.4]
    why = choose_rank(make_measures(speckled_cv=flat, count_splitting=flat)).why
    assert "More than one metagene is seen by" in why
    assert "cells with few counts" in why
