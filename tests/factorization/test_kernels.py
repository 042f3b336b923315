import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nmfbio.factorization import kernels


@pytest.fixture
def copied_sources(tmp_path, monkeypatch):
    """A copy of the kernels' folder, where compiled code is looked for instead."""
    for source in Path(kernels.__file__).parent.glob("*.py"):
        shutil.copy(source, tmp_path)
    monkeypatch.setattr(kernels, "__file__", str(tmp_path / "kernels.py"))
    return tmp_path


def test_compiled_code_is_kept_while_no_source_changes(copied_sources):
    before = kernels.compiled_code_folder()
    (copied_sources / "kl.py").touch()
    assert kernels.compiled_code_folder() == before


@pytest.mark.parametrize("module", ["kernels.py", "kl_kernels.py", "frobenius.py"])
def test_compiled_code_is_renewed_when_a_file_with_kernels_changes(copied_sources, module):
    before = kernels.compiled_code_folder()
    with (copied_sources / module).open("a") as source:
        source.write("# another line\n")
    assert kernels.compiled_code_folder() != before


def test_compiled_code_is_kept_when_a_file_without_kernels_changes(copied_sources):
    before = kernels.compiled_code_folder()
    with (copied_sources / "restarts.py").open("a") as source:
        source.write("# another line\n")
    assert kernels.compiled_code_folder() == before


def test_compiled_code_follows_the_folder_that_numba_is_told_to_use(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels.numba.config, "CACHE_DIR", str(tmp_path))
    assert Path(kernels.compiled_code_folder()).parent == tmp_path


@pytest.mark.slow
def test_the_process_that_compiles_gets_the_same_bytes_as_those_that_load(tmp_path):
    code = """
import hashlib
import numpy as np
from nmfbio.factorization import factorize

random = np.random.default_rng(0)
expression = random.poisson(random.gamma(1.0, 1.0, (30, 3)) @ random.gamma(0.5, 3.0, (3, 700)) + 0.1).astype(float)
for rank in (2, 3):
    fit = factorize(expression, rank, method="kl", restarts=4, threads=1)
    print(rank, hashlib.sha256(fit.usages.tobytes() + fit.metagenes.tobytes()).hexdigest())
"""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    compiled, loaded = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout
        for _ in range(2)
    )
    assert any(tmp_path.rglob("*.nbc"))
    assert loaded == compiled
