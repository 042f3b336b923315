"""Strict reading of YAML: what YAML 1.1 would silently change, or drop, is refused with the line it stands on.

PyYAML follows YAML 1.1, in which `no` is false, `010` is 8, `1:30` is 90, `1e-6` is text, and the last of two equal
keys wins (https://yaml.org/type/).
"""

import re
from pathlib import Path
from typing import Any

import yaml

from nmfbio.errors import ConfigError

WHOLE_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
EXPONENT_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")
TRUE_OR_FALSE = {"true", "True", "TRUE", "false", "False", "FALSE"}


def parse_number(value: Any) -> Any:
    """Turn text such as ``1e-6``, which YAML 1.1 leaves as text, into a number; leave all else as it is.

    Examples
    --------
    >>> parse_number("1e-6"), parse_number("many"), parse_number(20)
    (1e-06, 'many', 20)
    """
    return float(value) if isinstance(value, str) and EXPONENT_NUMBER.fullmatch(value) else value


def read_config_file(path: str | Path) -> dict[str, Any]:
    """Read a YAML configuration file strictly.

    Parameters
    ----------
    path
        A UTF-8 file with a mapping at its top.

    Returns
    -------
    dict
        What the file holds; not validated yet, see `nmfbio.config.parse_config`.

    Raises
    ------
    ConfigError
        The file cannot be read, is no YAML mapping, repeats a key, or holds a word or number that YAML would read
        as something else than it looks like.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: found a byte that is not UTF-8 at position {error.start}; save it as UTF-8"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    try:
        content = yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}{_locate(error)}: {_explain(error)}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: found a value that does not fit its tag: {error}") from None
    except RecursionError:
        raise ConfigError(f"{path}: found brackets or lists nested too deeply to be a configuration") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected lines such as 'datasets:' with keys below them; found none")
    return content


def _locate(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _explain(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "\\t" in problem:
        return "found a tab; YAML is indented with spaces only"
    if "found another document" in problem:
        return "found '---' and more below it; expected one configuration in a file"
    if "could not determine a constructor" in problem:
        return "found a tag (a word after '!'); only plain values are read"
    return problem


class _StrictLoader(yaml.SafeLoader):
    """Safe loader that refuses repeated keys and ambiguous plain words."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refuse(key, "found a list or mapping as a key; keys are words")
            if key.value in lines:
                raise _refuse(
                    key, f"found the key '{key.value}' again, first on line {lines[key.value]}; remove one of them"
                )
            lines[key.value] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)


def _refuse(node: yaml.Node, problem: str) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(problem=problem, problem_mark=node.start_mark)


def _construct_bool(loader: _StrictLoader, node: yaml.ScalarNode) -> bool:
    if node.value not in TRUE_OR_FALSE:
        meant = str(loader.construct_yaml_bool(node)).lower()
        raise _refuse(
            node, f'found {node.value}, which YAML reads as {meant}; write "{node.value}" in quotes, or {meant}'
        )
    return loader.construct_yaml_bool(node)


def _construct_int(loader: _StrictLoader, node: yaml.ScalarNode) -> int:
    if not WHOLE_NUMBER.fullmatch(node.value):
        raise _refuse(
            node,
            f"found {node.value}, which YAML reads as {loader.construct_yaml_int(node)}; write the number in plain "
            f'digits, or "{node.value}" in quotes',
        )
    return int(node.value)


def _construct_float(loader: _StrictLoader, node: yaml.ScalarNode) -> float:
    if ":" in node.value:
        raise _refuse(
            node, f'found {node.value}, which YAML reads as a number to base 60; write "{node.value}" in quotes'
        )
    return loader.construct_yaml_float(node)


def _construct_date(loader: _StrictLoader, node: yaml.ScalarNode) -> None:
    raise _refuse(node, f'found {node.value}, which YAML reads as a date; write "{node.value}" in quotes')


_StrictLoader.add_constructor("tag:yaml.org,2002:bool", _construct_bool)
_StrictLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_StrictLoader.add_constructor("tag:yaml.org,2002:float", _construct_float)
_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _construct_date)
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:float", EXPONENT_NUMBER, list("-+0123456789"))
