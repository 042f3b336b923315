"""nmfbio.signatures.association: the table of all tests."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score
from statsmodels.stats.multitest import multipletests

from nmfbio.errors import InputError
from nmfbio.io import read_table, write_table
from nmfbio.signatures import associate_metadata
from nmfbio.signatures.association import COLUMNS, adjust

SAMPLES = [f"sample_{i}" for i in range(60)]
TRUTH = np.arange(60) % 3
ANY_VALUE = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=3))
COLUMN = st.one_of(
    st.lists(ANY_VALUE, min_size=60, max_size=60),
    st.just([None] * 60),
    st.just(["one"] * 60),
    st.lists(st.sampled_from(["Größe Ω", "日本", "$x$", "=1+1"]), min_size=60, max_size=60),
)  # fmt: skip


def made_up(seed=0):
    """Usages of 60 samples whose cluster is TRUTH, and metadata that do and do not have to do with it."""
    random = np.random.default_rng(seed)
    usages = random.gamma(2, 1, (60, 3)) + 6 * (TRUTH[:, None] == np.arange(3))
    names = [f"metagene_{k}" for k in (1, 2, 3)]
    frame = pd.DataFrame(usages, SAMPLES, names)
    hazard = np.exp(2 * (TRUTH == 0))
    metadata = pd.DataFrame(
        {
            "subtype": np.array(["A", "B", "C"])[TRUTH],
            "site": random.choice(["north", "south"], 60),
            "dose": TRUTH + random.normal(size=60),
            "months": random.exponential(20 / hazard),
            "died": random.random(60) < 0.8,
            "patient": [f"P{i}" for i in range(60)],
        },
        SAMPLES,
    )
    return frame, frame.idxmax(axis=1), metadata


@pytest.fixture
def table():
    usages, clusters, metadata = made_up()
    return associate_metadata(usages, clusters, metadata, time="months", event="died", batch="site")


def test_the_table_has_a_row_a_test_in_the_order_of_columns_and_metagenes(table):
    assert list(table.columns) == list(COLUMNS)
    assert list(dict.fromkeys(table["column"])) == ["subtype", "site", "dose", "patient", "months"]
    own = table.loc[table["column"] == "subtype", "metagene"].tolist()
    assert own == ["metagene_1", "metagene_2", "metagene_3", "cluster", "cluster"]
    kinds = dict(zip(table["column"], table["kind"], strict=True))
    assert kinds == {
        "subtype": "categorical", "site": "categorical", "dose": "numeric", "patient": "left_out", "months": "survival",
    }  # fmt: skip
    assert table["test"].value_counts().to_dict() == {
        "kruskal_wallis": 7, "spearman": 3, "cox": 3, "none": 3, "chi_square": 2, "log_rank": 1,
    }  # fmt: skip


def test_tests_look_at_the_shares_of_the_usages(table):
    usages, clusters, metadata = made_up()
    shares = usages.div(usages.sum(axis=1), axis=0)
    rows = table.set_index(["column", "metagene", "test"])
    groups = [shares.loc[metadata["subtype"] == level, "metagene_2"] for level in "ABC"]
    assert rows.loc[("subtype", "metagene_2", "kruskal_wallis"), "p"] == scipy.stats.kruskal(*groups).pvalue
    rho = scipy.stats.spearmanr(shares["metagene_3"], metadata["dose"])
    assert rows.loc[("dose", "metagene_3", "spearman"), ["effect", "p"]].tolist() == pytest.approx([*rho], abs=1e-12)
    by_cluster = [metadata.loc[clusters == name, "dose"] for name in usages]
    assert rows.loc[("dose", "cluster", "kruskal_wallis"), "p"] == scipy.stats.kruskal(*by_cluster).pvalue
    index = adjusted_rand_score(metadata["subtype"], clusters)
    assert rows.loc[("subtype", "cluster", "none"), "effect"] == index
    assert rows.loc[("months", "metagene_1", "cox"), "effect"] > 1.5


def test_q_is_adjusted_over_all_tests_of_the_table(table):
    tested = table["p"].notna()
    assert table.loc[tested, "q"].to_numpy() == pytest.approx(multipletests(table.loc[tested, "p"], method="fdr_bh")[1])
    assert table.loc[~tested, "q"].isna().all()
    assert (~tested).sum() == 3


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), max_size=20))
def test_adjusted_p_values_are_those_of_the_paper(p):
    tested = sorted(value for value in p if not np.isnan(value))
    q = adjust(np.array(p))
    for value, adjusted in zip(p, q, strict=True):
        if np.isnan(value):
            assert np.isnan(adjusted)
            continue
        larger = [place for place, other in enumerate(tested, start=1) if other >= value]
        naive = min([tested[place - 1] * len(tested) / place for place in larger] + [1.0])
        assert adjusted == pytest.approx(naive)


def test_the_batch_is_marked_and_tested_whatever_columns_are_asked_for(table):
    marked = table["note"].str.contains(r"batch \(preprocess.batch_key\)")
    assert set(table.loc[marked, "column"]) == {"site"}
    usages, clusters, metadata = made_up()
    chosen = associate_metadata(usages, clusters, metadata, columns=["dose"], batch="site")
    assert list(dict.fromkeys(chosen["column"])) == ["dose", "site"]


def test_permuted_metadata_have_nothing_to_do_with_the_metagenes():
    found = 0
    for seed in range(12):
        usages, clusters, metadata = made_up(seed)
        shuffled = metadata.iloc[np.random.default_rng(seed).permutation(60)].set_axis(SAMPLES)
        table = associate_metadata(usages, clusters, shuffled, time="months", event="died")
        found += bool((table["q"] < 0.05).any())
    assert found <= 2  # one in twenty, by chance


def test_samples_without_usages_are_left_out_with_a_warning():
    usages, clusters, metadata = made_up()
    usages.iloc[[4, 9]], clusters.iloc[[4, 9]] = np.nan, ""
    with pytest.warns(UserWarning, match="2 sample.* without usages are not tested: 'sample_4', 'sample_9'"):
        table = associate_metadata(usages, clusters, metadata.drop(index=["sample_4"]))
    assert set(table["n"]) == {58}


def test_the_order_of_samples_does_not_matter(table):
    usages, clusters, metadata = made_up()
    order = np.random.default_rng(1).permutation(60)
    again = associate_metadata(
        usages, clusters.iloc[order], metadata.iloc[order[::-1]], time="months", event="died", batch="site"
    )
    pd.testing.assert_frame_equal(table, again)


def test_rank_one_has_nothing_to_test():
    usages, _, metadata = made_up()
    one = usages[["metagene_1"]]
    table = associate_metadata(one, pd.Series("metagene_1", SAMPLES), metadata, time="months", event="died")
    assert table["p"].isna().all()
    assert table.loc[table["test"] != "none", "note"].ne("").all()


def test_without_metadata_there_is_a_header_and_no_row():
    usages, clusters, _ = made_up()
    table = associate_metadata(usages, clusters, pd.DataFrame(index=SAMPLES))
    assert list(table.columns) == list(COLUMNS)
    assert table.empty


def test_the_table_reads_back_as_it_was_written(table, tmp_path):
    write_table(table, tmp_path / "association.tsv")
    again = read_table(tmp_path / "association.tsv")
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    assert again["p"].min() < 1e-5


def test_a_column_that_is_not_there_is_named_with_its_key():
    with pytest.raises(InputError, match=r"'association.columns': found 'grade'; expected .*'subtype', 'site'"):
        associate_metadata(*made_up(), columns=["subtype", "grade"])


@settings(max_examples=25)
@given(COLUMN)
def test_no_column_breaks_the_table(values):
    usages, clusters, _ = made_up()
    metadata = pd.DataFrame({"odd": pd.Series(values, index=SAMPLES, dtype=object)})
    table = associate_metadata(usages, clusters, metadata)
    assert len(table)
    assert table["p"].dropna().between(0, 1).all()
    assert (table["p"].notna() | (table["note"] != "") | (table["effect_name"] == "adjusted_rand_index")).all()
