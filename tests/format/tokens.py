# SPDX-License-Identifier: Apache-2.0
"""tokens.py: token text, from docs/format.md, "Token text": the table that is built in, and those that segments bring."""
import os
import re
import subprocess

from integers import Damaged, checksum, field, need, varint

BUILTIN_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "indexer", "tokens", "data", "tokens-1.txt")


def token_class(rank):
    if rank < 2:
        return rank
    high = rank.bit_length() - 1
    return 2 * high + (rank >> (high - 1) & 1)


def class_rest(number):
    """How many bits of a rank its class leaves, and the first rank of the class."""
    rest = max(number // 2 - 1, 0)
    return rest, number if number < 4 else (2 + number % 2) << rest


class Tokens:
    """A table of tokens: texts by rank, and the classes by their codes, written first bit first."""

    def __init__(self, prefixes, texts, classes):
        self.classes, code, taken, rows = {"1" * 8: None}, 0, 0, [[] for _ in range(36)]
        need(all(bits == 0 or 2 <= bits <= 10 for bits in prefixes), "a prefix of a wrong length")
        for bits in range(1, 11):
            for number in range(36):
                if prefixes[number] == bits:
                    self.classes[format(code, "0%db" % bits)] = number
                    code, taken = code + 1, taken + (1024 >> bits)
            code *= 2
        need(0 < taken <= 1020, "prefixes that are no code")
        for text, number in zip(texts, classes):
            need(number < 36 and prefixes[number] > 0, "a token of no class")
            rows[number].append(text)
        self.by_rank = {}
        for number, row in enumerate(rows):
            rest, first = class_rest(number)
            need(len(row) <= 1 << rest, "a class of too many tokens")
            self.by_rank.update((first + i, text) for i, text in enumerate(row))

    def decode(self, coded):
        """A group -> its text."""
        if not coded:
            return b""
        if coded[0] == 0xFF and coded[1:2] != b"\xff":
            try:
                coded[1:].decode()
            except UnicodeDecodeError:
                raise Damaged("text of a group that is not UTF-8") from None
            return coded[1:]
        bit, end, out = 8 if coded[0] == 0xFF else 0, len(coded) * 8, bytearray()
        while True:
            size, code = 0, ""
            while code not in self.classes and size < 10 and bit + size < end:
                code += str(field(coded, bit + size, 1))
                size += 1
            if code not in self.classes:
                need(end - bit < 8 and "0" not in code, "bits that are no token")
                return bytes(out)
            bit += size
            number = self.classes[code]
            rest, first = (21, 0) if number is None else class_rest(number)
            need(bit + rest <= end, "a token is cut short")
            value = first + (field(coded, bit, rest) if rest else 0)
            bit += rest
            if number is None:
                need(value <= 0x10FFFF and not 0xD800 <= value < 0xE000, "no code point")
                out += chr(value).encode()
            else:
                need(value in self.by_rank, "a rank without a token")
                out += self.by_rank[value]


def read_builtin_tokens():
    """Prefixes and texts of token table 1."""
    lines = open(BUILTIN_FILE, encoding="utf-8", newline="\n").read().split("\n")[1:-1]
    prefixes = [int(bits) for bits in lines[0].split()[1:]]
    plain = {"n": "\n", "t": "\t", "\\": "\\"}
    texts = [
        re.sub(r"\\(?:u([0-9a-f]{4})|(.))", lambda match: chr(int(match[1], 16)) if match[1] else plain[match[2]], line).encode()
        for line in lines[1:]
    ]
    summed = bytes(prefixes) + b"".join(text + b"\0" for text in texts)
    need(len(texts) == 123909 and checksum(summed) == 0x0F2D5A822D3A8110, "another token table 1")
    return prefixes, texts


def builtin_tokens():
    prefixes, texts = read_builtin_tokens()
    return Tokens(prefixes, texts, map(token_class, range(len(texts))))


def own_tokens(serialized):
    """A segment's own table."""
    _, builtin = read_builtin_tokens()
    unpacked = subprocess.run(["zstd", "-dcq"], input=serialized, capture_output=True)
    need(unpacked.returncode == 0 and len(unpacked.stdout) > 36, "a table of tokens does not decompress")
    plain, texts, before = unpacked.stdout, [], b""
    count, at = varint(plain, 36)
    need(count <= 1 << 15, "too many own tokens")
    for _ in range(count):
        need(at + 2 <= len(plain), "own tokens are cut short")
        shared, rest = plain[at], plain[at + 1]
        need(shared <= len(before) and 0 < rest and shared + rest <= 64, "an own token that does not fit")
        before = before[:shared] + plain[at + 2 : at + 2 + rest]
        need(len(before) == shared + rest, "own tokens are cut short")
        texts.append(before)
        at += 2 + rest
    need(len(plain) - at == len(builtin) + count, "not a class for each token")
    classes = [(plain[at + i] + token_class(i)) % 256 for i in range(len(builtin))]
    return Tokens(list(plain[:36]), builtin + texts, classes + list(plain[at + len(builtin) :]))


BUILTIN = builtin_tokens()
BUILTIN_CHECKSUM = 0x0F2D5A822D3A8110
