"""nmfbio.signatures.enrichment: gene sets of the metagenes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom, kstest, mannwhitneyu

from nmfbio.errors import InputError
from nmfbio.io import GeneSet, read_table, write_table
from nmfbio.signatures import count_tested, enrich_signatures
from nmfbio.signatures.enrichment import COLUMNS

PUBLISHED = Path(__file__).parents[1] / "data" / "enrichment"
NAMES = ["metagene_1", "metagene_2", "metagene_3"]


def make_result(n_genes=300, seed=0, ties=False):
    """Genes table and scores of three metagenes: the sixth of the genes with the highest own score is selected."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n_genes, 3)).round(1 if ties else 9)
    scores = pd.DataFrame(values, [f"g{number}" for number in range(n_genes)], NAMES).rename_axis("gene")
    return tabulate(scores), scores


def tabulate(scores):
    own = scores.to_numpy().argmax(axis=1)
    table = pd.DataFrame(
        {"metagene": np.array(NAMES)[own], "gene": scores.index, "score": scores.max(axis=1).to_numpy()}
    )
    table["selected"] = table["score"] > np.quantile(table["score"], 5 / 6)
    return table.sort_values(["metagene", "selected", "score"], ascending=[True, False, False], ignore_index=True)


def draw_sets(scores, sizes, seed=1):
    random = np.random.default_rng(seed)
    draws = [tuple(random.choice(scores.index, size, replace=False)) for size in sizes]
    return [GeneSet("drawn", f"set_{number}", "", draw) for number, draw in enumerate(draws)]


def row_of(table, test, metagene, gene_set):
    found = table[(table["test"] == test) & (table["metagene"] == metagene) & (table["gene_set"] == gene_set)]
    assert len(found) == 1
    return found.iloc[0]


def selected_of(genes, metagene):
    return list(genes.loc[genes["selected"] & (genes["metagene"] == metagene), "gene"])


@pytest.mark.parametrize("ties", [False, True])
def test_every_number_agrees_with_scipy_set_by_set(ties):
    genes, scores = make_result(ties=ties)
    gene_sets = draw_sets(scores, [10, 25, 40, 77, 150])
    table = enrich_signatures(genes, scores, gene_sets)
    assert list(table.columns) == COLUMNS
    assert len(table) == 2 * 5 * 3
    for metagene in NAMES:
        signature = selected_of(genes, metagene)
        for gene_set in gene_sets:
            inside = scores.index.isin(gene_set.genes)
            both = set(signature) & set(gene_set.genes)
            over = row_of(table, "over_representation", metagene, gene_set.name)
            expected = len(signature) * inside.sum() / 300
            assert (over["size"], over["overlap"]) == (inside.sum(), len(both))
            assert over["expected"] == pytest.approx(expected)
            assert over["effect"] == pytest.approx(len(both) / expected)
            assert over["p"] == pytest.approx(hypergeom.sf(len(both) - 1, 300, inside.sum(), len(signature)))
            square = [[len(both), len(signature) - len(both)], [inside.sum() - len(both)]]
            square[1].append(300 - sum(square[0]) - square[1][0])
            assert over["p"] == pytest.approx(fisher_exact(square, alternative="greater").pvalue)
            assert over["genes"] == ",".join(gene for gene in signature if gene in both)
            rank = row_of(table, "rank", metagene, gene_set.name)
            values = scores[metagene].to_numpy()
            whitney = mannwhitneyu(values[inside], values[~inside], alternative="greater", method="asymptotic")
            assert rank["p"] == pytest.approx(whitney.pvalue, rel=1e-9)
            assert rank["effect"] == pytest.approx(whitney.statistic / (inside.sum() * (~inside).sum()))


def test_auc_is_the_share_of_pairs_that_the_set_wins():
    genes, scores = make_result(60, ties=True)
    (gene_set,) = gene_sets = draw_sets(scores, [12])
    effect = row_of(enrich_signatures(genes, scores, gene_sets), "rank", "metagene_2", "set_0")["effect"]
    column = scores["metagene_2"]
    outside = column.drop(list(gene_set.genes))
    wins = [(column[gene] > value) + 0.5 * (column[gene] == value) for gene in gene_set.genes for value in outside]
    assert effect == pytest.approx(np.mean(wins))


@pytest.mark.parametrize("metagene", NAMES)
def test_over_representation_gives_the_p_of_gseapy(metagene):
    published = pd.read_csv(PUBLISHED / "gseapy.tsv", sep="\t")
    published = published[published["metagene"] == metagene]
    (n_genes,), (n_selected,) = published["universe"].unique(), published["selected_genes"].unique()
    names = [f"g{number}" for number in range(n_genes)]
    genes = pd.DataFrame({"metagene": metagene, "gene": names, "selected": np.arange(n_genes) < n_selected})
    gene_sets = [
        GeneSet(
            "h", row.gene_set, "", (*names[: row.overlap], *names[n_selected : n_selected + row.size_ - row.overlap])
        )
        for row in published.rename(columns={"size": "size_"}).itertuples()
    ]
    scores = pd.DataFrame({metagene: np.arange(n_genes, 0.0, -1)}, index=names)
    table = enrich_signatures(genes, scores, gene_sets)
    found = table[table["test"] == "over_representation"].set_index("gene_set").loc[published["gene_set"]]
    assert found["overlap"].tolist() == published["overlap"].tolist()
    np.testing.assert_allclose(found["p"], published["p"], rtol=1e-9)


def test_the_rank_test_gives_the_p_of_r():
    published = pd.read_csv(PUBLISHED / "r_wilcox.tsv", sep="\t")
    number = np.arange(200)
    scores = pd.DataFrame({"metagene_1": (7.0 * number**2 + 3 * number) % 101}, index=[f"g{i}" for i in number])
    gene_sets = [
        GeneSet("r", f"{row.modulus}:{row.rest}", "", tuple(scores.index[number % row.modulus == row.rest]))
        for row in published.itertuples()
    ]
    genes = pd.DataFrame({"metagene": "metagene_1", "gene": scores.index, "selected": False})
    table = enrich_signatures(genes, scores, gene_sets).set_index("gene_set").loc[[s.name for s in gene_sets]]
    np.testing.assert_allclose(table["p"], published["p"], rtol=1e-12)
    np.testing.assert_allclose(table["effect"] * table["size"] * (200 - table["size"]), published["W"], rtol=1e-12)


def test_q_is_benjamini_and_hochbergs_over_sets_and_metagenes_of_a_test():
    genes, scores = make_result()
    table = enrich_signatures(genes, scores, draw_sets(scores, [10, 20, 30, 40]))
    for _, rows in table.groupby("test"):
        p = np.sort(rows["p"].to_numpy())
        steps = p * len(p) / np.arange(1, len(p) + 1)
        expected = np.minimum.accumulate(steps[::-1])[::-1].clip(max=1)
        np.testing.assert_allclose(np.sort(rows["q"]), np.sort(expected))


def test_a_set_made_of_the_signature_is_found_in_its_metagene_alone():
    genes, scores = make_result(600)
    planted = GeneSet("mine", "planted", "", tuple(selected_of(genes, "metagene_2")))
    table = enrich_signatures(genes, scores, [*draw_sets(scores, [20, 50]), planted])
    found = table[table["q"] < 0.05]
    assert set(found["gene_set"]) == {"planted"}
    assert set(found["metagene"]) == {"metagene_2"}
    assert set(found["test"]) == {"over_representation", "rank"}


def test_p_is_uniform_where_sets_are_drawn_at_random():
    genes, scores = make_result(2000)
    table = enrich_signatures(genes, scores, draw_sets(scores, [60] * 150))
    rank = table.loc[table["test"] == "rank", "p"]
    assert kstest(rank, "uniform").pvalue > 0.01
    over = table.loc[table["test"] == "over_representation", "p"]  # of counts: its p may be too large, not too small
    for level in (0.01, 0.05, 0.2):
        assert (over <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(over))


def test_rows_stand_by_test_metagene_and_p_and_sets_may_share_a_name():
    genes, scores = make_result()
    drawn = draw_sets(scores, [10, 20, 30])
    table = enrich_signatures(genes, scores, [*drawn, GeneSet("other", "set_0", "", drawn[2].genes)])
    assert table["test"].is_monotonic_increasing
    for _, rows in table.groupby("test"):
        assert rows["metagene"].is_monotonic_increasing
        assert all(some["p"].is_monotonic_increasing for _, some in rows.groupby("metagene"))
    assert len(table[["metagene", "collection", "gene_set", "test"]].drop_duplicates()) == len(table) == 24


def test_the_tenth_metagene_comes_after_the_second():
    random = np.random.default_rng(0)
    names = [f"metagene_{number}" for number in range(1, 12)]
    scores = pd.DataFrame(random.normal(size=(50, 11)), [f"g{i}" for i in range(50)], names)
    genes = pd.DataFrame({"metagene": "metagene_1", "gene": scores.index, "selected": False})
    table = enrich_signatures(genes, scores, draw_sets(scores, [12]))
    assert table["metagene"].tolist() == names


def test_a_metagene_without_signature_genes_is_tested_by_ranks_only():
    genes, scores = make_result()
    genes.loc[genes["metagene"] == "metagene_1", "selected"] = False
    table = enrich_signatures(genes, scores, draw_sets(scores, [20]))
    assert set(table.loc[table["metagene"] == "metagene_1", "test"]) == {"rank"}
    assert len(table) == 5


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_an_empty_metagene_is_not_tested_by_ranks(value):
    genes, scores = make_result()
    scores["metagene_3"] = value
    table = enrich_signatures(genes, scores, draw_sets(scores, [20]))
    assert set(table.loc[table["test"] == "rank", "metagene"]) == {"metagene_1", "metagene_2"}
    assert table[["p", "q", "effect"]].notna().all(axis=None)


def test_genes_without_a_score_are_left_out_of_the_rank_test():
    genes, scores = make_result()
    gene_sets = draw_sets(scores, [20])
    without = list(gene_sets[0].genes[:5])
    scores.loc[without, "metagene_1"] = np.nan
    found = row_of(enrich_signatures(genes, scores, gene_sets), "rank", "metagene_1", "set_0")
    assert found["size"] == 15
    values = scores["metagene_1"].dropna()
    inside = values.index.isin(gene_sets[0].genes)
    expected = mannwhitneyu(values[inside], values[~inside], alternative="greater", method="asymptotic")
    assert found["p"] == pytest.approx(expected.pvalue)


def test_a_table_without_any_test_has_its_columns():
    genes, scores = make_result()
    genes["selected"], scores[:] = False, 0.0
    table = enrich_signatures(genes, scores, draw_sets(scores, [20]))
    assert (list(table.columns), len(table)) == (COLUMNS, 0)


def test_only_named_genes_are_tested_and_sets_call_them_by_these_names():
    genes, scores = make_result()
    names = pd.Series([f"symbol {gene}" for gene in scores.index[:200]], scores.index[:200])
    (drawn,) = draw_sets(scores.iloc[:200], [30])
    gene_set = GeneSet("mine", "s", "", (*(f"symbol {gene}" for gene in drawn.genes), "elsewhere"))
    table = enrich_signatures(genes, scores, [gene_set], names=names)
    within = genes[genes["gene"].isin(names.index)]
    assert set(table["size"]) == {30}
    for metagene in NAMES:
        signature = selected_of(within, metagene)
        over = row_of(table, "over_representation", metagene, "s")
        assert over["expected"] == pytest.approx(len(signature) * 30 / 200)
        assert over["genes"] == ",".join(f"symbol {gene}" for gene in signature if gene in drawn.genes)


def test_sets_outside_of_the_limits_are_counted_and_not_tested():
    _, scores = make_result()
    gene_sets = [*draw_sets(scores, [9, 10, 500 // 2]), GeneSet("drawn", "foreign", "mouse", ("Cd3d", "g1"))]
    names = pd.Series(scores.index, scores.index, name="gene")
    table = count_tested(gene_sets, names, (10, 200))
    assert table["listed"].tolist() == [9, 10, 250, 2]
    assert table["size"].tolist() == [9, 10, 250, 1]
    assert table["tested"].tolist() == [False, True, False, False]
    assert set(table["matched_by"]) == {"gene"}


def test_no_set_within_the_limits_is_an_error_that_names_the_sizes():
    _, scores = make_result()
    with pytest.raises(InputError, match=r"2 set\(s\), each with 3 to 7 .* 10 to 500.*'signatures.set_size'"):
        count_tested(draw_sets(scores, [3, 7]), pd.Series(scores.index, scores.index), (10, 500))


def test_a_written_table_is_read_as_it_was(tmp_path):
    genes, scores = make_result()
    (drawn,) = draw_sets(scores, [40])
    p = row_of(enrich_signatures(genes, scores, [drawn]), "rank", "metagene_1", "set_0")["p"]
    table = enrich_signatures(genes, scores, [GeneSet("007", "1E5", "", drawn.genes)])
    table.loc[0, "p"] = 1e-320
    write_table(table, tmp_path / "enrichment.tsv")
    again = read_table(tmp_path / "enrichment.tsv")
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    assert set(again["collection"]) == {"007"}
    assert p in set(again["p"])


@settings(max_examples=40)
@given(st.data())
def test_any_sets_and_signatures_give_sound_numbers(data):
    n_genes = data.draw(st.integers(4, 30))
    names = [f"g{number}" for number in range(n_genes)]
    values = data.draw(
        st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=n_genes, max_size=n_genes)
    )
    scores = pd.DataFrame(values, names, NAMES, dtype=float)
    genes = tabulate(scores).assign(selected=data.draw(st.lists(st.booleans(), min_size=n_genes, max_size=n_genes)))
    some = st.lists(st.sampled_from([*names, "foreign"]), min_size=1, unique=True)
    drawn = data.draw(st.lists(some, min_size=1, max_size=5))
    gene_sets = [GeneSet("c", f"s{i}", "", tuple(members)) for i, members in enumerate(drawn)]
    if not any(set(gene_set.genes) & set(names) for gene_set in gene_sets):
        return
    table = enrich_signatures(genes, scores, gene_sets, (1, 500))
    assert table[["p", "q"]].apply(lambda column: column.between(0, 1)).all(axis=None)
    assert (table["q"] >= table["p"]).all()
    assert table.loc[table["test"] == "rank", "effect"].between(0, 1).all()
    over = table[table["test"] == "over_representation"]
    counted = over["genes"].map(lambda text: len(text.split(",")) if text else 0)
    assert (counted == over["overlap"]).all()
    assert (over["overlap"] <= over["size"]).all()
    turned = enrich_signatures(genes, scores.iloc[::-1], gene_sets[::-1], (1, 500))
    order = ["test", "metagene", "gene_set"]
    sorted_again = turned.sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(table.sort_values(order, ignore_index=True), sorted_again, rtol=1e-9)
