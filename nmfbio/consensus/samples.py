"""Consensus clusters of samples and how sharp they are, for any number of samples."""

from collections.abc import Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment

from nmfbio.consensus.agreement import Agreement, cluster_profiles
from nmfbio.consensus.bootstrap import DRAWS, SEED, bootstrap_interval, resample_restarts
from nmfbio.consensus.coclustering import consensus_matrix, silhouettes_from_sums
from nmfbio.consensus.profiles import Profiles, distances_to_clusters, distinct_profiles
from nmfbio.consensus.tree import sample_tree

# Distinct profiles that are compared pair by pair: 4,000 take half a GiB and two seconds, 40,000 a hundred times that.
MOST_PROFILES = 4000
# Samples that stand for all where there are more profiles.
SUBSAMPLE = 2000
# Samples whose consensus matrix and tree are kept: a figure has no more pixels.
MOST_DRAWN = 2000
# Pairs of profiles compared over all draws of restarts, and draws there are at least.
PAIRS_OF_DRAWS = 10**7
FEWEST_DRAWS = 20
BOUNDS = {"cophenetic": (0, 1), "dispersion": (0, 1), "pac": (0, 1), "mean_silhouette": (-1, 1)}


def cluster_samples(labels: np.ndarray, samples: np.ndarray, calls: np.ndarray, in_use: int, rank: int) -> dict:
    """Clusters of samples, how sharp they are, and the part of the consensus matrix that is drawn.

    Parameters
    ----------
    labels
        (R, n_samples) sample calls of the restarts.
    samples
        (n_samples,) names, each once.
    calls
        (n_samples,) calls of the solution: clusters are named after them, and parts of the samples keep their shares.
    in_use
        Clusters wanted: metagenes of the solution that are not empty.
    rank
        Metagenes in all.

    Returns
    -------
    dict
        Fields of ``Consensus``.
    """
    profiles, by_name = distinct_profiles(labels, samples), np.argsort(samples, kind="stable")
    once = np.ones(len(labels), dtype=int)
    if len(profiles.labels) <= MOST_PROFILES:
        agreement, found = cluster_profiles(profiles, once, in_use)
        parts = repeat_forever(profiles)
    else:
        part = stratified_part(calls, by_name, SUBSAMPLE, 0)
        landmarks = distinct_profiles(labels[:, part], samples[part])
        agreement, of_landmarks = cluster_profiles(landmarks, once, in_use)
        found = spread_clusters(profiles, profiles.of_samples[part], of_landmarks[landmarks.of_samples])
        parts = fresh_parts(labels, samples, calls, by_name)
    clusters = name_clusters(found[profiles.of_samples], calls, rank)
    silhouette = silhouettes_from_sums(*distances_to_clusters(profiles, found), found)[profiles.of_samples]
    drawn = np.arange(len(samples))
    if len(samples) > MOST_DRAWN:
        drawn = stratified_part(clusters, by_name, MOST_DRAWN, 0)
    agreement = {**vars(agreement), "mean_silhouette": float(silhouette.mean())}
    return {
        "clusters": clusters,
        "silhouette": silhouette,
        "drawn": drawn,
        "consensus": consensus_matrix(labels[:, drawn]),
        "linkage": sample_tree(labels[:, drawn], samples[drawn]),
        **sharpness_fields(agreement, parts, in_use, len(labels)),
    }


def sharpness_fields(agreement: dict[str, float], parts: Iterator[Profiles], in_use: int, restarts: int) -> dict:
    """Measures with their intervals, as fields of ``Consensus``; NaN where one cluster or one restart says nothing."""
    if in_use < 2 or restarts < 2:
        agreement, draws = dict.fromkeys(agreement, np.nan), []
    else:
        draws = draw_agreements(parts, in_use, restarts)
    fields = dict(agreement)
    for name, value in agreement.items():
        ends = bootstrap_interval(value, np.array([getattr(draw, name) for draw in draws]), *BOUNDS[name])
        short = name.removeprefix("mean_")
        fields[f"{short}_low"], fields[f"{short}_high"] = ends
    return fields


def draw_agreements(parts: Iterator[Profiles], in_use: int, restarts: int) -> list[Agreement]:
    """Agreement of resampled restarts, each draw on the next part; the more profiles, the fewer draws."""
    first = next(parts)
    draws = int(np.clip(PAIRS_OF_DRAWS // len(first.labels) ** 2, FEWEST_DRAWS, DRAWS))
    weights = resample_restarts(restarts, DRAWS)[:draws]
    found = [cluster_profiles(first, weights[0], in_use)[0]]
    return found + [cluster_profiles(next(parts), each, in_use)[0] for each in weights[1:]]


def repeat_forever(profiles: Profiles) -> Iterator[Profiles]:
    """The same profiles again and again."""
    while True:
        yield profiles


def fresh_parts(labels: np.ndarray, samples: np.ndarray, calls: np.ndarray, by_name: np.ndarray) -> Iterator[Profiles]:
    """Profiles of one part of the samples after another: the spread of draws tells of the choice of a part too."""
    number = 0
    while True:
        number += 1
        part = stratified_part(calls, by_name, SUBSAMPLE, number)
        yield distinct_profiles(labels[:, part], samples[part])


def stratified_part(groups: np.ndarray, by_name: np.ndarray, size: int, number: int) -> np.ndarray:
    """Positions of samples drawn at random so that each group keeps its share; the same for any order of the samples.

    Parameters
    ----------
    groups
        (n_samples,) group of each sample.
    by_name
        (n_samples,) positions of the samples in the order of their names.
    size
        Samples to draw.
    number
        Another one gives another part.

    Examples
    --------
    >>> stratified_part(np.array([0, 0, 0, 0, 1, 1]), np.arange(6), 3, 0)
    array([0, 2, 5])
    """
    lots = np.random.default_rng([SEED, number]).random(len(groups))
    order = by_name[np.lexsort((lots, groups[by_name]))]
    places = (np.arange(size) + 0.5) * len(groups) / size
    return np.sort(order[places.astype(int)])


def spread_clusters(profiles: Profiles, known: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Cluster (u,) of every profile: its own where the part of the samples has it, else the nearest in the mean.

    Parameters
    ----------
    profiles
        Of all samples.
    known, clusters
        Profiles of the samples in the part, and the samples' clusters.
    """
    found = np.full(len(profiles.labels), -1)
    found[known] = clusters
    sums, sizes = distances_to_clusters(profiles, found)
    return np.where(found < 0, (sums / sizes).argmin(axis=1), found)


def name_clusters(clusters: np.ndarray, calls: np.ndarray, rank: int) -> np.ndarray:
    """Number clusters as metagenes, one to one, so that as many samples as possible keep their call."""
    shared = np.zeros((rank, rank), dtype=np.int64)
    np.add.at(shared, (clusters, calls), 1)
    return linear_sum_assignment(-shared)[1][clusters]
