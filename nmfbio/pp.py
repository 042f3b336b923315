"""Preprocessing in a notebook: AnnData in, AnnData out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anndata import AnnData


def preprocess(adata: AnnData, preset: str = "auto", copy: bool = False, **keys: object) -> AnnData | None:
    """Cure, filter and normalise a matrix, as the workflow does.

    Parameters
    ----------
    adata
        Samples × genes, as ``nb.read_expression`` or scanpy reads it.
    preset
        Steps for the kind of values: ``"auto"`` judges them; or ``"none"``, ``"brunet"``, ``"microarray_log"``,
        ``"rnaseq_counts"``, ``"tpm"``, ``"single_cell"``.
    copy
        Return a new AnnData instead of changing the given one.
    **keys
        Other keys of the section ``preprocess``, such as ``top_genes=3000``; see config/README.md.

    Returns
    -------
    AnnData or None
        The samples and genes that are kept. ``raw`` holds all genes before normalisation, ``uns["preprocess"]`` the
        preset, why it was taken, and what each step did. Parts in ``obsm`` are kept; ``varm`` and ``layers`` are not,
        since genes may have been merged or split.

    Raises
    ------
    ConfigError
        A key is unknown or has a value that is not allowed.
    InputError
        The matrix holds what cannot be cured, or nothing of it is left.

    Examples
    --------
    >>> import nmfbio as nb
    >>> adata = nb.read_expression("resources/leukemia/expression.tsv.gz")
    >>> nb.pp.preprocess(adata, preset="brunet")
    >>> adata.shape
    (38, 5000)
    """
    from nmfbio.config import parse_config
    from nmfbio.preprocessing import preprocess as run

    settings = parse_config(
        {"datasets": {"adata": {"expression": "in memory"}}, "preprocess": {"preset": preset, **keys}}
    )
    result = run(adata, settings.preprocess)
    kept = adata[result.obs_names]
    for name in kept.obsm:
        result.obsm[name] = kept.obsm[name]
    if copy:
        return result
    adata._init_as_actual(result)
    return None
