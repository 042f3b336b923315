"""The JSON schema and the reference page of the configuration, both read off the models."""

import json
from typing import Any

from pydantic import BaseModel

from nmfbio.config_messages import describe_type
from nmfbio.config_methods import METHODS, PENALTIES

INTRODUCTION = """\
# Configuration

Every key of `config/config.yaml`. This page is generated from `nmfbio/config.py` by `make docs`: edit there.

The shortest configuration names one data set; all else has a default:

```yaml
datasets:
  leukemia:
    expression: resources/leukemia/expression.tsv.gz
    metadata: resources/leukemia/samples.tsv # optional
```

Any key of a section can be set for one data set alone, below its name:

```yaml
factorize:
  ranks: [2, 3, 4]
datasets:
  leukemia:
    expression: resources/leukemia/expression.tsv.gz
    factorize:
      method: brunet # the ranks stay 2, 3, 4
```

An unknown key, a repeated key or a value out of its bounds stops the run before it starts, with a line that names it.
Paths are relative to the folder `snakemake` runs in. Editors that read `workflow/schemas/config.schema.json` complete
and check the file while it is written.
"""

NAMED = {"datasets": "Dataset", "projections": "Projection"}
"""Keys with names below them, and the section that stands behind each name."""


def build_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of the root model.

    Parameters
    ----------
    model
        The root model.

    Returns
    -------
    dict
        Ready for `json.dumps`.
    """
    schema = model.model_json_schema()
    for node in schema["properties"].values():
        if "patternProperties" in node:
            node["additionalProperties"] = False  # a name that does not match is refused, not let through
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "nmfbio configuration"}


def build_reference(model: type[BaseModel]) -> str:
    """Return the reference page in Markdown: one table a section with key, type, default, unit and meaning.

    Parameters
    ----------
    model
        The root model.

    Returns
    -------
    str
        Ends with a newline.
    """
    schema = model.model_json_schema()
    sections = {name: _definition(node, schema) for name, node in schema["properties"].items()}
    own_keys = {name: node for name, node in schema["properties"].items() if sections[name] is None}
    parts = [INTRODUCTION, "## Top level\n", _table(own_keys, schema)]
    for name, kind in NAMED.items():
        definition = schema["$defs"][kind]
        parts += [f"## `{name}.<name>`\n", definition["description"] + "\n", _table(definition["properties"], schema)]
    for name, section in sections.items():
        if section is not None:
            parts += [f"## `{name}`\n", section["description"] + "\n", _table(section["properties"], schema)]
        if name == "factorize":
            parts += ["### Methods\n", _methods_table()]
    return "\n".join(parts)


def _definition(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return the definition of a section, or None for a plain key."""
    return schema["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else None


def _table(keys: dict[str, dict[str, Any]], schema: dict[str, Any]) -> str:
    rows = ["| key | type | default | unit | meaning |", "|---|---|---|---|---|"]
    for name, node in keys.items():
        default = f"`{json.dumps(node['default'])}`" if "default" in node else "required"
        kind = _short_type(name, node, schema).replace("|", "\\|")
        rows.append(f"| `{name}` | {kind} | {default} | {node.get('x-unit', '')} | {node['description']} |")
    return "\n".join(rows) + "\n"


def _methods_table() -> str:
    """One row a method: what it does, what `auto` means for it, and what it takes."""
    rows = ["| `method` | meaning | `stop: auto` | `dtype: auto` | options |", "|---|---|---|---|---|"]
    for name, method in METHODS.items():
        penalties = ["`l1_*`", "`l2_*`"] if method.options.keys() >= PENALTIES.keys() else []
        options = ", ".join([*(f"`{key}`" for key in method.options if key not in PENALTIES), *penalties])
        rows.append(f"| `{name}` | {method.meaning} | {method.stop} | {method.dtype} | {options or 'none'} |")
    return "\n".join(rows) + "\n"


def _short_type(name: str, node: dict[str, Any], schema: dict[str, Any]) -> str:
    reference = next((option for option in node.get("anyOf", []) if "$ref" in option), None)
    return f"keys of [`{name}`](#{name})" if reference else describe_type({**node, "examples": []}, schema)
