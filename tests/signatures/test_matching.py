"""nmfbio.signatures.matching: which genes of the matrix gene sets speak of."""

import warnings

import numpy as np
import pandas as pd
import pytest

from nmfbio.errors import InputError
from nmfbio.io import GeneSet
from nmfbio.signatures import name_genes

SYMBOLS = ["CD3D", "LCK", "TCF7", "MPO", "LYZ", "CST3"]
PROBES = [f"U{number}_at" for number in range(6)]
ENSEMBL = [f"ENSG0000000000{number}" for number in range(6)]


def sets_of(*names):
    return [GeneSet("mine", "a set", "", tuple(names))]


def table_of(index, **columns):
    return pd.DataFrame(columns, index=pd.Index(index, dtype=object))


@pytest.fixture
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_names_of_the_matrix_are_taken_where_they_agree(no_warning):
    genes = table_of(SYMBOLS, symbol=PROBES)
    names = name_genes(sets_of("MPO", "LYZ", "ELANE"), genes, np.ones(6))
    assert names.to_dict() == dict(zip(SYMBOLS, SYMBOLS, strict=True))
    assert names.name == "gene"


def test_few_genes_of_large_sets_are_enough_where_the_matrix_has_no_more(no_warning):
    foreign = [f"X{number}" for number in range(5000)]
    assert len(name_genes(sets_of("MPO", *foreign), table_of(SYMBOLS), np.ones(6))) == 6


def test_a_column_that_agrees_takes_the_place_of_foreign_names_with_a_warning():
    genes = table_of(PROBES, description=["one protein"] * 6, symbol=SYMBOLS, weight=np.arange(6.0))
    with pytest.warns(UserWarning, match=r"2 of their 3 genes .* column 'symbol' .*'CD3D'.* 0 among .*'U0_at'"):
        names = name_genes(sets_of("MPO", "LYZ", "ELANE"), genes, np.ones(6))
    assert names.to_dict() == dict(zip(PROBES, SYMBOLS, strict=True))
    assert names.name == "symbol"


def test_categories_are_text_too():
    genes = table_of(PROBES, symbol=pd.Categorical(SYMBOLS))
    with pytest.warns(UserWarning, match="'symbol'"):
        assert name_genes(sets_of("MPO"), genes, np.ones(6))["U3_at"] == "MPO"


def test_of_several_genes_of_one_name_the_highest_stands_for_it_and_unnamed_ones_are_left_out():
    genes = table_of(PROBES, symbol=["CD3D", "CD3D", "CD3D", "MPO", "", None])
    with pytest.warns(UserWarning, match="'symbol'"):
        names = name_genes(sets_of("MPO"), genes, np.array([1.0, 3, 2, 0, 9, 9]))
    assert names.to_dict() == {"U1_at": "CD3D", "U3_at": "MPO"}


def test_of_equally_high_genes_the_first_is_taken():
    genes = table_of(PROBES, symbol=["CD3D"] * 3 + ["MPO"] * 3)
    with pytest.warns(UserWarning, match="'symbol'"):
        assert list(name_genes(sets_of("MPO"), genes, np.ones(6)).index) == ["U0_at", "U3_at"]


@pytest.mark.parametrize(
    ("own", "members", "parts"),
    [
        (PROBES, SYMBOLS, ["Affymetrix probe sets ('U0_at', 'U1_at', 'U2_at' and 3 more)", "symbols ('CD3D'"]),
        (ENSEMBL, SYMBOLS, ["Ensembl genes ('ENSG00000000000'", "symbols"]),
        (SYMBOLS, ["915", "3932"], ["whole numbers, such as Entrez has ('915', '3932')"]),
        ([name.capitalize() for name in SYMBOLS], SYMBOLS, ["6 agree if upper and lower case", "mouse"]),
        ([f"{name}.7" for name in ENSEMBL], ENSEMBL, ["6 agree without the version"]),
    ],
    ids=["probes", "Ensembl", "Entrez", "mouse", "versions"],
)
def test_names_of_another_kind_are_an_error_that_shows_both(own, members, parts):
    with pytest.raises(InputError) as caught:
        name_genes(sets_of(*members), table_of(own, description=["a protein"] * 6), np.ones(6))
    message = str(caught.value)
    wanted = ["config key 'signatures.gene_sets'", "0 of their", "column(s) 'description'", "key 'genes'", *parts]
    assert [part for part in wanted if part not in message] == []
