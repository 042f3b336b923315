"""nmfbio.io.results: what a run has left for projections."""

import pytest

from nmfbio.errors import InputError
from nmfbio.io import find_reference


@pytest.fixture
def folder(tmp_path):
    """A folder of results at the ranks 2 and 10."""
    for name in ("expression.h5ad", "consensus/k2.npz", "consensus/k10.npz", "rank/verdict.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_all_ranks_and_the_verdict_are_found_in_order(folder):
    files = find_reference(folder, None, "projections.a")
    assert files["reference"] == str(folder / "expression.h5ad")
    assert files["consensus"] == [str(folder / f"consensus/k{rank}.npz") for rank in (2, 10)]
    assert files["verdict"] == str(folder / "rank/verdict.json")


def test_a_rank_that_is_given_needs_no_verdict(folder):
    (folder / "rank/verdict.json").unlink()
    files = find_reference(folder, 10, "projections.a")
    assert files["consensus"] == [str(folder / "consensus/k10.npz")]
    assert "verdict" not in files


@pytest.mark.parametrize(
    ("remove", "rank", "message"),
    [
        (["expression.h5ad"], None, "projections.a.signatures'.*no expression.h5ad in"),
        (["consensus/k2.npz", "consensus/k10.npz"], None, "projections.a.rank'.*no consensus in"),
        ([], 3, "projections.a.rank'.*rank 3, while .* has 2, 10"),
        (["rank/verdict.json"], None, "projections.a.rank'.*no rank/verdict.json.*Set it"),
    ],
)
def test_what_is_missing_is_named_by_its_key(folder, remove, rank, message):
    for name in remove:
        (folder / name).unlink()
    with pytest.raises(InputError, match=message):
        find_reference(folder, rank, "projections.a")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="no folder or data set"):
        find_reference(tmp_path / "nowhere", 2, "projections.a")
