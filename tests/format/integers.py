# SPDX-License-Identifier: Apache-2.0
"""integers.py: numbers as the files of an index have them: of fixed width, varints, bit fields, packed columns. And their checksum, and
the refusal of what is damaged."""
import struct

import xxhash


class Damaged(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Damaged(what)


def checksum(data):
    return xxhash.xxh3_64_intdigest(data)


def u32(data, at=0):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at=0):
    return struct.unpack_from("<Q", data, at)[0]


def column(data, size):
    """An array of integers of 4 or 8 bytes."""
    return list(struct.unpack("<%d%s" % (len(data) // size, "I" if size == 4 else "Q"), data))


def varint(data, at):
    value = 0
    for group in range(10):
        need(at < len(data), "a varint is cut short")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * group)
        if byte < 0x80:
            return value, at
    raise Damaged("a varint of more than 10 bytes")


def field(data, bit, width):
    """`width` bits from bit `bit` on, lowest first."""
    end = (bit + width + 7) // 8
    need(end <= len(data), "a bit field is cut short")
    return int.from_bytes(data[bit // 8 : end], "little") >> bit % 8 & ((1 << width) - 1)


def packed(data, at, count):
    """A packed column of `count` values; also where it ends."""
    need(at < len(data), "a packed column is cut short")
    width, has_exceptions = data[at] & 0x7F, data[at] >> 7
    need(width <= 32 and not (width == 32 and has_exceptions), "a packed column of a wrong width")
    at += 1
    body = data[at : at + (count * width + 7) // 8]
    values = [field(body, i * width, width) for i in range(count)]
    at += (count * width + 7) // 8
    if has_exceptions:
        need(at < len(data), "exceptions are cut short")
        exceptions = data[at]
        at += 1
        for _ in range(exceptions):
            need(at < len(data) and data[at] < count, "an exception out of place")
            index = data[at]
            high, at = varint(data, at + 1)
            values[index] |= high << width
            need(values[index] < 1 << 32, "a value of more than 32 bits")
    return values, at


def unzigzag(code):
    return -(code // 2) - 1 if code & 1 else code // 2
