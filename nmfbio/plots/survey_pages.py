"""The figures over all ranks with the table behind each, by file name."""

import pandas as pd
from matplotlib.figure import Figure

from nmfbio.plots.objectives import draw_objectives
from nmfbio.plots.rank_survey import draw_rank_survey


def draw_survey_figures(
    measures: pd.DataFrame, objectives: pd.DataFrame, verdict: dict
) -> dict[str, tuple[Figure, pd.DataFrame]]:
    """Draw the figures over all ranks.

    Parameters
    ----------
    measures, objectives
        Tables of ``collect_measures`` and ``collect_objectives``.
    verdict
        Plain values of ``Verdict``.

    Returns
    -------
    dict
        Figure and table for ``rank_survey`` and ``objectives``.
    """
    return {
        "rank_survey": (draw_rank_survey(measures, verdict), measures),
        "objectives": (draw_objectives(objectives), objectives),
    }
