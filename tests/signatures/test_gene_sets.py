"""nmfbio.signatures.gene_sets: signatures as GMT."""

import numpy as np
import pandas as pd

from nmfbio.signatures import describe_sets, to_gmt


def tabulate(*rows):
    return pd.DataFrame(rows, columns=["metagene", "gene", "selected"])


def test_each_metagene_is_a_line_with_its_selected_genes_in_their_order():
    genes = tabulate(
        ("metagene_1", "MPO", True),
        ("metagene_1", "CD33", True),
        ("metagene_1", "ACTB", False),
        ("metagene_2", "CD3D", True),
    )
    assert to_gmt(genes, "blood_k2", "rank 2") == (
        "blood_k2_metagene_1\trank 2\tMPO\tCD33\nblood_k2_metagene_2\trank 2\tCD3D\n"
    )


def test_a_metagene_without_selected_genes_has_no_line():
    genes = tabulate(("metagene_1", "ACTB", False), ("metagene_2", "CD3D", True))
    assert to_gmt(genes, "blood", "") == "blood_metagene_2\t\tCD3D\n"
    assert to_gmt(genes[:1], "blood", "") == ""


def test_the_tenth_metagene_comes_after_the_second():
    genes = tabulate(*((f"metagene_{number}", f"gene_{number}", True) for number in range(1, 12)))
    lines = to_gmt(genes, "k11", "x").splitlines()
    assert [line.split("\t")[0] for line in lines] == [f"k11_metagene_{number}" for number in range(1, 12)]


def test_tabs_and_line_breaks_within_a_field_become_spaces():
    genes = tabulate(("metagene_1", "odd\tgene", True), ("metagene_1", "other\r\ngene", True))
    assert to_gmt(genes, "a\tb", "two\nlines") == "a b_metagene_1\ttwo lines\todd gene\tother  gene\n"


def test_sets_hold_the_selected_genes_of_the_table_by_falling_z(small_consensus, extract):
    genes = extract(small_consensus(3)).genes
    assert genes["selected"].any()
    for line in to_gmt(genes, "small", "x").splitlines():
        name, _, *members = line.split("\t")
        rows = genes[(genes["metagene"] == name.removeprefix("small_")) & genes["selected"]]
        assert members == list(rows["gene"])
        assert rows["z"].is_monotonic_decreasing


def test_sets_are_described_by_data_set_rank_rule_and_a_digest_of_their_own():
    told = describe_sets("blood", np.eye(3), "top", number=20)
    assert told.startswith("blood, rank 3, the 20 genes of the highest z at most, metagenes ")
    assert told == describe_sets("blood", np.asfortranarray(np.eye(3)), "top", number=20)
    assert told != describe_sets("blood", 2 * np.eye(3), "top", number=20)
