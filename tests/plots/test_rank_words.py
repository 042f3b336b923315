"""The verdict in a sentence and what limits it."""

import pytest

from nmfbio.plots.rank_words import write_caveat, write_title


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({"status": "supported", "rank": 3, "rule": "finest_reproducible"}, "3: the largest set of metagenes that all"),
        ({"status": "weak", "rank": 3, "rule": "finest_reproducible"}, "3, on weak evidence"),
        ({"status": "supported", "rank": 5, "rule": "vote"}, "5: the middle of the votes"),
        ({"status": "supported", "rank": 4, "rule": "cophenetic"}, "4: the last number before the cophenetic"),
        ({"status": "supported", "rank": 4, "rule": "pac"}, "4: the number that Ambiguous pairs (PAC) prefers"),
        ({"status": "weak", "rank": 5, "rule": "selected"}, "5: set in the configuration, on weak evidence"),
        ({"status": "none", "rank": None, "rule": "vote"}, "No supported structure"),
        ({"status": "none", "rank": 5, "rule": "selected"}, "No supported structure (5 set in the configuration)"),
        ({"status": "weak", "rank": None}, "No number stands out"),
        ({"status": "supported", "rank": 2}, "2"),
    ],
)
def test_the_title_gives_the_verdict_in_a_sentence(verdict, words):
    assert write_title(verdict).startswith(f"How many metagenes? {words}")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reproducible": [2, 3, 4]}, "2 and 3 reappear as well: coarser readings of the same data."),
        ({"reproducible": [2, 4]}, "2 reappears as well: a coarser reading of the same data."),
        ({"reproducible": [2, 3, 4, 5]}, "2, 3 and 5 reappear as well: coarser or finer readings"),
        ({"reproducible": [4, 6]}, "6 reappears as well: a finer reading"),
        ({"reproducible": list(range(2, 10)), "rank": 9}, "2 to 8 reappear as well"),
        ({"reproducible": []}, "At no number do all metagenes reappear"),
        ({"bound": 6}, "detectable up to 6."),
        ({"bound": 6, "bound_open": True}, "the largest number tried, and maybe beyond"),
        ({"agreement": 0.75}, "By simulations, 75 % of verdicts like this one are right."),
    ],
)
def test_the_caveat_tells_other_readings_the_bound_and_the_calibration(changes, words):
    verdict = {"status": "supported", "rank": 4, "reproducible": [4], "bound": 6, "agreement_means": "..."}
    assert words in write_caveat(verdict | changes)


def test_without_held_out_data_the_caveat_says_so_and_no_share_of_votes_is_called_a_calibration():
    verdict = {"status": "supported", "rank": 4, "agreement": 1.0, "bound": None, "gate": {"speckled_cv": None}}
    caveat = write_caveat(verdict)
    assert "No held-out data were consulted" in caveat
    assert "100 %" not in caveat


def test_where_nothing_is_supported_agreement_of_restarts_is_said_to_mean_nothing(make_survey, no_structure):
    caveat = write_caveat(make_survey()[1] | no_structure)
    assert "no better than one." in caveat
    assert "says nothing of structure" in caveat
