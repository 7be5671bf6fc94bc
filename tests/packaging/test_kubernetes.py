# SPDX-License-Identifier: Apache-2.0
"""test_kubernetes.py: packaging/kubernetes has the shape that Kubernetes takes, by a reduced schema, names in it lead somewhere, and its
commands are those of the program. It is not run.
usage: test_kubernetes.py FOLDER GRAMDEX"""
import json
import pathlib
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("python3-yaml is not installed: skipped")
    sys.exit(77)

folder, program = pathlib.Path(sys.argv[1]), sys.argv[2]
schema = json.loads((pathlib.Path(__file__).parent / "kubernetes.schema.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
faults = []


def check(value, rule, at):
    rule = schema["definitions"][rule] if isinstance(rule, str) else rule
    if "enum" in rule:
        if value not in rule["enum"]:
            faults.append("%s: %r is none of %s" % (at, value, rule["enum"]))
        return
    wanted = TYPES[rule["type"]]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        faults.append("%s: %r is no %s" % (at, value, rule["type"]))
    elif wanted is dict:
        for key, inside in value.items():
            known = rule.get("properties", {}).get(key, rule.get("each"))
            if known is None:
                faults.append("%s: there is no field %r" % (at, key))
            else:
                check(inside, known, "%s.%s" % (at, key))
        faults.extend("%s: %s is missing" % (at, key) for key in rule.get("required", []) if key not in value)
    elif wanted is list:
        for number, inside in enumerate(value):
            check(inside, rule["items"], "%s[%d]" % (at, number))
    elif wanted is str and not re.search(rule.get("pattern", ""), value):
        faults.append("%s: %r does not match %s" % (at, value, rule["pattern"]))
    elif wanted is int and not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        faults.append("%s: %d is out of range" % (at, value))


def pods_of(one):
    if one["kind"] != "Service":
        yield one["spec"]["template"]["spec"]


def check_names(one, at):
    """Volumes that are mounted, ports that are probed and labels that are selected are there."""
    spec = one["spec"]
    if "selector" in spec and one["kind"] != "Service":
        labels = spec["template"]["metadata"]["labels"]
        if spec["selector"]["matchLabels"].items() - labels.items():
            faults.append("%s: selects what its pods are not" % at)
    claims = {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
    for pod in pods_of(one):
        volumes = claims | {volume["name"] for volume in pod.get("volumes", [])}
        for container in pod.get("initContainers", []) + pod["containers"]:
            where = "%s: container %s" % (at, container["name"])
            faults.extend("%s: mounts %s" % (where, mount["name"]) for mount in container.get("volumeMounts", []) if mount["name"] not in volumes)
            ports = {port["name"] for port in container.get("ports", [])}
            for probe in ("startupProbe", "readinessProbe"):
                if probe in container and container[probe]["httpGet"]["port"] not in ports:
                    faults.append("%s: probes no port of its own" % where)
            variables = {variable["name"] for variable in container.get("env", [])}
            used = set(re.findall(r"\$\((\w+)\)", " ".join(container["command"])))
            faults.extend("%s: $(%s) is not set" % (where, name) for name in used - variables)
            check_command(container["command"], where)


known_options = {}


def options_of(name):
    if name not in known_options:
        helped = subprocess.run([program, name, "--help"], capture_output=True, text=True)
        known_options[name] = set(re.findall(r"^ +(?:-\w, )?(--[\w-]+)", helped.stdout, re.M)) if helped.returncode == 0 else None
    return known_options[name]


def check_command(command, where):
    if command[0] != "gramdex":
        faults.append("%s: runs %s" % (where, command[0]))
        return
    known = options_of(command[1])
    if known is None:
        faults.append("%s: gramdex has no command %s" % (where, command[1]))
        return
    for word in command[2:]:
        if word.startswith("--") and word not in known:
            faults.append("%s: gramdex %s has no option %s" % (where, command[1], word))


objects = []
for path in sorted(folder.glob("*.yaml")):
    for number, one in enumerate(yaml.safe_load_all(path.read_text())):
        at = "%s[%d]" % (path.name, number)
        before = len(faults)
        check(one, schema["oneOf"].get(one.get("kind"), "job"), at)
        if len(faults) == before:
            check_names(one, at)
        objects.append(one)
services = {one["metadata"]["name"] for one in objects if one["kind"] == "Service"}
apps = {one["spec"]["template"]["metadata"]["labels"]["app"] for one in objects if one["kind"] != "Service"}
for one in objects:
    if one["kind"] == "Service" and one["spec"]["selector"]["app"] not in apps:
        faults.append("service %s selects nothing" % one["metadata"]["name"])
    if one["kind"] == "StatefulSet" and one["spec"]["serviceName"] not in services:
        faults.append("%s: there is no service %s" % (one["metadata"]["name"], one["spec"]["serviceName"]))
print("\n".join(faults))
print("%d objects" % len(objects))
sys.exit(1 if faults or len(objects) < 6 else 0)
