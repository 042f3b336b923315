"""nmfbio.rank.held_out: how well a rank predicts what it was not fitted to."""

import math

import numpy as np
import pytest
import scipy.optimize

from nmfbio.factorization import METHODS, factorize
from nmfbio.rank import held_out
from nmfbio.rank.draws import fit_seed, stream
from nmfbio.rank.held_out import block_deviance, loss_of, mean_deviance, speckled_deviance

LOSSES = ("kl", "frobenius")


def naive_deviance(observed, predicted, loss):
    total = 0.0
    for v, x in zip(observed.ravel(), predicted.ravel(), strict=True):
        total += 0.5 * (v - x) ** 2 if loss == "frobenius" else (v * math.log(v / x) if v else 0.0) - v + x
    return total / observed.size


@pytest.mark.parametrize("loss", LOSSES)
def test_deviance_is_the_mean_over_entries(loss):
    random = np.random.default_rng(0)
    observed, predicted, by_one = random.poisson(2, (6, 7)).astype(float), *random.gamma(2, 1, (2, 6, 7))
    judged = predicted if loss == "frobenius" else 0.9 * predicted + 0.1 * by_one
    assert mean_deviance(observed, predicted, by_one, loss) == pytest.approx(naive_deviance(observed, judged, loss))
    exact = np.maximum(observed, 1e-30)
    assert mean_deviance(observed, exact, exact, loss) == pytest.approx(0, abs=1e-9)


def test_a_prediction_of_zero_costs_what_one_metagene_allows():
    observed, predicted, by_one = np.array([1.0, 1.0]), np.array([0.0, 1.0]), np.array([1.0, 1.0])
    assert mean_deviance(observed, predicted, by_one, "kl") == pytest.approx((math.log(10) - 0.9) / 2)
    assert 10 < mean_deviance(observed, predicted, predicted, "kl") < 100
    assert mean_deviance(np.zeros(3), np.zeros(3), np.zeros(3), "kl") == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize(
    ("method", "options", "loss"),
    [
        ("kl", {}, "kl"),
        ("brunet", {}, "kl"),
        ("frobenius", {"l1_usages": 0.1, "l1_metagenes": 0.1}, "frobenius"),
        ("snmf_r", {}, "frobenius"),
        ("weighted", {}, "kl"),
        ("weighted", {"loss": "frobenius"}, "frobenius"),
        ("online", {"loss": "frobenius"}, "frobenius"),
    ],
)
def test_predictions_are_judged_by_the_loss_of_the_method(method, options, loss):
    assert loss_of(method, options) == loss


def test_every_method_has_a_loss():
    assert {loss_of(method, {}) for method in METHODS} == set(LOSSES)


def concealed(monkeypatch, matrix, fold):
    """Entries that a fold hides from the fit."""
    seen = []

    def spy(values, hidden, *arguments):
        seen.append(set(zip(*map(tuple, hidden), strict=True)))
        assert np.isfinite(values).all()
        return fit_hidden(values, hidden, *arguments)

    fit_hidden = held_out.fit_hidden
    with monkeypatch.context() as patched:
        patched.setattr(held_out, "fit_hidden", spy)
        deviance = speckled_deviance(matrix, 1, "kl", 0, fold)
    return seen[0], deviance


def test_each_fold_hides_another_tenth(monkeypatch, tiny_counts):
    folds = [concealed(monkeypatch, tiny_counts, fold)[0] for fold in range(5)]
    assert [len(fold) for fold in folds] == [tiny_counts.size // 10] * 5
    assert len(set.union(*folds)) == 5 * (tiny_counts.size // 10)


def test_missing_values_are_hidden_in_every_fold_and_judged_in_none(monkeypatch, tiny_counts):
    missing = tiny_counts.copy()
    missing[3, :10] = missing[:, 4] = np.nan
    places = set(zip(*map(tuple, np.nonzero(np.isnan(missing))), strict=True))
    for fold in (0, 1):
        hidden, deviance = concealed(monkeypatch, missing, fold)
        assert places <= hidden
        assert np.isfinite(deviance)


@pytest.mark.parametrize("loss", LOSSES)
def test_exact_data_are_predicted_by_their_rank_and_not_by_one_below(low_rank, loss):
    one, two = (np.mean([speckled_deviance(low_rank, rank, loss, 0, fold) for fold in (0, 1)]) for rank in (1, 2))
    assert two < 0.05 * one
    one, two = (block_deviance(low_rank, rank, loss, 0, quarter=0) for rank in (1, 2))
    assert two < 0.05 * one


@pytest.mark.parametrize("seed", [1, 2])
def test_programs_of_sparse_counts_are_predicted(monkeypatch, seed):
    random = np.random.default_rng(seed)
    programs = random.gamma(0.5, 2, 200) * np.where(random.random((3, 200)) < 0.15, 6, 1)
    counts = random.poisson(0.1 * programs[np.arange(150) % 3]).astype(float)
    counts = counts[counts.any(axis=1)][:, counts.any(axis=0)]
    assert (counts == 0).mean() > 0.85

    def best():
        deviances = [
            np.mean([speckled_deviance(counts, rank, "kl", 0, fold) for fold in (0, 1)]) for rank in range(1, 5)
        ]
        return 1 + np.argmin(deviances)

    assert best() == 3
    monkeypatch.setattr(held_out, "MIXED", 0)  # predictions of practically 0 are then all that counts
    assert best() == 1


def test_speckles_do_not_hang_on_the_rank(monkeypatch, tiny_counts):
    at_one, _ = concealed(monkeypatch, tiny_counts, 2)
    tenth = np.random.default_rng(stream(0, "hide")).permutation(tiny_counts.size).reshape(tiny_counts.shape) % 10
    assert at_one == set(zip(*map(tuple, np.nonzero(tenth == 2)), strict=True))


@pytest.mark.parametrize("quarter", range(4))
def test_blocks_are_predicted_as_by_non_negative_least_squares(low_rank, quarter):
    matrix = low_rank + np.random.default_rng(1).random(low_rank.shape)
    random = np.random.default_rng(stream(0, "blocks"))
    samples, genes = (
        random.permutation(length) % 2 != bit for length, bit in zip(matrix.shape, divmod(quarter, 2), strict=True)
    )
    kept = matrix[~samples][:, ~genes]
    found = factorize(kept, 2, "frobenius", 3, seed=fit_seed(0, "blocks", quarter), tolerance=1e-4)
    best = found.objective.argmin()
    usages, metagenes = found.usages[best].astype(float), found.metagenes[best].astype(float)
    loads = np.array([scipy.optimize.nnls(metagenes.T, row)[0] for row in matrix[samples][:, ~genes]])
    weights = np.array([scipy.optimize.nnls(usages, column)[0] for column in matrix[~samples][:, genes].T]).T
    expected = np.mean(0.5 * (matrix[samples][:, genes] - loads @ weights) ** 2)
    assert block_deviance(matrix, 2, "frobenius", 0, quarter) == pytest.approx(expected, rel=0.02)


def test_a_rank_too_large_for_a_block_gives_no_number(low_rank):
    assert math.isnan(block_deviance(low_rank, 12, "kl", 0, 0))
    assert math.isnan(block_deviance(np.ones((2, 3)), 1, "kl", 0, 0))
