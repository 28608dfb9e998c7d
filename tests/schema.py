"""A standard validator on the schemas: every good file passes, what a schema can refuse is refused.

    schema.py RUNBOOK_SCHEMA MODULE_SCHEMA ROOT

Good files are those of runbooks/ and stdlib/ and the runbooks of tests/cases/ that run at all.
"""

import glob
import json
import re
import sys

import jsonschema
import yaml


class Core(yaml.SafeLoader):
    """YAML 1.2: `no`, `on` and `22:22` are text. Merges stay."""


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("merge", r"^<<$", "<"),
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+.0123456789"),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))

BAD = [
    "steps: [{ rum: x }]",
    "steps: [{ run: 5 }]",
    "steps: [{ run: x, timeout: 10 }]",
    "steps: [{ run: x, timeout: ten minutes }]",
    "steps: [{ run: x, effects: some }]",
    "steps: [{ run: x, id: deploy-api }]",
    "steps: [{ run: x, retry: { attempts: '3' } }]",
    "steps: [{ run: x, needs: a }]",
    "steps: [{ http: { method: GET } }]",
    "steps: []",
    "steps: [{ run: x }]\ninputs: { a: { typ: string } }",
    "steps: [{ run: x }]\ninputs: { a: { type: strin } }",
    "steps: [{ run: x }]\nfinally: [{ run: x, rollback: { run: y } }]",
    "steps: [{ run: x, rollback: { run: y, rollback: { run: z } } }]",
    "steps: [{ run: x }]\nrollback: { when: [{ for: 5m }] }",
    "stepz: [{ run: x }]",
]


def cases(path):
    """The runbooks of a case file that are not refused."""
    for case in re.split(r"^=== ", open(path, encoding="utf-8").read(), flags=re.M)[1:]:
        title, _, rest = case.partition("\n")
        parts = re.split(r"^--- (.*)\n", rest, flags=re.M)
        sections = dict(zip(parts[1::2], parts[2::2]))
        if "exit 2" not in sections and "runbook" in sections:
            yield f"{path}: {title}", sections["runbook"]


def main(runbook_schema, module_schema, root):
    schemas = [json.load(open(p, encoding="utf-8")) for p in (runbook_schema, module_schema)]
    for schema in schemas:
        jsonschema.Draft7Validator.check_schema(schema)
    of_runbook, of_module = (jsonschema.Draft7Validator(s) for s in schemas)
    files = [(p, open(p, encoding="utf-8").read(), of_runbook) for p in glob.glob(f"{root}/runbooks/*.yml")
             if not p.endswith(".test.yml")]
    files += [(p, open(p, encoding="utf-8").read(), of_module) for p in glob.glob(f"{root}/stdlib/*/*.yml")]
    for path in sorted(glob.glob(f"{root}/tests/cases/*.case")):
        files += [(name, text, of_runbook) for name, text in cases(path)]
    passed = failed = 0
    for name, text, validator in files:
        try:
            value = yaml.load(text, Core)
        except yaml.YAMLError:
            continue  # it knows less YAML than we do
        error = next(iter(validator.iter_errors(value)), None)
        if error:
            print(f"{name}: {'.'.join(map(str, error.path))}: {error.message[:200]}")
        failed += error is not None
        passed += error is None
    for text in BAD:
        if of_runbook.is_valid(yaml.load(f"version: 1\nrunbook: x\n{text}\n", Core)):
            print(f"not refused: {text}")
            failed += 1
        else:
            passed += 1
    if passed < 100:
        print("hardly any file was found")
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main(*sys.argv[1:]))
