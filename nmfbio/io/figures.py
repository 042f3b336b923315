"""Matplotlib figures as PDF, PNG or SVG: text stays text, and the same figure gives the same bytes."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from nmfbio.io.atomic import atomic_path
from nmfbio.io.tables import write_table

_STYLE = {
    "pdf.fonttype": 42,  # TrueType: journals and Illustrator can edit the text
    "svg.fonttype": "none",
    "text.hinting": "none",  # the letters of the PNG are those of the PDF; fitting them to the pixels takes longer
    "svg.hashsalt": "nmfbio",  # without it matplotlib draws random element ids
}
_OPTIONS = {
    "pdf": {"metadata": {"CreationDate": None}},  # dates would change the bytes of every run
    "svg": {"metadata": {"Date": None}},
    "png": {"pil_kwargs": {"compress_level": 2}},  # more takes twice the time and makes figures no smaller
}


def write_figure(
    figure: Figure, stem: str | os.PathLike, formats: Iterable[str] = ("pdf", "png"), dpi: int = 200
) -> list[Path]:
    """Write a figure in one or more formats, atomically.

    Parameters
    ----------
    figure
        A matplotlib figure. It is left open.
    stem
        Path without suffix: `figures/rank_survey` gives `figures/rank_survey.pdf` and so on.
    formats
        Of "pdf", "png", "svg".
    dpi
        Resolution of the PNG, and of images inside the others, in dots per inch.

    Returns
    -------
    list of Path
        The files written, in the order of `formats`.

    Examples
    --------
    >>> write_figure(figure, "results/figures/rank_survey", ["png"], dpi=100)  # doctest: +SKIP
    """
    paths = [Path(f"{os.fspath(stem)}.{kind}") for kind in formats]
    with matplotlib.rc_context(_STYLE):
        for path in paths:
            kind = path.suffix[1:]
            with atomic_path(path) as temporary:
                figure.savefig(temporary, format=kind, dpi=dpi, **_OPTIONS[kind])
    return paths


def write_figures(
    drawings: Mapping[str, tuple[Figure, pd.DataFrame]], folder: str | os.PathLike, dpi: int = 200
) -> None:
    """Write figures as PDF and PNG, and the table behind each as `source/{name}.tsv`.

    Parameters
    ----------
    drawings
        Figure and table by name.
    folder
        Where the files go.
    dpi
        Resolution of the PNG in dots per inch.

    Examples
    --------
    >>> write_figures({"rank_survey": (figure, measures)}, "results/leukemia/figures")  # doctest: +SKIP
    """
    for name, (figure, table) in drawings.items():
        write_figure(figure, Path(folder) / name, dpi=dpi)
        write_table(table, Path(folder) / "source" / f"{name}.tsv")
