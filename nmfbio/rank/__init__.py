"""Which rank: the measures at every rank and the verdict they give."""

from nmfbio.rank.measures import collect_measures, collect_objectives
from nmfbio.rank.verdict import Verdict, choose_rank

__all__ = ["Verdict", "choose_rank", "collect_measures", "collect_objectives"]
