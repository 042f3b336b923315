"""nmfbio.signatures.extract: the tables people use."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from nmfbio.io import read_table, write_table
from nmfbio.signatures import kim_park_scores

GENE_COLUMNS = ["metagene", "position", "gene", "description", "z", "fold", "contribution", "kim_park", "weight"]
GENE_COLUMNS += ["stability", "selected"]
SAMPLE_COLUMNS = ["sample", "cluster", "usage_share", "second", "margin", "agreement", "silhouette"]
SAMPLE_COLUMNS += ["consensus_cluster", "scale_dependent", "cluster_other_scale", "unsteady"]


@pytest.fixture(params=[(1, "max"), (2, "max"), (3, "max"), (3, "none"), (4, "max")], ids=str)
def extracted(request, small_consensus, extract):
    """A consensus of the small matrix, its scale and its tables."""
    rank, scale = request.param
    consensus = small_consensus(rank, scale=scale)
    return consensus, scale, extract(consensus, scale)


def test_factors_are_tables_with_their_names(extracted, small_expression):
    consensus, _, signatures = extracted
    names = [f"metagene_{number}" for number in range(1, consensus.rank + 1)]
    np.testing.assert_array_equal(signatures.metagenes, consensus.metagenes.T)
    np.testing.assert_array_equal(signatures.usages, consensus.usages)
    assert (signatures.metagenes.index.name, signatures.usages.index.name) == ("gene", "sample")
    assert list(signatures.metagenes.index) == list(small_expression.var_names)
    assert list(signatures.usages.index) == list(small_expression.obs_names)
    assert list(signatures.metagenes.columns) == list(signatures.usages.columns) == names


def test_every_gene_has_one_row_with_its_description(extracted, small_expression):
    genes = extracted[2].genes
    assert list(genes.columns) == GENE_COLUMNS
    assert sorted(genes["gene"]) == sorted(small_expression.var_names)
    assert list(genes["description"]) == list(small_expression.var["description"][genes["gene"]])


def test_genes_are_ordered_by_metagene_then_selected_first_then_falling_z(extracted):
    genes = extracted[2].genes
    rows = zip(genes["metagene"], ~genes["selected"], -genes["z"].fillna(0), strict=True)
    keys = [(int(metagene.removeprefix("metagene_")), unselected, score) for metagene, unselected, score in rows]
    assert keys == sorted(keys)
    for _, group in genes.groupby("metagene"):
        assert list(group["position"]) == list(range(1, len(group) + 1))


def test_a_gene_stands_under_the_metagene_it_weighs_most_in(extracted):
    consensus, scale, signatures = extracted
    metagenes = signatures.metagenes
    scored = metagenes / metagenes.sum() if scale == "max" else metagenes
    genes = signatures.genes.set_index("gene").loc[metagenes.index]
    assert list(genes["metagene"]) == list(scored.idxmax(axis=1))
    own = [(gene, name) for gene, name in genes["metagene"].items()]
    np.testing.assert_array_equal(genes["kim_park"], kim_park_scores(scored.to_numpy().T))
    np.testing.assert_array_equal(genes["z"], [signatures.scores.loc[place] for place in own])
    np.testing.assert_allclose(genes["contribution"], scored.max(axis=1) / scored.sum(axis=1))
    restarts = pd.DataFrame(consensus.gene_recurrence.T, index=metagenes.index, columns=metagenes.columns)
    np.testing.assert_array_equal(genes["stability"], [restarts.loc[place] for place in own])
    np.testing.assert_array_equal(
        genes["weight"], [metagenes.loc[gene, name] for gene, name in genes["metagene"].items()]
    )
    np.testing.assert_array_equal(genes["selected"], genes["fold"] >= 1.5)
    assert genes["selected"].any() == (consensus.rank > 1)


def test_the_signatures_of_three_groups_are_genes_of_these_groups(small_consensus, extract):
    signatures = extract(small_consensus(3))
    top = signatures.genes[signatures.genes["selected"]]
    block = top["gene"].str.removeprefix("gene_").astype(int) // 6
    assert adjusted_rand_score(top["metagene"], block) == 1
    assert set(block) == {0, 1, 2}


@pytest.mark.parametrize("scale", ["max", "none"])
def test_an_empty_metagene_changes_no_score_and_has_no_gene(small_consensus, scale, extract):
    consensus = small_consensus(3, scale=scale)
    wider = replace(
        consensus,
        metagenes=np.vstack([consensus.metagenes, np.zeros((1, 60))]),
        usages=np.hstack([consensus.usages, np.zeros((12, 1))]),
        program_silhouette=np.append(consensus.program_silhouette, np.nan),
        **{
            name: np.append(getattr(consensus, name), 0.0)
            for name in ("program_restarts", "program_cosine_mean", "program_cosine_min")
        },
        gene_recurrence=np.vstack([consensus.gene_recurrence, np.zeros((1, 60))]),
    )
    plain, found = (extract(each, scale) for each in (consensus, wider))
    pd.testing.assert_frame_equal(found.genes, plain.genes)
    pd.testing.assert_frame_equal(found.samples, plain.samples)
    assert (found.metagenes["metagene_4"] == 0).all()
    assert found.programs["signature"][~found.programs["in_use"]].tolist() == ["metagene_4"]
    assert found.programs["silhouette"].isna().tolist() == [False, False, False, True]


def test_every_metagene_has_one_row_of_how_surely_it_recurs(extracted):
    consensus, _, signatures = extracted
    programs = signatures.programs
    columns = ["signature", "in_use", "silhouette", "share_of_restarts", "mean_cosine", "min_cosine"]
    assert list(programs.columns) == columns
    assert list(programs["signature"]) == list(signatures.metagenes.columns)
    np.testing.assert_array_equal(programs["share_of_restarts"], consensus.program_restarts)
    assert programs["in_use"].all()
    assert (programs["min_cosine"] <= programs["mean_cosine"]).all()


def test_scores_do_not_favour_a_metagene_that_is_stored_larger(small_consensus, extract):
    consensus, stretch = small_consensus(3), np.array([1.0, 64.0, 1 / 16])
    stretched = replace(consensus, metagenes=consensus.metagenes * stretch[:, None], usages=consensus.usages / stretch)
    tables = [extract(each).genes for each in (consensus, stretched)]
    by_gene = [table.set_index("gene").sort_index() for table in tables]
    for column in ("metagene", "selected"):
        assert by_gene[0][column].equals(by_gene[1][column])
    for column in ("fold", "contribution", "kim_park"):
        np.testing.assert_allclose(by_gene[0][column], by_gene[1][column], atol=1e-12)


def test_every_sample_has_one_row_in_the_order_of_the_matrix(extracted, small_expression):
    samples = extracted[2].samples
    assert list(samples.columns) == SAMPLE_COLUMNS
    assert list(samples["sample"]) == list(small_expression.obs_names)


def test_membership_is_read_from_the_usages(extracted):
    consensus, _, signatures = extracted
    for (_, usages), row in zip(signatures.usages.iterrows(), signatures.samples.itertuples(), strict=True):
        shares = [*sorted(usages / usages.sum(), reverse=True), 0.0]
        assert row.cluster == usages.idxmax()
        assert row.usage_share == pytest.approx(shares[0])
        assert row.second == (usages.drop(row.cluster).idxmax() if consensus.rank > 1 else "")
        assert row.margin == pytest.approx(shares[0] - shares[1])
    np.testing.assert_array_equal(signatures.samples["agreement"], consensus.agreement)
    np.testing.assert_array_equal(signatures.samples["silhouette"], consensus.silhouette)


@pytest.mark.parametrize("scale", ["max", "none"])
def test_samples_that_change_with_the_scale_are_told_with_their_other_call(scale, small_consensus, extract):
    consensus = small_consensus(2)
    calls_none = consensus.calls_max.copy()
    calls_none[3] = 1 - calls_none[3]
    moved = replace(consensus, calls_none=calls_none)
    samples = extract(moved, scale).samples
    np.testing.assert_array_equal(np.flatnonzero(samples["scale_dependent"]), [3])
    assert list(samples["cluster_other_scale"]) == [f"metagene_{call + 1}" for call in calls_none]


def test_the_other_call_is_never_the_call_itself(small_consensus, extract):
    consensus = small_consensus(2)
    calls_max = consensus.calls.copy()
    calls_max[5] = 1 - calls_max[5]
    moved = replace(consensus, calls_max=calls_max, calls_none=consensus.calls)
    samples = extract(moved).samples
    assert bool(samples["scale_dependent"][5])
    assert samples["cluster_other_scale"][5] != samples["cluster"][5]


def test_samples_that_were_left_out_stand_at_the_end_without_values(extracted, tmp_path):
    signatures = extracted[2]
    tables = signatures.tables(["lost 1", "lost 2"])
    for name in ("usages", "samples"):
        write_table(tables[name], tmp_path / f"{name}.tsv")
        rows = read_table(tmp_path / f"{name}.tsv", index="sample")
        assert list(rows.index) == [*signatures.usages.index, "lost 1", "lost 2"]
        assert rows.iloc[-2:].replace("", np.nan).isna().all(axis=None)
        assert set(rows.columns) == set(getattr(signatures, name).columns) - {"sample"}
    assert tables["genes"] is signatures.genes
    assert signatures.tables()["samples"] is signatures.samples


def test_a_sample_that_few_restarts_call_alike_is_marked(small_consensus, extract):
    consensus = small_consensus(3)
    shaken = replace(consensus, agreement=np.where(np.arange(12) == 4, 0.5, 0.9))
    samples = extract(shaken).samples
    np.testing.assert_array_equal(np.flatnonzero(samples["unsteady"]), [4])


@pytest.mark.parametrize("selection", ["top", "kim_park", "carmona_saez"])
def test_genes_of_a_signature_stand_first_under_every_rule(small_consensus, selection, extract):
    genes = extract(small_consensus(3), selection=selection, number=4).genes
    for _, group in genes.groupby("metagene"):
        assert group["selected"].is_monotonic_decreasing
    first = genes[genes["position"] <= 4]
    assert first["selected"].all()
    assert adjusted_rand_score(first["metagene"], first["gene"].str.removeprefix("gene_").astype(int) // 6) == 1
