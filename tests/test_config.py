import json
import subprocess
import sys
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

import jsonschema
import numpy as np
import pytest
from pydantic import ValidationError

import nmfbio.config_methods as methods
from nmfbio.config import (
    Config,
    Factorize,
    Preprocess,
    json_schema,
    markdown_reference,
    parse_config,
    read_config_file,
)
from nmfbio.config_factorize import OPTIONS
from nmfbio.errors import ConfigError
from nmfbio.factorization import METHODS as SOLVERS
from nmfbio.factorization import factorize
from nmfbio.factorization.starts import SEEDINGS
from nmfbio.factorization.stopping import RULES

NOT_IN_A_FILE = {"weights"}  # a matrix

ROOT = Path(__file__).parents[1]
ONE = {"datasets": {"leukemia": {"expression": "expression.tsv"}}}


def complaint(mapping):
    with pytest.raises(ConfigError) as caught:
        parse_config(mapping)
    return str(caught.value)


def test_the_shortest_configuration_gets_every_default():
    settings = parse_config(ONE).dataset_settings("leukemia")
    assert settings.name == "leukemia"
    assert settings.expression == "expression.tsv"
    assert settings.metadata is None
    assert settings.factorize == Factorize()
    assert settings.factorize.ranks == [2, 3, 4, 5, 6]


def test_the_config_that_users_copy_states_the_defaults_and_every_key():
    written = read_config_file(ROOT / "config/config.yaml")
    assert parse_config(written) == parse_config({"datasets": written["datasets"]})
    assert written["datasets"]["leukemia"].pop("preprocess") == {"preset": "none"}
    assert parse_config(written).dataset_settings("leukemia").preprocess == Preprocess()
    assert list(written) == list(Config.model_fields)
    for section, field in Config.model_fields.items():
        if hasattr(field.annotation, "model_fields"):
            assert list(written[section]) == list(field.annotation.model_fields)


def test_the_brunet_example_follows_brunet():
    settings = parse_config(read_config_file(ROOT / "config/examples/brunet2004.yaml")).dataset_settings("brunet2004")
    assert (settings.factorize.method, settings.consensus.scale, settings.consensus.solution) == (
        "brunet",
        "none",
        "best",
    )
    assert settings.preprocess.preset == "none"
    assert (settings.factorize.dtype_in_use, settings.factorize.stop_in_use) == ("float64", "connectivity")


def test_a_data_set_overrides_single_keys_and_keeps_the_rest():
    config = parse_config(
        {
            "datasets": {
                "a": {"expression": "a.tsv", "factorize": {"ranks": [3, 2]}, "rank": {"selected": None}},
                "b": {"expression": "b.tsv"},
            },
            "factorize": {"method": "frobenius", "restarts": 9},
            "rank": {"selected": 5},
        }
    )
    a, b = config.dataset_settings("a"), config.dataset_settings("b")
    assert (a.factorize.ranks, a.factorize.method, a.factorize.restarts, a.rank.selected) == (
        [2, 3],
        "frobenius",
        9,
        None,
    )
    assert (b.factorize.ranks, b.rank.selected) == ([2, 3, 4, 5, 6], 5)


def test_the_rank_is_the_finest_reproducible_one_by_evidence_unless_told_otherwise():
    rank = parse_config(ONE).dataset_settings("leukemia").rank
    assert (rank.rule, rank.evidence, rank.selected) == ("finest_reproducible", True, None)
    dataset = {**ONE["datasets"]["leukemia"], "rank": {"evidence": False}}
    rank = parse_config({"datasets": {"a": dataset}, "rank": {"rule": "vote"}}).dataset_settings("a").rank
    assert (rank.rule, rank.evidence) == ("vote", False)


@pytest.mark.parametrize(
    ("key", "value", "parts"),
    [
        ("rule", "elbow", ["rank.rule", "found 'elbow'", "one of finest_reproducible, vote, cophenetic"]),
        ("rule", "bi_cv", ["rank.rule", "found 'bi_cv'"]),
        ("evidence", "maybe", ["rank.evidence", "found 'maybe'", "true or false"]),
        ("evidence", 2, ["rank.evidence", "found 2", "true or false"]),
    ],
)
def test_other_rules_and_evidence_by_halves_are_refused(key, value, parts):
    found = complaint({**ONE, "rank": {key: value}})
    for part in parts:
        assert part in found


def test_ranks_are_sorted_and_repeats_dropped():
    assert parse_config({**ONE, "factorize": {"ranks": [5, 1, 3, 3]}}).factorize.ranks == [1, 3, 5]


def test_any_kind_of_mapping_is_taken_and_left_as_it_was():
    mapping = OrderedDict(datasets=OrderedDict(a=MappingProxyType({"expression": "x"})), factorize={"ranks": (3, 2)})
    assert parse_config(mapping).factorize.ranks == [2, 3]
    assert mapping["factorize"] == {"ranks": (3, 2)}


def test_a_section_left_empty_keeps_its_defaults():
    assert parse_config({**ONE, "factorize": None, "report": None}) == parse_config(ONE)


def test_numbers_with_an_exponent_count_as_numbers_even_as_yaml_text():
    assert parse_config({**ONE, "factorize": {"tolerance": "1e-8"}}).factorize.tolerance == 1e-8


def test_the_output_folder_is_tidied():
    assert parse_config({**ONE, "output": "./out//run/"}).output == "out/run"


@pytest.mark.parametrize(
    ("method", "dtype", "expected"),
    [("kl", "auto", "float32"), ("brunet", "auto", "float64"), ("frobenius", "float64", "float64")],
)
def test_auto_precision_is_what_the_method_needs(method, dtype, expected):
    assert Factorize(method=method, dtype=dtype).dtype_in_use == expected
    assert Factorize(method=method, dtype=dtype).arguments["dtype"] == expected


@pytest.mark.parametrize(
    ("method", "stop", "expected"),
    [("kl", "auto", "tolerance"), ("brunet", "auto", "connectivity"), ("brunet", "tolerance", "tolerance")],
)
def test_the_tolerance_is_passed_on_only_where_it_stops_a_restart(method, stop, expected):
    arguments = Factorize(method=method, stop=stop, tolerance=1e-3).arguments
    assert arguments["stop"] == expected
    assert arguments.get("tolerance") == (1e-3 if expected == "tolerance" else None)


def test_the_methods_and_what_they_take_are_those_of_the_solvers():
    assert set(methods.METHODS) == set(SOLVERS)
    for name, method in methods.METHODS.items():
        solver, taken = SOLVERS[name], {field.name for field in fields(SOLVERS[name].options)}
        assert set(method.options) == taken - NOT_IN_A_FILE, name
        assert dict(method.options) == {option: getattr(solver.options(), option) for option in method.options}, name
        assert (method.dtype, method.stop, method.sparse) == (solver.dtype, solver.stop, solver.sparse), name
    assert set(Factorize.model_fields["seeding"].annotation.__args__) == set(SEEDINGS)
    assert set(Factorize.model_fields["stop"].annotation.__args__) == {"auto", *RULES}


@pytest.mark.parametrize("method", methods.METHODS)
def test_the_methods_that_take_no_zeros_are_those_whose_solver_refuses_them(method):
    expression = np.random.default_rng(0).random((6, 7)) + 1
    expression[2, 3] = 0
    positive = methods.METHODS[method].positive
    with pytest.raises(ValueError, match="holds 1 zeros") if positive else nullcontext():
        factorize(expression, 2, method, restarts=1)


def test_options_that_are_not_set_are_left_to_the_method_and_described_with_its_default():
    assert Factorize().options == {}
    descriptions = {name: Factorize.model_fields[name].description for name in OPTIONS}
    assert "Not set: `0.5`." in descriptions["theta"]
    assert "Not set: the largest value of the matrix." in descriptions["eta"]
    assert all(Factorize.model_fields[name].default is None for name in OPTIONS)
    assert all(description.startswith("`") and " only: " in description for description in descriptions.values())


def test_the_settings_in_use_leave_out_the_options_of_other_methods_and_resolve_auto():
    shown = Factorize(method="nsnmf").in_use()
    assert (shown["dtype"], shown["stop"], shown["theta"], shown["restarts"]) == ("float64", "connectivity", None, 50)
    assert not set(OPTIONS) - {"theta"} & set(shown)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"method": "online"}, True), ({"method": "online", "seeding": "nndsvdar"}, False), ({"method": "kl"}, False)],
)
def test_only_online_fits_from_random_starts_leave_the_matrix_on_disk(settings, expected):
    assert Factorize(**settings).in_batches == expected


def test_options_reach_the_solver_with_the_other_arguments():
    settings = parse_config({**ONE, "factorize": {"method": "bayesian", "dispersion": 1, "seed": 3}}).factorize
    assert settings.arguments == {
        "method": "bayesian",
        "seeding": "random",
        "seed": 3,
        "max_iter": 2000,
        "dtype": "float64",
        "stop": "tolerance",
        "tolerance": 1e-5,
        "dispersion": 1.0,
    }
    found = factorize(np.eye(6) + 1, 2, restarts=2, **settings.arguments)
    assert (found.details["dispersion"] == 1).all()


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_another_method_is_refused_with_the_methods_that_take_it(name):
    value = "kl" if name == "loss" else 1
    other = next(method for method in methods.METHODS if name not in methods.METHODS[method].options)
    message = complaint({**ONE, "factorize": {"method": other, name: value}})
    assert message.startswith(f"config key 'factorize.{name}' (data set 'leukemia'): found {value}")
    assert f"with method {other}, which takes no {name}" in message
    assert f"expected it with {', '.join(methods.methods_with(name))}. Take the key out" in message
    assert len(message.splitlines()) == 1
    taker = methods.methods_with(name)[0]
    other_factor = {"metagenes": "usages", "usages": "metagenes"}.get(name.partition("_")[2])
    options = {name: value} | ({f"l2_{other_factor}": 1.0} if other_factor else {})
    settings = parse_config({**ONE, "factorize": {"method": taker, **options}}).factorize
    assert settings.options == options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"eta": 0}, "'factorize.eta' (data set 'leukemia'): found 0; expected a number above 0, or beta: 0 as well"),
        ({"beta": 0}, "'factorize.beta' (data set 'leukemia'): found 0; expected a number above 0, or eta: 0 as well"),
        (
            {"method": "kl", "l1_usages": 0.1, "l2_usages": 1},
            "'factorize.l1_usages' (data set 'leukemia'): found 0.1 with no penalty on the metagenes; expected one on "
            "both factors, because the factors escape a single penalty by their scale. Set l1_metagenes or l2_",
        ),
        (
            {"method": "online", "l2_metagenes": 1},
            "'factorize.l2_metagenes' (data set 'leukemia'): found 1.0 with no penalty on the usages; expected one on",
        ),
    ],
)
def test_one_of_two_penalties_that_need_each_other_is_refused(options, message):
    assert message in complaint({**ONE, "factorize": {"method": "snmf_r", **options}})
    assert parse_config({**ONE, "factorize": {"method": "snmf_r", "eta": 0, "beta": 0}}).factorize.beta == 0


def test_a_common_option_is_taken_back_for_a_data_set_with_another_method():
    datasets = {"a": {"expression": "a"}, "b": {"expression": "b", "factorize": {"method": "kl"}}}
    mapping = {"datasets": datasets, "factorize": {"method": "nsnmf", "theta": 0.3}}
    assert "(data set 'b')" in complaint(mapping)
    datasets["b"]["factorize"]["theta"] = None
    config = parse_config(mapping)
    assert config.dataset_settings("a").factorize.options == {"theta": 0.3}
    assert config.dataset_settings("b").factorize.options == {}


def test_a_configuration_cannot_be_changed_after_validation():
    config = parse_config(ONE)
    with pytest.raises(ValidationError):
        config.factorize.restarts = 3


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({}, "config key 'datasets': missing; expected names, each with its keys indented below it"),
        ([], "configuration: found []; expected lines such as 'datasets:' with keys below them"),
        ({"datasets": {}}, "config key 'datasets': found no keys; expected names, each with its keys"),
        ({"datasets": {"a": {}}}, "config key 'datasets.a.expression': missing; expected text"),
        (
            {"datasets": {"a": "x.tsv"}},
            "config key 'datasets.a': found 'x.tsv'; expected a section with keys among expr",
        ),
        ({**ONE, "factorize": {"method": "kll"}}, "'factorize.method': found 'kll'; expected one of kl, brunet, frob"),
        ({**ONE, "factorize": {"restarts": 0}}, "'factorize.restarts': found 0; expected a whole number of at least 1"),
        ({**ONE, "factorize": {"restarts": "5"}}, "'factorize.restarts': found '5'; expected a whole number"),
        ({**ONE, "factorize": {"restarts": True}}, "'factorize.restarts': found true; expected a whole number"),
        (
            {**ONE, "factorize": {"seed": None}},
            "'factorize.seed': found nothing; expected a whole number of at least 0",
        ),
        ({**ONE, "factorize": {"ranks": "2-10"}}, "'factorize.ranks': found '2-10'; expected a list of whole numbers"),
        (
            {**ONE, "factorize": {"ranks": 3}},
            "found 3; expected a list of whole numbers of at least 1, such as [2, 3, 4]",
        ),
        ({**ONE, "factorize": {"ranks": []}}, "'factorize.ranks': found []; expected a list"),
        ({**ONE, "factorize": {"ranks": [2, 2.5]}}, "'factorize.ranks[1]': found 2.5; expected a whole number"),
        ({**ONE, "factorize": {"ranks": [0]}}, "'factorize.ranks[0]': found 0; expected a whole number of at least 1"),
        ({**ONE, "factorize": {"tolerance": 1}}, "found 1; expected a number above 0 and below 1"),
        ({**ONE, "factorize": {"theta": 1.5}}, "found 1.5; expected a number of at least 0 and at most 1, or nothing"),
        (
            {**ONE, "factorize": {"l1_usages": "-1e-3"}},
            "'factorize.l1_usages': found -0.001; expected a number of at least",
        ),
        ({**ONE, "factorize": {"dispersion": "auto"}}, "found 'auto'; expected a number above 0, or nothing (null)"),
        (
            {**ONE, "factorize": {"loss": "is"}},
            "'factorize.loss': found 'is'; expected one of frobenius, kl, or nothing",
        ),
        ({**ONE, "factorize": {"batch_size": 0}}, "found 0; expected a whole number of at least 1, or nothing (null)"),
        ({**ONE, "factorize": {"tolerance": float("nan")}}, "found nan; expected a number above 0 and below 1"),
        ({**ONE, "preprocess": {"floor": -1}}, "'preprocess.floor': found -1; expected a number of at least 0"),
        ({**ONE, "figures": {"dpi": 5000}}, "found 5000; expected a whole number of at least 50 and at most 1200"),
        ({**ONE, "rank": {"selected": "3"}}, "found '3'; expected a whole number of at least 1, or nothing (null)"),
        ({**ONE, "output": "a{b}"}, "config key 'output': found 'a{b}'; expected text without braces"),
        ({**ONE, "report": 3}, "config key 'report': found 3; expected a section with keys among title"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found_and_what_is_allowed(mapping, message):
    assert message in complaint(mapping)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            {**ONE, "factorise": {}},
            "config key 'factorise': unknown key; did you mean 'factorize'? Allowed: datasets, ",
        ),
        (
            {**ONE, "factorize": {"restart": 5}},
            "'factorize.restart': unknown key; did you mean 'restarts'? Allowed: me",
        ),
        ({**ONE, "factorize": {"Max-Iter": 5}}, "'factorize.Max-Iter': unknown key; did you mean 'max_iter'?"),
        ({**ONE, "restarts": 5}, "config key 'restarts': unknown key; did you mean 'factorize.restarts'?"),
        ({**ONE, "report": {"restarts": 5}}, "'report.restarts': unknown key; did you mean 'factorize.restarts'?"),
        ({**ONE, "xyz": 5}, "config key 'xyz': unknown key. Allowed: datasets, output, preprocess"),
        (
            {"datasets": {"a": {"expression": "x", "ranks": [2]}}},
            "config key 'datasets.a.ranks': unknown key; did you mean 'factorize.ranks'?",
        ),
        (
            {"datasets": {"leukemia": {"expresion": "x"}}},
            "config key 'datasets.leukemia.expresion': unknown key; did you mean 'expression'?",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_real_one(mapping, message):
    assert message in complaint(mapping)


@pytest.mark.parametrize("name", ["a/b", "..", "", "-x", "a b", "é", "x" * 65, "a\n"])
def test_a_data_set_name_that_makes_no_safe_folder_is_refused(name):
    message = complaint({"datasets": {name: {"expression": "x"}}})
    assert message.startswith("config key 'datasets': found the name '")
    assert "at most 64 letters, digits" in message


@pytest.mark.parametrize("name", ["a", "GSE-1_2.b", "2004", "x" * 64])
def test_a_data_set_name_that_makes_a_safe_folder_is_taken(name):
    assert parse_config({"datasets": {name: {"expression": "x"}}}).dataset_settings(name).name == name


def test_data_set_names_that_differ_only_in_case_are_refused():
    message = complaint({"datasets": {"a": {"expression": "x"}, "A": {"expression": "y"}}})
    assert "do not tell 'a' from 'A'; rename one" in message


@pytest.mark.parametrize(("key", "found"), [(False, "false"), (2004, "2004"), (None, "nothing")])
def test_a_name_that_yaml_turned_into_something_else_is_refused_with_the_cure(key, found):
    message = complaint({"datasets": {key: {"expression": "x"}}})
    assert f"config key 'datasets': found the key {found};" in message
    assert "in quotes" in message


def test_all_problems_are_listed_at_once_without_jargon():
    message = complaint({**ONE, "factorize": {"restart": 5, "method": "kll"}, "outputs": "x"})
    lines = message.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("config key '") for line in lines)
    assert "pydantic" not in message
    assert "http" not in message


def test_a_long_wrong_value_is_cut_short():
    assert len(complaint({**ONE, "factorize": {"method": "x" * 10_000}})) < 250


def test_nndsvd_with_several_restarts_is_refused_and_names_the_data_set():
    mapping = {"datasets": {"a": {"expression": "x", "factorize": {"seeding": "nndsvd"}}, "b": {"expression": "x"}}}
    assert complaint(mapping) == (
        "config key 'factorize.restarts' (data set 'a'): found 50; expected 1, because every nndsvd start is the same. "
        "Set restarts: 1, or seeding: random"
    )
    mapping["factorize"] = {"restarts": 1}
    assert parse_config(mapping).dataset_settings("a").factorize.seeding == "nndsvd"


def test_of_the_singular_vectors_only_those_with_chance_allow_several_restarts():
    assert "every nndsvda start is the same" in complaint({**ONE, "factorize": {"seeding": "nndsvda"}})
    assert parse_config({**ONE, "factorize": {"seeding": "nndsvdar"}}).factorize.restarts == 50


@pytest.mark.parametrize(
    ("association", "parts"),
    [
        ({"time": "months"}, ["config key 'association.event' (data set 'leukemia')", "both or neither"]),
        ({"event": "died"}, ["config key 'association.time' (data set 'leukemia')", "both or neither"]),
        ({"time": "months", "event": "months"}, ["config key 'association.event'", "found months", "two columns"]),
        ({"columns": "subtype"}, ["config key 'association.columns'", "found 'subtype'", "list"]),
        ({"times": "months"}, ["config key 'association.times'", "unknown key"]),
    ],
)  # fmt: skip
def test_keys_of_the_association_are_refused_by_name(association, parts):
    said = complaint({**ONE, "association": association})
    assert [part for part in parts if part not in said] == []


def test_survival_is_named_by_two_columns():
    association = parse_config({**ONE, "association": {"time": "months", "event": "died"}}).association
    assert (association.columns, association.time, association.event) == (None, "months", "died")


def test_a_selected_rank_that_is_not_computed_is_refused():
    mapping = {**ONE, "rank": {"selected": 9}}
    assert "config key 'rank.selected' (data set 'leukemia'): found 9; expected one of factorize.ranks" in complaint(
        mapping
    )


@pytest.mark.parametrize(
    ("preprocess", "factorize", "parts"),
    [
        ({"floor": 100, "ceiling": 50}, {}, ("floor", "found 100; expected less than preprocess.ceiling, 50")),
        (
            {"missing": "weight"},
            {"method": "frobenius"},
            (
                "missing",
                "found weight with factorize.method frobenius; expected factorize.method weighted",
                "drop_genes",
            ),
        ),
        (
            {"missing": "weight", "batch_key": "chip"},
            {"method": "weighted"},
            ("missing", "found weight with batch_key chip", "take batch_key out"),
        ),
        (
            {"missing": "weight", "preset": "single_cell"},
            {"method": "weighted"},
            ("missing", "found weight with preset single_cell", "counts without missing values"),
        ),
        (
            {"batch_key": "chip", "preset": "single_cell"},
            {},
            ("batch_key", "found chip with preset single_cell", "expected it with microarray_log, rnaseq_counts, tpm"),
        ),
    ],
)
def test_keys_of_preprocess_that_do_not_go_together_are_refused(preprocess, factorize, parts):
    message = complaint({**ONE, "preprocess": preprocess, "factorize": factorize})
    assert message.startswith(f"config key 'preprocess.{parts[0]}' (data set 'leukemia')")
    assert [part for part in parts[1:] if part not in message] == []
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("preprocess", "factorize"),
    [
        ({"missing": "weight"}, {"method": "weighted"}),
        ({"batch_key": "chip"}, {}),
        ({"batch_key": "chip", "preset": "tpm"}, {}),
    ],
)
def test_keys_of_preprocess_that_go_together_are_taken(preprocess, factorize):
    parse_config({**ONE, "preprocess": preprocess, "factorize": factorize})


def test_asking_for_an_unknown_data_set_lists_those_there_are():
    with pytest.raises(ConfigError, match="no data set 'x'; there are leukemia"):
        parse_config(ONE).dataset_settings("x")


@pytest.mark.parametrize("path", sorted(ROOT.glob("config/**/*.yaml")), ids=lambda path: path.name)
def test_the_schema_and_the_models_accept_the_shipped_configurations(path):
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.Draft202012Validator(json_schema()).validate(read_config_file(path))
    assert parse_config(read_config_file(path)).datasets


def test_editors_are_told_what_each_method_is():
    node = json_schema()["$defs"]["Factorize"]["properties"]["method"]
    assert len(node["enum"]) == len(node["enumDescriptions"]) == len(methods.METHODS)
    assert all(f"| `{name}` | {method.meaning} |" in markdown_reference() for name, method in methods.METHODS.items())


@pytest.mark.parametrize(
    "mapping",
    [{}, {**ONE, "x": 1}, {**ONE, "factorize": {"method": "x"}}, {"datasets": {"a/b": {"expression": "x"}}}],
)
def test_the_schema_refuses_what_the_models_refuse(mapping):
    complaint(mapping)
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(mapping)


def test_every_key_is_described_in_schema_and_reference():
    schema, page = json_schema(), markdown_reference()
    for definition in [schema, *schema["$defs"].values()]:
        assert definition["description"]
        for name, node in definition["properties"].items():
            assert "$ref" in node or node["description"].endswith((".", ")"))
            assert f"`{name}`" in page


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--schema", lambda: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"),
        ("--markdown", markdown_reference),
    ],
)
def test_schema_and_reference_are_printed_on_request(option, expected):
    command = [sys.executable, "-m", "nmfbio.config", option]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    assert printed.stdout == expected()
    assert printed.stderr == ""


@pytest.mark.parametrize("name", methods.METHODS)
def test_every_method_is_explained_in_the_documentation(name):
    assert f"\n| `{name}` | " in (ROOT / "docs/methods.md").read_text(encoding="utf-8")
    assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{name}`" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def split(levels, **other):
    cohort = {"expression": "cohort.h5ad", "split_by": "patient"}
    return parse_config({"datasets": {"cohort": cohort, **other}}).all_settings({"cohort": levels})


def test_a_split_data_set_becomes_one_for_each_value_of_its_column():
    settings = split(["P 1", "P2"], whole={"expression": "cohort.h5ad"})
    assert list(settings) == ["cohort.P_1", "cohort.P2", "whole"]
    assert [part.level for part in settings.values()] == ["P 1", "P2", None]
    assert {part.name: part for part in settings.values()} == settings
    assert settings["cohort.P_1"].factorize == settings["whole"].factorize


@pytest.mark.parametrize("level", ["../../etc", "a/b", "$(rm)", "ä ö", ".."])
def test_names_of_split_data_sets_are_plain_folder_names(level):
    (name,) = split([level])
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert name.startswith("cohort.")


@pytest.mark.parametrize(
    ("levels", "other", "named"),
    [
        (["A/B", "A B"], {}, ["'cohort.A_B'", "patient 'A/B'", "patient 'A B'"]),
        (["p1", "P1"], {}, ["patient 'p1'", "patient 'P1'"]),
        (["p1"], {"cohort.p1": {"expression": "x.tsv"}}, ["'cohort.p1'", "patient 'p1'"]),
        (["x" * 80], {}, ["datasets.cohort.split_by", "at most 64 letters", "Shorten"]),
    ],
)
def test_values_that_would_share_a_folder_are_refused(levels, other, named):
    with pytest.raises(ConfigError) as caught:
        split(levels, **other)
    for part in named:
        assert part in str(caught.value)


@pytest.mark.parametrize("path", sorted((ROOT / "config/examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_a_valid_config_and_says_how_to_run_it(path):
    config = parse_config(read_config_file(path))
    assert config.all_settings({name: ["a"] for name, dataset in config.datasets.items() if dataset.split_by})
    assert f"snakemake --configfile config/examples/{path.name}" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("sizes", [[500, 10], [10], [1, 2, 3], [0, 5], "10-500", 10])
def test_sizes_of_gene_sets_are_two_whole_numbers_the_smaller_first(sizes):
    message = complaint({**ONE, "signatures": {"set_size": sizes}})
    assert "config key 'signatures.set_size" in message
    assert "expected" in message


def test_a_data_set_may_have_gene_sets_of_its_own():
    own = {"leukemia": {**ONE["datasets"]["leukemia"], "signatures": {"gene_sets": ["mine.gmt"]}}}
    settings = parse_config({"datasets": own, "signatures": {"set_size": [5, 50]}}).dataset_settings("leukemia")
    assert settings.signatures.gene_sets == ["mine.gmt"]
    assert settings.signatures.set_size == [5, 50]


NEW = {"expression": "new.tsv", "signatures": "results/leukemia"}


def test_projections_have_their_own_files_and_a_reference():
    projection = parse_config({**ONE, "projections": {"cohort2": {**NEW, "rank": 3}}}).projections["cohort2"]
    assert (projection.signatures, projection.rank, projection.orientation) == ("results/leukemia", 3, "auto")
    assert parse_config(ONE).projections == parse_config({**ONE, "projections": None}).projections == {}


@pytest.mark.parametrize(
    ("projections", "message"),
    [
        ({"a": {"expression": "x"}}, "config key 'projections.a.signatures': missing; expected text"),
        ({"a": {**NEW, "rank": 0}}, "config key 'projections.a.rank': found 0; expected a whole number of at least 1"),
        ({"a": {**NEW, "split_by": "x"}}, "config key 'projections.a.split_by': unknown key"),
        ({"a/b": NEW}, "config key 'projections': found the name 'a/b'; expected at most 64 letters"),
        ({"a": NEW, "A": NEW}, "config key 'projections': found keys (a, A); expected names that differ in more"),
    ],
)
def test_projections_that_cannot_be_are_refused(projections, message):
    assert message in complaint({**ONE, "projections": projections})


@pytest.mark.parametrize("name", ["projections", "Projections", "programs"])
def test_folders_that_belong_to_no_data_set_are_no_names_of_one(name):
    found = complaint({"datasets": {name: {"expression": "x"}}})
    assert f"config key 'datasets': found keys ({name}); expected other names than '{name}'" in found
