"""The figures of a whole run, not of one rank, with the table behind each, by file name."""

import pandas as pd
from matplotlib.figure import Figure

from nmfbio.plots.objectives import draw_objectives
from nmfbio.plots.preprocessing import draw_preprocessing
from nmfbio.plots.rank_survey import draw_rank_survey


def draw_survey_figures(
    steps: pd.DataFrame, measures: pd.DataFrame, objectives: pd.DataFrame, verdict: dict
) -> dict[str, tuple[Figure, pd.DataFrame]]:
    """Draw the figures of a whole run.

    Parameters
    ----------
    steps
        Table of the steps of preprocessing, see ``draw_preprocessing``.
    measures, objectives
        Tables of ``collect_measures`` and ``collect_objectives``.
    verdict
        Plain values of ``Verdict``.

    Returns
    -------
    dict
        Figure and table for ``preprocessing``, ``rank_survey`` and ``objectives``.
    """
    return {
        "preprocessing": (draw_preprocessing(steps), steps),
        "rank_survey": (draw_rank_survey(measures, verdict), measures),
        "objectives": (draw_objectives(objectives), objectives),
    }
