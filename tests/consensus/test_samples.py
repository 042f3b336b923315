"""nmfbio.consensus.samples: clusters of samples for any number of them."""

import subprocess
import sys

import numpy as np
import pytest

from nmfbio.consensus import samples as module
from nmfbio.consensus.samples import MOST_DRAWN, MOST_PROFILES, cluster_samples, stratified_part

MEASURES = ("cophenetic", "dispersion", "pac", "mean_silhouette")


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Intervals of five draws, to save time."""
    monkeypatch.setattr(module, "FEWEST_DRAWS", 5)
    monkeypatch.setattr(module, "PAIRS_OF_DRAWS", 1)


def calls_of(n_samples, restarts=20, rank=4, agree=0.9, seed=0):
    """Calls of many samples in restarts that mostly agree with a truth, their names in no order, and the truth."""
    random = np.random.default_rng(seed)
    truth = random.choice(rank, n_samples, p=np.arange(1, rank + 1) / sum(range(rank + 1)))
    labels = np.where(
        random.random((restarts, n_samples)) < agree, truth, random.integers(0, rank, (restarts, n_samples))
    )
    return labels, np.array([f"cell_{number}" for number in random.permutation(n_samples)]), truth


def test_a_part_gives_what_all_samples_give(monkeypatch):
    labels, names, truth = calls_of(3000)
    exact = cluster_samples(labels, names, truth, 4, 4)
    monkeypatch.setattr(module, "MOST_PROFILES", 500)
    monkeypatch.setattr(module, "SUBSAMPLE", 1000)
    part = cluster_samples(labels, names, truth, 4, 4)
    for name in MEASURES:
        assert part[name] == pytest.approx(exact[name], abs=0.02)
        short = name.removeprefix("mean_")
        assert part[f"{short}_low"] <= part[name] <= part[f"{short}_high"]
        assert part[f"{short}_low"] - 0.02 <= exact[name] <= part[f"{short}_high"] + 0.02
    assert (part["clusters"] == truth).mean() > 0.99
    np.testing.assert_allclose(part["silhouette"], exact["silhouette"], atol=0.05)


def test_more_profiles_than_are_compared_pair_by_pair_are_clustered_all_the_same():
    labels, names, truth = calls_of(MOST_PROFILES + 2000, restarts=40, rank=8, agree=0.8)
    found = cluster_samples(labels, names, truth, 8, 8)
    assert (found["clusters"] == truth).mean() > 0.98
    assert len(found["silhouette"]) == len(names)
    assert found["consensus"].shape == (MOST_DRAWN, MOST_DRAWN)
    assert found["linkage"].shape == (MOST_DRAWN - 1, 4)
    assert found["cophenetic_low"] < found["cophenetic"] < found["cophenetic_high"]


def test_the_order_of_many_samples_changes_nothing_but_their_order(monkeypatch):
    monkeypatch.setattr(module, "MOST_PROFILES", 100)
    monkeypatch.setattr(module, "SUBSAMPLE", 300)
    monkeypatch.setattr(module, "MOST_DRAWN", 50)
    labels, names, truth = calls_of(1000)
    order = np.random.default_rng(1).permutation(1000)
    before = cluster_samples(labels, names, truth, 4, 4)
    after = cluster_samples(labels[:, order], names[order], truth[order], 4, 4)
    for name in MEASURES:
        assert after[name] == pytest.approx(before[name], abs=1e-12)
    np.testing.assert_array_equal(after["clusters"], before["clusters"][order])
    assert set(names[order][after["drawn"]]) == set(names[before["drawn"]])


def test_all_samples_are_drawn_up_to_a_number_and_a_part_with_the_shares_of_the_clusters_above():
    labels, names, truth = calls_of(300)
    np.testing.assert_array_equal(cluster_samples(labels, names, truth, 4, 4)["drawn"], np.arange(300))
    part = stratified_part(truth, np.argsort(names), 100, 0)
    assert (np.diff(part) > 0).all()
    np.testing.assert_allclose(np.bincount(truth[part]), np.bincount(truth) / 3, atol=1)
    assert set(part) != set(stratified_part(truth, np.argsort(names), 100, 1))


@pytest.mark.slow
@pytest.mark.parametrize("agree", [0.0, 0.9])
def test_200_000_samples_need_less_than_two_gib(agree, tmp_path):
    script = f"""
import resource, numpy as np
from nmfbio.consensus.samples import cluster_samples
random = np.random.default_rng(0)
truth = random.integers(0, 10, 200_000)
agrees = (random.random(200_000) < {agree} for _ in range(50))
labels = np.array([np.where(each, truth, random.integers(0, 10, 200_000)) for each in agrees])
cluster_samples(labels.astype(np.int32), np.array([f"cell_{{n}}" for n in range(200_000)]), truth, 10, 10)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert int(done.stdout) < 2 * 2**30
