"""The AnnData that every reader returns."""

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData


def build_anndata(matrix: np.ndarray | scipy.sparse.csr_matrix, obs: pd.DataFrame, var: pd.DataFrame) -> AnnData:
    """Give an AnnData; genes that occur twice are for the preprocessing to name, not for anndata to warn of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Variable names are not unique")
        return AnnData(matrix, obs=obs, var=var)


def note_other_layers(expression: AnnData, layers: Iterable[str], read: str | None) -> AnnData:
    """Keep in ``uns`` which other matrices the file holds, for messages about values that will not do."""
    others = [name for name in layers if name != read]
    if others:
        expression.uns["other_layers"] = np.array(others, dtype=str)
    return expression
