"""Which rank: the evidence and the measures at every rank, and the verdict they give.

Names are imported from their modules on first use: a job that gathers evidence does not pay for pandas.
"""

from importlib import import_module

_HOME = {
    "Evidence": "evidence",
    "EvidenceBasis": "basis",
    "Verdict": "verdict",
    "assess_ranks": "assessment",
    "choose_rank": "verdict",
    "collect_measures": "measures",
    "collect_objectives": "measures",
    "collect_solutions": "solutions",
    "count_pieces": "evidence",
    "gather_evidence": "evidence",
    "prepare_evidence": "basis",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
