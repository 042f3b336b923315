"""How metagenes and usages share their scale, which W H leaves open: (W D)(D⁻¹H) fits as well."""

import numpy as np


def balance_scale(usages: np.ndarray, metagenes: np.ndarray) -> None:
    """Give every metagene the same ratio of its sum to its usages' sum, in place.

    Multiplicative updates nearly keep these ratios, which are equal at a uniform start. Newton steps leave them to
    chance, and with them the largest usage of a sample that lies between two metagenes.
    """
    usage_sums, metagene_sums = usages.sum(axis=0, dtype=np.float64), metagenes.sum(axis=1, dtype=np.float64)
    present = (usage_sums > 0) & (metagene_sums > 0)
    if not present.any():
        return
    ratio = metagene_sums[present].sum() / usage_sums[present].sum()
    factor = np.ones(len(present))
    factor[present] = np.sqrt(ratio * usage_sums[present] / metagene_sums[present])
    metagenes *= factor[:, None].astype(metagenes.dtype)
    usages /= factor.astype(usages.dtype)


def scale_to_sum_one(metagenes: np.ndarray) -> None:
    """Divide every metagene by its sum, in place; the usages are left as they are, as R's NMF does."""
    sums = metagenes.sum(axis=1, keepdims=True, dtype=np.float64)
    np.divide(metagenes, sums, out=metagenes, where=sums > 0)
