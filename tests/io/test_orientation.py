"""nmfbio.io.orientation: genes or samples in rows."""

import numpy as np
import pytest

from nmfbio.errors import InputError
from nmfbio.io.orientation import choose_orientation, refuse_undecided

LETTERS = [f"{first}{second}" for first in "ABCDEFG" for second in "KLMNP"]
SYMBOLS = [f"{pair}X{number}" for number, pair in enumerate(LETTERS, start=1)]
PROBES = [f"{number}_at" for number in range(30)]
ENSEMBL = [f"ENSMUSG{number:011}.2" for number in range(30)]
SAMPLES = [f"tumour_{number}" for number in range(40)]
GENES, TURNED, UNDECIDED = "genes_in_rows", "samples_in_rows", "undecided"


@pytest.mark.parametrize(
    ("rows", "columns", "corner", "known", "expected"),
    [
        (SAMPLES, PROBES, "", (), TURNED),
        (PROBES, SAMPLES, "", (), GENES),
        (SAMPLES, ENSEMBL, "sample", (), TURNED),
        (PROBES, SYMBOLS, "", (), GENES),
        (SAMPLES[:20], SYMBOLS, "", (), TURNED),
        (SAMPLES, SYMBOLS, "", (), UNDECIDED),
        (SYMBOLS, SAMPLES, "", (), GENES),
        (SYMBOLS, SYMBOLS, "", (), UNDECIDED),
        (SAMPLES[:10], [f"AML{number}" for number in range(30)], "", (), UNDECIDED),
        (["x", "y"], ["1", "2", "3"], "", ("x", "y", "z"), TURNED),
        (["x", "y"], ["1", "2", "3"], "", ("1", "2", "3"), GENES),
        (SAMPLES, PROBES, "", PROBES, GENES),
        (["x", "y"], ["1", "2", "3"], "Gene_ID", (), GENES),
        (["x", "y"], ["1", "2", "3"], "barcode", (), TURNED),
        (["x", "y"], ["1", "2", "3"], "id", (), UNDECIDED),
    ],
)
def test_one_side_must_match_and_the_other_must_not(rows, columns, corner, known, expected):
    assert choose_orientation("auto", rows, columns, corner, known)[0] == expected


def test_the_config_decides():
    assert choose_orientation("samples_in_rows", PROBES, SAMPLES, "gene", SAMPLES)[0] == TURNED


def test_only_more_columns_than_rows_need_a_decision():
    refuse_undecided("x.tsv", 3, 3)
    with pytest.raises(InputError, match=r"x\.tsv: found 2 rows and 3 columns"):
        refuse_undecided("x.tsv", 2, 3)


def test_symbols_are_told_by_many_first_letters():
    random = np.random.default_rng(0)
    shuffled = list(random.permutation(SYMBOLS))
    assert choose_orientation("auto", shuffled, SAMPLES, "", ())[0] == GENES
    assert choose_orientation("auto", shuffled[:10], SAMPLES, "", ())[0] == UNDECIDED
