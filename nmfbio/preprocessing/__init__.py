"""From the matrix as it was read to the matrix that is factorised: presets, and the checks before the work starts."""

from nmfbio.preprocessing.page import format_page
from nmfbio.preprocessing.preflight import Preflight, check_expression, refuse_unusable
from nmfbio.preprocessing.presets import preprocess
from nmfbio.preprocessing.split import take_level

__all__ = ["Preflight", "check_expression", "format_page", "preprocess", "refuse_unusable", "take_level"]
