"""nmfbio.io.names: ids."""

import warnings

import pytest

from nmfbio.io.names import clean_name, is_excel_mangled, name_features

MANGLED = ["1-Mar", "2-Sep", "15-sep", "Mar-01", "2.31E+13", "2E+05", "2024-03-01", "3/1/2024", "1.3.2024"]
GENES = ["MARCH1", "SEPT2", "1E5", "007", "HLA-A", "DEC1", "1007_s_at", "2310009E13Rik", "RP11-34P13.7", "MAR-1A"]


@pytest.mark.parametrize("name", MANGLED)
def test_dates_and_exponents_are_known_as_mangled(name):
    assert is_excel_mangled(name)


@pytest.mark.parametrize("name", GENES)
def test_names_of_genes_are_not(name):
    assert not is_excel_mangled(name)


def test_quotes_come_off_once():
    assert clean_name(' """q""" ') == '"q"'


def test_unique_symbols_are_names_and_shared_ones_get_their_accession():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert name_features(["A", ""], ["1", "2"], "x") == ["A", "2"]
    with pytest.warns(UserWarning, match="x: 1 gene symbol"):
        assert name_features(["A", "B", "A"], ["1", "2", "3"], "x") == ["A (1)", "B", "A (3)"]
