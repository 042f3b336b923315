"""What a clustering of metagenes found of the programs that cohorts truly share."""

from collections.abc import Mapping

import numpy as np

from nmfbio.signatures import SharedPrograms

TOP = 30  # genes of a program that was found
FOUND = 0.5  # share of them that has to be markers of one true program


def judge_programs(found: SharedPrograms, markers: Mapping[str, set[str]]) -> dict[str, int]:
    """Count the programs that are called shared, by what they truly are.

    Parameters
    ----------
    found
        Result of ``find_shared_programs``.
    markers
        Marker genes of each true program; names of those that all cohorts have begin with ``shared``.

    Returns
    -------
    dict
        ``called`` shared; ``shared``, different true shared programs among them; ``private`` ones; ``mixed``, in whose
        thirty top genes no true program has half; ``everywhere``, those called that are seen in all data sets.
    """
    called = found.programs[found.programs["shared"]]
    names = [name_program(found.genes[found.genes["program"] == name], markers) for name in called["program"]]
    return {
        "called": len(called),
        "shared": len({name for name in names if name.startswith("shared")}),
        "private": sum(name.startswith("private") for name in names),
        "mixed": names.count("mixed"),
        "everywhere": int((called["data_sets"] == found.members["data_set"].nunique()).sum()),
    }


def name_program(genes, markers: Mapping[str, set[str]]) -> str:
    """The true program of which at least half of the top genes are markers, else ``mixed``."""
    top = genes["gene"].head(TOP)
    shares = {name: np.mean(top.isin(of_program)) for name, of_program in markers.items()} if len(top) else {}
    best = max(shares, key=shares.get, default="mixed")
    return best if shares.get(best, 0) >= FOUND else "mixed"
