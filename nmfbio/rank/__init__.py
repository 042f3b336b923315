"""Which rank: the evidence and the measures at every rank, and the verdict they give.

Names are imported from their modules on first use: a job that gathers evidence does not pay for pandas.
"""

from nmfbio.lazy import import_on_use

_HOMES = {
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

__all__ = sorted(_HOMES)
__getattr__, __dir__ = import_on_use(__name__, _HOMES)
