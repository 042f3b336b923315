"""nmfbio.preprocessing.names: what a spreadsheet makes of gene names."""

import pytest

from nmfbio.preprocessing.names import looks_like_spreadsheet


@pytest.mark.parametrize("name", ["1-Mar", "2-Sep", "12-DEC", "2.31E+13", "5e+09"])
def test_dates_and_numbers_are_recognised(name):
    assert looks_like_spreadsheet(name)


@pytest.mark.parametrize("name", ["MARCHF1", "1-8D", "2310009E13", "7", "DEC1", "", "1007_s_at", "HLA-DRA"])
def test_gene_names_are_left_in_peace(name):
    assert not looks_like_spreadsheet(name)
