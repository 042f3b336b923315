"""The verdict on the rank in sentences."""

import numpy as np
import pandas as pd
import pytest

from nmfbio.report.rank_evidence import (
    describe_agreement,
    describe_bound,
    describe_brunet,
    describe_reproducible,
    describe_vote,
    drop_unmeasured,
    has_held_out,
    list_readings,
)


@pytest.fixture
def verdict(build_evidence):
    return build_evidence().verdict


@pytest.mark.parametrize("verdict", [{}, {"bound": None, "reproducible": None, "vote": None, "distance": None}])
def test_a_verdict_without_evidence_has_no_readings(verdict):
    assert list_readings(verdict) == []
    assert describe_agreement(verdict) == ""


def test_the_bound_names_its_sources(verdict):
    text = describe_bound(verdict)
    assert text.startswith("Structure is detectable up to rank 5, the middle of")
    assert "(hidden values 5, gain by one more 4 and parallel analysis 6)" in text


def test_a_bound_at_the_largest_rank_is_said_to_be_open(verdict):
    assert "it may go on beyond" in describe_bound({**verdict, "bound_open": True})
    assert "beyond" not in describe_bound(verdict)


def test_a_bound_of_one_is_no_structure(verdict):
    assert describe_bound({**verdict, "bound": 1}).startswith("No structure is detectable")


@pytest.mark.parametrize(
    ("rank", "reproducible", "words"),
    [
        (3, [2, 3], "Reproducible as well: rank 2, a coarser reading of the same data"),
        (4, [2, 3, 4], "Reproducible as well: ranks 2 and 3, coarser readings"),
        (3, [2, 3, 5], "ranks 2 and 5, coarser or finer readings"),
        (2, [2, 5], "rank 5, a finer reading"),
        (3, [3], "Rank 3 alone is reproducible."),
        (3, [], "At no rank do all metagenes reappear"),
        (None, [2, 3], "Reproducible in other samples: ranks 2 and 3."),
    ],
)
def test_other_reproducible_ranks_are_readings_of_the_same_data(rank, reproducible, words):
    assert words in describe_reproducible({"rank": rank, "reproducible": reproducible})


def test_the_vote_is_told_with_interval_and_agreement(verdict):
    text = describe_vote(verdict)
    assert "The vote of five measures gives rank 4, interval 3 to 5." in text
    assert text.endswith("40 % of them agree on it.")
    assert "interval" not in describe_vote({"vote": {"rank": 1, "interval": [1, 1]}})


def test_brunets_reading_stands_beside_the_verdict(verdict):
    assert describe_brunet(verdict).endswith("would be 3.")
    assert describe_brunet({"cophenetic_reading": None}) == ""


def test_an_agreement_is_told_as_what_it_means(verdict):
    assert describe_agreement(verdict) == (
        "Stated agreement: 75 %. Three of four verdicts like this one were right in simulations."
    )
    assert "of the measures" in describe_agreement({"agreement": 0.5, "rank": 3})
    assert describe_agreement({"agreement": 0.5, "rank": None}) == ""
    assert describe_agreement({"agreement": None, "agreement_means": "It is not known."}) == "It is not known."
    assert describe_agreement({**verdict, "rank": None}).startswith("Stated agreement: 75 %.")


def test_measures_of_the_evidence_without_any_value_are_dropped_and_no_others():
    unknown = dict.fromkeys(("null_low", "null_high"), np.nan)
    measures = pd.DataFrame(
        {"rank": [1, 1, 2], "measure": ["count_splitting", "pac", "pac"], "value": np.nan, **unknown}
    )
    assert list(drop_unmeasured(measures)["measure"]) == ["pac", "pac"]
    assert not has_held_out(measures)
    assert has_held_out(measures.assign(value=0.5))
