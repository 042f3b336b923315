"""nmfbio.pl: figures of what nb.tl.nmf has found."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import nmfbio as nb
from nmfbio.errors import InputError


@pytest.fixture(scope="module")
def surveyed(small_expression):
    """The small matrix after ranks 2 and 3, with places on a map."""
    adata = nb.tl.nmf(small_expression, [2, 3], restarts=3, evidence=False, progress=False, copy=True)
    adata.obsm["X_umap"] = np.random.default_rng(0).random((12, 2))
    return adata


@pytest.mark.parametrize("name", ["rank", "objectives", "consensus", "usages", "metagenes", "umap", "lineage"])
def test_every_figure_is_drawn(surveyed, name):
    assert isinstance(getattr(nb.pl, name)(surveyed), Figure)


def test_tables_of_tests_are_drawn(surveyed, tmp_path):
    table = nb.tl.associate(surveyed)
    assert isinstance(nb.pl.association(table), Figure)
    path = tmp_path / "sets.gmt"
    path.write_text("\t".join(["SET", "", *surveyed.var_names[:5]]) + "\n", "utf-8")
    assert isinstance(nb.pl.enrichment(nb.tl.enrich(surveyed, path, set_size=(1, 100))), Figure)


def test_without_a_projection_the_first_call_is_named(surveyed):
    with pytest.raises(InputError, match=r"Call nb\.tl\.project\(adata, signatures\) first"):
        nb.pl.projection(surveyed)


def test_columns_of_the_result_are_no_annotations(surveyed):
    texts = {text.get_text() for text in nb.pl.usages(surveyed).texts}
    assert "group" in texts
    assert not [text for text in texts if text.startswith("nmf_")]


@pytest.mark.parametrize("name", ["rank", "objectives", "consensus", "usages", "metagenes", "umap", "lineage"])
def test_without_a_run_the_first_call_is_named(small_expression, name):
    with pytest.raises(InputError, match=r"Call nb\.tl\.nmf\(adata\)"):
        getattr(nb.pl, name)(small_expression)


def test_scanpy_draws_the_result(surveyed):
    import scanpy

    with_both = {"show": False, "return_fig": True}
    assert scanpy.pl.umap(surveyed, color=["nmf_cluster", "metagene_1"], **with_both) is not None
    assert scanpy.pl.embedding(surveyed, basis="nmf", color="nmf_cluster", **with_both) is not None
