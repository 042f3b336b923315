"""nmfbio.consensus.result: the consensus as a file."""

from dataclasses import fields

import numpy as np
import pytest

from nmfbio.consensus import Consensus
from nmfbio.errors import InputError


@pytest.mark.parametrize(("rank", "restarts"), [(3, 6), (1, 6), (2, 1)])
def test_a_consensus_comes_back_from_its_file(rank, restarts, small_consensus, tmp_path):
    consensus = small_consensus(rank, restarts)
    consensus.save(tmp_path / "k.npz")
    loaded = Consensus.load(tmp_path / "k.npz")
    assert loaded.rank == rank
    for field in fields(Consensus):
        before, after = getattr(consensus, field.name), getattr(loaded, field.name)
        assert type(after) is type(before), field.name
        np.testing.assert_array_equal(after, before)


def test_a_torn_file_is_told_with_its_cure(small_consensus, tmp_path):
    path = tmp_path / "k3.npz"
    small_consensus(3).save(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"k3\.npz.*Delete the file"):
        Consensus.load(path)


def test_a_file_of_another_kind_is_told_with_its_cure(small_restarts, tmp_path):
    small_restarts(3).save(tmp_path / "0-5.npz")
    with pytest.raises(InputError, match=r"expected those of a Consensus: .*Delete the file"):
        Consensus.load(tmp_path / "0-5.npz")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Consensus.load(tmp_path / "k9.npz")
