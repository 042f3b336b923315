"""nmfbio.rank.draws: random parts that meet neither each other nor the restarts."""

import itertools

import numpy as np

from nmfbio.rank.draws import PURPOSES, draw_samples, draw_starts, fit_seed, permute_genes, stream


def first_words(sequence):
    return tuple(sequence.generate_state(4))


def test_no_two_purposes_share_a_stream_nor_one_with_a_restart():
    numbers = [(), *itertools.product(range(3)), *itertools.product(range(3), range(3))]
    evidence = [stream(0, purpose, *each) for purpose in PURPOSES for each in numbers]
    restarts = [np.random.SeedSequence(0, spawn_key=(rank, restart)) for rank in range(1, 8) for restart in range(8)]
    assert len({first_words(each) for each in [*evidence, *restarts]}) == len(evidence) + len(restarts)


def test_streams_follow_the_base_seed_and_nothing_else():
    assert first_words(stream(3, "hide", 1)) == first_words(stream(3, "hide", 1))
    assert first_words(stream(3, "hide", 1)) != first_words(stream(4, "hide", 1))


def test_seeds_of_fits_are_whole_numbers_that_factorize_takes():
    seeds = [fit_seed(0, "subsample", 0, number) for number in range(50)]
    assert len(set(seeds)) == 50
    assert all(type(seed) is int and seed >= 0 for seed in seeds)


def test_starts_differ_by_rank_and_number_and_rank_one_has_one():
    matrix = np.ones((6, 8))
    two, three = (draw_starts(matrix, rank, 3, 0, "hide", 0) for rank in (2, 3))
    assert [start[0].shape for start in two] == [(6, 2)] * 3
    assert len({start[0].tobytes() for start in two}) == 3
    assert not np.array_equal(three[0][0][:, :2], two[0][0])
    assert len(draw_starts(matrix, 1, 3, 0, "hide", 0)) == 1


def test_permuted_genes_keep_their_values_and_lose_their_order():
    matrix = np.arange(60.0).reshape(12, 5)
    permuted = permute_genes(matrix, 0, 0)
    np.testing.assert_array_equal(np.sort(permuted, axis=0), matrix)
    orders = {tuple(column) for column in (permuted - np.arange(5)).T}
    assert len(orders) == 5
    assert not np.array_equal(permuted, permute_genes(matrix, 0, 1))
    np.testing.assert_array_equal(matrix, np.arange(60.0).reshape(12, 5))


def test_counts_and_what_was_made_of_them_are_permuted_alike():
    counts = np.random.default_rng(0).poisson(4, (20, 30)).astype(np.float64)
    weights = np.linspace(0.1, 3, 30)
    scaled = (counts * weights).astype(np.float32)
    expected = (permute_genes(counts, 1, 2) * weights).astype(np.float32)
    np.testing.assert_array_equal(permute_genes(scaled, 1, 2), expected)


def test_drawn_samples_rise_and_come_once():
    drawn = draw_samples(100, 30, 0, "subsample", 4)
    assert len(drawn) == 30
    assert (np.diff(drawn) > 0).all()
    assert not np.array_equal(drawn, draw_samples(100, 30, 0, "subsample", 5))
    np.testing.assert_array_equal(draw_samples(10, 10, 0, "samples"), np.arange(10))
