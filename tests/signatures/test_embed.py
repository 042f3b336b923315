"""nmfbio.signatures.embed: the map of the samples, and who gets one."""

import numpy as np
import pytest
from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.signatures import add_umap, embed_samples
from nmfbio.signatures.embed import wants_umap


def cells(preset="single_cell", n_samples=40):
    """A matrix of three groups of samples with their usages."""
    random = np.random.default_rng(0)
    usages = 0.1 * random.random((n_samples, 3)) + np.eye(3)[np.arange(n_samples) % 3]
    return AnnData(random.random((n_samples, 4)), obsm={"X_nmf": usages}, uns={"preprocess": {"preset": preset}})


@pytest.mark.parametrize(
    ("umap", "preset", "wanted"),
    [
        ("auto", "single_cell", True),
        ("auto", "tpm", False),
        (True, "tpm", True),
        (False, "single_cell", False),
    ],
)
def test_single_cells_get_a_map_unless_the_config_says_otherwise(umap, preset, wanted):
    assert wants_umap(umap, cells(preset)) is wanted


def test_too_few_samples_for_a_map_are_told():
    with pytest.raises(InputError, match="found 4 samples"):
        embed_samples(np.ones((4, 2)))


def test_a_matrix_that_was_not_preprocessed_gets_none():
    adata = AnnData(np.ones((9, 2)), obsm={"X_nmf": np.ones((9, 2))})
    add_umap(adata)
    assert "X_umap" not in adata.obsm


@pytest.mark.slow
def test_groups_lie_apart_and_every_run_gives_the_same_bytes():
    adata = cells()
    add_umap(adata)
    places = adata.obsm["X_umap"]
    np.testing.assert_array_equal(places, embed_samples(adata.obsm["X_nmf"]))
    centres = np.array([places[group::3].mean(axis=0) for group in range(3)])
    distances = np.linalg.norm(places[:, None] - centres[None], axis=-1)
    np.testing.assert_array_equal(distances.argmin(axis=1), np.arange(40) % 3)


@pytest.mark.slow
@pytest.mark.parametrize("n_samples", [5, 6, 61])
def test_few_samples_are_placed_too(n_samples):
    assert np.isfinite(embed_samples(cells(n_samples=n_samples).obsm["X_nmf"])).all()
