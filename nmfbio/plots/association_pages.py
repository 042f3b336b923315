"""The two figures of the association at one rank with the table behind each."""

import pandas as pd
from matplotlib.figure import Figure

from nmfbio.plots.association import draw_association
from nmfbio.plots.association_details import choose_panels, draw_association_details
from nmfbio.plots.usages import usage_shares
from nmfbio.signatures.association_columns import prepare_column, prepare_survival

COLUMNS = ["panel", "column", "metagene", "sample", "value", "event", "cluster", "usage_share"]


def draw_association_figures(
    table: pd.DataFrame,
    usages: pd.DataFrame,
    clusters: pd.Series,
    metadata: pd.DataFrame,
    event: str | None = None,
) -> dict[str, tuple[Figure, pd.DataFrame]]:
    """Draw the overview of all tests and the associations beyond chance one by one.

    Parameters
    ----------
    table
        Result of ``associate_metadata``.
    usages, clusters, metadata
        As it took them.
    event
        The column of events, where survival was tested.

    Returns
    -------
    dict
        Figure and table for ``association_k{rank}`` and ``association_details_k{rank}``.
    """
    panels = choose_panels(table)
    samples = collect_samples(panels, usages.dropna(), clusters, metadata, event)
    rank = usages.shape[1]
    return {
        f"association_k{rank}": (draw_association(table, list(usages)), table),
        f"association_details_k{rank}": (draw_association_details(table, panels, samples), samples),
    }


def collect_samples(
    panels: pd.DataFrame, usages: pd.DataFrame, clusters: pd.Series, metadata: pd.DataFrame, event: str | None
) -> pd.DataFrame:
    """Values of all samples of every panel, as ``draw_association_details`` takes them."""
    shares, metadata = usage_shares(usages), metadata.reindex(usages.index)
    parts = []
    for number, panel in panels.iterrows():
        name = panel["column"]
        if panel["kind"] == "survival":
            known = prepare_survival(metadata, name, event).values.rename(columns={"time": "value"})
        else:
            known = prepare_column(metadata[name]).values
        own = known.assign(panel=number, column=name, metagene=panel["metagene"], cluster=clusters.loc[known.index])
        if panel["metagene"] in shares:
            own["usage_share"] = shares.loc[known.index, panel["metagene"]]
        parts.append(own.rename_axis("sample").reset_index())
    return pd.concat(parts).reindex(columns=COLUMNS) if parts else pd.DataFrame(columns=COLUMNS)
