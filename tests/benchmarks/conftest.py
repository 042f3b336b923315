"""A stand-in for nmfbio's assessment, which takes no time and is right about every other matrix."""

import numpy as np
import pandas as pd
import pytest


def assess_stub(expression, ranks, method="kl", restarts=50, seed=0, counts=None):
    """Measures and a verdict with the fields of ``verdict.json``, made up from the size of the first count."""
    rank = ranks[0] + int(expression[0].sum()) % 3
    rows = [
        (k, measure, np.nan if k == 1 else 1 / (1 + abs(k - rank)))
        for k in sorted({1, *ranks})
        for measure in ("cophenetic", "dispersion", "silhouette", "program_silhouette")
    ]
    rows += [(k, "pac", np.nan if k == 1 else abs(k - rank) / 10) for k in sorted({1, *ranks})]
    rows += [(k, "bi_cv", 1 + abs(k - rank) / 10) for k in sorted({1, *ranks})]
    measures = pd.DataFrame(rows, columns=["rank", "measure", "value"])
    verdict = {
        "status": "supported",
        "rank": rank,
        "reproducible": sorted({ranks[0], rank}),
        "bound": rank + 1,
        "gate": {"speckled_cv": rank, "count_splitting": None},
        "distance": {str(rank): 0.12, "9": np.nan},
        "votes": {"gain": rank + 1, "speckled_cv": rank, "parallel_analysis": rank + 2},
        "vote": {"rank": rank + 1, "interval": [rank, rank + 2], "agreement": 0.6},
        "agreement": 0.75,
    }
    return measures, verdict


@pytest.fixture
def assess():
    """The stand-in."""
    return assess_stub
