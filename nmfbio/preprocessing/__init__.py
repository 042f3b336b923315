"""From the matrix as it was read to the matrix that is factorised: presets, and the checks before the work starts."""

from nmfbio.preprocessing.all_genes import scale_every_gene
from nmfbio.preprocessing.like_reference import ScaledSamples, find_genes, scale_like_reference
from nmfbio.preprocessing.page import format_page
from nmfbio.preprocessing.preflight import Preflight, check_expression, refuse_unusable
from nmfbio.preprocessing.presets import preprocess
from nmfbio.preprocessing.split import take_level

__all__ = [
    "Preflight",
    "ScaledSamples",
    "check_expression",
    "find_genes",
    "format_page",
    "preprocess",
    "refuse_unusable",
    "scale_every_gene",
    "scale_like_reference",
    "take_level",
]
