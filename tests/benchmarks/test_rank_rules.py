"""benchmarks.rank.rules: every rule on curves whose answer can be read off."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.rank.rules import (
    RULES,
    apply_rules,
    measure_program_stability,
    read_verdict,
    read_vote,
    take_before_first_fall,
    take_before_largest_fall,
    take_largest,
    take_last_above,
    take_smallest,
)
from nmfbio.factorization import factorize


def curve(*values, first=2):
    return pd.Series(dict(enumerate(values, start=first)), dtype=float)


def test_the_largest_value_wins_and_of_ties_the_largest_rank():
    assert take_largest(curve(0.8, 0.9, 0.7)) == 3
    assert take_largest(curve(1.0, 0.99995, 0.7)) == 3
    assert take_smallest(curve(0.2, 0.1, 0.3)) == 3
    assert take_smallest(curve(1.0, 0.9, 1.1, first=1)) == 2


def test_the_first_fall_is_read_though_a_larger_one_follows():
    falling = curve(0.99, 0.97, 0.98, 0.5, 0.6)
    assert take_before_first_fall(falling) == 2
    assert take_before_largest_fall(falling) == 4


def test_a_curve_that_never_falls_points_to_its_end():
    rising = curve(0.9, 0.95, 1.0)
    assert take_before_first_fall(rising) == 4
    assert take_before_largest_fall(rising) == 4


def test_the_last_rank_above_a_line_is_taken_though_one_before_is_below():
    assert take_last_above(curve(0.99, 0.9, 0.96, 0.8), 0.95) == 4
    assert take_last_above(curve(0.3, 0.2), 0.75) == 1


@pytest.mark.parametrize(
    "rule",
    [
        take_largest,
        take_smallest,
        take_before_first_fall,
        take_before_largest_fall,
        lambda values: take_last_above(values, 0.5),
    ],
)
def test_an_undefined_measure_cannot_tell(rule):
    assert rule(curve(np.nan, np.nan)) is None
    assert rule(pd.Series(dtype=float)) is None
    assert rule(curve(np.nan, 0.9, first=1)) == 2


def naive_silhouette(rows, clusters):
    values = []
    for i, row in enumerate(rows):
        distances = np.sqrt(((rows - row) ** 2).sum(axis=1))
        own = [distances[j] for j in range(len(rows)) if clusters[j] == clusters[i] and j != i]
        others = [distances[clusters == c].mean() for c in set(clusters) - {clusters[i]}]
        values.append((min(others) - np.mean(own)) / max(min(others), np.mean(own)))
    return np.mean(values)


def test_program_stability_is_the_silhouette_of_unit_metagenes_in_their_clusters():
    random = np.random.default_rng(0)
    centres = np.eye(3, 12) + 0.05
    # Lengths differ a hundredfold, so clusters of metagenes as they are would be others.
    lengths = random.uniform(0.1, 10, (8, 3, 1))
    metagenes = lengths * (centres + random.uniform(0, 0.2, (8, 3, 12)))
    rows = (metagenes / np.linalg.norm(metagenes, axis=2, keepdims=True)).reshape(24, 12)
    assert measure_program_stability(metagenes) == pytest.approx(naive_silhouette(rows, np.tile(np.arange(3), 8)))


def test_program_stability_is_one_of_equal_restarts_and_undefined_of_one():
    metagenes = np.tile(np.eye(3, 10), (5, 1, 1))
    assert measure_program_stability(metagenes) == 1
    assert np.isnan(measure_program_stability(metagenes[:1]))
    assert np.isnan(measure_program_stability(metagenes[:, :1]))


def test_program_stability_is_high_at_the_true_rank(small_expression):
    expression = small_expression.X.astype(float)
    stability = {k: measure_program_stability(factorize(expression, k, restarts=10).metagenes) for k in (3, 6)}
    assert stability[3] > 0.9 > stability[6]


def test_the_vote_is_none_where_every_gate_measure_prefers_rank_1():
    vote = {"vote": {"rank": 4}}
    assert read_vote({**vote, "gate": {"speckled_cv": 1, "count_splitting": None}}) == 1
    assert read_vote({**vote, "gate": {"speckled_cv": 1, "count_splitting": 3}}) == 4
    assert read_vote({**vote, "gate": {}}) == 4
    assert read_vote({"vote": None, "gate": None}) is None


def test_no_supported_structure_is_rank_1():
    assert read_verdict({"status": "none", "rank": None}) == 1
    assert read_verdict({"status": "weak", "rank": 3}) == 3


def test_every_rule_answers_from_its_own_measure():
    curves = {
        "bi_cv": curve(1.0, 0.9, 0.8, 0.95, 0.99, first=1),
        "cophenetic": curve(1.0, 0.99, 0.96, 0.9),
        "dispersion": curve(0.9, 0.8, 0.95, 0.7),
        "pac": curve(0.1, 0.0, 0.2, 0.3),
        "silhouette": curve(0.9, 0.8, 0.7, 0.95),
        "program_silhouette": curve(0.9, 0.8, 0.6, 0.76),
    }
    rows = [(rank, name, value) for name, values in curves.items() for rank, value in values.items()]
    measures = pd.DataFrame(rows, columns=["rank", "measure", "value"])
    votes = {"gain": 6, "speckled_cv": 5, "count_splitting": None, "parallel_analysis": 9}
    verdict = {"status": "supported", "rank": 3, "gate": {}, "vote": {"rank": 5}, "votes": votes}
    answers = apply_rules(measures, verdict, curve(0.9, 0.95, 0.8, 0.7))
    assert answers == {
        "nmfbio": 3,
        "vote": 5,
        "parallel_analysis": 9,
        "speckled_cv": 5,
        "count_splitting": None,
        "bi_cv": 3,
        "gain": 6,
        "nmfk": 5,
        "cnmf": 3,
        "pac": 3,
        "silhouette": 5,
        "dispersion": 4,
        "cophenetic_largest": 2,
        "cophenetic_first_fall": 2,
        "cophenetic_largest_fall": 4,
        "cophenetic_095": 4,
    }
    assert list(answers) == list(RULES)
