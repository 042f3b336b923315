"""The section `figures`: what is drawn and how it is written."""

from typing import Literal

from nmfbio.config_section import Section, Text, key


class Figures(Section):
    """How figures are written."""

    annotations: list[Text] | None = key(
        None,
        "Metadata columns drawn beside the samples; not set: every column with 2 to 12 different values.",
        examples=[["subtype"]],
    )
    umap: Literal["auto", True, False] = key(
        "auto",
        "Place samples in two dimensions by UMAP of their usage shares, in `nmf.h5ad` and as a figure: `auto` where "
        "they are single cells (`preprocess.preset: single_cell`, set or found by `auto`). It takes a minute or more.",
    )
    dpi: int = key(200, "Resolution of png figures.", "dots per inch", ge=50, le=1200)
