"""What is wrong with a configuration, in words a user can act on.

All messages are made from the JSON schema of the models, so a new key needs no text of its own here.
"""

import difflib
import json
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

LONGEST_VALUE = 60  # characters of a wrong value that a message repeats


def explain_validation(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Say each problem of a validation in one line: the key, what was found, what is allowed.

    Parameters
    ----------
    error
        What pydantic found.
    model
        The root model.

    Returns
    -------
    list of str
        In the order of the keys in the models, unknown keys of a section last.
    """
    schema = model.model_json_schema()
    return [_explain_problem(problem, schema) for problem in error.errors()]


def _explain_problem(problem: dict[str, Any], schema: dict[str, Any]) -> str:
    location = problem["loc"]
    if location[-1] == "[key]":
        names = schema["properties"][location[0]]["x-names"]
        return f"config key '{location[0]}': found the name {show_value(location[1])}; expected {names}"
    place = f"config key '{_join(location)}'"
    if problem["type"] == "extra_forbidden":
        return f"{place}: unknown key{_suggest_key(location, schema)}"
    node = _find_node(schema, location)
    if problem["type"] == "missing":
        return f"{place}: missing; expected {describe_type(node, schema)}"
    expected = str(problem["ctx"]["error"]) if problem["type"] == "value_error" else describe_type(node, schema)
    return f"{place}: found {show_value(problem['input'])}; expected {expected}"


def key_problems(mapping: Any, location: tuple[str, ...] = ()) -> list[str]:
    """List the keys that are no text, as YAML makes them from `no`, `2004` or `~`."""
    if not location and not isinstance(mapping, Mapping):
        return [f"configuration: found {show_value(mapping)}; expected lines such as 'datasets:' with keys below them"]
    problems = []
    for key, value in mapping.items():
        if not isinstance(key, str):
            place = f"config key '{_join(location)}'" if location else "configuration"
            reason = "YAML reads no, off and false alike" if isinstance(key, bool) else "a key is text"
            problems.append(f"{place}: found the key {show_value(key)}; {reason}, so put the word you mean in quotes")
        elif isinstance(value, Mapping):
            problems += key_problems(value, (*location, key))
    return problems


def without_empty_sections(mapping: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Copy a mapping to plain dicts, without optional top-level keys left empty, which stand for their defaults."""
    optional = {name for name, field in model.model_fields.items() if not field.is_required()}
    return {key: _to_plain(value) for key, value in mapping.items() if not (value is None and key in optional)}


def _to_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _to_plain(item) for key, item in value.items()}
    return [_to_plain(item) for item in value] if isinstance(value, list | tuple) else value


def show_value(value: Any) -> str:
    """Show a value as a user would write it, cut to a length that fits a message."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return (
            f"keys ({', '.join(map(str, list(value)[:3]))}{', ...' if len(value) > 3 else ''})" if value else "no keys"
        )
    if isinstance(value, bool):
        return str(value).lower()
    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = LONGEST_VALUE
    return shortener.repr(value)


def describe_type(node: dict[str, Any], schema: dict[str, Any] | None = None) -> str:
    """Say in words what a node of a JSON schema allows.

    Examples
    --------
    >>> describe_type({"type": "integer", "minimum": 1})
    'a whole number of at least 1'
    >>> describe_type({"enum": ["kl", "brunet"]})
    'one of kl, brunet'
    """
    node, may_be_empty = _resolve(node, schema or {})
    example = f", such as {json.dumps(node['examples'][0])}" if node.get("examples") else ""
    return _describe_resolved(node, schema or {}) + example + (", or nothing (null)" if may_be_empty else "")


def _describe_resolved(node: dict[str, Any], schema: dict[str, Any]) -> str:
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        words = (value if isinstance(value, str) else json.dumps(value) for value in node["enum"])
        return f"one of {', '.join(words)}"
    if "properties" in node:
        return f"a section with keys among {', '.join(node['properties'])}"
    match node.get("type"):
        case "integer":
            return "a whole number" + _describe_bounds(node)
        case "number":
            return "a number" + _describe_bounds(node)
        case "array":
            item = _describe_resolved(_resolve(node["items"], schema)[0], schema)
            return f"a list of {item.removeprefix('one of ').replace('a whole number', 'whole numbers')}"
        case "boolean":
            return "true or false"
        case "object":
            return "names, each with its keys indented below it"
    return "text" + (" without braces" if "pattern" in node else "")


def _describe_bounds(node: dict[str, Any]) -> str:
    words = {"minimum": "of at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    parts = [f"{word} {node[name]:g}" for name, word in words.items() if name in node]
    return f" {' and '.join(parts)}" if parts else ""


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Follow references and take the real type out of `type or null`; also tell whether null is allowed."""
    options = [option for option in node.get("anyOf", []) if option.get("type") != "null"]
    may_be_empty = len(options) < len(node.get("anyOf", []))
    if options:
        node = {**{key: value for key, value in node.items() if key != "anyOf"}, **options[0]}
    if "$ref" in node:
        node = {**schema["$defs"][node["$ref"].rpartition("/")[2]]}
    return node, may_be_empty


def _find_node(schema: dict[str, Any], location: tuple[int | str, ...]) -> dict[str, Any]:
    """Walk down a JSON schema as far as it knows the way."""
    node = schema
    for step in location:
        resolved, _ = _resolve(node, schema)
        if step in resolved.get("properties", {}):
            node = resolved["properties"][step]
        elif "items" in resolved:
            node = resolved["items"]
        else:
            node = next(iter(resolved.get("patternProperties", {}).values()), resolved.get("additionalProperties", {}))
    return node


def _suggest_key(location: tuple[int | str, ...], schema: dict[str, Any]) -> str:
    """Name the nearest key in the same section, else the same key in another section; list what is allowed."""
    wanted = str(location[-1]).lower().replace("-", "_")
    section, _ = _resolve(_find_node(schema, location[:-1]), schema)
    allowed = list(section["properties"])
    elsewhere = [path for path, key in _keys_below(section, schema) if key == wanted]
    elsewhere += [path for path, key in _keys_below(schema, schema) if key == wanted and path not in elsewhere]
    same = [wanted] if wanted in allowed else elsewhere[:1]
    near = same or difflib.get_close_matches(wanted, allowed, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    return f"{hint} Allowed: {', '.join(allowed)}"


def _keys_below(section: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and name of the keys one level below a section."""
    for name, node in section["properties"].items():
        resolved, _ = _resolve(node, schema)
        for key in resolved.get("properties", {}):
            yield f"{name}.{key}", key


def _join(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
