"""nmfbio.signatures.association_columns: kinds of columns, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.signatures.association_columns import prepare_column, prepare_survival

ANY_VALUE = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=5))


def kind_of(values, dtype=None):
    return prepare_column(pd.Series(values, dtype=dtype, name="column")).kind


@pytest.mark.parametrize(
    ("values", "dtype", "kind"),
    [
        ([1.5, 2.5, 3.5, 4.5] * 3, float, "numeric"),
        ([1, 2, 3, 4] * 3, int, "categorical"),
        ([1.0, 2.0, np.nan, 4.0] * 3, float, "categorical"),
        (range(12), int, "numeric"),
        ([1, 2, 3, 4] * 3, "Int64", "categorical"),
        ([0.5, None, 1.5, 2.0] * 3, "Float64", "numeric"),
        ([51, 60, 48, 33, 72, 67, 51, 44, 39], int, "numeric"),  # ages: too few repeat to be codes
        ([True, False] * 6, bool, "categorical"),
        ([True, None, False] * 6, "boolean", "categorical"),
        ([True, 1, 0.5] * 6, object, "categorical"),
        ([1.5, 2, 3.25, None] * 6, object, "numeric"),
        (["1", "2", "3"] * 4, object, "categorical"),
        (["1", "2", "3"] * 4, "category", "categorical"),
        (["Größe", "Ω", "日本"] * 4, object, "categorical"),
        (["a"] * 12, object, "left_out"),
        ([7.0] * 12, float, "left_out"),
        ([None] * 12, object, "left_out"),
        ([np.nan] * 12, float, "left_out"),
        ([np.inf, -np.inf] * 6, float, "left_out"),
        ([f"patient {i}" for i in range(12)], object, "left_out"),
        (["a", "b"] * 3, object, "left_out"),
        (["NA", "", "NaN"] * 10 + ["a", "b"] * 3, object, "left_out"),
    ],
)
def test_columns_have_their_kind(values, dtype, kind):
    assert kind_of(list(values), dtype) == kind


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([1, 2] * 6, "2 different whole numbers, taken as categories"),
        (["a"] * 12, "the same value in all samples"),
        (["a", "b"] + [None] * 10, "values for 2 samples; at least 8 are needed"),
        (list("abcdefghijkl"), "12 different values in 12 samples: names"),
        ([0.5, 1.5] * 6, ""),
    ],
)
def test_the_note_tells_what_may_surprise(values, note):
    assert prepare_column(pd.Series(values)).note == note


def test_missing_values_are_left_out_and_the_others_keep_their_samples():
    values = pd.Series([1.5, np.nan, np.inf, *np.arange(9) / 4], index=list("abcdefghijkl"))
    prepared = prepare_column(values)
    assert list(prepared.values.index) == list("adefghijkl")
    assert prepared.values["value"].equals(values.loc[list("adefghijkl")])


@given(st.lists(ANY_VALUE, max_size=30))
def test_any_column_has_a_kind(values):
    prepared = prepare_column(pd.Series(values, dtype=object))
    assert prepared.kind in {"categorical", "numeric", "left_out"}
    assert prepared.values["value"].notna().all()
    assert prepared.kind == "left_out" or prepared.values["value"].nunique() > 1
    if prepared.kind == "numeric":
        assert np.isfinite(prepared.values["value"].to_numpy()).all()


@pytest.fixture
def cohort():
    """Twelve samples that all have time and event."""
    return pd.DataFrame({"months": np.arange(12.0), "died": [0, 1] * 6}, index=[f"s{i}" for i in range(12)])


@pytest.mark.parametrize(
    ("no", "yes"), [(0, 1), (0.0, 1.0), (False, True), ("false", "TRUE"), ("Alive", "dead"), ("0", "1")]
)
def test_events_are_written_in_several_ways(cohort, no, yes):
    cohort["died"] = pd.Series([no, yes] * 6, index=cohort.index, dtype=object)
    prepared = prepare_survival(cohort, "months", "died")
    assert prepared.kind == "survival"
    assert prepared.values["event"].tolist() == [False, True] * 6
    assert prepared.note == "6 events (died)"


def test_samples_without_time_or_event_are_left_out(cohort):
    cohort.loc["s0", "months"] = np.nan
    cohort["died"] = cohort["died"].astype("float64")
    cohort.loc["s1", "died"] = np.nan
    prepared = prepare_survival(cohort, "months", "died")
    assert list(prepared.values.index) == [f"s{i}" for i in range(2, 12)]
    assert prepared.values["event"].dtype == bool


@pytest.mark.parametrize(
    ("column", "value", "parts"),
    [
        ("died", "yes", ["'association.event'", "column 'died', sample 's3'", "'yes'", "0 or 1, false or true"]),
        ("died", 2, ["'association.event'", "'2'"]),
        ("months", "12 months", ["'association.time'", "column 'months', sample 's3'", "'12 months'", "at least 0"]),
        ("months", -1, ["'association.time'", "'-1'"]),
        ("months", np.inf, ["'association.time'", "'inf'"]),
    ],
)
def test_values_that_are_no_time_or_event_are_refused(cohort, column, value, parts):
    cohort[column] = cohort[column].astype(object)
    cohort.loc["s3", column] = value
    with pytest.raises(InputError) as caught:
        prepare_survival(cohort, "months", "died")
    assert [part for part in parts if part not in str(caught.value)] == []


@pytest.mark.parametrize(("time", "event", "key"), [("days", "died", "time"), ("months", "status", "event")])
def test_a_missing_column_is_named_with_its_key(cohort, time, event, key):
    with pytest.raises(InputError, match=f"'association.{key}': found '(days|status)'; expected .* 'months', 'died'"):
        prepare_survival(cohort, time, event)


def test_a_cohort_with_few_events_or_samples_is_left_out(cohort):
    assert prepare_survival(cohort.assign(died=[1] * 4 + [0] * 8), "months", "died").note.startswith("4 events; ")
    left = prepare_survival(cohort.iloc[:6], "months", "died")
    assert (left.kind, left.note) == ("left_out", "time and event of 6 samples; at least 8 are needed")
