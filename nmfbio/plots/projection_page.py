"""The figure of a projection with the table behind it, by file name."""

import pandas as pd

from nmfbio.plots.pages import Drawings, choose_annotations
from nmfbio.plots.projection import draw_projection
from nmfbio.plots.usages import usage_shares
from nmfbio.signatures import Projection


def draw_projection_figure(
    projection: Projection, metadata: pd.DataFrame, annotations: list[str] | None = None
) -> Drawings:
    """Draw new samples on the metagenes of a reference.

    Parameters
    ----------
    projection
        Result of ``project_samples``.
    metadata
        One row a new sample.
    annotations
        Metadata columns drawn beside the samples; by default those with 2 to 12 different values.

    Returns
    -------
    dict
        Figure and table for ``projection``: one row a sample, ``set`` says whether it is new.
    """
    samples, genes = projection.samples.set_index("sample"), projection.genes["found"]
    figure = draw_projection(
        projection.usages,
        samples,
        projection.reference["explained_variance"],
        projection.limit,
        projection.coverage,
        (int(genes.sum()), len(genes)),
        choose_annotations(metadata, annotations),
    )
    new = samples[["cluster", "explained_variance", "fits"]].join(usage_shares(projection.usages))
    table = pd.concat({"new": new, "reference": projection.reference}, names=["set", "sample"])
    return {"projection": (figure, table)}
