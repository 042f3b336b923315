"""Consensus of restarts: which samples fall together, which metagenes correspond, and the solution of record at a rank.

Names are imported from their modules on first use, so that a factorise job does not pay for clustering.
"""

from nmfbio.lazy import import_on_use

_HOMES = {
    "Consensus": "result",
    "build_consensus": "build",
    "RestartSummary": "summary",
    "best_restart": "summary",
    "join_summaries": "summary",
    "restart_losses": "summary",
    "summarize_restarts": "summary",
    "call_samples": "scaling",
    "scale_factors": "scaling",
    "usage_shares": "scaling",
    "Agreement": "agreement",
    "measure_agreement": "agreement",
    "match_metagenes": "alignment",
    "fold_over_next": "recurrence",
    "gene_folds": "recurrence",
    "to_unit_sum": "recurrence",
    "consensus_matrix": "coclustering",
    "cophenetic_correlation": "coclustering",
    "dispersion": "coclustering",
    "proportion_of_ambiguous_clustering": "coclustering",
    "silhouettes": "coclustering",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = import_on_use(__name__, _HOMES)
