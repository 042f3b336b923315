"""Restarts that stop at the limit of iterations are named wherever their results are used."""

import pandas as pd
import pytest

pytestmark = pytest.mark.slow


def test_restarts_that_did_not_converge_are_named_in_log_table_and_report(project):
    project.config["factorize"] |= {"max_iter": 25, "ranks": [2], "seed": 1}
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    results = project.folder / "results" / "leukemia"
    table = pd.read_csv(results / "rank" / "objectives.tsv", sep="\t")
    failed = table.loc[~table["converged"], "restart"]
    assert len(failed)
    logs = project.folder / "logs" / "leukemia"
    assert f"rank 2: {len(failed)} of 6 restarts had not conv" in (logs / "factorize" / "k2" / "0-5.log").read_text()
    named = f"{len(failed)} of 6 restarts had not converged (numbers {', '.join(map(str, failed))})"
    assert named in (logs / "consensus" / "k2.log").read_text()
    page = (results / "report.html").read_text(encoding="utf-8")
    assert f"{len(failed)} of 6 restarts stopped at the limit of iterations before they had converged" in page
    assert "Raising factorize.max_iter may change these solutions." in page
