"""nmfbio.io.delimited: delimiters and quotes."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.io.delimited import detect_delimiter, split_fields


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("gene\ts1", "A, B\t1", "\t"),
        ("gene\ts1", "A\t1,5", "\t"),
        ("id\tx, y, z", "s1\ta, b, c", "\t"),
        ("id,note", "s1,a;b", ","),
        ("s1", "A;1,5", ";"),
        ("gene;s1;s2", "A;1,5;2,5", ";"),
        ("s1;s2", "A;1,5;2,5", ";"),
        ("s1", "A,1", ","),
        ('"a;b",s1,s2', '"x;y;z",1,2', ","),
        ("gene,s1,s2", "A,1", ","),
        ("gene s1", "A 1", None),
        ("", "", None),
    ],
)
def test_delimiter_is_what_agrees_in_both_lines(header, row, expected):
    assert detect_delimiter(header, row) == expected


@given(st.lists(st.text('a"; ,', max_size=6), min_size=1, max_size=5), st.sampled_from("\t;,"))
def test_quoted_fields_split_as_the_csv_module_splits_them(cells, delimiter):
    line = delimiter.join('"' + cell.replace('"', '""') + '"' for cell in cells)
    fields = split_fields("x", line, delimiter)
    assert fields == next(csv.reader([line], delimiter=delimiter))
    assert split_fields("x", f'"A" or "B"{delimiter}{line}', delimiter) == ['"A" or "B"', *fields]


@given(st.lists(st.text("ab ;,\t", max_size=4), min_size=1, max_size=5).map("".join), st.sampled_from("\t;,"))
def test_lines_without_quotes_split_at_each_delimiter(line, delimiter):
    assert split_fields("x", line, delimiter) == line.split(delimiter)


def test_mixed_quotes():
    assert split_fields("x", ' "a,b" ,5"-nuc,"A" or "B",', ",") == ["a,b", '5"-nuc', '"A" or "B"', ""]
    with pytest.raises(InputError, match='x, line 2: found a quote that is not closed: "b'):
        split_fields("x, line 2", 'a,"b,c', ",")
