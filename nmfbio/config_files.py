"""The user's files: a matrix with what is known of its samples and genes, as a data set or as new samples."""

from typing import Annotated, Literal

from pydantic import Field

from nmfbio.config_section import Section, Text, key


class MatrixFiles(Section):
    """One matrix, what is known of its samples and genes, and how to read it."""

    expression: Text = Field(
        description="The matrix: a table (`.tsv`, `.txt`, `.csv`, `.gct`, `.xlsx`), an `.h5ad` or `.loom` file, a 10x "
        "`.h5` file, or a 10x folder with `matrix.mtx`. Tables may be compressed (gz, bz2, xz, zst). "
        "docs/inputs.md describes each."
    )
    metadata: Text | None = key(None, "Table with one row a sample, its first column the sample names.")
    genes: Text | None = key(None, "Table with one row a gene, its first column the gene names of the matrix.")
    orientation: Literal["auto", "genes_in_rows", "samples_in_rows"] = key(
        "auto",
        "How a table lies. `auto` finds it out from the metadata's sample names and from what gene names look like, "
        "and asks where neither decides.",
    )
    layer: Text | None = key(
        None,
        "`.h5ad` and `.loom` only: the layer to read, or `raw` for the matrix of an AnnData's `raw`; not set: `X`.",
    )


class Projection(MatrixFiles):
    """New samples that `snakemake project` describes by the metagenes of an earlier run, which stay as they are.

    The values are to be as raw as the reference's were: they are scaled by its preset and numbers.
    """

    signatures: Text = Field(
        description="The reference: the folder of a data set's results, such as `results/leukemia`, of this run or "
        "another, or the name of a data set of this run."
    )
    rank: Annotated[int, Field(ge=1)] | None = key(
        None, "Its rank to project on; not set: the one that its verdict names.", "metagenes"
    )
