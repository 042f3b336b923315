"""Programs: metagenes that recur over restarts (Kotliar et al. 2019, 10.7554/eLife.43803), and how surely they do."""

import warnings

import numpy as np

from nmfbio.consensus.bootstrap import DRAWS, bootstrap_interval, resample_restarts
from nmfbio.consensus.coclustering import silhouettes_from_sums
from nmfbio.consensus.grouping import group_rows
from nmfbio.errors import InputError

# A restart contains a program if its metagene has at least this cosine with it.
CONTAINED = 0.8
# Share of the metagenes that a refused density threshold is told to keep instead.
KEPT_BY_CURE = 0.9
# Cosines of float32 vectors are exact to about this.
ROUNDING = 2e-6
BLOCK = 512


def unit_metagenes(metagenes: np.ndarray) -> np.ndarray:
    """All metagenes of all restarts, one below the other, at length 1 (R·rank × n_genes, float32); zeros stay."""
    rows = metagenes.reshape(-1, metagenes.shape[2]).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    return rows


def row_cosines(rows: np.ndarray) -> np.ndarray:
    """Cosines of all pairs of unit rows (float32, 0 to 1), 1 where rounding alone tells two rows apart."""
    cosines = rows @ rows.T
    np.clip(cosines, 0, 1, out=cosines)
    cosines[cosines > 1 - ROUNDING] = 1
    np.fill_diagonal(cosines, 1)
    return cosines


def cluster_metagenes(
    rows: np.ndarray,
    cosines: np.ndarray,
    restarts: int,
    programs: int,
    neighbourhood: float = 0.3,
    density_threshold: float = 0.5,
) -> np.ndarray:
    """Programs as medians of clusters of metagenes, those without near neighbours left out.

    Parameters
    ----------
    rows
        R·rank × n_genes, result of ``unit_metagenes``.
    cosines
        R·rank × R·rank, result of ``row_cosines``.
    restarts
        R.
    programs
        Clusters wanted.
    neighbourhood
        Neighbours looked at, as share of the restarts.
    density_threshold
        Largest mean distance of a metagene to its nearest neighbours; metagenes have length 1, so distances go from 0
        to √2.

    Returns
    -------
    numpy.ndarray
        programs × n_genes, float64, each of sum 1; zeros where a median is zero throughout.

    Raises
    ------
    InputError
        There are too few restarts for a neighbour, or fewer metagenes than clusters are left.
    """
    neighbours = int(neighbourhood * restarts + 1e-9)
    if neighbours < 1:
        needed = int(np.ceil(1 / neighbourhood))
        raise InputError(
            "config key 'consensus.neighbourhood'",
            f"{neighbourhood:g} of {restarts} {'restart' if restarts == 1 else 'restarts'}, which is less than one "
            "neighbour for each metagene",
            "at least one",
            f"Run {needed} restarts or more (`factorize.restarts`; 50 or more say something), or take "
            "`solution: aligned_median`.",
        )
    filled = np.flatnonzero(rows.any(axis=1))
    density = neighbour_distances(cosines, filled, neighbours)
    kept = filled[density < density_threshold]
    if len(kept) < programs:
        refuse_threshold(density, len(kept), programs, neighbours, density_threshold)
    found = group_rows(cosines if len(kept) == len(rows) else cosines[np.ix_(kept, kept)], programs)
    medians = np.array([np.median(rows[kept[found == group]], axis=0) for group in range(programs)], dtype=np.float64)
    sums = medians.sum(axis=1, keepdims=True)
    return medians / np.where(sums > 0, sums, 1)


def neighbour_distances(cosines: np.ndarray, filled: np.ndarray, neighbours: int) -> np.ndarray:
    """Mean Euclidean distance of each of some rows to its nearest neighbours among them."""
    means = np.empty(len(filled))
    neighbours = min(neighbours, max(len(filled) - 1, 1))
    for start in range(0, len(filled), BLOCK):
        block = cosines[np.ix_(filled[start : start + BLOCK], filled)].astype(np.float64)
        nearest = -np.partition(-block, min(neighbours, len(filled) - 1), axis=1)[:, : neighbours + 1]
        # The row itself is among them, at distance 0.
        means[start : start + BLOCK] = np.sqrt(2 - 2 * nearest).sum(axis=1) / neighbours
    return means


def refuse_threshold(density: np.ndarray, kept: int, programs: int, neighbours: int, threshold: float) -> None:
    """Say what the threshold left, how far metagenes lie from their neighbours, and which threshold would do."""
    cure = np.ceil(100 * np.quantile(density, KEPT_BY_CURE) + 1e-9) / 100 if len(density) else np.nan
    useful = f"Set it to {cure:.2f}, which keeps about 90 %, run" if len(density) >= programs else "Run"
    told = f" (smallest {density.min():.2f}, median {np.median(density):.2f})" if len(density) else ""
    raise InputError(
        "config key 'consensus.density_threshold'",
        f"{threshold:g} at rank {programs}, which leaves {kept} of {len(density)} metagenes: the mean distance to the "
        f"nearest {neighbours} is larger for the others{told}",
        f"at least {programs}, one for each program",
        f"{useful} more restarts, or take `solution: aligned_median`; metagenes this far apart hardly recur.",
    )


def program_fields(
    rows: np.ndarray, cosines: np.ndarray, orders: np.ndarray, metagenes: np.ndarray
) -> dict[str, np.ndarray | float]:
    """How surely each metagene of the solution recurs over restarts, as fields of ``Consensus``.

    Parameters
    ----------
    rows, cosines
        Results of ``unit_metagenes`` and ``row_cosines``.
    orders
        (R, rank) which metagene of each restart is matched to each of the solution.
    metagenes
        rank × n_genes, the solution.
    """
    restarts, rank = orders.shape
    places = orders + np.arange(restarts)[:, None] * rank
    used = np.flatnonzero(metagenes.any(axis=1))
    silhouettes, interval = np.full(rank, np.nan), (np.nan, np.nan)
    if restarts > 1 and len(used) > 1:
        weights = np.vstack([np.ones(restarts, dtype=int), resample_restarts(restarts, DRAWS)])
        found = program_silhouettes(cosines, places[:, used], weights)
        silhouettes[used] = found[0]
        interval = bootstrap_interval(float(found[0].min()), found[1:].min(axis=1), -1, 1)
    matched = matched_cosines(rows, places, metagenes)
    return {
        "program_silhouette": silhouettes,
        "program_silhouette_low": interval[0],
        "program_silhouette_high": interval[1],
        "program_restarts": (matched >= CONTAINED).mean(axis=0),
        "program_cosine_mean": matched.mean(axis=0),
        "program_cosine_min": matched.min(axis=0),
    }


def matched_cosines(rows: np.ndarray, places: np.ndarray, metagenes: np.ndarray) -> np.ndarray:
    """Cosine (R × rank) of each metagene of the solution with the one matched to it; 0 where either is empty."""
    every = (rows @ unit_metagenes(metagenes[None]).T).astype(np.float64)
    return np.clip(np.take_along_axis(every[places], np.arange(places.shape[1])[None, :, None], axis=2)[:, :, 0], 0, 1)


def program_silhouettes(cosines: np.ndarray, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean silhouette of each program over the restarts, on cosine distance.

    Parameters
    ----------
    cosines
        R·rank × R·rank.
    places
        (R, programs) rows of ``cosines`` that belong to a program.
    weights
        (draws, R) how often each restart counts in each draw.

    Returns
    -------
    numpy.ndarray
        draws × programs, −1 to 1.
    """
    restarts, programs = places.shape
    flat = places.T.ravel()
    # Programs first, so that the sum over the restarts of each is a product of matrices.
    shared = cosines[np.ix_(flat, flat)].reshape(flat.size * programs, restarts)
    sizes, own = np.full(programs, restarts), np.repeat(np.arange(programs), restarts)
    means = np.empty((len(weights), programs))
    for mean, weight in zip(means, weights, strict=True):
        sums = restarts - (shared @ weight.astype(np.float32)).reshape(flat.size, programs).astype(np.float64)
        silhouettes = silhouettes_from_sums(np.where(sums > ROUNDING * restarts, sums, 0), sizes, own)
        mean[:] = silhouettes.reshape(programs, restarts) @ weight / restarts
    return means


def warn_of_empty(metagenes: np.ndarray) -> None:
    """Name the metagenes of a solution in which no gene has any weight."""
    empty = [f"metagene_{number}" for number in np.flatnonzero(~metagenes.any(axis=1)) + 1]
    if empty:
        warnings.warn(
            f"rank {len(metagenes)}: {', '.join(empty)} of the solution {'is' if len(empty) == 1 else 'are'} empty, no "
            "gene has any weight there: no sample is called for it, and the data may hold fewer programs than the rank",
            stacklevel=3,
        )
