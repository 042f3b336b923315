"""Survival of the clusters: curves of Kaplan & Meier (1958) and the number at risk."""

import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from nmfbio.colours import metagene_colour, metagene_number
from nmfbio.plots.sheet import MARGIN, Sheet
from nmfbio.plots.style import (
    FAINT,
    HEADING,
    LABEL,
    SMALL,
    metagene_title,
    shorten,
    text_height,
)

_LEFT, _WIDTH, _HEIGHT = 26.0, 110.0, 46.0  # mm
_HEAD, _AXIS, _ROW = 8.5, 9.0, 3.2  # mm: above the axes, below them for numbers and name, a line of numbers at risk
_MOST_CLUSTERS = 10


def survival_height(samples: pd.DataFrame) -> float:
    """Return the height in mm of a panel of ``draw_survival``."""
    return _HEAD + _HEIGHT + _AXIS + text_height(LABEL) + len(_largest_clusters(samples)) * _ROW + 6


def draw_survival(sheet: Sheet, panel: pd.Series, samples: pd.DataFrame, top: float) -> None:
    """Draw the survival of each cluster with the number at risk below.

    Parameters
    ----------
    sheet
        Drawn on, over its whole width.
    panel
        Row of the log-rank test.
    samples
        One row a sample: value (time), event, cluster.
    top
        Where the panel begins, mm.
    """
    clusters = _largest_clusters(samples)
    sheet.text(MARGIN, top, shorten(panel["column"], _WIDTH, HEADING, "bold"), HEADING, weight="bold")
    sheet.text(MARGIN, top + 4, _in_words(panel, samples, len(clusters)), SMALL, color=FAINT)
    longest = max(float(samples["value"].max()), 1e-9)
    axes = sheet.axes(_LEFT, top + _HEAD, _WIDTH, _HEIGHT, xlim=(0, 1.02 * longest), ylim=(0, 1.04))
    for cluster in clusters:
        _draw_curve(axes, samples[samples["cluster"] == cluster], metagene_colour(cluster))
    ticks = [tick for tick in matplotlib.ticker.MaxNLocator(6).tick_values(0, longest) if 0 <= tick <= 1.02 * longest]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks], fontsize=SMALL)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"], fontsize=SMALL)
    axes.tick_params(pad=1.5)
    axes.set_ylabel("Share without event", fontsize=LABEL)
    y = top + _HEAD + _HEIGHT + 4
    sheet.text(_LEFT + _WIDTH / 2, y, shorten(panel["column"], _WIDTH, LABEL), ha="center")
    _write_at_risk(sheet, samples, clusters, ticks, 1.02 * longest, top + _HEAD + _HEIGHT + _AXIS)
    for place, cluster in enumerate(clusters):
        own, x, y = samples[samples["cluster"] == cluster], _LEFT + _WIDTH + 4, top + _HEAD + place * 3.8
        sheet.swatch(x, y + 0.4, 2.4, 2.4, metagene_colour(cluster))
        sheet.text(
            x + 3.6,
            y + 1.6,
            f"{metagene_title(cluster)}: {int(own['event'].sum())} of {len(own)}",
            va="center_baseline",
        )
    sheet.text(x, y + 4.2, "events of samples", SMALL, color=FAINT)


def _in_words(panel: pd.Series, samples: pd.DataFrame, shown: int) -> str:
    words = (
        "log-rank not defined"
        if np.isnan(panel["q"])
        else f"log-rank χ² = {panel['statistic']:.3g}, q = {panel['q']:.1g}"
    )
    words = f"{words}, {panel['n']:,} samples; survival of the clusters, ticks where a sample was seen last"
    n_clusters = samples["cluster"].nunique()
    return words if shown == n_clusters else f"{words}; the {shown} largest of {n_clusters} clusters are drawn"


def _largest_clusters(samples: pd.DataFrame) -> list[str]:
    sizes = samples["cluster"].value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    return sorted(sizes.index[:_MOST_CLUSTERS], key=lambda name: (metagene_number(name) or 0, name))


def _draw_curve(axes: Axes, own: pd.DataFrame, colour: str) -> None:
    times, shares = kaplan_meier(own["value"].to_numpy(float), own["event"].to_numpy(bool))
    last = float(own["value"].max())
    axes.step([0, *times, last], [1, *shares, shares[-1] if len(shares) else 1], where="post", color=colour, lw=1.2)
    censored = np.sort(own.loc[~own["event"].astype(bool), "value"].to_numpy(float))
    heights = np.array([1.0, *shares])[np.searchsorted(times, censored, side="right")]
    axes.plot(censored, heights, "|", ms=3.5, mew=0.7, color=colour, rasterized=len(censored) > 1000)


def kaplan_meier(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the times of events, and the share without event from each on.

    Parameters
    ----------
    time
        (n,) time to the event or the last visit.
    event
        (n,) booleans, whether the event was seen.

    Examples
    --------
    >>> kaplan_meier(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False]))[1].tolist()
    [0.75, 0.375]
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    if not event.any():
        return np.array([]), np.array([])
    curve = SurvfuncRight(time, event.astype(int))
    return curve.surv_times, curve.surv_prob


def _write_at_risk(
    sheet: Sheet, samples: pd.DataFrame, clusters: list[str], ticks: list[float], longest: float, top: float
) -> None:
    sheet.text(_LEFT - 6, top, "At risk", LABEL, ha="right", color=FAINT)
    top += text_height(LABEL)
    for place, cluster in enumerate(clusters):
        times, y = samples.loc[samples["cluster"] == cluster, "value"].to_numpy(float), top + (place + 0.5) * _ROW
        sheet.text(_LEFT - 6, y, metagene_title(cluster), SMALL, ha="right", va="center_baseline")
        for tick in ticks:
            x, count = _LEFT + tick / longest * _WIDTH, int((times >= tick).sum())
            sheet.text(x, y, f"{count:,}", SMALL, ha="center", va="center_baseline")
