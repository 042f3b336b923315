"""Tables of programs over data sets, once it is known which metagene belongs to which program."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

# A gene or sample belongs to a program if it does so in this share of the members, or of the data sets.
MAJORITY = 0.5
NAMED_GENES = 10

PROGRAM_COLUMNS = [
    "program",
    "shared",
    "data_sets",
    "in_data_sets",
    "members",
    "samples",
    "cosine",
    "nearest",
    "cosine_nearest",
    "genes",
    "top_genes",
]
MEMBER_COLUMNS = ["program", "data_set", "rank", "metagene", "cosine", "samples"]
GENE_COLUMNS = ["program", "position", "gene", "score", "data_sets", "measured_in", "selected"]


Calls = dict[tuple[str, int], pd.Series]  # cluster of each sample, by data set and rank
Genes = dict[tuple[str, int, str], set[str]]  # signature of each metagene, by data set, rank and name


def number_programs(labels: np.ndarray, data_sets: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Number clusters from 1: those of most data sets first, then of most members, then of largest mean cosine.

    Parameters
    ----------
    labels, data_sets
        (n_members,) cluster and data set of each member.
    cosines
        Members × members.

    Examples
    --------
    >>> number_programs(np.array([7, 3, 3]), np.array(["a", "a", "b"]), np.eye(3))
    array([2, 1, 1])
    """
    clusters = np.unique(labels)
    keys = []
    for cluster in clusters:
        own = np.flatnonzero(labels == cluster)
        keys.append((-len(set(data_sets[own])), -len(own), -cosines[np.ix_(own, own)].mean(), own[0]))
    places = sorted(range(len(clusters)), key=keys.__getitem__)
    numbers = np.empty(len(clusters), dtype=int)
    numbers[places] = np.arange(1, len(clusters) + 1)
    return numbers[np.searchsorted(clusters, labels)]


def describe_members(members: pd.DataFrame, cosines: np.ndarray, calls: Calls) -> pd.DataFrame:
    """Add to each member its mean cosine with the others of its program, and the samples called for it.

    Parameters
    ----------
    members
        Columns data_set, rank, metagene, number (of the program).
    cosines
        Members × members, in their order.
    calls
        Cluster of each sample, by data set and rank.
    """
    numbers = members["number"].to_numpy()
    same = numbers[:, None] == numbers[None]
    np.fill_diagonal(same, False)
    others = same.sum(axis=1)
    sums = np.where(same, cosines, 0).sum(axis=1)
    rows = zip(members["data_set"], members["rank"], members["metagene"], strict=True)
    return members.assign(
        program=[f"program_{number}" for number in numbers],
        cosine=np.divide(sums, others, out=np.full(len(members), np.nan), where=others > 0),
        samples=[int((calls[name, rank] == metagene).sum()) for name, rank, metagene in rows],
    )


def describe_genes(
    members: pd.DataFrame, scores: dict[str, pd.DataFrame], signatures: Genes, fewest: int
) -> pd.DataFrame:
    """Genes of one program that are in the signature of most of its members in at least one data set, best first.

    Parameters
    ----------
    members
        Its members, with data_set, rank, metagene and place (row of ``scores``).
    scores
        Members × genes, of each data set.
    signatures
        Genes of the signature of each metagene.
    fewest
        Data sets that a consensus gene must be in the signature of.
    """
    by_data_set = dict(list(members.groupby("data_set", sort=False)))
    means = pd.concat({name: scores[name].iloc[group["place"]].mean() for name, group in by_data_set.items()}, axis=1)
    held = pd.DataFrame({name: most_signatures(group, signatures, means.index) for name, group in by_data_set.items()})
    table = pd.DataFrame({"score": means.mean(axis=1), "data_sets": held.sum(axis=1)})
    table["measured_in"] = means.notna().sum(axis=1)
    table["selected"] = table["data_sets"] >= np.maximum(fewest, MAJORITY * table["measured_in"])
    table = table[table["data_sets"] > 0].rename_axis("gene").reset_index()
    table = table.sort_values(["selected", "score", "gene"], ascending=[False, False, True], ignore_index=True)
    table.insert(0, "position", np.arange(1, len(table) + 1))
    return table


def most_signatures(members: pd.DataFrame, signatures: Genes, genes: pd.Index) -> pd.Series:
    """Whether each gene is in the signature of most of the members, all of one data set."""
    keys = zip(members["data_set"], members["rank"], members["metagene"], strict=True)
    counts = sum(np.array([gene in signatures[key] for gene in genes], dtype=int) for key in keys)
    return pd.Series(counts >= MAJORITY * len(members), genes)


def count_samples(members: pd.DataFrame, calls: Calls) -> int:
    """Samples of all data sets that most of the ranks with a member call for a member of the program."""
    total = 0
    for name, group in members.groupby("data_set", sort=False):
        ranks = group.groupby("rank")["metagene"].agg(set)
        votes = sum(calls[name, rank].isin(metagenes).astype(int) for rank, metagenes in ranks.items())
        total += int((votes >= MAJORITY * len(ranks)).sum())
    return total


def describe_programs(
    members: pd.DataFrame,
    cosines: np.ndarray,
    calls: Calls,
    genes: pd.DataFrame,
    fewest: int,
) -> pd.DataFrame:
    """One row a program, by number; columns as in ``SharedPrograms.programs``."""
    numbers = members["number"].to_numpy()
    between = mean_between(numbers, cosines)
    np.fill_diagonal(between, -np.inf)
    selected = genes[genes["selected"].astype(bool)].groupby("program")["gene"].agg(list)
    rows = []
    for number, group in members.groupby("number"):
        names = list(dict.fromkeys(group["data_set"]))
        nearest = int(between[number - 1].argmax()) + 1 if len(between) > 1 else 0
        consensus = selected.get(f"program_{number}", [])
        rows.append(
            (
                f"program_{number}",
                len(names) >= fewest,
                len(names),
                ", ".join(names),
                len(group),
                count_samples(group, calls),
                mean_within(group["data_set"].to_numpy(), cosines[np.ix_(group.index, group.index)]),
                f"program_{nearest}" if nearest else "",
                between[number - 1].max() if nearest else np.nan,
                len(consensus),
                ", ".join(consensus[:NAMED_GENES]),
            )
        )
    return pd.DataFrame(rows, columns=PROGRAM_COLUMNS)


def mean_within(data_sets: Sequence[str], cosines: np.ndarray) -> float:
    """Mean cosine over members of different data sets; over all pairs of one data set; NaN for one member."""
    pairs = np.triu(np.ones(cosines.shape, dtype=bool), 1)
    across = pairs & (np.asarray(data_sets)[:, None] != np.asarray(data_sets)[None])
    pairs = across if across.any() else pairs
    return float(cosines[pairs].mean()) if pairs.any() else np.nan


def mean_between(numbers: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Mean cosine between the members of each program and those of each other (programs × programs)."""
    which = np.eye(numbers.max())[numbers - 1]
    sizes = which.sum(axis=0)
    return which.T @ cosines @ which / np.outer(sizes, sizes)
