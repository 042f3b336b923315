"""The samples of one value of a metadata column, as a data set of their own."""

from anndata import AnnData

from nmfbio.errors import InputError
from nmfbio.io.levels import as_levels
from nmfbio.io.names import list_first
from nmfbio.preprocessing.values import name_place


def take_level(expression: AnnData, column: str, level: str) -> AnnData:
    """Keep the samples that have a value in a metadata column.

    Parameters
    ----------
    expression
        Samples x genes. It is not modified.
    column
        A column of `obs`.
    level
        The value, as `read_levels` writes it.

    Returns
    -------
    AnnData
        A copy; `uns["split"]` holds column and value.

    Raises
    ------
    InputError
        If no sample has it.

    Examples
    --------
    >>> take_level(expression, "subtype", "AML").n_obs  # doctest: +SKIP
    11
    """
    levels = as_levels(expression.obs[column])
    chosen = (levels == level).to_numpy()
    if not chosen.any():
        known = list_first(sorted(set(levels.dropna())))
        cure = "Has the metadata changed since the run began? Run `snakemake` again."
        raise InputError(name_place(expression), f"{column} {known}", f"samples with {level!r}", cure)
    part = expression[chosen].copy()
    part.uns["split"] = {"column": column, "level": level}
    return part
