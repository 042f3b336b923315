"""What usages and clusters have to do with what is known of the samples."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
import scipy.stats

from nmfbio.consensus import usage_shares
from nmfbio.io.names import list_first
from nmfbio.signatures.association_columns import Column, prepare_columns
from nmfbio.signatures.association_tests import (
    Association,
    compare_groups,
    compare_partitions,
    compare_survival,
    correlate,
    cross_tabulate,
    fit_hazard,
)

COLUMNS = (
    "column", "kind", "metagene", "test", "n", "statistic", "effect", "effect_name", "low", "high", "p", "q", "note",
)  # fmt: skip
CLUSTER = "cluster"  # stands in `metagene` where the cluster is tested
SMALLEST_P = float(np.finfo(float).tiny)  # what underflows is not 0: nothing is that certain
BATCH = "batch (preprocess.batch_key)"


def associate_metadata(
    usages: pd.DataFrame,
    clusters: pd.Series,
    metadata: pd.DataFrame,
    time: str | None = None,
    event: str | None = None,
    columns: Sequence[str] | None = None,
    batch: str | None = None,
) -> pd.DataFrame:
    """Test each metagene's usage share and the clusters against every metadata column.

    Parameters
    ----------
    usages
        n_samples × rank, not negative, index samples. Samples without usages are left out with a warning.
    clusters
        Metagene of each sample, by sample.
    metadata
        One row a sample, by sample; columns of any type. What is missing is left out column by column.
    time, event
        Columns of the survival: time to the event or the last visit, at least 0, and whether the event was seen (0 or
        1, false or true, alive or dead). Both or neither. They are tested together, not one by one.
    columns
        Columns to test; by default all.
    batch
        Column of the batches; it is always tested, and marked in `note`.

    Returns
    -------
    pandas.DataFrame
        One row a test, in the order of the columns, then of the metagenes, ``cluster`` last: column, kind
        (``categorical``, ``numeric``, ``survival``, ``left_out``), metagene, test, n, statistic, effect, effect_name,
        low, high (95 % interval of a hazard ratio), p, q (Benjamini-Hochberg over all tests of the table), note. A
        column that is left out has one row, whose note tells why.

    Raises
    ------
    InputError
        There is no such column, or a time or event that is none.

    Examples
    --------
    >>> names = [f"sample_{i}" for i in range(8)]
    >>> usages = pd.DataFrame({"metagene_1": [3.0, 4, 5, 6, 1, 1, 1, 1], "metagene_2": 2.0}, index=names)
    >>> clusters = pd.Series(["metagene_1"] * 4 + ["metagene_2"] * 4, index=names)
    >>> table = associate_metadata(usages, clusters, pd.DataFrame({"tumour": list("aaaabbbb")}, index=names))
    >>> table[["metagene", "test", "effect"]].round(2).to_numpy().tolist()[2:]
    [['cluster', 'fisher_exact', 1.0], ['cluster', 'none', 1.0]]
    """
    usages = _with_usages(usages)
    shares = pd.DataFrame(usage_shares(usages.to_numpy(float)), index=usages.index, columns=usages.columns)
    clusters, metadata = clusters.loc[shares.index].astype(str), metadata.reindex(shares.index)
    rows = [
        {"column": column.name, "kind": column.kind, **asdict(tested), "metagene": metagene, "note": note}
        for column in prepare_columns(metadata, time, event, columns, batch)
        for metagene, tested in _test_column(column, shares, clusters)
        for note in ["; ".join(filter(None, [BATCH if column.name == batch else "", column.note, tested.note]))]
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n": "int64", "p": "float64"})
    table["p"] = table["p"].clip(lower=SMALLEST_P)
    return table.assign(q=adjust(table["p"].to_numpy(float)))


def _with_usages(usages: pd.DataFrame) -> pd.DataFrame:
    lacking = usages.index[usages.isna().any(axis=1)]
    if len(lacking):
        warnings.warn(f"{len(lacking)} sample(s) without usages are not tested: {list_first(lacking)}", stacklevel=3)
    return usages.drop(index=lacking)


def _test_column(column: Column, shares: pd.DataFrame, clusters: pd.Series) -> Iterator[tuple[str, Association]]:
    """Test a column against every metagene, then against the clusters."""
    known = column.values
    if column.kind == "left_out":
        yield "", Association("none", len(known))
        return
    values = {name: known[name].to_numpy() for name in known}
    called = clusters.loc[known.index].to_numpy(str)
    for metagene in shares:
        share = shares.loc[known.index, metagene].to_numpy()
        if column.kind == "categorical":
            yield metagene, compare_groups(share, values["value"].astype(str))
        elif column.kind == "numeric":
            yield metagene, correlate(share, values["value"])
        else:
            yield metagene, fit_hazard(share, values["time"], values["event"])
    for tested in _test_clusters(column.kind, values, called):
        yield CLUSTER, tested


def _test_clusters(kind: str, values: dict[str, np.ndarray], clusters: np.ndarray) -> list[Association]:
    if kind == "numeric":
        return [compare_groups(values["value"], clusters)]
    if kind == "survival":
        return [compare_survival(clusters, values["time"], values["event"])]
    labels = values["value"].astype(str)
    return [cross_tabulate(labels, clusters), compare_partitions(labels, clusters)]


def adjust(p: np.ndarray) -> np.ndarray:
    """Adjust p-values by Benjamini & Hochberg (1995); NaN, where nothing was tested, stays NaN and does not count.

    Examples
    --------
    >>> adjust(np.array([0.01, np.nan, 0.5])).tolist()
    [0.02, nan, 0.5]
    """
    q, tested = np.full(len(p), np.nan), ~np.isnan(p)
    if tested.any():
        q[tested] = scipy.stats.false_discovery_control(p[tested])
    return q
