"""The matrix on its way through the steps, and the record of what each step did."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy.sparse import issparse

from nmfbio.preprocessing.matrix import Matrix, as_float32, count_changed
from nmfbio.preprocessing.values import name_place


class Recorder:
    """A matrix with its tables; steps replace them, never change them, and are noted with their effect.

    Parameters
    ----------
    expression
        Samples x genes. Its matrix is shared, not copied, until a step replaces it.

    Attributes
    ----------
    values, obs, var
        The matrix and the tables of its samples and genes as they are now.
    place
        The file it came from, for messages.
    """

    def __init__(self, expression: AnnData):
        self.values: Matrix = as_float32(expression.X)
        self.obs: pd.DataFrame = expression.obs
        self.var: pd.DataFrame = expression.var
        self.place = name_place(expression)
        self._uns = expression.uns
        self._steps: list[tuple[str, int, int, int, int, int]] = []
        self._numbers: dict[str, pd.Series] = {}

    @property
    def expression(self) -> AnnData:
        """What there is now, as AnnData; the matrix is shared."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Variable names are not unique")  # refused or merged
            return AnnData(self.values, obs=self.obs.copy(), var=self.var.copy(), uns=dict(self._uns))

    def change(self, name: str, values: Matrix) -> None:
        """Replace the values; where none differs, the matrix stays the one it was."""
        n_changed = count_changed(self.values, values)
        same = n_changed == 0 and issparse(values) == issparse(self.values)
        self._replace(name, self.values if same else values, self.obs, self.var, n_changed)

    def change_genes(self, name: str, values: Matrix, var: pd.DataFrame, n_changed: int) -> None:
        """Replace the matrix by one of other genes."""
        self._replace(name, values, self.obs, var, n_changed)

    def keep_genes(self, name: str, kept: np.ndarray) -> list[str]:
        """Drop genes; returns the names of those dropped."""
        dropped = list(self.var.index[~kept])
        values = self.values if kept.all() else as_float32(self.values[:, kept])
        self._replace(name, values, self.obs, self.var[kept] if dropped else self.var, 0)
        return dropped

    def keep_samples(self, name: str, kept: np.ndarray) -> list[str]:
        """Drop samples; returns the names of those dropped."""
        dropped = list(self.obs.index[~kept])
        values = self.values if kept.all() else self.values[kept]
        self._replace(name, values, self.obs[kept] if dropped else self.obs, self.var, 0)
        return dropped

    def _replace(self, name: str, values: Matrix, obs: pd.DataFrame, var: pd.DataFrame, n_changed: int) -> None:
        (samples_in, genes_in), (samples_out, genes_out) = self.values.shape, values.shape
        self._steps.append((name, genes_in, genes_out, samples_in, samples_out, n_changed))
        self.values, self.obs, self.var = values, obs, var

    def note(self, name: str, numbers: np.ndarray) -> None:
        """Keep one number a gene that a step has taken from these samples, so that others can be treated alike."""
        self._numbers[name] = pd.Series(numbers, index=self.var.index, dtype=np.float64)

    def scaling(self) -> pd.DataFrame:
        """Give what was noted: one row a gene, NaN where a gene had no part in a step."""
        genes = pd.Index([], dtype=object)
        for numbers in self._numbers.values():
            genes = genes.union(numbers.index, sort=False)
        return pd.DataFrame({name: numbers.reindex(genes) for name, numbers in self._numbers.items()}, index=genes)

    def steps(self) -> dict[str, np.ndarray]:
        """Give the record: one array a property, one entry a step."""
        names = ("step", "genes_in", "genes_out", "samples_in", "samples_out", "values_changed")
        columns = zip(*self._steps, strict=True) if self._steps else [[] for _ in names]
        return {name: np.array(column) for name, column in zip(names, columns, strict=True)}
