"""nmfbio.signatures.shared_programs: programs that recur over data sets."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.io import read_table, write_table
from nmfbio.signatures import Solution, find_shared_programs
from nmfbio.signatures.program_tables import GENE_COLUMNS, MEMBER_COLUMNS, PROGRAM_COLUMNS
from nmfbio.signatures.shared_programs import mark_genes

N_GENES, N_MARKERS = 200, 15
PROGRAMS = ["a", "north", "b", "south", "c", "west"]
GENES = [f"gene_{number:03}" for number in range(N_GENES)]


def markers(program: str) -> list[str]:
    """Genes of a program, the same in every data set."""
    first = PROGRAMS.index(program) * N_MARKERS
    return GENES[first : first + N_MARKERS]


def solve(data_set: str, programs: list[str], seed: int = 0, genes: list[str] = GENES) -> Solution:
    """A data set at one rank: each program a metagene whose markers score high, and twelve samples in turn."""
    random = np.random.default_rng([seed, *map(ord, data_set)])
    names = [f"metagene_{number + 1}" for number in range(len(programs))]
    scores = pd.DataFrame(random.normal(0, 0.3, (N_GENES, len(programs))), GENES, names)
    for name, program in zip(names, programs, strict=True):
        scores.loc[markers(program), name] += 3
    scores = scores.reindex(genes).rename_axis("gene")
    best = scores.idxmax(axis=1)
    selected = scores.max(axis=1) > 2
    table = pd.DataFrame({"gene": genes, "metagene": best.to_numpy(), "selected": selected.to_numpy()})
    samples = pd.DataFrame({"sample": [f"{data_set}_{i}" for i in range(12)], "cluster": (names * 12)[:12]})
    return Solution(data_set, scores, table, samples)


@pytest.fixture(scope="module")
def cohorts():
    """Three data sets at two ranks: programs a and b in all, c in two, and one of its own in each."""
    return [
        *(solve("north", programs, seed) for seed, programs in enumerate([["a", "b"], ["a", "b", "c", "north"]])),
        *(solve("south", programs, seed) for seed, programs in enumerate([["b", "a"], ["b", "south", "c", "a"]])),
        *(solve("west", programs, seed) for seed, programs in enumerate([["a", "west"], ["west", "a", "b"]])),
    ]


@pytest.fixture(scope="module")
def found(cohorts):
    return find_shared_programs(cohorts)


def test_shared_programs_are_found_and_private_ones_are_not_called_shared(found):
    shared = found.programs[found.programs["shared"]].set_index("program")
    assert shared["data_sets"].to_list() == [3, 3, 2]
    assert shared["in_data_sets"].to_list() == ["north, south, west"] * 2 + ["north, south"]
    private = found.programs[~found.programs["shared"]]
    assert set(private["in_data_sets"]) == {"north", "south", "west"}


def test_consensus_genes_are_the_markers(found):
    selected = found.genes[found.genes["selected"]].groupby("program")["gene"].agg(set)
    wanted = [set(markers(program)) for program in "abc"]
    assert sorted(map(sorted, selected)) == sorted(map(sorted, wanted))


def test_every_metagene_belongs_to_one_program(found, cohorts):
    keys = found.members[["data_set", "rank", "metagene"]].apply(tuple, axis=1)
    assert sorted(keys) == sorted((one.data_set, one.rank, name) for one in cohorts for name in one.scores.columns)
    assert found.programs["members"].sum() == len(found.members)
    assert set(found.members["program"]) == set(found.programs["program"])


def test_tables_have_their_columns(found):
    assert list(found.programs.columns) == PROGRAM_COLUMNS
    assert list(found.members.columns) == MEMBER_COLUMNS
    assert list(found.genes.columns) == GENE_COLUMNS


def test_cosines_stand_in_the_order_of_the_members_and_are_summed_up_in_the_tables(found):
    programs = found.members["program"].to_numpy()
    data_sets = found.members["data_set"].to_numpy()
    for row in found.programs.itertuples():
        own = np.flatnonzero(programs == row.program)
        pairs = [(i, j) for i in own for j in own if i < j]
        across = [pair for pair in pairs if data_sets[pair[0]] != data_sets[pair[1]]] or pairs
        if across:
            assert row.cosine == pytest.approx(np.mean([found.cosines[pair] for pair in across]))
        between = {
            other: found.cosines[np.ix_(own, np.flatnonzero(programs == other))].mean()
            for other in set(programs) - {row.program}
        }
        assert between[row.nearest] == pytest.approx(max(between.values()))
        assert row.cosine_nearest == pytest.approx(max(between.values()))


def test_a_cosine_is_that_of_the_marking_genes_both_data_sets_have(cohorts, found):
    def marks(solution, metagene):
        column = solution.scores[metagene].clip(lower=0)
        return column.where(column >= np.sort(column)[-N_GENES // 10], 0).to_numpy()

    place = {tuple(row): i for i, row in found.members[["data_set", "rank", "metagene"]].iterrows()}
    one, other = cohorts[0], cohorts[3]
    first, second = marks(one, "metagene_1"), marks(other, "metagene_4")
    expected = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    pair = place["north", 2, "metagene_1"], place["south", 4, "metagene_4"]
    # np.quantile's "higher" keeps the tenth and the gene at its edge.
    assert found.cosines[pair] == pytest.approx(expected, abs=0.02)


def test_samples_of_a_program_are_called_for_it_at_most_ranks(found, cohorts):
    first = found.programs.iloc[0]
    members = found.members[found.members["program"] == first["program"]]
    total = 0
    for data_set in {one.data_set for one in cohorts}:
        solutions = [one for one in cohorts if one.data_set == data_set]
        ranks = members[members["data_set"] == data_set].groupby("rank")["metagene"].agg(set)
        for sample in {name for one in solutions for name in one.samples["sample"]}:
            votes = [
                dict(one.samples.to_numpy()).get(sample) in ranks[one.rank] for one in solutions if one.rank in ranks
            ]
            total += sum(votes) >= len(ranks) / 2
    assert first["samples"] == total


def test_gene_sets_hold_the_consensus_genes_of_shared_programs_in_order(found):
    lines = [line.split("\t") for line in found.to_gmt().splitlines()]
    assert [line[0] for line in lines] == found.programs.loc[found.programs["shared"], "program"].to_list()
    for name, description, *genes in lines:
        rows = found.genes[(found.genes["program"] == name) & found.genes["selected"]]
        assert genes == rows["gene"].to_list()
        assert description.startswith("seen in north, south")
        assert rows["score"].is_monotonic_decreasing


def test_a_larger_number_of_data_sets_asks_for_more(cohorts):
    strict = find_shared_programs(cohorts, fewest_data_sets=3)
    assert strict.programs["shared"].sum() == 2
    assert (strict.genes.loc[strict.genes["selected"], "data_sets"] == 3).all()


def test_one_data_set_alone_says_what_is_missing(cohorts):
    with pytest.warns(UserWarning, match="need two"):
        alone = find_shared_programs(cohorts[:2])
    assert [len(table) for table in (alone.programs, alone.members, alone.genes)] == [0, 0, 0]
    assert list(alone.programs.columns) == PROGRAM_COLUMNS
    assert "split_by" in alone.note
    assert alone.to_gmt() == ""


def test_genes_named_differently_are_told_once_and_never_joined(cohorts):
    renamed = [solve("east", ["a", "b"])]
    renamed[0].scores.index = [f"ENSG{number:011}" for number in range(N_GENES)]
    with pytest.warns(
        UserWarning, match=r"2 pair\(s\).*'gene_000'.*'east' with 'ENSG00000000000'.*0 in common"
    ) as seen:
        found = find_shared_programs([*cohorts[:4], *renamed])
    assert len([one for one in seen if "too few genes" in str(one.message)]) == 1
    assert not any("east" in names and "," in names for names in found.programs["in_data_sets"])
    with pytest.warns(UserWarning, match="too few genes"):
        assert "No two data sets" in find_shared_programs([*cohorts[:2], *renamed]).note


def test_data_sets_with_other_genes_are_compared_on_those_they_share(cohorts):
    part = [solve("east", ["a", "b", "c"], genes=GENES[:150])]
    found = find_shared_programs([*cohorts, *part])
    assert found.programs["data_sets"].max() == 4
    measured = found.genes[found.genes["program"] == "program_1"].set_index("gene")["measured_in"]
    assert set(measured[measured.index.isin(GENES[:150])]) == {4}
    assert set(measured[~measured.index.isin(GENES[:150])]) <= {3}


def test_the_same_samples_twice_are_told(cohorts):
    copy = [Solution("copy", one.scores, one.genes, one.samples) for one in cohorts[:2]]
    with pytest.warns(UserWarning, match="'north and copy'"):
        find_shared_programs([*cohorts[:2], *copy])


def test_rank_one_and_empty_metagenes_have_no_part(cohorts):
    single = solve("north", ["a"])
    single.scores[:] = np.nan
    empty = solve("south", ["a", "b", "c"])
    empty.scores["metagene_3"] = np.nan
    found = find_shared_programs([single, empty, *cohorts])
    assert 1 not in set(found.members["rank"])
    of_empty = found.members[(found.members["data_set"] == "south") & (found.members["rank"] == 3)]
    assert set(of_empty["metagene"]) == {"metagene_1", "metagene_2"}


def test_the_order_of_the_solutions_decides_nothing_but_the_order_of_names(cohorts, found):
    again = find_shared_programs(cohorts[::-1])
    columns = ["program", "data_sets", "members", "samples", "cosine", "genes"]
    pd.testing.assert_frame_equal(again.programs[columns], found.programs[columns])


def test_tables_survive_being_written(found, tmp_path):
    write_table(found.programs, tmp_path / "programs.tsv")
    read = read_table(tmp_path / "programs.tsv")
    assert read["shared"].dtype == bool
    np.testing.assert_array_equal(read["cosine"], found.programs["cosine"])


def test_good_data_give_no_warning(cohorts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        find_shared_programs(cohorts)


@given(st.lists(st.one_of(st.floats(-5, 5), st.just(float("nan"))), min_size=1, max_size=60))
def test_marks_are_the_largest_scores_above_zero(scores):
    row = np.array(scores)
    marks = mark_genes(row[None])[0]
    kept = marks > 0
    assert (marks[kept] == row[kept]).all()
    left = np.nan_to_num(row[~kept])
    assert not kept.any() or left.max(initial=-np.inf) <= marks[kept].min()
