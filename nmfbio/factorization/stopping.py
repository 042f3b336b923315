"""When an iterative fit has come close enough to where it is heading."""

import numpy as np


def distance_to_limit(before_last: float, last: float, now: float) -> float:
    """How far a falling sequence still is above its limit, judged from three values taken at equal distances.

    If each fall is the same share of the one before, all falls to come add up to fall² / (fall before − fall): Aitken's
    extrapolation, a usual stop of expectation maximisation (Böhning et al. 1994). Infinite while the falls still grow,
    as on a plateau that the fit is about to leave.
    """
    fall_before, fall = before_last - last, last - now
    if fall <= 0:
        return 0.0
    if fall >= fall_before or not np.isfinite(fall_before):
        return np.inf
    return fall * fall / (fall_before - fall)
