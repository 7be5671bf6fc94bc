# SPDX-License-Identifier: Apache-2.0
"""The JSON of every request and reply against protobuf's own json_format: what we write it reads as the same message,
what it writes we read as the same message, and texts with something odd in them are taken or refused alike, but for
the choices that docs/json.md lists.

Usage: test_mapping.py JSON_ECHO DESCRIPTOR_SET..."""
import json
import math
import random
import subprocess
import sys

try:
    from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
except ImportError:
    print("python3-protobuf is not there: skipped")
    sys.exit(77)

TEXTS = ["", "a", "\u0000", '"\\/', "产业链", "😀", "\u2028\x7f\uffff", "1e3"]
WHOLE = [0, 1, -1, 2**31 - 1, -2**31, 2**32 - 1, 2**53 + 1, 2**63 - 1, -2**63, 2**64 - 1]
REAL = [0.0, 0.1, -1.5, 1e308, 5e-324, 1e15, math.inf, -math.inf]
RANGES = {"INT32": (-2**31, 2**31), "UINT32": (0, 2**32), "INT64": (-2**63, 2**63), "UINT64": (0, 2**64)}


def kind(field):
    name = [n for n in dir(field) if n.startswith("TYPE_") and getattr(field, n) == field.type][0]
    return name.removeprefix("TYPE_")


class Echo:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, verb, name, data):
        self.process.stdin.write(f"{verb} {name} {data.hex()}\n".encode())
        self.process.stdin.flush()
        line = self.process.stdout.readline().decode()
        assert line, "json_echo has died"
        return line.rstrip("\n")

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def value_of(rng, field, package):
    of = kind(field)
    if of in RANGES:
        return rng.choice([n for n in WHOLE if RANGES[of][0] <= n < RANGES[of][1]])
    if of == "BOOL":
        return rng.random() < 0.5
    if of == "DOUBLE":
        return rng.choice(REAL)
    if of == "ENUM":
        return rng.choice(field.enum_type.values).number
    if of == "BYTES":
        return rng.randbytes(rng.randrange(6))
    assert of == "STRING", of
    return rng.choice([t for t in TEXTS if package == "gramdex.v1" or "\0" not in t])


def is_map(field):
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def fill(rng, message):
    for field in message.DESCRIPTOR.fields:
        package = message.DESCRIPTOR.file.package
        if rng.random() < 0.4:
            continue
        if is_map(field):
            for _ in range(rng.randrange(3)):
                fill(rng, getattr(message, field.name)[value_of(rng, field.message_type.fields[0], package)])
        elif field.label == field.LABEL_REPEATED and field.message_type:
            for _ in range(rng.randrange(3)):
                fill(rng, getattr(message, field.name).add())
        elif field.label == field.LABEL_REPEATED:
            getattr(message, field.name).extend(value_of(rng, field, package) for _ in range(rng.randrange(3)))
        elif field.message_type:
            getattr(message, field.name).SetInParent()
            fill(rng, getattr(message, field.name))
        else:
            setattr(message, field.name, value_of(rng, field, package))


def check_written(echo, name, message):
    text = echo.ask("out", name, message.SerializeToString())
    again = json_format.Parse(text, type(message)())
    assert again == message, f"{name}: {text}"
    assert json.loads(text) == json.loads(json_format.MessageToJson(message)), text


def check_read(echo, name, message):
    for names in (False, True):
        text = json_format.MessageToJson(message, preserving_proto_field_name=names)
        answer = echo.ask("in", name, text.encode())
        assert not answer.startswith("!"), f"{name}: {answer}: {text}"
        assert type(message).FromString(bytes.fromhex(answer)) == message, f"{name}: {text}"


ODD = [None, True, False, 0, 1, -1, 1.0, 1e3, 0.5, 2**31, 2**32, 2**63 - 1, "", "1", "-1", "1.0", "1e3", "x", "NaN",
       "Infinity", "-Infinity", "AAA=", "AAA", "_-8", "+/8=", [], {}, [None], ["a"], {"a": None}, str(2**64 - 1),
       str(2**64), str(2**63), 1e300]


# True: json_format may take or refuse it, and we do what docs/json.md says.
def is_our_choice(field, value):
    of = kind(field)
    if of == "ENUM" and value is not None:  # numbers without a name, numbers as text, true
        return not isinstance(value, str) or value in ("1", "-1")
    if of in RANGES or of == "DOUBLE":  # python's int() and float() take True, and int() no exponent
        return isinstance(value, bool) or value in ("1.0", "1e3", 1e300)
    if of == "MESSAGE":  # python iterates over anything empty
        return value in ("", [])
    if of == "BYTES":
        return isinstance(value, str)  # python skips what is no base64
    return False


def check_odd(echo, name, kind_of_message):
    taken = refused = 0
    for field in kind_of_message.DESCRIPTOR.fields:
        for value in ODD:
            if field.label != field.LABEL_REPEATED and is_our_choice(field, value):
                continue
            if field.label == field.LABEL_REPEATED and isinstance(value, list) and value and kind(field) != "STRING":
                continue
            text = json.dumps({field.json_name: value})
            answer = echo.ask("in", name, text.encode())
            try:
                wanted = json_format.Parse(text, kind_of_message())
            except json_format.ParseError as error:
                assert answer.startswith("!"), f"{name} {text}: taken as {answer}, json_format says {error}"
                refused += 1
                continue
            assert not answer.startswith("!"), f"{name} {text}: {answer}"
            found = kind_of_message.FromString(bytes.fromhex(answer))
            assert found.SerializeToString() == wanted.SerializeToString(), f"{name} {text}"  # NaN is not NaN
            taken += 1
    return taken, refused


def types(pool, sets):
    for data in sets:
        for file in data.file:
            if file.name == "gramdex/v1/leaf.proto":
                continue  # what a root and its leaves tell each other has no form in JSON
            for service in file.service:
                for method in service.method:
                    for name in (method.input_type, method.output_type):
                        yield pool.FindMessageTypeByName(name.lstrip("."))


def main():
    echo, rng = Echo(sys.argv[1]), random.Random(14)
    pool = descriptor_pool.DescriptorPool()
    sets = []
    for path in sys.argv[2:]:
        with open(path, "rb") as file:
            sets.append(descriptor_pb2.FileDescriptorSet.FromString(file.read()))
        for file in sets[-1].file:
            pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    seen, taken, refused = set(), 0, 0
    for descriptor in types(pool, sets):
        if descriptor.full_name in seen:
            continue
        seen.add(descriptor.full_name)
        new = factory.GetPrototype(descriptor)
        for _ in range(40):
            message = new()
            fill(rng, message)
            check_written(echo, descriptor.full_name, message)
            check_read(echo, descriptor.full_name, message)
        more = check_odd(echo, descriptor.full_name, new)
        taken, refused = taken + more[0], refused + more[1]
    echo.close()
    print(f"{len(seen)} types; of texts with something odd {taken} taken and {refused} refused, as json_format does")
    assert len(seen) > 40 and taken > 1000 and refused > 1000


if __name__ == "__main__":
    main()
