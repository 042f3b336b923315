"""k-means of unit vectors from their cosines alone (Lloyd 1982; started as Arthur & Vassilvitskii 2007).

Cosines are at hand where metagenes are grouped, so that a step costs no pass over the genes.
"""

import numpy as np

STARTS = 10
MOST_STEPS = 300


def group_rows(cosines: np.ndarray, groups: int, seed: int = 0) -> np.ndarray:
    """Groups (n,) 0, 1, ... of vectors of length 1 with the least sum of squared distances to the groups' means.

    Parameters
    ----------
    cosines
        n × n, products of the vectors.
    groups
        From 1 to n; each gets a vector.
    seed
        Of the ten starts, of which the best end is taken.

    Examples
    --------
    >>> found = group_rows(np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]), 2)
    >>> bool(found[0] == found[1] != found[2])
    True
    """
    random = np.random.default_rng(seed)
    ends = [lloyd(cosines, spread_centres(cosines, groups, random)) for _ in range(STARTS)]
    return min(ends, key=lambda end: end[1])[0]


def spread_centres(cosines: np.ndarray, groups: int, random: np.random.Generator) -> np.ndarray:
    """Rows to start from, each drawn with a chance like its squared distance to those before (k-means++)."""
    centres = [int(random.integers(len(cosines)))]
    for _ in range(groups - 1):
        distances = np.clip(2 - 2 * cosines[centres].max(axis=0).astype(np.float64), 0, None)
        distances[centres] = 0
        chances = distances if distances.any() else np.isin(np.arange(len(cosines)), centres, invert=True).astype(float)
        centres.append(int(random.choice(len(cosines), p=chances / chances.sum())))
    return np.array(centres)


def lloyd(cosines: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, float]:
    """Groups to which k-means settles from some rows as centres, and their sum of squared distances."""
    groups = len(centres)
    found = cosines[:, centres].argmax(axis=1)
    found[centres] = np.arange(groups)
    for _ in range(MOST_STEPS):
        distances = squared_distances(cosines, found, groups)
        moved = fill_empty(distances, distances.argmin(axis=1))
        if (moved == found).all():
            break
        found = moved
    distances = squared_distances(cosines, found, groups)
    return found, float(distances[np.arange(len(found)), found].sum())


def squared_distances(cosines: np.ndarray, found: np.ndarray, groups: int) -> np.ndarray:
    """Squared distances (n × groups) of vectors of length 1 to the means of groups."""
    members = np.eye(groups, dtype=cosines.dtype)[found]
    sizes = members.sum(axis=0, dtype=np.float64)
    to_means = (cosines @ members) / sizes
    lengths = np.einsum("ng,ng->g", members, to_means, dtype=np.float64) / sizes
    return 1 - 2 * to_means + lengths


def fill_empty(distances: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Give each group without a member the row that lies farthest from its own group and can be spared."""
    for group in np.setdiff1d(np.arange(distances.shape[1]), found):
        spare = np.bincount(found, minlength=distances.shape[1])[found] > 1
        own = np.where(spare, distances[np.arange(len(found)), found], -np.inf)
        found[own.argmax()] = group
    return found
