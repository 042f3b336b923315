"""Signatures: scored and ranked genes of every metagene, membership of samples, gene sets, and the annotated matrix."""

from nmfbio.signatures.annotate import annotate_expression, shown_rank
from nmfbio.signatures.enrichment import count_tested, enrich_signatures
from nmfbio.signatures.extract import Signatures, extract_signatures
from nmfbio.signatures.gene_scores import kim_park_scores, regression_scores
from nmfbio.signatures.gene_selection import select_genes
from nmfbio.signatures.gene_sets import describe_sets, to_gmt
from nmfbio.signatures.lineage import trace_lineage
from nmfbio.signatures.matching import name_genes
from nmfbio.signatures.shared_programs import SharedPrograms, Solution, find_shared_programs

__all__ = [
    "SharedPrograms",
    "Signatures",
    "Solution",
    "annotate_expression",
    "count_tested",
    "describe_sets",
    "enrich_signatures",
    "extract_signatures",
    "find_shared_programs",
    "kim_park_scores",
    "name_genes",
    "regression_scores",
    "select_genes",
    "shown_rank",
    "to_gmt",
    "trace_lineage",
]
