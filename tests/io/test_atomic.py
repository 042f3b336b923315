"""nmfbio.io.atomic: files appear whole or not at all."""

import os

import pytest

from nmfbio.errors import InputError
from nmfbio.io import atomic_path


def test_finished_file_stands_at_its_place_and_nothing_else_does(tmp_path):
    with atomic_path(tmp_path / "new" / "table.tsv.gz") as temporary:
        temporary.write_text("complete")
        assert temporary.name.endswith("table.tsv.gz")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["table.tsv.gz"]


def test_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    target = tmp_path / "table.tsv"
    target.write_text("old")

    def write_half():
        with atomic_path(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_content_is_flushed_to_disk_before_the_file_is_renamed(tmp_path, monkeypatch):
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (calls.append("flush"), fsync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda old, new: (calls.append("rename"), replace(old, new)))
    with atomic_path(tmp_path / "a") as temporary:
        temporary.touch()
    assert calls == ["flush", "rename"]


def test_two_writers_of_one_file_do_not_share_a_temporary_name(tmp_path):
    with atomic_path(tmp_path / "a") as first, atomic_path(tmp_path / "a") as second:
        assert first != second
        first.touch()
        second.touch()


def test_folder_that_is_a_file_is_one_clear_error(tmp_path):
    (tmp_path / "results").touch()
    with pytest.raises(InputError, match="cannot be written"), atomic_path(tmp_path / "results" / "x" / "y.tsv"):
        pass


def test_full_disk_is_one_clear_error():
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with pytest.raises(InputError, match="room"), atomic_path("unused.txt"), open("/dev/full", "w") as full:
        full.write("x" * 100_000)
