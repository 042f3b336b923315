"""Config section `programs`: what counts as a program that several data sets share."""

from typing import Any

from nmfbio.config_section import Number, Section, key

RESERVED_NAME = "programs"


class Programs(Section):
    """Programs that recur over data sets; for runs of two or more, by name or by `split_by`."""

    fewest_data_sets: int = key(2, "Data sets that a shared program has to be seen in.", "data sets", ge=2)
    least_cosine: Number = key(
        0.3,
        "Metagenes are joined to a program as long as the mean cosine of the two groups is at least this, from 0 to 1, "
        "on the genes that mark them. docs/methods.md tells what it was set by.",
        gt=0,
        lt=1,
    )


def refuse_reserved_name(datasets: dict[str, Any]) -> dict[str, Any]:
    """Return the data sets; raises ValueError if one would share a folder with the programs across data sets."""
    for name in datasets:
        if name.casefold() == RESERVED_NAME:
            raise ValueError(
                f"names other than {name!r}: the folder of that name is for programs across data sets; rename it"
            )
    return datasets
