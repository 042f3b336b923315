"""Average linkage of samples through their distinct profiles: exact, and exactly the same for any order of samples.

With T_ab the restarts in which samples of cluster a and of cluster b are called together, summed over all their pairs,
their mean distance is 1 − T_ab / (n_a n_b R). T is a sum of whole numbers, which merging only adds up, so that equal
distances are equal to the last digit and a tie is a tie.
"""

import numpy as np
from scipy.cluster.hierarchy import fcluster

from nmfbio.consensus.profiles import Profiles, distinct_profiles, times_together


def sample_tree(labels: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """Average linkage of samples by the share of restarts that call them differently.

    Pairs at equal distance are joined in the order of the samples' names, so the tree does not depend on the order of
    the input.

    Parameters
    ----------
    labels
        (R, n_samples) sample calls.
    samples
        (n_samples,) names, each once.

    Returns
    -------
    numpy.ndarray
        (n_samples − 1) × 4, as from `scipy.cluster.hierarchy.linkage`.

    Examples
    --------
    >>> sample_tree(np.array([[0, 0, 1], [0, 1, 1]]), np.array(["a", "b", "c"]))[:, 2]
    array([0.5 , 0.75])
    """
    profiles = distinct_profiles(labels, samples)
    together = times_together(profiles, np.ones(len(labels), dtype=int))
    return expand_tree(profile_tree(together, profiles.counts, len(labels)), profiles, samples)


def profile_tree(together: np.ndarray, counts: np.ndarray, restarts: int) -> np.ndarray:
    """Average linkage of profiles that stand for several samples each, by a chain of nearest neighbours.

    Murtagh (1983), 10.1093/comjnl/26.4.354. Neighbours and ties are chosen as scipy chooses them.

    Parameters
    ----------
    together
        u × u, result of ``times_together``.
    counts
        (u,) samples of each profile.
    restarts
        Sum of the restarts' weights.

    Returns
    -------
    numpy.ndarray
        (u − 1) × 4 in scipy's format; the last column counts samples.
    """
    n_profiles = len(counts)
    sizes = counts.astype(np.float64)
    shared = together * sizes
    shared *= sizes[:, None]
    np.fill_diagonal(shared, -1)
    # Added to a similarity, it takes what has been merged away out of the choice.
    gone = np.zeros(n_profiles)
    merges, chain = np.empty((n_profiles - 1, 4)), []
    for merge in merges:
        if not chain:
            chain.append(int(gone.argmax()))
        while True:
            last = chain[-1]
            likeness = shared[last] / (sizes * sizes[last]) + gone
            nearest = int(likeness.argmax())
            # The chain's last but one is preferred among equals, or it could run in a circle.
            if len(chain) > 1 and likeness[nearest] <= likeness[chain[-2]]:
                break
            chain.append(nearest)
        left, right = sorted((chain.pop(), chain.pop()))
        merge[:] = left, right, 1 - likeness[right if last == left else left] / restarts, 0
        shared[right] += shared[left]
        shared[:, right] = shared[right]
        shared[right, right] = -1
        sizes[right] += sizes[left]
        gone[left] = -np.inf
    return number_merges(merges[np.argsort(merges[:, 2], kind="stable")], counts)


def number_merges(merges: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Name the sides of merges as scipy does: leaves first, then merges in their order; and count their samples."""
    n_leaves = len(counts)
    parent, sizes = list(range(2 * n_leaves - 1)), [*counts.tolist(), *[0] * (n_leaves - 1)]
    tree = merges.copy()
    for number, (left, right) in enumerate(merges[:, :2].astype(int).tolist()):
        sides = sorted((find_root(parent, left), find_root(parent, right)))
        root = n_leaves + number
        parent[sides[0]] = parent[sides[1]] = root
        sizes[root] = sizes[sides[0]] + sizes[sides[1]]
        tree[number] = *sides, merges[number, 2], sizes[root]
    return tree


def find_root(parent: list[int], node: int) -> int:
    """The merge that a node belongs to by now; the way there is shortened for the next time."""
    root = node
    while parent[root] != root:
        root = parent[root]
    while parent[node] != root:
        parent[node], node = root, parent[node]
    return root


def expand_tree(tree: np.ndarray, profiles: Profiles, samples: np.ndarray) -> np.ndarray:
    """Tree of samples from that of their profiles: first those of one profile are joined, at distance 0."""
    n_samples, n_profiles = len(samples), len(profiles.labels)
    by_name = np.argsort(samples, kind="stable")
    by_profile = by_name[np.argsort(profiles.of_samples[by_name], kind="stable")]
    nodes, joined = [], []
    for members in np.split(by_profile, np.cumsum(profiles.counts)[:-1]):
        node = members[0]
        for count, member in enumerate(members[1:], start=2):
            joined.append((*sorted((int(node), int(member))), 0.0, count))
            node = n_samples + len(joined) - 1
        nodes.append(int(node))
    names = np.array([*nodes, *range(n_samples + len(joined), 2 * n_samples - 1)])
    sides = np.sort(names[tree[:, :2].astype(int)], axis=1) if n_profiles > 1 else np.empty((0, 2))
    return np.vstack([np.reshape(joined, (-1, 4)), np.column_stack([sides, tree[:, 2:]])])


def cut_tree(tree: np.ndarray, clusters: int) -> np.ndarray:
    """Cluster 0, 1, ... of each leaf from cutting a tree into at most ``clusters``; ties can leave fewer."""
    if not len(tree):
        return np.zeros(1, dtype=int)
    # scipy refuses trees that count more than their leaves; how many samples a leaf stands for does not matter here.
    countless = np.column_stack([tree[:, :3], np.minimum(tree[:, 3], len(tree) + 1)])
    return fcluster(countless, clusters, criterion="maxclust") - 1
