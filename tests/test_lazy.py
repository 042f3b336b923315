"""nmfbio.lazy: packages whose names are imported on first use."""

import importlib

import pytest

PACKAGES = ["nmfbio.io", "nmfbio.consensus", "nmfbio.rank", "nmfbio.signatures", "nmfbio.plots"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_is_where_it_is_said_to_be(package):
    module = importlib.import_module(package)
    assert dir(module) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name).__name__ == name


def test_other_names_are_refused_as_of_any_module():
    with pytest.raises(AttributeError, match=r"module 'nmfbio\.rank' has no attribute 'best'"):
        importlib.import_module("nmfbio.rank").best  # noqa: B018
