"""nmfbio.signatures.projection: the reference's own samples get their usages back, and others are judged by it."""

import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData
from scipy.optimize import nnls

from nmfbio.config import Preprocess
from nmfbio.consensus import build_consensus, summarize_restarts, usage_shares
from nmfbio.errors import InputError
from nmfbio.factorization import factorize
from nmfbio.io import write_h5ad, write_json
from nmfbio.preprocessing import preprocess
from nmfbio.signatures import project_samples, read_reference

N_GENES = 90


def make_counts(depth=2000.0, seed=0, n_samples=30):
    """Counts of three programs in known proportions."""
    random = np.random.default_rng(seed)
    programs = np.random.default_rng(9).gamma(0.5, 1.0, (3, N_GENES)) + 0.05
    shares = random.dirichlet([0.4] * 3, n_samples)
    means = shares @ (programs / programs.sum(axis=1, keepdims=True))
    counts = random.poisson(depth * means * random.uniform(0.5, 2, (n_samples, 1))).astype(np.float32)
    samples, genes = [f"s{seed}_{i}" for i in range(n_samples)], [f"gene_{i}" for i in range(N_GENES)]
    var = pd.DataFrame({"description": [f"what {name} does" for name in genes]}, genes)
    return AnnData(counts, obs=pd.DataFrame({"share": shares[:, 0]}, samples), var=var), shares


def build(expression, preset="none", method="kl", scale="max", options=None, rank=3, **keys):
    """Reference and consensus of a matrix."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = preprocess(expression, Preprocess(preset=preset, **keys))
        restarts = summarize_restarts(
            factorize(reference.X, rank, method, restarts=3, threads=1, dtype="float64", **(options or {}))
        )
        names = reference.obs_names.to_numpy(str)
        consensus = build_consensus(reference.X, restarts, names, method, scale, options=options)
    return reference, consensus


def project(expression, reference, consensus):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return project_samples(expression, reference, consensus)


def transformed(function):
    expression, _ = make_counts()
    expression.X = function(expression.X).astype(np.float32)
    return expression


PRESETS = {
    "none": (make_counts()[0], {}),
    "brunet": (transformed(lambda x: 40 * x + 1), {"min_difference": 100}),
    "microarray_log": (transformed(lambda x: np.log2(x + 30.5)), {}),
    "tpm": (transformed(lambda x: x / 3), {"top_genes": 60}),
    "rnaseq_counts": (make_counts()[0], {"top_genes": 60}),
    "single_cell": (make_counts(depth=300)[0], {"top_genes": 60}),
}


@pytest.fixture(scope="module", params=PRESETS)
def own(request):
    """A matrix as read, and reference, consensus and projection of its own samples."""
    expression, keys = PRESETS[request.param]
    reference, consensus = build(expression, request.param, **keys)
    return expression, reference, consensus, project(expression, reference, consensus)


def assert_same_usages(projection, consensus, tolerance=1e-4):
    largest = consensus.usages.max()
    np.testing.assert_allclose(projection.usages.to_numpy() / largest, consensus.usages / largest, atol=tolerance)


def test_the_references_own_samples_get_their_usages_back(own):
    _, _, consensus, projection = own
    assert_same_usages(projection, consensus)
    assert projection.samples["cluster"].tolist() == [f"metagene_{call + 1}" for call in consensus.calls]
    np.testing.assert_allclose(
        projection.samples["explained_variance"], projection.reference["explained_variance"], rtol=1e-4
    )
    assert projection.genes["found"].all()
    assert projection.coverage.tolist() == pytest.approx([1.0] * 3)


METHODS = [
    ("brunet", {}), ("frobenius", {}), ("lee", {}), ("nsnmf", {"theta": 0.4}), ("snmf_r", {}), ("snmf_l", {}),
    ("offset", {}), ("weighted", {"loss": "frobenius"}), ("online", {}), ("bayesian", {}), ("itakura_saito", {}),
    ("kl", {"l1_usages": 0.05, "l1_metagenes": 0.05}),
    ("offset", {"l1_usages": 0.05, "l2_usages": 0.1, "l1_metagenes": 0.05, "l2_metagenes": 0.1}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "options"), METHODS, ids=str)
@pytest.mark.parametrize("scale", ["max", "none"])
def test_own_usages_come_back_under_every_method_and_its_options(method, options, scale):
    expression = transformed(lambda x: x + 1)
    reference, consensus = build(expression, method=method, options=options, scale=scale)
    projection = project(expression, reference, consensus)
    assert_same_usages(projection, consensus, 2e-3)
    some = project(expression[:4].copy(), reference, consensus)  # nothing hangs on who else is projected
    np.testing.assert_allclose(some.usages, projection.usages[:4], rtol=1e-3, atol=1e-3 * consensus.usages.max())


def test_usages_are_least_squares_at_the_shared_genes_alone():
    expression, _ = make_counts()
    reference, consensus = build(expression, method="frobenius")
    new = make_counts(seed=1)[0][:, 20:]
    projection = project(new.copy(), reference, consensus)
    expected = [nnls(consensus.metagenes[:, 20:].T, sample)[0] for sample in new.X.astype(float)]
    np.testing.assert_allclose(projection.usages, expected, atol=1e-4 * np.max(expected))
    residual = new.X - np.array(expected) @ consensus.metagenes[:, 20:]
    explained = 1 - (residual**2).sum(axis=1) / (new.X.astype(float) ** 2).sum(axis=1)
    np.testing.assert_allclose(projection.samples["explained_variance"], explained, atol=1e-6)


def test_held_out_samples_get_the_shares_they_were_made_of():
    expression, truth = make_counts(n_samples=60)
    reference, consensus = build(expression[:30].copy(), "rnaseq_counts", normalization="cpm", top_genes=0)
    projection = project(expression[30:].copy(), reference, consensus)
    shares = usage_shares(projection.usages.to_numpy())
    best = np.abs(np.corrcoef(shares.T, truth[30:].T)[:3, 3:]).max(axis=0)
    assert (best > 0.9).all()
    assert projection.samples["fits"].astype(bool).mean() > 0.7


def test_genes_in_another_order_and_among_others_change_nothing(own):
    expression, reference, consensus, projection = own
    more = AnnData(
        expression.X[:, :5], obs=expression.obs, var=expression.var[:5].set_axis([f"x{i}" for i in range(5)])
    )
    mixed = AnnData(
        np.hstack([more.X, expression.X])[:, ::-1].copy(),
        obs=expression.obs,
        var=pd.concat([more.var, expression.var])[::-1],
    )
    np.testing.assert_allclose(project(mixed, reference, consensus).usages, projection.usages, rtol=1e-5, atol=1e-5)


def test_a_sparse_matrix_is_projected_like_a_dense_one(own):
    expression, reference, consensus, projection = own
    sparse = AnnData(scipy.sparse.csr_matrix(expression.X), obs=expression.obs, var=expression.var)
    found = project(sparse, reference, consensus).usages
    np.testing.assert_allclose(found, projection.usages, atol=1e-4 * consensus.usages.max())


def test_missing_genes_are_listed_and_their_weight_is_told():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    projection = project(expression[:, 30:].copy(), reference, consensus)
    assert projection.genes["found"].tolist() == [False] * 30 + [True] * 60
    weight = consensus.metagenes[:, 30:].sum(axis=1) / consensus.metagenes.sum(axis=1)
    np.testing.assert_allclose(projection.coverage, weight)
    assert len(projection.reference) == 30
    agreed = projection.samples["cluster"] == [f"metagene_{call + 1}" for call in consensus.calls]
    assert agreed.mean() > 0.8


def test_a_metagene_with_little_of_its_weight_found_is_named():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    heavy = np.argsort(-(consensus.metagenes[0] / consensus.metagenes.sum(axis=0)))
    total = np.cumsum(consensus.metagenes[0][heavy]) / consensus.metagenes[0].sum()
    kept = np.sort(heavy[np.searchsorted(total, 0.55) :])
    with pytest.warns(UserWarning, match=r"less than 50% of the weight of these metagenes.*metagene_1 \(4\d%\)"):
        project_samples(expression[:, kept].copy(), reference, consensus)


@pytest.mark.parametrize("kept", [0, 17])
def test_too_few_genes_are_refused_with_names_of_both_kinds(kept):
    expression, _ = make_counts()
    reference, consensus = build(expression)
    new, _ = make_counts(seed=1)
    new.var_names = [*new.var_names[:kept], *(f"ENSG{i:011}" for i in range(N_GENES - kept))]
    with pytest.raises(InputError) as caught:
        project(new, reference, consensus)
    message = str(caught.value)
    assert f"{kept} of the 90 genes of the reference" in message
    assert "at least 20% of the genes and 50% of the weight" in message
    assert "'gene_0', 'gene_1', 'gene_2' and 87 more" in message
    assert ("'ENSG00000000000'" in message) == (kept == 0)


def test_the_column_that_would_match_is_named():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    new, _ = make_counts(seed=1)
    new.var["symbol"] = new.var_names
    new.var_names = [f"ENSG{i:011}" for i in range(N_GENES)]
    with pytest.raises(InputError, match=r"The column 'symbol' of its table of genes has 90 of them: name the genes"):
        project(new, reference, consensus)
    reference.var["ensembl"] = new.var_names.to_numpy()
    del new.var["symbol"]
    with pytest.raises(InputError, match=r"The column 'ensembl' of the reference's table of genes has 90"):
        project(new, reference, consensus)


def test_samples_unlike_the_reference_do_not_fit():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    new, _ = make_counts(seed=1, n_samples=5)
    new.X[3:] = np.random.default_rng(0).permutation(new.X[3:].T).T
    projection = project(new, reference, consensus)
    assert projection.limit == np.percentile(projection.reference["explained_variance"], 1)
    assert projection.samples["fits"].tolist()[3:] == [False, False]
    assert projection.summary()["samples_that_fit"] == projection.samples["fits"].sum() <= 3


def test_samples_without_expression_keep_their_rows_without_values():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    new, _ = make_counts(seed=1, n_samples=4)
    new.X[1] = 0
    with pytest.warns(UserWarning, match=r"1 sample\(s\) without any value above 0 .* 's1_1'"):
        projection = project_samples(new, reference, consensus)
    assert projection.usages.isna().all(axis=1).tolist() == [False, True, False, False]
    assert projection.samples.loc[1].isna().sum() == len(projection.samples.columns) - 1
    assert projection.summary()["samples_without_expression"] == ["s1_1"]
    others = project(new[[0, 2, 3]].copy(), reference, consensus)
    np.testing.assert_allclose(projection.usages.dropna(), others.usages)


def test_nothing_but_empty_samples_is_refused():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    new, _ = make_counts(n_samples=2)
    new.X[:] = 0
    with pytest.raises(InputError, match="nothing but zeros"):
        project(new, reference, consensus)


def test_one_sample_and_one_metagene_will_do():
    expression, _ = make_counts()
    reference, consensus = build(expression, rank=1)
    projection = project(expression[[3]].copy(), reference, consensus)
    assert projection.samples[["cluster", "second", "margin"]].to_numpy().tolist() == [["metagene_1", "", 1.0]]
    assert_same_usages(project(expression, reference, consensus), consensus)


def test_zeros_are_refused_where_the_method_cannot_take_them():
    reference, consensus = build(transformed(lambda x: x + 1), method="itakura_saito")
    with pytest.raises(InputError, match=r"value\(s\) of 0 after scaling; expected values above 0 for itakura_saito"):
        project(make_counts()[0], reference, consensus)


def test_missing_values_have_no_part_where_the_reference_kept_them():
    expression, _ = make_counts()
    expression.X[3, 4] = np.nan
    reference, consensus = build(expression, method="weighted", missing="weight")
    projection = project(expression, reference, consensus)
    assert_same_usages(projection, consensus)
    assert np.isfinite(projection.samples["explained_variance"]).all()


def test_reference_and_consensus_of_different_runs_are_refused():
    expression, _ = make_counts()
    reference, consensus = build(expression)
    with pytest.raises(InputError, match="30 samples × 89 genes; expected 30 × 90"):
        project(expression, reference[:, :-1].copy(), consensus)


def test_tables_and_summary_can_be_written(own, tmp_path):
    projection = own[3]
    write_json(projection.summary(), tmp_path / "summary.json")
    stored = json.loads((tmp_path / "summary.json").read_text())
    assert stored["samples"] == 30
    assert sum(stored["calls"].values()) == 30
    assert set(projection.tables()) == {"usages", "samples", "genes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of a run at two ranks."""
    folder = tmp_path_factory.mktemp("results")
    for rank in (2, 3):
        reference, consensus = build(make_counts()[0], rank=rank)
        consensus.save(folder / f"k{rank}.npz")
    write_h5ad(reference, folder / "expression.h5ad")
    for rank in (2, None):
        write_json({"rank": rank, "status": "none" if rank is None else "supported"}, folder / f"verdict_{rank}.json")
    return folder


def test_a_stored_reference_gives_the_same_projection(folder):
    reference, consensus = read_reference(folder / "expression.h5ad", [folder / "k2.npz", folder / "k3.npz"], 3)
    new, _ = make_counts(seed=1)
    expected = project(new, *build(make_counts()[0]))
    np.testing.assert_allclose(project(new, reference, consensus).usages, expected.usages, rtol=1e-6)
    assert replace(consensus).options == "{}"


def test_the_rank_is_the_verdicts_unless_given(folder):
    files = folder / "expression.h5ad", [folder / "k2.npz", folder / "k3.npz"]
    assert read_reference(*files, None, folder / "verdict_2.json")[1].rank == 2
    assert read_reference(*files, 3, folder / "verdict_2.json")[1].rank == 3
    with pytest.raises(InputError, match=r"verdict_None.json: found no rank \(status 'none'\).*Set `rank` .* 2, 3"):
        read_reference(*files, None, folder / "verdict_None.json")
    with pytest.raises(InputError, match="found rank 7; expected one of 2, 3"):
        read_reference(*files, 7)
