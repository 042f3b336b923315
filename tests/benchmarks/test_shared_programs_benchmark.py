"""benchmarks.shared_programs: the cohorts, and how what is found in them is judged."""

import numpy as np
import pandas as pd

from benchmarks.shared_programs.compare import judge_programs
from benchmarks.shared_programs.simulate import N_MARKERS, simulate_cohorts
from nmfbio.signatures import SharedPrograms


def test_cohorts_share_some_programs_and_have_others_alone():
    cohorts, markers = simulate_cohorts(0, shared=4, private=1)
    programs = [set(cohort.programs) for cohort in cohorts]
    assert len(set.intersection(*programs)) == 4
    assert all(len(own) == 5 for own in programs)
    assert {len(genes) for genes in markers.values()} == {N_MARKERS}
    assert len({cohort.counts.n_obs for cohort in cohorts}) == 3


def test_the_same_seed_gives_the_same_cohorts():
    one, other = (simulate_cohorts(3)[0][0].counts.X for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, simulate_cohorts(4)[0][0].counts.X)


def test_cohorts_without_programs_differ_by_noise_alone():
    cohorts, markers = simulate_cohorts(0, shared=0, private=0)
    assert markers == {}
    assert all(cohort.programs == () for cohort in cohorts)


def test_found_programs_are_judged_by_their_top_genes():
    markers = {"shared_1": {"a", "b"}, "shared_2": {"c", "d"}, "private_1_1": {"e", "f"}}
    genes = {"program_1": "ab", "program_2": "ba", "program_3": "ef", "program_4": "ace"}
    found = SharedPrograms(
        pd.DataFrame({"program": list(genes), "shared": True, "data_sets": [3, 2, 2, 2]}),
        pd.DataFrame({"data_set": ["x", "y", "z"]}),
        pd.DataFrame([(name, gene) for name, listed in genes.items() for gene in listed], columns=["program", "gene"]),
        np.eye(3),
    )
    assert judge_programs(found, markers) == {"called": 4, "shared": 1, "private": 1, "mixed": 1, "everywhere": 1}
