"""More ranks or restarts: only the new work is done."""

import hashlib

import pytest

pytestmark = pytest.mark.slow


def state(path):
    return path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()


def jobs_with(messages, text):
    return {message for message in messages if text in message}


def test_a_new_rank_plans_only_its_own_work(finished_copy, read_plan):
    finished_copy.config["factorize"]["ranks"] = [2, 3, 4]
    jobs, messages = read_plan(finished_copy.snakemake("-n").stdout)
    once = ["factorize", "consensus", "evidence", "association"]
    anew = ["check", "choose_rank", "plot_survey", "annotate", "lineage", "shared_programs", "report", "all"]
    assert jobs == dict.fromkeys([*once, *anew], 1)
    assert jobs_with(messages, "rank 2") == jobs_with(messages, "rank 3") == set()
    assert len(jobs_with(messages, "rank 4")) == len(once)


def test_more_restarts_factorise_only_the_new_ones(finished_copy, read_plan):
    finished_copy.config["factorize"]["restarts"] = 12
    jobs, messages = read_plan(finished_copy.snakemake("-n").stdout)
    new = {f"leukemia, rank {rank}: factorising, restarts 6 to 11" for rank in (2, 3)}
    assert jobs["factorize"] == 2
    assert jobs_with(messages, "factorising") == new
    assert jobs["consensus"] == 2
    assert not {"preprocess", "evidence_basis", "evidence"} & set(jobs)


def test_a_new_rank_and_more_restarts_and_another_scale_at_once_plan_the_work_of_each(finished_copy, read_plan):
    finished_copy.config["factorize"] |= {"ranks": [2, 3, 4], "restarts": 12}
    finished_copy.config["consensus"] = {"scale": "none"}
    jobs, messages = read_plan(finished_copy.snakemake("-n").stdout)
    assert (jobs["factorize"], jobs["consensus"]) == (4, 3)
    assert len(jobs_with(messages, "factorising, restarts 6 to 11")) == 3
    assert "preprocess" not in jobs


def test_another_rank_chosen_by_hand_factorises_nothing(finished_copy, read_plan):
    finished_copy.config["rank"] = {"selected": 2}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert set(jobs) == {"choose_rank", "plot_survey", "annotate", "lineage", "report", "all"}


def test_another_scale_factorises_nothing(finished_copy, read_plan):
    finished_copy.config["consensus"] = {"scale": "none"}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert not {"preprocess", "check", "factorize"} & set(jobs)


def test_another_seed_factorises_everything_anew(finished_copy, read_plan):
    finished_copy.config["factorize"]["seed"] = 1
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert jobs["factorize"] == 2
    assert (jobs["evidence_basis"], jobs["evidence"]) == (1, 3)


def test_another_rule_gathers_nothing(finished_copy, read_plan):
    finished_copy.config["rank"] = {"rule": "vote"}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert set(jobs) == {"choose_rank", "plot_survey", "annotate", "lineage", "report", "all"}


def test_doing_without_evidence_only_chooses_again(finished_copy, read_plan):
    finished_copy.config["rank"] = {"evidence": False}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    # The check tells what the run will cost.
    assert set(jobs) == {"check", "choose_rank", "plot_survey", "annotate", "lineage", "report", "all"}


def test_saying_what_auto_means_changes_nothing(finished_copy):
    finished_copy.config["factorize"] |= {"dtype": "float32", "stop": "tolerance", "theta": None, "l1_usages": None}
    assert "Nothing to be done" in finished_copy.snakemake("-n").stdout


def test_an_option_of_the_method_factorises_everything_anew(finished_copy, read_plan):
    finished_copy.config["factorize"] |= {"l1_usages": 0.1, "l1_metagenes": 0.1}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert jobs["factorize"] == jobs["consensus"] == 2


def test_a_changed_matrix_starts_anew(finished_copy, read_plan):
    matrix = finished_copy.folder / "expression.tsv"
    matrix.write_text(matrix.read_text().rsplit("\n", 2)[0] + "\n")
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert jobs["preprocess"] == 1
    assert jobs["factorize"] == 2


def test_a_new_rank_leaves_the_files_of_the_others_alone(finished_copy):
    kept = ("k2", "k3", "evidence/basis", "evidence/k1")
    old = {name: state(path) for name, path in finished_copy.results().items() if any(part in name for part in kept)}
    finished_copy.config["factorize"]["ranks"] = [2, 3, 4]
    run = finished_copy.snakemake()
    assert run.returncode == 0, run.stdout
    files = finished_copy.results()
    assert {"leukemia/restarts/k4/0-5.npz", "leukemia/evidence/k4.npz"} <= set(files)
    assert {name: state(files[name]) for name in old} == old
    assert "Nothing to be done" in finished_copy.snakemake("-n").stdout


def test_another_figure_setting_factorises_nothing(finished_copy, read_plan):
    finished_copy.config["figures"] = {"dpi": 100}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert jobs["consensus"] == 2
    assert not {"preprocess", "check", "factorize"} & set(jobs)


def test_other_columns_to_associate_only_test_anew(finished_copy, read_plan):
    finished_copy.config["association"] = {"columns": ["subtype"]}
    jobs, _ = read_plan(finished_copy.snakemake("-n").stdout)
    assert not {"preprocess", "factorize", "consensus", "annotate"} & set(jobs)
    assert jobs["association"] == 2


def test_without_metadata_nothing_is_associated(project, read_plan):
    jobs, _ = read_plan(project.snakemake("-n").stdout)
    assert jobs["association"] == 2
    del project.config["datasets"]["leukemia"]["metadata"]
    jobs, _ = read_plan(project.snakemake("-n").stdout)
    assert "association" not in jobs
