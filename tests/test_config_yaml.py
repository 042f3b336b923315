import pytest

from nmfbio.config import read_config_file
from nmfbio.config_yaml import parse_number
from nmfbio.errors import ConfigError


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_config_file(path)

    return read_text


def test_plain_values_keep_their_types(read):
    text = "a: 1\nb: 1.5\nc: 1e-6\nd: true\ne: ~\nf: 007x\ng: 'no'\nh: [pdf, png]\ni: -3\n"
    assert read(text) == {
        "a": 1, "b": 1.5, "c": 1e-6, "d": True, "e": None, "f": "007x", "g": "no", "h": ["pdf", "png"], "i": -3,
    }  # fmt: skip


def test_anchors_and_merge_keys_work(read):
    assert read("a: &common {x: 1, y: 2}\nb:\n  <<: *common\n  y: 3\n")["b"] == {"x": 1, "y": 3}


def test_a_byte_order_mark_and_windows_line_ends_are_taken(read):
    assert read(b"\xef\xbb\xbfa: 1\r\nb: x\r\n") == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "line 4: found the key 'c' again, first on line 3; remove one of them"),
        ("a: {x: 1, x: 2}\n", "line 1: found the key 'x' again"),
        ("'a': 1\na: 2\n", "line 2: found the key 'a' again"),
        ("datasets:\n  no:\n    x: 1\n", 'line 2: found no, which YAML reads as false; write "no" in quotes, or false'),
        ("a: on\n", 'line 1: found on, which YAML reads as true; write "on" in quotes, or true'),
        ("a: 010\n", 'found 010, which YAML reads as 8; write the number in plain digits, or "010" in quotes'),
        ("a: 0x1F\n", "found 0x1F, which YAML reads as 31"),
        ("a: 1_000\n", "found 1_000, which YAML reads as 1000"),
        ("a: 1:30\n", "found 1:30, which YAML reads as 90"),
        ("a: 1:30.5\n", "found 1:30.5, which YAML reads as a number to base 60"),
        ("a: 2004-03-23\n", 'found 2004-03-23, which YAML reads as a date; write "2004-03-23" in quotes'),
        (
            "a: !!python/object/apply:os.getcwd []\n",
            "line 1: found a tag (a word after '!'); only plain values are read",
        ),
        ("a: !!int x\n", "found a value that does not fit its tag"),
        ("a:\n\tb: 1\n", "line 2: found a tab; YAML is indented with spaces only"),
        ("? [a]\n: 1\n", "found a list or mapping as a key"),
        ("a: [1\n", "line 2: expected ',' or ']'"),
        ("a: 1\n---\nb: 2\n", "found '---' and more below it; expected one configuration in a file"),
        ("a: *b\n", "found undefined alias 'b'"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("", "expected lines such as 'datasets:' with keys below them; found none"),
        ("- a\n", "expected lines such as 'datasets:'"),
        (b"a: \xff\n", "found a byte that is not UTF-8 at position 3"),
        ("a: x\x00\n", "unacceptable character"),
    ],
)
def test_what_yaml_would_misread_is_refused_with_its_line(read, text, message):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert message in str(caught.value)
    assert "config.yaml" in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read: No such file"):
        read_config_file(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_config_file(tmp_path)


@pytest.mark.parametrize(
    ("value", "expected"), [("1e-6", 1e-6), ("2.E3", 2000.0), ("x1e3", "x1e3"), ("5", "5"), (7, 7)]
)
def test_only_text_with_an_exponent_becomes_a_number(value, expected):
    assert parse_number(value) == expected
