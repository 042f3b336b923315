"""From single fits to the figures that are reported: medians over rounds, means over starts, ratios."""

import pandas as pd
from solvers import RIVALS, SOLVERS, TWINS

THRESHOLDS = (1e-2, 1e-3, 1e-4)
KEYS = ["case", "solver", "memory"]


def add_excess(fits: pd.DataFrame) -> pd.DataFrame:
    """With column ``excess``: how far above the best objective that any solver got to from the same start.

    Starts from which nmfbio's restarts together are alone have nothing to be compared with, and no excess.
    """
    starts = fits.groupby(["case", "start"])
    is_shared = starts.restarts.transform("min") == 1
    return fits.assign(excess=(fits.objective / starts.objective.transform("min") - 1).where(is_shared))


def in_table_order(fits: pd.DataFrame) -> pd.DataFrame:
    """Cases as they were measured, solvers as in the table of solvers."""
    cases = list(fits.case.unique())
    names = [(solver.objective, solver.name) for solver in SOLVERS]
    places = [
        (cases.index(case), names.index((case.split()[-1], solver)))
        for case, solver in zip(fits.case, fits.solver, strict=True)
    ]
    return fits.iloc[sorted(range(len(fits)), key=places.__getitem__)].reset_index(drop=True)


def per_fit(fits: pd.DataFrame) -> pd.DataFrame:
    """CPU seconds a fit, mean over starts, in each round; then their median and range over rounds."""
    rounds = fits.groupby([*KEYS, "round"], sort=False).seconds.mean()
    return rounds.groupby(KEYS, sort=False).agg(["median", "min", "max"])


def own_stops(fits: pd.DataFrame) -> pd.DataFrame:
    """One row a solver: its iterations, excess and seconds at its own stop."""
    own = fits[fits.kind == "own"]
    first = own.drop_duplicates(["case", "solver", "start"]).groupby(["case", "solver"], sort=False)
    table = first.agg(
        starts=("start", "nunique"),
        iterations=("iterations", "median"),
        excess=("excess", "median"),
        worst_excess=("excess", "max"),
    )
    table["rounds"] = own.groupby(["case", "solver"], sort=False)["round"].nunique()
    seconds = per_fit(own).unstack("memory")
    seconds.columns = [f"{memory}_{what}" for what, memory in seconds.columns]
    return table.join(seconds)


def at_equal_objective(fits: pd.DataFrame) -> pd.DataFrame:
    """One row a peer and way of running nmfbio: seconds of both at the peer's objective or below it, and the ratio."""
    return pd.DataFrame(
        row
        for (case, peer), own in fits[fits.kind == "own"].groupby(["case", "solver"], sort=False)
        if not peer.startswith("nmfbio")
        for row in compare_with_nmfbio(fits[fits.case == case], own, case, peer)
    )


def compare_with_nmfbio(fits: pd.DataFrame, own: pd.DataFrame, case: str, peer: str) -> list[dict]:
    """nmfbio one fit at a time, and all in one call, beside a peer."""
    rival = RIVALS[case.split()[-1]]
    rows = []
    for solver in sorted({rival, f"{rival}, together"} & set(fits.solver)):
        ours = fits[(fits.solver == solver) & (fits.kind == f"target: {peer}")]
        everywhere = solver.endswith("together") and len(ours)
        reached = sorted(own.start.unique() if everywhere else ours.start.unique())
        row = {"case": case, "solver": peer, "nmfbio": solver, "starts": own.start.nunique(), "reached": len(reached)}
        for memory in own.memory.unique():
            row |= ratio_of(own[(own.memory == memory) & own.start.isin(reached)], ours[ours.memory == memory], memory)
        rows.append(row | {"fewest": ours.iterations.min(), "most": ours.iterations.max()})
    return rows


def ratio_of(peer: pd.DataFrame, ours: pd.DataFrame, memory: str) -> dict[str, float]:
    """Seconds of a peer and of nmfbio from the starts where nmfbio gets there, and their ratio, with its range."""
    theirs, own = (table.groupby("round").seconds.mean() for table in (peer, ours))
    if theirs.empty or own.empty:
        return {}
    return {
        f"{memory}_peer": theirs.median(),
        f"{memory}_ours": own.median(),
        f"{memory}_ratio": theirs.median() / own.median(),
        f"{memory}_least": theirs.min() / own.max(),
        f"{memory}_most": theirs.max() / own.min(),
    }


def curves(fits: pd.DataFrame) -> pd.DataFrame:
    """Median seconds and excess over starts for each solver and number of iterations."""
    course = fits[fits.kind == "curve"]
    return course.groupby(["case", "solver", "max_iter"], sort=False)[["seconds", "excess"]].median().reset_index()


def times_to_thresholds(fits: pd.DataFrame) -> pd.DataFrame:
    """Case × solver, thresholds: CPU seconds of the first measured point of the curve that is so near to the best."""
    have_curve = fits.solver.isin(fits.solver[fits.kind == "curve"])
    course = fits[have_curve & fits.kind.isin(["own", "curve"]) & (fits.memory == "tuned")]
    points = course.groupby(["case", "solver", "kind", "max_iter"], sort=False)[["seconds", "excess"]].median()
    table = {share: points[points.excess <= share].groupby(["case", "solver"]).seconds.min() for share in THRESHOLDS}
    return pd.DataFrame(table).reindex(points.droplevel(["kind", "max_iter"]).index.unique())


def twins(stops: pd.DataFrame) -> list[str]:
    """Sentences on peers that do the same updates and stop by the same rule as a method of nmfbio."""
    lines = []
    for (case, peer), row in stops.iterrows():
        twin = (case, TWINS.get(peer, ""))
        if twin in stops.index:
            ours = stops.loc[twin]
            costs = [line.tuned_median / line.iterations * 1000 for line in (row, ours)]
            lines.append(
                f"{case}: {peer} takes {costs[0]:.3g} CPU ms an update, {twin[1]} {costs[1]:.3g}: "
                f"**{costs[0] / costs[1]:.1f}×** ({row.iterations:.0f} and {ours.iterations:.0f} updates, "
                f"tuned memory{', R on a dense matrix, nmfbio on a sparse one' if 'simulated' in case else ''})."
            )
    return lines
