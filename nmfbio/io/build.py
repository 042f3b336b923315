"""The AnnData that every reader returns."""

import warnings

import numpy as np
import pandas as pd
import scipy.sparse
from anndata import AnnData


def build_anndata(matrix: np.ndarray | scipy.sparse.csr_matrix, obs: pd.DataFrame, var: pd.DataFrame) -> AnnData:
    """Give an AnnData; genes that occur twice are for the preprocessing to name, not for anndata to warn of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Variable names are not unique")
        return AnnData(matrix, obs=obs, var=var)
