"""nmfbio.io.arrays: named arrays without pickle."""

import pickle

import numpy as np
import pytest

from nmfbio.errors import InputError
from nmfbio.io import load_arrays, save_arrays


def test_arrays_come_back_with_their_types_and_shapes(tmp_path):
    saved = {
        "metagenes": np.random.default_rng(0).random((2, 3, 5), dtype=np.float32),
        "labels": np.array([[0, 1], [1, 0]], dtype=np.int16),
        "names": np.array(["gene", "Ä"]),
        "empty": np.empty((0, 4)),
        "seed": 7,
    }
    save_arrays(tmp_path / "k3.npz", **saved)
    loaded = load_arrays(tmp_path / "k3.npz")
    assert list(loaded) == list(saved)
    for name, values in saved.items():
        np.testing.assert_array_equal(loaded[name], values, strict=isinstance(values, np.ndarray))


def test_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save_arrays(tmp_path / name, objective=np.arange(3.0))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_python_objects_are_not_saved(tmp_path):
    with pytest.raises(TypeError, match="names"):
        save_arrays(tmp_path / "k3.npz", names=np.array(["a", None], dtype=object))
    assert list(tmp_path.iterdir()) == []


def test_every_truncation_is_an_input_error(tmp_path):
    save_arrays(tmp_path / "whole.npz", objective=np.arange(40.0), labels=np.zeros(3))
    whole = (tmp_path / "whole.npz").read_bytes()
    for length in range(0, len(whole), 7):
        (tmp_path / "cut.npz").write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.npz"):
            load_arrays(tmp_path / "cut.npz")


def test_damaged_content_is_an_input_error(tmp_path):
    save_arrays(tmp_path / "k3.npz", objective=np.arange(40.0))
    content = bytearray((tmp_path / "k3.npz").read_bytes())
    content[200] ^= 0xFF
    (tmp_path / "k3.npz").write_bytes(content)
    with pytest.raises(InputError):
        load_arrays(tmp_path / "k3.npz")


def test_missing_foreign_and_pickled_files_are_input_errors(tmp_path):
    np.savez(tmp_path / "foreign.npz", a=np.zeros(2))
    np.savez(tmp_path / "objects.npz", a=np.array([{}], dtype=object), format_version=1)
    np.save(tmp_path / "single.npy", np.zeros(2))
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps([1]))
    for name in ("absent.npz", "foreign.npz", "objects.npz", "single.npy", "pickle.npz", "."):
        with pytest.raises(InputError):
            load_arrays(tmp_path / name)


def test_other_format_version_is_refused(tmp_path):
    np.savez(tmp_path / "new.npz", a=np.zeros(2), format_version=99)
    with pytest.raises(InputError, match="format version 99"):
        load_arrays(tmp_path / "new.npz")
