"""What a user gets wrong ends the run with one message that names the place and the cure."""

import shutil

import pytest

from nmfbio.config import Factorize

EXPECTED_STATUS = 1
NO_SUCH_FILE = "nowhere/expression.tsv"


def assert_one_message(run, *parts):
    """The run failed, one line alone holds all parts of the message, and there is no traceback."""
    assert run.returncode == EXPECTED_STATUS, run.stdout
    assert "Traceback" not in run.stdout
    assert "Unlock" not in run.stdout
    lines = [line for line in run.stdout.splitlines() if all(part in line for part in parts)]
    assert len(lines) == 1, run.stdout


def spoil_cell(project, text):
    """Put a text into the third cell of the gene in line 6."""
    path = project.folder / "expression.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    fields = lines[5].split("\t")
    fields[3] = text
    lines[5] = "\t".join(fields)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return fields[0], lines[0].split("\t")[3]


def test_missing_matrix_is_named_by_its_config_key(project):
    project.config["datasets"]["leukemia"]["expression"] = NO_SUCH_FILE
    run = project.snakemake()
    where = ["config key 'datasets.leukemia.expression'", f"'{NO_SUCH_FILE}'", str(project.folder), "Correct the path"]
    assert_one_message(run, *where)
    assert not (project.folder / "results").exists()


def test_missing_metadata_is_named_in_a_dry_run_too(project):
    project.config["datasets"]["leukemia"]["metadata"] = "samples.csv"
    assert_one_message(project.snakemake("-n"), "config key 'datasets.leukemia.metadata'", "'samples.csv'")


@pytest.mark.parametrize("own", [False, True], ids=["common", "own"])
def test_a_missing_file_of_gene_sets_is_named_by_its_config_key(project, own):
    (project.folder / "there.gmt").write_text("A\tx\tg1\n", encoding="utf-8")
    place = project.config["datasets"]["leukemia"] if own else project.config
    place["signatures"] = {"gene_sets": ["there.gmt", "absent.gmt"]}
    key = "datasets.leukemia.signatures.gene_sets[1]" if own else "signatures.gene_sets[1]"
    assert_one_message(project.snakemake("-n"), f"config key '{key}'", "'absent.gmt'", "Correct the path")


@pytest.mark.parametrize(
    ("place", "split_by"), [("results/leukemia", None), ("results/leukemia.AML", "subtype")], ids=["whole", "split"]
)
def test_a_result_of_the_run_is_refused_as_its_input(project, place, split_by):
    (project.folder / place).mkdir(parents=True)
    shutil.copy(project.folder / "expression.tsv", project.folder / place)
    project.config["datasets"]["leukemia"] |= {"expression": f"{place}/expression.tsv", "split_by": split_by}
    run = project.snakemake("-n")
    assert_one_message(run, "config key 'datasets.leukemia.expression'", f"'{place}/expression.tsv'", "Copy it")
    assert (project.folder / place / "expression.tsv").stat().st_size > 0


def test_an_input_may_lie_beside_the_results_and_be_called_as_they_are(project):
    (project.folder / "expression.tsv").rename(project.folder / "leukemia.tsv")
    project.config["datasets"]["leukemia"]["expression"] = "leukemia.tsv"
    project.config["output"] = "."
    run = project.snakemake("-n")
    assert run.returncode == 0, run.stdout


def test_unknown_key_is_answered_with_the_nearest_one(project):
    project.config["factorize"]["restart"] = 3
    run = project.snakemake()
    assert_one_message(run, "config key 'factorize.restart'", "did you mean 'restarts'?", *Factorize.model_fields)


def test_wrong_type_of_ranks_is_answered_with_an_example(project):
    project.config["factorize"]["ranks"] = "2-5"
    assert_one_message(project.snakemake(), "config key 'factorize.ranks'", "found '2-5'", "[2, 3, 4]")


@pytest.mark.parametrize("datasets", [{}, None], ids=["no data set", "nothing"])
def test_config_without_data_sets_is_refused(project, datasets):
    project.config["datasets"] = datasets
    assert_one_message(project.snakemake(), "config key 'datasets'", "expected names")


def test_repeated_key_is_named_with_both_lines(project):
    lines = project.write_config().read_text(encoding="utf-8").splitlines()
    twice = project.folder / "twice.yaml"
    twice.write_text("\n".join([*lines, "factorize:", "  seed: 1"]) + "\n", encoding="utf-8")
    run = project.snakemake("--configfile", str(twice))
    first = lines.index("factorize:") + 1
    assert_one_message(
        run, str(twice), f"line {len(lines) + 1}", "'factorize' again", f"first on line {first}", "remove"
    )


@pytest.mark.slow
def test_text_in_a_cell_is_named_by_line_gene_and_sample(project):
    gene, sample = spoil_cell(project, "high")
    run = project.snakemake()
    assert_one_message(
        run, "error: expression.tsv, line 6", repr(gene), repr(sample), "found 'high'", "Correct the cell"
    )
    assert project.results() == {}


@pytest.mark.slow
def test_negative_value_is_named_by_gene_and_sample(project):
    gene, sample = spoil_cell(project, "-3")
    run = project.snakemake()
    assert_one_message(
        run, "error: expression.tsv", "negative", "-3", repr(gene), repr(sample), "`preprocess.preset: brunet`"
    )
    assert not list(project.folder.rglob("restarts/*"))


@pytest.mark.slow
@pytest.mark.parametrize("rank", [38, 50])
def test_rank_as_large_as_the_number_of_samples_is_refused(project, rank):
    project.config["factorize"]["ranks"] = [2, rank]
    run = project.snakemake()
    assert_one_message(
        run,
        "error: factorize.ranks for expression.tsv",
        f"found rank {rank}",
        "38 samples",
        "up to 36",
        "Take the larger ranks out",
    )
    # A fit may have begun beside the check, and is finished; nothing is concluded from it.
    assert not {"leukemia/rank/verdict.json", "leukemia/report.html"} & set(project.results())


@pytest.mark.slow
def test_a_fit_that_begins_beside_the_check_refuses_a_large_rank_as_clearly(project):
    project.config["factorize"]["ranks"] = [2, 38]
    run = project.snakemake("results/leukemia/restarts/k38/0-5.npz")
    assert_one_message(run, "error: factorize.ranks for results/leukemia/expression.h5ad", "found rank 38", "up to 36")


@pytest.mark.slow
def test_gene_sets_of_other_names_end_the_run_before_any_factorisation(project):
    symbols = "\t".join(f"SYMBOL{number}" for number in range(20))
    (project.folder / "sets.gmt").write_text(f"A\tx\t{symbols}\n", encoding="utf-8")
    project.config["signatures"] = {"gene_sets": ["sets.gmt"]}
    run = project.snakemake(cores=1)
    parts = ["'signatures.gene_sets'", "Affymetrix probe sets", "symbols ('SYMBOL0'", "'description'", "key 'genes'"]
    assert_one_message(run, "error: config key", *parts)
    assert not list(project.folder.rglob("restarts/*"))


@pytest.mark.slow
def test_metadata_that_lacks_a_sample_names_it(project, matrix_lines):
    samples = matrix_lines[0].split("\t")[1:]
    rows = [f"{sample}\tyes" for sample in samples[:2] + samples[3:]]
    (project.folder / "samples.tsv").write_text("\n".join(["sample\tseen", *rows]) + "\n", encoding="utf-8")
    project.config["datasets"]["leukemia"]["metadata"] = "samples.tsv"
    run = project.snakemake()
    assert_one_message(run, "error: samples.tsv", "no line for 1 sample", repr(samples[2]), "Add the missing samples")


@pytest.mark.slow
def test_message_of_a_failed_job_stands_in_its_log_too(project):
    spoil_cell(project, "high")
    project.snakemake()
    log = (project.folder / "logs" / "leukemia" / "preprocess.log").read_text(encoding="utf-8")
    assert log.startswith("error: expression.tsv, line 6")
    assert len(log.splitlines()) == 1


def test_a_column_that_cannot_be_associated_ends_the_run_before_any_fit(project):
    project.config["association"] = {"time": "months", "event": "died"}
    run = project.snakemake(cores=1)  # with more, a fit may begin beside the check
    assert_one_message(run, "config key 'association.time'", "'months'", "'lineage', 'subtype'", "Correct the name")
    assert not list(project.folder.glob("results/*/restarts"))
