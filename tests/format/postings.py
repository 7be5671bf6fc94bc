# SPDX-License-Identifier: Apache-2.0
"""postings.py: posting lists, from docs/format-postings.md."""
import os
import re

from integers import field, need, varint

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "format-postings.md")


def read_codes():
    """For each code a dictionary from a string of bits to a class."""
    page = open(PAGE, encoding="utf-8").read()
    rows = re.findall(r"^ ?(\d+) (\d{32})$", page, re.MULTILINE)
    codes = []
    for number, lengths in rows:
        need(int(number) == len(codes), "codes out of order")
        strings, code = {}, 0
        for length in range(1, 10):
            for gap_class in range(32):
                if int(lengths[gap_class]) == length:
                    strings[format(code, "0%db" % length)] = gap_class
                    code += 1
            code *= 2
        codes.append(strings)
    need(len(codes) == 64, "64 codes")
    return codes


CODES = read_codes()


def forward(data):
    return "".join(format(byte, "08b")[::-1] for byte in data)


def backward(data):
    return "".join(format(byte, "08b") for byte in reversed(data))


class Stream:
    """A string of bits read from its start."""

    def __init__(self, bits, code, low_first):
        self.bits, self.code, self.low_first, self.at = bits, code, low_first, 0

    def gap(self):
        end = self.at + 1
        while self.bits[self.at : end] not in self.code:
            need(end < len(self.bits), "a stream is cut short")
            end += 1
        gap_class = self.code[self.bits[self.at : end]]
        low = self.bits[end : end + gap_class]
        need(len(low) == gap_class, "a stream is cut short")
        self.at = end + gap_class
        if self.low_first:
            low = low[::-1]
        return (1 << gap_class) + (int(low, 2) if low else 0)


def read_block(block, before, count):
    """The positions of a block but the last."""
    if count == 1:
        return []
    need(len(block) >= 2, "a block without header")
    header = block[0] | block[1] << 8
    code, middle = CODES[header & 63], 2 + (header >> 6)
    need(middle <= len(block), "a block whose middle is outside")
    pairs = (block[2:middle], block[middle:])
    streams = []
    for pair in pairs:
        streams += [Stream(forward(pair), code, True), Stream(backward(pair), code, False)]
    positions = []
    for i in range(count - 1):
        before += streams[i % 4].gap()
        positions.append(before)
    for i in (0, 1):
        need(streams[2 * i].at + streams[2 * i + 1].at <= 8 * len(pairs[i]), "streams overlap")
    return positions


def read_long(data, count, limit, position_bits):
    block_bytes, at = varint(data, 0)
    deviation, at = varint(data, at)
    least = -(deviation >> 1) if deviation & 1 else deviation >> 1
    need(at < len(data), "a list without skip entries")
    end_bits = data[at]
    need(end_bits <= 32, "skip entries too wide")
    skips, blocks = data[at + 1 :], (count + 127) // 128
    last = [field(skips, b * position_bits, position_bits) for b in range(blocks)]
    bit = blocks * position_bits
    ends = []
    for b in range(blocks - 1):
        even = ((block_bytes << 16) // blocks * (b + 1)) >> 16
        ends.append(even + least + field(skips, bit + b * end_bits, end_bits))
    ends.append(block_bytes)
    begin_of_blocks = at + 1 + (bit + (blocks - 1) * end_bits + 7) // 8
    need(begin_of_blocks + block_bytes == len(data), "a list of another length than its blocks")
    body, positions, begin, before = data[begin_of_blocks:], [], 0, -1
    for b in range(blocks):
        need(begin <= ends[b] <= block_bytes and last[b] < limit, "a block out of place")
        in_block = 128 if b + 1 < blocks else count - 128 * b
        positions += read_block(body[begin : ends[b]], before, in_block) + [last[b]]
        begin, before = ends[b], last[b]
    return positions


def expected_bytes(count, limit):
    if count == 1:
        return (max((limit - 1).bit_length(), 1) + 7) // 8
    return (6 + count * (limit // count).bit_length() + 7) // 8


def read_postings(data, count, limit):
    position_bits = max(1, (limit - 1).bit_length())
    if count == 1:
        need(len(data) == (position_bits + 7) // 8, "a single of another size")
        positions = [int.from_bytes(data, "little")]
    elif count <= 128:
        need(len(data) > 0, "a list without bytes")
        stream = Stream(forward(data), CODES[data[0] & 63], True)
        stream.at, before, positions = 6, -1, []
        for _ in range(count):
            before += stream.gap()
            positions.append(before)
        need((stream.at + 7) // 8 == len(data), "a list longer than its code")
    else:
        positions = read_long(data, count, limit, position_bits)
    need(all(a < b for a, b in zip(positions, positions[1:])), "positions that do not ascend")
    need(positions[-1] < limit, "a position past the last")
    return positions
