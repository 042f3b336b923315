"""benchmarks.rank.ours: nmfbio is called as its own function is, and answers in plain values."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

import nmfbio.rank
from benchmarks.rank.ours import assess


def test_the_call_is_handed_on_and_the_verdict_comes_back_as_plain_values(monkeypatch):
    asked = {}

    def assess_ranks(expression, ranks, **settings):
        asked.update(settings, ranks=ranks, shape=expression.shape)
        return pd.DataFrame({"rank": ranks}), SimpleNamespace(to_dict=lambda: {"status": "weak", "rank": 2})

    monkeypatch.setattr(nmfbio.rank, "assess_ranks", assess_ranks, raising=False)
    counts = np.ones((4, 5))
    measures, verdict = assess(counts / 2, [2, 3], method="frobenius", restarts=7, seed=3, counts=counts)
    assert measures["rank"].tolist() == [2, 3]
    assert verdict == {"status": "weak", "rank": 2}
    assert asked.pop("counts") is counts
    assert asked == {"method": "frobenius", "restarts": 7, "seed": 3, "ranks": [2, 3], "shape": (4, 5)}
