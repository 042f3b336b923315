"""Reading a finished run."""

import pandas as pd
import pytest

from nmfbio.errors import InputError
from nmfbio.io import read_table, write_json, write_table
from nmfbio.report import collect_report, render_report, software_versions


@pytest.fixture
def arguments(tmp_path, content):
    """A run on disk and the arguments that name its files."""
    run = tmp_path / "results" / "my set"
    paths = {name: run / f"{name}.tsv" for name in ("measures", "objectives", "solutions")}
    for name, path in paths.items():
        write_table(getattr(content, name), path)
    write_json(dict(content.verdict), run / "rank" / "verdict.json")
    paths["preflight"] = run / "preflight.json"
    findings = content.preflight.fillna("").to_dict("records")
    write_json({"findings": findings, "preprocess": dict(content.preprocess)}, paths["preflight"])
    stems = ["rank_survey", "objectives"]
    genes, samples, programs = [], [], []
    for entry in content.ranks:
        folder = run / "signatures" / f"k{entry.rank}"
        genes.append(folder / "genes.tsv")
        samples.append(folder / "samples.tsv")
        write_table(entry.genes, genes[-1])
        write_table(entry.samples, samples[-1])
        programs.append(folder / "programs.tsv")
        write_table(entry.programs, programs[-1])
        stems += [f"{name}_k{entry.rank}" for name in ("consensus", "metagenes", "usages")]
    figures = [run / "figures" / f"{stem}.png" for stem in stems]
    (run / "figures").mkdir()
    for path in figures:
        path.write_bytes(content.figures["objectives"].image)
    (run / "figures" / "rank_survey.pdf").write_bytes(b"%PDF")
    return {
        "dataset": "my set", "settings": content.settings, "report": run / "report.html", **paths,
        "verdict": run / "rank" / "verdict.json", "ranks": [2, 3], "genes": genes, "samples": samples,
        "programs": programs, "figures": figures,
    }  # fmt: skip


def test_a_run_on_disk_becomes_the_content_it_was_written_from(arguments, content):
    read = collect_report(**arguments)
    assert read.verdict == content.verdict
    assert read.summary == content.summary
    assert [entry.rank for entry in read.ranks] == [2, 3]
    assert list(read.ranks[0].genes["gene"]) == list(content.ranks[0].genes["gene"])
    pd.testing.assert_frame_equal(read.ranks[1].programs, content.ranks[1].programs)
    pd.testing.assert_frame_equal(read.solutions, content.solutions)
    assert read.ranks[1].programs_link == "signatures/k3/programs.tsv"
    assert read.ranks[1].figures.keys() == {"consensus", "metagenes", "usages"}
    assert "<h1>Gene expression signatures of my set</h1>" in render_report(read)


def test_links_are_relative_to_the_report_and_only_to_files_that_exist(arguments):
    read = collect_report(**arguments)
    assert read.ranks[0].genes_link == "signatures/k2/genes.tsv"
    assert read.figures["rank_survey"].link == "figures/rank_survey.pdf"
    assert read.figures["objectives"].link is None


def test_links_to_a_folder_elsewhere_are_escaped(arguments, tmp_path):
    read = collect_report(**{**arguments, "report": tmp_path / "report.html"})
    assert read.ranks[0].genes_link == "results/my%20set/signatures/k2/genes.tsv"


def test_ranks_in_any_order_are_shown_rising(arguments):
    turned = {name: arguments[name][::-1] for name in ("ranks", "genes", "samples", "programs")}
    assert [entry.rank for entry in collect_report(**{**arguments, **turned}).ranks] == [2, 3]


def test_pdfs_among_the_figures_are_passed_over(arguments):
    figures = [*arguments["figures"], arguments["figures"][0].with_suffix(".pdf")]
    assert collect_report(**{**arguments, "figures": figures}).figures["rank_survey"].image.startswith(b"\x89PNG")


def test_a_missing_file_is_named(arguments, tmp_path):
    for name, missing in (("verdict", tmp_path / "verdict.json"), ("figures", [tmp_path / "rank_survey.png"])):
        with pytest.raises(InputError, match=r"verdict\.json|rank_survey\.png"):
            collect_report(**{**arguments, name: missing})


def test_tables_that_do_not_match_the_ranks_are_refused(arguments):
    with pytest.raises(ValueError, match=r"found \[1, 2, 2, 2\]; expected one table of each for every rank"):
        collect_report(**{**arguments, "ranks": [2]})


def test_metagenes_without_any_weight_are_read_as_empty(arguments):
    table = read_table(arguments["programs"][1])
    write_table(table.assign(in_use=table["signature"] != "metagene_2"), arguments["programs"][1])
    assert [entry.empty for entry in collect_report(**arguments).ranks] == [(), ("metagene_2",)]


def test_versions_name_python_and_the_packages_that_are_installed():
    versions = software_versions()
    assert next(iter(versions)) == "Python"
    assert {"nmfbio", "numpy"} <= versions.keys()


def test_samples_that_were_left_out_have_no_place_among_those_analysed(arguments):
    before = collect_report(**arguments)
    for path in arguments["samples"]:
        table = read_table(path)
        lost = pd.DataFrame([{"sample": "lost"}], columns=table.columns)
        write_table(pd.concat([table.astype(object), lost], ignore_index=True), path)
    after = collect_report(**arguments)
    assert after.summary == before.summary
    pd.testing.assert_frame_equal(after.ranks[0].samples, before.ranks[0].samples, check_dtype=False)
    assert {type(value) for value in after.ranks[0].samples["scale_dependent"]} == {bool}
    assert render_report(after) == render_report(before)
