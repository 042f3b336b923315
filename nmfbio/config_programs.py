"""Config section `programs`: what counts as a program that several data sets share."""

from typing import Any

from nmfbio.config_section import Number, Section, key

RESERVED = ("programs", "projections")  # folders of results that belong to no data set


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
    """Return the data sets; raises ValueError if one has the name of a folder of results that belongs to none."""
    for name in datasets:
        if name.casefold() in RESERVED:
            raise ValueError(f"other names than {name!r}, which is a folder of the results already; rename it")
    return datasets
