"""How much a measure hangs on which restarts were drawn: the bootstrap over restarts (Efron & Tibshirani 1993)."""

import numpy as np

DRAWS = 100
SEED = 0


def resample_restarts(restarts: int, draws: int) -> np.ndarray:
    """How often each restart counts in each draw of as many restarts with replacement (draws × R); always the same.

    Examples
    --------
    >>> resample_restarts(4, 3).sum(axis=1)
    array([4, 4, 4])
    """
    return np.random.default_rng(SEED).multinomial(restarts, np.full(restarts, 1 / restarts), size=draws)


def bootstrap_interval(value: float, draws: np.ndarray, smallest: float, largest: float) -> tuple[float, float]:
    """Interval that 95 % of the draws span, moved so that their median is the value.

    A draw repeats restarts, which agree with themselves: it looks sharper than the restarts it is drawn from. Only how
    far draws spread says something.

    Parameters
    ----------
    value
        Of all restarts, each counted once.
    draws
        Of resampled restarts; draws where the measure is undefined (NaN) are left out.
    smallest, largest
        Bounds of the measure.

    Returns
    -------
    tuple of float
        Low and high, around the value; NaN where the value or all draws are.

    Examples
    --------
    >>> bootstrap_interval(0.5, np.array([0.6, 0.7, 0.8]), 0, 1)
    (0.405, 0.595)
    """
    known = np.sort(draws[~np.isnan(draws)])
    if np.isnan(value) or not len(known):
        return np.nan, np.nan
    low, median, high = np.quantile(known, (0.025, 0.5, 0.975))
    ends = value + low - median, value + high - median
    return tuple(float(round(np.clip(end, smallest, largest), 12)) for end in ends)
