"""nmfbio.io.memory: sizes are refused before they are allocated."""

import pytest

from nmfbio.errors import InputError
from nmfbio.io.memory import describe_matrix, refuse_if_too_large


def test_what_fits_passes_and_what_does_not_is_refused_with_the_numbers():
    refuse_if_too_large("x", 1, "a byte")
    with pytest.raises(InputError, match=r"which takes 1,024\.0 GiB of memory; expected at most the [\d.,]+ GiB"):
        refuse_if_too_large("x", 2**40, describe_matrix(2**20, 2**18))
