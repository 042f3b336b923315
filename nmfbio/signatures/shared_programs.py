"""Programs that recur over data sets: metagenes of all data sets and ranks, clustered by the genes that mark them.

After Gavish et al. (2023, 10.1038/s41586-023-06130-4), who cluster the programs of many tumours at ranks 4 to 9 by how
many of their 50 top genes they share, and GeneNMF (Andreatta & Carmona), which takes cosines of all weights instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.spatial.distance import squareform

from nmfbio.consensus.alignment import unit_rows
from nmfbio.io.names import list_first
from nmfbio.signatures.program_tables import (
    GENE_COLUMNS,
    MEMBER_COLUMNS,
    PROGRAM_COLUMNS,
    describe_genes,
    describe_members,
    describe_programs,
    number_programs,
)

# Share of its genes that mark a metagene, those of largest score.
MARKING = 0.1
# Two data sets are compared on the genes of both: this many, and this share of the genes of the smaller one.
FEWEST_GENES, SHARED_GENES = 50, 0.1
# Data sets with this share of the sample names of the smaller one in common may hold the same samples.
SHARED_SAMPLES = 0.5


@dataclass(frozen=True)
class Solution:
    """What is known of one data set at one rank, as its tables hold it.

    Attributes
    ----------
    data_set
        Name.
    scores
        Genes × metagenes, score of every gene in every metagene (``gene_scores.tsv``); NaN where there is none.
    genes
        One row a gene with ``gene``, ``metagene`` (that it weighs most in) and ``selected`` (for its signature).
    samples
        One row a sample with ``sample`` and ``cluster``, the metagene it is called for; empty where it was left out.
    """

    data_set: str
    scores: pd.DataFrame
    genes: pd.DataFrame
    samples: pd.DataFrame

    @property
    def rank(self) -> int:
        """Number of metagenes."""
        return self.scores.shape[1]

    def signatures(self) -> dict[tuple[str, int, str], set[str]]:
        """Genes of the signature of each metagene, by data set, rank and metagene."""
        chosen = self.genes[self.genes["selected"]].groupby("metagene")["gene"].agg(set)
        return {(self.data_set, self.rank, name): chosen.get(name, set()) for name in self.scores.columns}


@dataclass(frozen=True)
class SharedPrograms:
    """Programs over data sets.

    Attributes
    ----------
    programs
        One row a program, those of most data sets first: program, shared (whether it is seen in enough data sets),
        data_sets (how many), in_data_sets (their names), members, samples (called for it), cosine (mean over members of
        different data sets, or of its one data set), nearest (the program most like it), cosine_nearest (mean over the
        members of the two), genes (number of consensus genes), top_genes (the first ten).
    members
        One row a metagene: program, data_set, rank, metagene, cosine (mean with the other members), samples (called for
        it).
    genes
        Of shared programs, one row a gene that is in the signature of most members of at least one data set, in
        recommended order: program, position, gene, score, data_sets (in how many it is in the signature),
        measured_in (how many of the program's data sets have the gene at all), selected (a consensus gene).
    cosines
        Members × members, in the order of the tree; rows and columns as ``members``, whose order it is.
    note
        What is missing where nothing could be compared, on one line; else empty.
    """

    programs: pd.DataFrame
    members: pd.DataFrame
    genes: pd.DataFrame
    cosines: np.ndarray
    note: str = ""

    def cosine_table(self) -> pd.DataFrame:
        """Cosines with the names of the members: data set, rank and metagene."""
        parts = (self.members[name].astype(str) for name in ("data_set", "rank", "metagene"))
        names = [f"{data_set}_k{rank}_{metagene}" for data_set, rank, metagene in zip(*parts, strict=True)]
        return pd.DataFrame(self.cosines, index=pd.Index(names, name="member"), columns=names)

    def to_gmt(self) -> str:
        """Consensus genes of the shared programs, one line each; no line where there are none."""
        selected = self.genes[self.genes["selected"].astype(bool)]
        seen = self.programs.set_index("program")
        lines = [
            "\t".join([str(name), f"seen in {seen.at[name, 'in_data_sets']}", *group["gene"]])
            for name, group in selected.groupby("program", sort=False)
        ]
        return "".join(f"{line}\n" for line in lines)


def find_shared_programs(
    solutions: Sequence[Solution], fewest_data_sets: int = 2, least_cosine: float = 0.3
) -> SharedPrograms:
    """Cluster the metagenes of all data sets and ranks, and tell which clusters hold several data sets.

    Metagenes are compared by the scores of the genes that mark them (``mark_genes``), which leaves out what all
    metagenes of a data set, and all data sets, have in common. Cosines are taken on the genes that both data sets have;
    those of data sets without enough of them are 0. Clusters are cut from an average-linkage tree on 1 − cosine, so
    that the mean cosine of two halves of a program is at least ``least_cosine``.

    Parameters
    ----------
    solutions
        One for each data set and rank. Rank 1 has nothing to compare; it and empty metagenes have no part.
    fewest_data_sets
        Data sets that a shared program has to be seen in, from 2.
    least_cosine
        Where the tree is cut, from 0 to 1.

    Returns
    -------
    SharedPrograms
        Without any row where there are no two data sets to compare.

    Warns
    -----
    UserWarning
        Data sets without enough genes in common, which look as if they named genes differently; data sets that seem to
        hold the same samples.

    Examples
    --------
    >>> found = find_shared_programs(solutions)  # doctest: +SKIP
    >>> found.programs[found.programs["shared"]]  # doctest: +SKIP
    """
    by_data_set = _group_by_data_set(solutions)
    if len(by_data_set) < 2:
        return _nothing(
            "One data set was analysed, and programs across data sets need two: name more in 'datasets', or split one "
            "by a metadata column with 'split_by'."
        )
    comparable = compare_gene_names(by_data_set)
    warn_of_same_samples(by_data_set)
    members, scores = _list_members(by_data_set)
    if not comparable or members["data_set"].nunique() < 2:
        return _nothing("No two data sets have metagenes that can be compared: see the warnings in the log.")
    cosines = member_cosines(members, scores, comparable)
    labels, leaves = cluster_members(cosines, least_cosine)
    members["number"] = number_programs(labels, members["data_set"].to_numpy(), cosines)
    return _describe(members, scores, solutions, cosines, leaves, fewest_data_sets)


def _describe(
    members: pd.DataFrame,
    scores: dict[str, pd.DataFrame],
    solutions: Sequence[Solution],
    cosines: np.ndarray,
    leaves: np.ndarray,
    fewest: int,
) -> SharedPrograms:
    """Write the tables; members stand by program, within it as in the tree."""
    calls = {(one.data_set, one.rank): one.samples.set_index("sample")["cluster"] for one in solutions}
    signatures = {key: genes for one in solutions for key, genes in one.signatures().items()}
    described = describe_members(members, cosines, calls)
    shared = [group for _, group in described.groupby("number") if group["data_set"].nunique() >= fewest]
    genes = [
        describe_genes(group, scores, signatures, fewest).assign(program=group["program"].iloc[0]) for group in shared
    ]
    all_genes = pd.concat(genes, ignore_index=True)[GENE_COLUMNS] if genes else pd.DataFrame(columns=GENE_COLUMNS)
    programs = describe_programs(described, cosines, calls, all_genes, fewest)
    order = np.array(sorted(range(len(leaves)), key=lambda leaf: (described["number"].iat[leaves[leaf]], leaf)))
    places = leaves[order]
    return SharedPrograms(
        programs,
        described.iloc[places][MEMBER_COLUMNS].reset_index(drop=True),
        all_genes,
        cosines[np.ix_(places, places)],
    )


def _nothing(note: str) -> SharedPrograms:
    warnings.warn(note, stacklevel=3)
    tables = (pd.DataFrame(columns=columns) for columns in (PROGRAM_COLUMNS, MEMBER_COLUMNS, GENE_COLUMNS))
    return SharedPrograms(*tables, np.empty((0, 0)), note)


def _group_by_data_set(solutions: Sequence[Solution]) -> dict[str, list[Solution]]:
    groups: dict[str, list[Solution]] = {}
    for solution in sorted(solutions, key=lambda solution: solution.rank):
        groups.setdefault(solution.data_set, []).append(solution)
    first_seen = dict.fromkeys(solution.data_set for solution in solutions)
    return {name: groups[name] for name in first_seen}


def compare_gene_names(by_data_set: dict[str, list[Solution]]) -> set[frozenset[str]]:
    """Pairs of data sets with enough genes in common; one warning names those without."""
    comparable, apart = set(), []
    for one, other in combinations(by_data_set, 2):
        genes, others = (by_data_set[name][0].scores.index for name in (one, other))
        common = len(genes.intersection(others))
        if common >= max(min(FEWEST_GENES, len(genes), len(others)), SHARED_GENES * min(len(genes), len(others))):
            comparable.add(frozenset((one, other)))
        else:
            names = f"{one!r} with {list_first(list(genes), 3)}, {other!r} with {list_first(list(others), 3)}"
            apart.append(f"{names}: {common:,} in common")
    if apart:
        warnings.warn(
            f"{len(apart)} pair(s) of data sets have too few genes in common to compare their programs, the first "
            f"{apart[0]}; expected genes of the same kind of name. Name genes alike in all data sets (all symbols, or "
            "all Ensembl ids)",
            stacklevel=3,
        )
    return comparable


def warn_of_same_samples(by_data_set: dict[str, list[Solution]]) -> None:
    """Warn of data sets whose sample names are mostly the same: what recurs in the same samples proves little."""
    names = {name: set(group[0].samples["sample"]) for name, group in by_data_set.items()}
    same = [
        f"{one} and {other}"
        for one, other in combinations(names, 2)
        if len(names[one] & names[other]) >= SHARED_SAMPLES * min(len(names[one]), len(names[other]))
    ]
    if same:
        warnings.warn(
            f"data sets with most sample names in common: {list_first(same, 3)}. If these are the same samples, a "
            "program that both hold has not been seen twice",
            stacklevel=3,
        )


def _list_members(by_data_set: dict[str, list[Solution]]) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """One row a metagene that any gene marks, and the scores of each data set (members × genes)."""
    rows, scores = [], {}
    for name, group in by_data_set.items():
        every = pd.concat({each.rank: each.scores.T for each in group})
        scores[name] = every[every.gt(0).any(axis=1)]
        rows += [(name, *key, place) for place, key in enumerate(scores[name].index)]
    return pd.DataFrame(rows, columns=["data_set", "rank", "metagene", "place"]), scores


def mark_genes(scores: np.ndarray) -> np.ndarray:
    """Scores of the genes that mark each metagene, the tenth of largest score among those above 0; 0 for all others.

    Parameters
    ----------
    scores
        Metagenes × genes; NaN counts as 0.

    Examples
    --------
    >>> mark_genes(np.arange(-5.0, 5.0)[None])
    array([[0., 0., 0., 0., 0., 0., 0., 0., 0., 4.]])
    """
    scores = np.maximum(np.nan_to_num(scores), 0)
    fewest = np.quantile(scores, 1 - MARKING, axis=1, keepdims=True, method="higher")
    return np.where(scores >= fewest, scores, 0)


def member_cosines(
    members: pd.DataFrame, scores: dict[str, pd.DataFrame], comparable: set[frozenset[str]]
) -> np.ndarray:
    """Cosine of each metagene with each other, on the genes that their data sets share (members × members)."""
    marks = {name: pd.DataFrame(mark_genes(table.to_numpy()), columns=table.columns) for name, table in scores.items()}
    places = {name: np.flatnonzero(members["data_set"] == name) for name in marks}
    cosines = np.zeros((len(members), len(members)))
    for name, own in places.items():
        rows = unit_rows(marks[name].to_numpy())
        cosines[np.ix_(own, own)] = rows @ rows.T
    for one, other in combinations(places, 2):
        if frozenset((one, other)) in comparable:
            genes = marks[one].columns.intersection(marks[other].columns)
            rows, others = (unit_rows(marks[name][genes].to_numpy()) for name in (one, other))
            block = rows @ others.T
            cosines[np.ix_(places[one], places[other])] = block
            cosines[np.ix_(places[other], places[one])] = block.T
    cosines = np.clip(cosines, 0, 1)
    np.fill_diagonal(cosines, 1)
    return cosines


def cluster_members(cosines: np.ndarray, least_cosine: float) -> tuple[np.ndarray, np.ndarray]:
    """Cluster number of each member, cut from an average-linkage tree, and the order of its leaves."""
    tree = linkage(squareform(1 - cosines, checks=False), "average")
    return fcluster(tree, 1 - least_cosine, "distance"), leaves_list(tree)
