"""Rank survey: what every measure says about the number of metagenes, sorted by the question it answers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nmfbio.plots.rank_measures import EVIDENCE, describe_measure, group_measures
from nmfbio.plots.rank_panels import BEYOND, NULL, VALUE, draw_measure, draw_reproducibility, ring_vote
from nmfbio.plots.rank_votes import Voter, draw_votes, list_voters, votes_height
from nmfbio.plots.rank_words import write_caveat, write_title
from nmfbio.plots.sheet import MARGIN, USUAL_WIDTH, Sheet, title_height
from nmfbio.plots.style import ACCENT, FAINT, HEADING, LABEL, SMALL, styled, text_height, text_width, wrap

_COLUMNS = ("value", "low", "high", "null_low", "null_high")
_MOST_COLUMNS = 4
_LEFT, _BELOW, _BETWEEN = 9.5, 9.5, 3.0  # mm around the axes of a panel
_HEIGHTS = {"reproducibility": 34.0}  # mm, of the panel everything hangs on and those beside it
_HEIGHT = 21.0
_SHARES = {"reproducibility": 2.6}  # width, of the others' width
_RIGHT = {"reproducibility": 9.0}  # mm for what the line is
_SWATCH, _KEY_GAP, _KEY_ROW = 5.0, 5.0, 3.6  # mm


@dataclass(frozen=True)
class _Panel:
    name: str
    left: float
    top: float
    width: float
    height: float
    heading: list[str]
    heading_height: float


@styled
def draw_rank_survey(measures: pd.DataFrame, verdict: dict) -> Figure:
    """Draw what each measure prefers, and each measure over the ranks, the verdict's rank marked throughout.

    Parameters
    ----------
    measures
        Long table with the columns ``rank``, ``measure`` and ``value``; ``low`` and ``high`` (95 % interval),
        ``null_low`` and ``null_high`` (the same on shuffled data) are drawn where they hold numbers. A missing value
        means undefined and leaves a gap. A measure of the evidence without any value is left out.
    verdict
        As ``verdict.json`` holds it: ``status`` (supported, weak or none) and ``rank`` (None where no rank is
        supported); ``votes``, ``reproducible``, ``threshold``, ``bound``, ``vote`` and others where they are known.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> measures = pd.DataFrame({"rank": [2, 3], "measure": "cophenetic", "value": [1.0, 0.9]})
    >>> figure = draw_rank_survey(measures, {"status": "supported", "rank": 2})
    """
    table = tidy_measures(measures)
    ranks = np.unique(np.append(table["rank"].to_numpy(), 1))
    groups = group_measures(list(dict.fromkeys(table["measure"])))
    voters = list_voters(table, verdict)
    title, caveat = write_title(verdict), wrap(write_caveat(verdict), USUAL_WIDTH - 4 * MARGIN, LABEL)
    key = _place_key(_list_key(table, ranks, verdict, voters))
    top_of_key = title_height(title, USUAL_WIDTH) - 1.5 + text_height(LABEL, len(caveat)) + 1.5
    top_of_votes = top_of_key + (key[-1][1] + _KEY_ROW if key else 0) + 2
    top_of_panels = top_of_votes + (text_height(HEADING) + 1 + votes_height(voters) if voters else 0)
    headings, panels, bottom = _lay_out(groups, top_of_panels)
    sheet = Sheet.of_size(USUAL_WIDTH, bottom)
    sheet.title(title)
    sheet.lines(MARGIN, title_height(title, USUAL_WIDTH) - 1.5, caveat, color=FAINT)
    _draw_key(sheet, key, top_of_key)
    if voters:
        sheet.text(MARGIN, top_of_votes, "Who says what?", HEADING + 0.5, weight="bold")
        draw_votes(sheet, top_of_votes + text_height(HEADING) + 1, voters, ranks, verdict)
    for question, top in headings.items():
        sheet.text(MARGIN, top, question, HEADING + 0.5, weight="bold", color=VALUE)
        sheet.swatch(MARGIN, top - 1.2, USUAL_WIDTH - 2 * MARGIN, 0.2, "#c8c8c8")
    for panel in panels:
        _draw_panel(sheet, panel, table[table["measure"] == panel.name], ranks, verdict)
    return sheet.figure


def tidy_measures(measures: pd.DataFrame) -> pd.DataFrame:
    """Give every column finite numbers or NaN, and drop measures of the evidence that this run did not take."""
    table = pd.DataFrame({"rank": measures["rank"].astype(int), "measure": measures["measure"]})
    for name in _COLUMNS:
        numbers = pd.to_numeric(measures[name], errors="coerce") if name in measures else pd.Series(np.nan, table.index)
        table[name] = numbers.astype(float).replace([np.inf, -np.inf], np.nan)
    is_known = table["value"].notna().groupby(table["measure"]).transform("any")
    return table[is_known | ~table["measure"].isin(EVIDENCE)]


def _lay_out(groups: dict[str, list[str]], top: float) -> tuple[dict[str, float], list[_Panel], float]:
    """Place the panels group by group; return the tops of the headings, the panels and where they end."""
    headings: dict[str, float] = {}
    panels: list[_Panel] = []
    for question, names in groups.items():
        top += 1.5
        headings[question] = top
        top += text_height(HEADING + 0.5) + 1.5
        n_rows = -(-len(names) // _MOST_COLUMNS)
        n_columns = -(-len(names) // n_rows)
        for first in range(0, len(names), n_columns):
            row = names[first : first + n_columns]
            panels += _lay_out_row(row, n_columns, top)
            top = panels[-1].top + panels[-1].height + _BELOW
    return headings, panels, top + 1


def _lay_out_row(names: list[str], n_columns: int, top: float) -> list[_Panel]:
    shares = [_SHARES.get(name, 1.0) for name in names]
    unit = (USUAL_WIDTH - 2 * MARGIN) / max(sum(shares) + (n_columns - len(names)), 3)
    slots = [unit * share for share in shares]
    texts = [
        wrap(describe_measure(name).meaning, slot - _BETWEEN, SMALL) for name, slot in zip(names, slots, strict=True)
    ]
    heading = text_height(HEADING) + 0.6 + text_height(SMALL, max(map(len, texts))) + 2.6
    height = max(_HEIGHTS.get(name, _HEIGHT) for name in names)
    lefts = MARGIN + np.concatenate([[0], np.cumsum(slots)[:-1]])
    return [
        _Panel(name, left, top + heading, slot - _LEFT - _BETWEEN - _RIGHT.get(name, 0), height, text, heading)
        for name, left, slot, text in zip(names, lefts, slots, texts, strict=True)
    ]


def _draw_panel(sheet: Sheet, panel: _Panel, rows: pd.DataFrame, ranks: np.ndarray, verdict: dict) -> None:
    measure = describe_measure(panel.name)
    top = panel.top - panel.heading_height
    room = panel.width + _LEFT
    size = min(HEADING, HEADING * room / text_width(measure.title, HEADING, "bold"))
    sheet.text(panel.left, top, measure.title, max(size, SMALL), weight="bold")
    sheet.lines(panel.left, top + text_height(HEADING) + 0.6, panel.heading, SMALL, color=FAINT)
    axes = sheet.axes(panel.left + _LEFT, panel.top, panel.width, panel.height)
    table = rows.drop_duplicates("rank").set_index("rank").reindex(ranks).reset_index()
    draw_measure(axes, table, measure, verdict, panel.width)
    ring_vote(axes, table, (verdict.get("votes") or {}).get(panel.name))
    if panel.name == "reproducibility":
        draw_reproducibility(axes, table, verdict)


def _list_key(table: pd.DataFrame, ranks: np.ndarray, verdict: dict, voters: list[Voter]) -> list[tuple[str, str]]:
    """List the signs that the figure uses with what they mean."""
    known, votes = table[table["value"].notna()], verdict.get("votes") or {}
    has_null = table[["null_low", "null_high"]].notna().all(axis=1).any()
    has_interval = table[["low", "high"]].notna().all(axis=1).any() or any(voter.interval for voter in voters)
    ringed = any(((known["measure"] == name) & (known["rank"] == vote)).any() for name, vote in votes.items())
    failing = set(known.loc[known["measure"] == "reproducibility", "rank"]) - set(verdict.get("reproducible") or [])
    beyond = verdict.get("bound") is not None and verdict["bound"] < table["rank"].max()
    has_gap = len(known) and (known.groupby("measure").size() < len(ranks)).any()
    signs = {
        "verdict": ("the verdict", verdict.get("rank") is not None),
        "ring": ("what the measure itself prefers", ringed),
        "interval": ("95 % interval", has_interval),
        "null": ("the same on shuffled data", has_null),
        "hollow": ("not all metagenes reappear", verdict.get("reproducible") is not None and len(failing) > 0),
        "beyond": ("beyond what held-out data support", beyond),
        "cross": ("not defined or not computed", has_gap),
    }
    return [(sign, text) for sign, (text, is_used) in signs.items() if is_used]


def _place_key(entries: list[tuple[str, str]]) -> list[tuple[float, float, str, str]]:
    """Set the entries of the key side by side in as many lines as they need: (left, top, sign, text) in mm."""
    placed, left, top = [], MARGIN, 0.0
    for sign, text in entries:
        width = _SWATCH + text_width(text, LABEL)
        if placed and left + width > USUAL_WIDTH - MARGIN:
            left, top = MARGIN, top + _KEY_ROW
        placed.append((left, top, sign, text))
        left += width + _KEY_GAP
    return placed


def _draw_key(sheet: Sheet, key: list[tuple[float, float, str, str]], top: float) -> None:
    if not key:
        return
    axes = sheet.bare_axes(0, top, sheet.width, key[-1][1] + _KEY_ROW)
    for left, y, sign, text in key:
        _SIGNS[sign](axes, left + 1.7, y + _KEY_ROW / 2)
        sheet.text(left + _SWATCH, top + y + _KEY_ROW / 2, text, LABEL, color=FAINT, va="center_baseline")


def _plot_sign(fmt: str, **style) -> Callable[[Axes, float, float], object]:
    return lambda axes, x, y: axes.plot([x], [y], fmt, **style)


def _bar_sign(width: float, colour: str, alpha: float) -> Callable[[Axes, float, float], object]:
    return lambda axes, x, y: axes.bar([x], [2.6], width, [y - 1.3], color=colour, alpha=alpha, linewidth=0)


_SIGNS = {
    "verdict": _bar_sign(1.4, ACCENT, 0.3),
    "ring": _plot_sign("o", ms=7, mfc="none", mec=ACCENT, mew=1.1),
    "interval": _bar_sign(0.85, VALUE, 0.35),
    "null": _bar_sign(3.2, NULL, 0.55),
    "hollow": _plot_sign("o", ms=3.6, mfc="white", mec=VALUE, mew=1.0),
    "beyond": _bar_sign(3.2, BEYOND, 1.0),
    "cross": _plot_sign("x", ms=3, mew=0.7, color=FAINT),
}
