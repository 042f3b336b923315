"""Config section `signatures`: which genes characterise a metagene, and which gene sets it is tested for."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from nmfbio.config_section import Number, Section, Text, key


def _refuse_descending(sizes: list[int]) -> list[int]:
    if sizes[0] > sizes[1]:
        raise ValueError(f"the smallest size first, such as {sizes[::-1]}")
    return sizes


class Signatures(Section):
    """Which genes characterise a metagene, and which gene sets it is rich in."""

    selection: Literal["fold", "kim_park", "carmona_saez", "top"] = key(
        "fold",
        "Genes in a signature, of those that weigh most in its metagene: `fold` takes those that a sample of this "
        "metagene alone has `least_fold` times as much of as one of any other (presets on the log scale are taken into "
        "account); `top` the `number` genes of the highest score z; `kim_park` and "
        "`carmona_saez` follow the published rules (Kim & Park 2007; Carmona-Saez et al. 2006).",
    )
    least_fold: Number = key(1.5, "Of `fold`: times as much as in any other metagene.", "fold", gt=1, le=100)
    number: int = key(50, "Of `top`: genes of each metagene at most.", "genes", ge=1, le=10000)
    top_genes: int = key(10, "Genes of each metagene that figures and report show.", "genes", ge=1, le=200)
    gene_sets: list[Text] = key(
        [],
        "GMT files, plain or compressed, whose sets every metagene is tested for. Genes are matched by the matrix's "
        "names, or by the column of the gene table that fits better where hardly any of these agree.",
        examples=[["h.all.v2024.1.Hs.symbols.gmt"]],
    )
    set_size: Annotated[
        list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2), AfterValidator(_refuse_descending)
    ] = key(
        [10, 500],
        "Smallest and largest gene set that is tested, counting the genes of the matrix alone.",
        "genes",
        examples=[[10, 500]],
    )
