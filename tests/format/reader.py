#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads an index directory and prints all that is in it as JSON Lines: reader.py DIRECTORY

Written from docs/format.md, format-index.md and format-postings.md alone, and shares no code with the program: where it
cannot read what the program wrote, one of them is wrong. It knows no matching rule, looks up nothing and is slow; it
checks what the pages say a reader must. Needs python3-xxhash and the program zstd. The tables it takes from the pages:
the prefix codes from docs/format-postings.md, the built-in tokens from the file that docs/format.md names.
"""
import bisect
import json
import os
import re
import struct
import subprocess
import sys

import xxhash

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FIRST_WORD = 0x110000


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


# ---- posting lists: docs/format-postings.md


def read_codes():
    """For each code a dictionary from a string of bits to a class."""
    page = open(os.path.join(ROOT, "docs", "format-postings.md"), encoding="utf-8").read()
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


def unzigzag(code):
    return -(code // 2) - 1 if code & 1 else code // 2


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


# ---- token text: docs/format.md, "Token text"


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
    path = os.path.join(ROOT, "indexer", "tokens", "data", "tokens-1.txt")
    lines = open(path, encoding="utf-8", newline="\n").read().split("\n")[1:-1]
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

# ---- a segment: docs/format.md

SECTIONS = (
    "STORE GROUPS GROUP_BLOCKS TOKENS TOKEN_RANGES HEADS HEAD_BLOCKS POSTINGS TERMS TERM_BLOCKS TERM_FILTER FREQUENCIES FREQUENCY_SYMBOLS "
    "WORDS WORD_BLOCKS WORDS_REVERSED DOCUMENT_BEGIN DOCUMENT_TEXT DOCUMENT_FLAGS PARTS DOCUMENT_DATE DOCUMENT_SOURCE "
    "DOCUMENT_HASH DOCUMENT_HEAD DOCUMENT_GROUP DOCUMENT_ID IDS ID_ORDER SOURCES SOURCE_OFFSETS KEYS VALUES VALUE_OFFSETS "
    "DOCUMENT_VALUES VALUE_LISTS"
).split()


SHAPES = ("exact", "compact", "archive")


def spell_date(date):
    year, month, day = date >> 9, date >> 5 & 15, date & 31
    need(date == 0 or (1 <= year <= 9999 and month <= 12 and (month or not day)), "no date")
    return ("%04d" % year if year else "") + ("-%02d" % month if month else "") + ("-%02d" % day if day else "")


def string(data, at):
    size, at = varint(data, at)
    need(at + size <= len(data), "a string longer than the details")
    data[at : at + size].decode()
    return data[at : at + size], at + size


def read_details(details):
    """Origin, sizes of the text and of each part but the last, places of the text and of each part."""
    origin, sizes, places, at, count = b"", [], [], 0, 0
    if details:
        origin, at = string(details, at)
    if at < len(details):
        count, at = varint(details, at)
        for _ in range(count):
            size, at = varint(details, at)
            sizes.append(size)
    for _ in range(count + 1):
        number, byte = 0, 0
        places.append([])
        if at < len(details) or places[0]:
            number, at = varint(details, at)
        for _ in range(number):
            step, at = varint(details, at)
            name, at = string(details, at)
            byte += step
            places[-1].append((byte, name))
    need(at == len(details), "details that do not decode")
    return origin, sizes, places


def hashed_places(places):
    names = b"".join(struct.pack("<QQ", byte, len(name)) + name for byte, name in places)
    return struct.pack("<Q", len(places)) + names


def spelled_places(places):
    return [[byte, name.decode()] for byte, name in places]


def filtered(first, second, words):
    """The word of a term's bits in the filter, and the bits."""
    hash = (first << 32 | second) * 0x9E3779B97F4A7C15 & 2**64 - 1
    hash = (hash ^ hash >> 32) * 0xBF58476D1CE4E5B9 & 2**64 - 1
    return (hash >> 32) * words >> 32, 1 << (hash >> 26 & 63) | 1 << (hash >> 20 & 63)


def values_of(metadata, key):
    """The values under a key, and whether there are others, which are left out."""
    found, left_out = set(), False
    value = json.loads(metadata, parse_int=str, parse_float=str).get(key) if metadata else None
    for one in value if isinstance(value, list) else [value]:
        text = json.dumps(one) if isinstance(one, bool) else one
        if isinstance(text, (list, dict)) or (text and len(text.encode()) > 256):
            left_out = True
        elif text:
            found.add(text.encode())
    return found, left_out


class Segment:
    def __init__(self, directory, name):
        self.file_name = "segment-%016x" % name
        data = open(os.path.join(directory, self.file_name), "rb").read()
        need(len(data) >= 680 and data[:8] == b"gdxsegmt" and data[-8:] == b"gdxsegft", "no segment")
        need((u32(data, 8), u32(data, 12), u32(data, 28)) == (2, 65536, 0), "another version")
        self.bytes, self.rule = len(data), (u64(data, 16), u32(data, 24))
        footer = data[-648:]
        need(checksum(footer[:632]) == u64(footer, 632) == name, "the footer's checksum")
        self.text_bytes, self.symbols = u64(footer, 560), u64(footer, 568)
        counts = struct.unpack_from("<6IHH3I", footer, 576)
        self.documents, self.positions, self.term_count, self.word_count, self.source_count, self.group_count = counts[:6]
        self.key_count, self.shape, self.value_count, _, self.pages = counts[6:]
        need(self.shape < len(SHAPES), "a segment of no shape")
        need(u64(footer, 616) == BUILTIN_CHECKSUM, "another token table")
        self.check_pages(data, footer)
        self.read_sections(data, footer)

    def check_pages(self, data, footer):
        end = len(data) - 648 - 8 * self.pages
        need(end > 0 and (end + 65535) // 65536 == self.pages, "another number of pages")
        checksums = data[end : end + 8 * self.pages]
        need(checksum(checksums) == u64(footer, 624), "the checksum of page checksums")
        for page in range(self.pages):
            found = checksum(data[page * 65536 : min(end, (page + 1) * 65536)])
            need(found == u64(checksums, 8 * page), "the checksum of page %d" % page)
        self.page_end = end

    def read_sections(self, data, footer):
        self.section, end = {}, 32
        for i, name in enumerate(SECTIONS):
            offset, length = struct.unpack_from("<QQ", footer, 16 * i)
            need(offset == (end + 7) // 8 * 8 and offset + length <= self.page_end, "section %s out of place" % name)
            need(not any(data[end:offset]), "bytes before section %s that are not 0" % name)
            self.section[name], end = data[offset : offset + length], offset + length
        need((end + 7) // 8 * 8 == self.page_end, "sections end elsewhere than the pages")
        self.parts = list(struct.iter_unpack("<II", self.section["PARTS"]))
        n = self.documents
        for name, size in (
            ("TERM_BLOCKS", (self.term_count + 63) // 64 * 24),
            ("TERM_FILTER", (self.term_count * 3 + 63) // 64 * 8),
            ("WORD_BLOCKS", (self.word_count + 15) // 16 * 4),
            ("WORDS_REVERSED", self.word_count * 4),
            ("DOCUMENT_BEGIN", n * 4 + 4),
            ("DOCUMENT_TEXT", n * 4),
            ("DOCUMENT_FLAGS", n),
            ("DOCUMENT_DATE", n * 4),
            ("DOCUMENT_SOURCE", n * 4),
            ("DOCUMENT_HASH", n * 8),
            ("DOCUMENT_HEAD", n * 8 + 8),
            ("DOCUMENT_GROUP", n * 4 + 4),
            ("GROUP_BLOCKS", (self.group_count + 63) // 64 * 20),
            ("DOCUMENT_ID", n * 4 + 4),
            ("ID_ORDER", n * 4),
            ("SOURCE_OFFSETS", self.source_count * 4 + 4),
            ("KEYS", self.key_count * 68),
            ("VALUE_OFFSETS", self.value_count * 4 + 4),
            ("DOCUMENT_VALUES", self.key_count * n * 4),
        ):
            need(len(self.section[name]) == size, "section %s of another size" % name)

    def strings(self, offsets, names):
        at, text = column(self.section[offsets], 4), self.section[names]
        need(at[0] == 0 and at == sorted(at) and at[-1] == len(text), "strings out of order")
        return [text[a:b] for a, b in zip(at, at[1:])]

    # -- metadata columns

    def row(self, word, count, lists):
        """The numbers that a word of DOCUMENT_VALUES stands for."""
        if word == 0xFFFFFFFF:
            return []
        numbers = [word]
        if word >> 31:
            index = word & 0x7FFFFFFF
            need(index < len(lists) and 2 <= lists[index] <= 257, "a list out of place")
            numbers = lists[index + 1 : index + 1 + lists[index]]
            need(len(numbers) == lists[index] and numbers == sorted(set(numbers)), "a list out of order")
        need(all(number < count or number == 0x7FFFFFFF for number in numbers), "no such value")
        return numbers

    def columns(self, metadata):
        """Of each key its name, its values, and the numbers of each document; they are what the metadata says."""
        values, lists = self.strings("VALUE_OFFSETS", "VALUES"), column(self.section["VALUE_LISTS"], 4)
        words, before, end = column(self.section["DOCUMENT_VALUES"], 4), b"", 0
        need(self.key_count <= 16, "too many keys")
        for k in range(self.key_count):
            record = self.section["KEYS"][68 * k : 68 * k + 68]
            name, first, end = record[:64].rstrip(b"\0"), end, u32(record, 64)
            own = values[first:end]
            need(before < name and first <= end <= len(values), "keys out of order")
            need(own == sorted(set(own)) and all(1 <= len(value) <= 256 for value in own), "values out of order")
            rows = [self.row(words[k * self.documents + d], len(own), lists) for d in range(self.documents)]
            need(set(range(len(own))) == {n for row in rows for n in row if n != 0x7FFFFFFF}, "a value of no document")
            for row, text in zip(rows, metadata):
                found, left_out = values_of(text, name.decode())
                need({own[n] for n in row if n != 0x7FFFFFFF} == found, "values that the metadata does not have")
                need((0x7FFFFFFF in row) == left_out, "values that are left out")
            before = name
            yield {"key": name.decode(), "values": [value.decode() for value in own], "rows": rows}
        need(end == len(values), "values of no key")

    # -- terms

    def block_of(self):
        """A function from a position of a compact segment to its block."""
        begin, text, group = (column(self.section["DOCUMENT_" + name], 4) for name in ("BEGIN", "TEXT", "GROUP"))

        def block(position):
            document = bisect.bisect_right(begin, position) - 1
            title = group[document] + document
            return title if position < text[document] else title + 1 + (position - text[document]) // 128

        return block

    def spans(self):
        """Of so many blocks: of one, or of 128."""
        blocks = self.group_count + self.documents
        return blocks if self.shape == 1 else (blocks + 127) // 128

    def list(self, data, count, more):
        """A list of positions, or of the spans of so many occurrences."""
        if self.shape == 0:
            return {"positions": read_postings(data, count, self.positions)}
        if self.shape == 2 or count + more < 16384:
            return {"occurrences": count + more, "spans": read_postings(data, count, self.spans())}
        positions = read_postings(data, count + more, self.positions)
        need(len(set(map(self.block_of(), positions))) == count, "positions in another number of blocks")
        return {"positions": positions}

    def terms(self):
        """(first, second, list) in order."""
        rows, columns, lists = self.section["TERM_BLOCKS"], self.section["TERMS"], self.section["POSTINGS"]
        occurrences = offset = at = 0
        before = (-1, 0)
        words = [0] * (len(self.section["TERM_FILTER"]) // 8)
        limit = self.spans() if self.shape else self.positions
        for block in range(0, self.term_count, 64):
            first, second, postings, begin, earlier = struct.unpack_from("<IIQII", rows, block // 64 * 24)
            n = min(64, self.term_count - block)
            need((postings, begin, earlier) == (offset, at, occurrences), "a row that does not follow the one before")
            firsts, at = packed(columns, at, n - 1)
            seconds, at = packed(columns, at, n - 1)
            counts, at = packed(columns, at, n)
            codes, at = packed(columns, at, n)
            more, at = packed(columns, at, n) if self.shape else ([0] * n, at)
            sizes = [expected_bytes(count + 1, limit) + unzigzag(code) for count, code in zip(counts, codes)]
            for i in range(n):
                if i and firsts[i - 1] == 0:
                    second += seconds[i - 1] + 1
                elif i:
                    first, second = first + firsts[i - 1], seconds[i - 1]
                need(before < (first, second), "terms out of order")
                before = (first, second)
                word, bits = filtered(first, second, len(words))
                words[word] |= bits
                yield first, second, self.list(lists[offset : offset + sizes[i]], counts[i] + 1, more[i])
                offset += sizes[i]
                occurrences += counts[i] + 1 + more[i]
        need(words == column(self.section["TERM_FILTER"], 8), "a filter of other terms")
        need(at == len(columns) and offset == len(lists), "terms that do not fill their sections")
        need(occurrences == self.positions - 2 * self.documents - len(self.parts), "another number of occurrences than symbols")

    def frequencies(self):
        """(symbol, [[document, count]])"""
        rows, lists = self.section["FREQUENCY_SYMBOLS"], self.section["FREQUENCIES"]
        need(len(rows) % 16 == 0, "frequency symbols of another size")
        at = 0
        for row in range(0, len(rows), 16):
            symbol, documents, offset = struct.unpack_from("<IIQ", rows, row)
            need(offset == at, "a frequency list that does not follow the one before")
            entries, document = [], 0
            while len(entries) < documents:
                n = min(128, documents - len(entries))
                gaps, at = packed(lists, at, n)
                counts, at = packed(lists, at, n)
                for i in range(n):
                    document += gaps[i]
                    need(document < self.documents, "a frequency of no document")
                    entries.append([document, counts[i] + 1])
                    document += 1
            yield symbol, entries
        need(at == len(lists), "frequencies that do not fill their section")

    # -- words

    def words(self):
        words, text, blocks = [], self.section["WORDS"], column(self.section["WORD_BLOCKS"], 4)
        at = 0
        for i in range(self.word_count):
            shared = 0
            if i % 16 == 0:
                need(blocks[i // 16] == at, "a block of words that does not follow the one before")
            else:
                shared, at = varint(text, at)
                need(shared <= len(words[-1]), "a word that shares more than there is")
            more, at = varint(text, at)
            need(at + more <= len(text), "a word is cut short")
            words.append((words[-1][:shared] if shared else b"") + text[at : at + more])
            at += more
        need(at == len(text) and words == sorted(words), "words out of order")
        reversed_order = column(self.section["WORDS_REVERSED"], 4)
        need(reversed_order == sorted(range(len(words)), key=lambda w: words[w][::-1]), "reversed words out of order")
        return words, reversed_order

    # -- documents

    def heads(self):
        """Title, metadata and details of each document. A magic number makes each block a zstd frame."""
        rows = list(struct.iter_unpack("<QQI", self.section["HEAD_BLOCKS"]))
        heads, offsets = self.section["HEADS"], column(self.section["DOCUMENT_HEAD"], 8)
        rows.append((offsets[-1], len(heads), self.documents))
        frames = b"".join(b"\x28\xb5\x2f\xfd" + heads[a[1] : b[1]] for a, b in zip(rows, rows[1:]))
        unpack = ["zstd", "-dcq", "--memory=64KB"]
        data = subprocess.run(unpack, input=frames, stdout=subprocess.PIPE, check=True).stdout
        need(len(data) == rows[-1][0], "blocks of another size than their rows")
        need(all(offsets[row[2]] == row[0] for row in rows), "a block that begins within a head")
        for begin, end in zip(offsets, offsets[1:]):
            need(begin < end, "heads out of order")
            title, at = varint(data[:end], begin)
            metadata, at = varint(data[:end], at)
            is_plain, title = title & 1, title // 2
            need(at + title + metadata <= end, "fields longer than their head")
            details = data[at + title + metadata : end]
            code = data[at : at + title]
            yield code if is_plain else BUILTIN.decode(code), data[at + title :][:metadata], read_details(details)

    def lengths(self, columns, at, count):
        middle, at = varint(columns, at)
        values, at = packed(columns, at, count)
        return [(middle + unzigzag(value)) % (1 << 32) for value in values], at

    def groups(self):
        """The code, the length of the text and `late` of each group."""
        columns, store, at, code, text = self.section["GROUPS"], self.section["STORE"], 0, 0, 0
        for row in range(0, self.group_count, 64):
            n = min(64, self.group_count - row)
            found = struct.unpack_from("<QQI", self.section["GROUP_BLOCKS"], row // 64 * 20)
            need(found == (code, text, at), "a row that does not follow the one before")
            codes, at = self.lengths(columns, at, n)
            texts, at = self.lengths(columns, at, n)
            late, at = packed(columns, at, n)
            for i in range(n):
                need(code + codes[i] <= len(store), "a code outside of its section")
                yield store[code : code + codes[i]], texts[i], late[i]
                code, text = code + codes[i], text + texts[i]
        need(at == len(columns) and code == len(store), "groups that do not fill their sections")

    def tables(self):
        """The table of tokens of each document."""
        rows = list(struct.iter_unpack("<II", self.section["TOKEN_RANGES"]))
        tokens = self.section["TOKENS"]
        need(not self.documents or rows[0] == (0, 0), "ranges that do not begin with the first document")
        rows.append((self.documents, len(tokens)))
        for a, b in zip(rows, rows[1:]):
            need(a[0] < b[0] and a[1] <= b[1], "ranges out of order")
            table = own_tokens(tokens[a[1] : b[1]]) if a[1] < b[1] else BUILTIN
            yield from [table] * (b[0] - a[0])

    def bodies(self, positions):
        """The body of each document, of which `positions` says how long it is."""
        groups, first = self.groups(), column(self.section["DOCUMENT_GROUP"], 4)
        need(first[0] == 0 and first[-1] == self.group_count, "groups of no document")
        for document, table in enumerate(self.tables()):
            count, body, before = (positions[document] + 127) // 128, b"", 0
            need(first[document + 1] - first[document] == count, "document %d has another number of groups" % document)
            for group in range(count):
                code, size, late = next(groups)
                symbol = 128 * group + late
                need(before <= symbol < positions[document] and (group or not late), "a group of another symbol")
                text, at, before = b"", 0, symbol
                while size > 65536 and at < len(code):
                    piece, at = varint(code, at)
                    need(at + piece <= len(code), "a code is cut short")
                    text, at = text + table.decode(code[at : at + piece]), at + piece
                text = text if size > 65536 else table.decode(code)
                need(len(text) == size, "a group of another length")
                body += text
            yield body
        need(next(groups, None) is None, "groups of no document")

    def counted(self, begin, text, end, flags):
        """How many symbols of a document count by default."""
        rows = [row for row in self.parts if text < row[0] < end]
        need(bool(rows) == bool(flags & 2), "another number of parts than the flags say")
        bounds = [(begin, 0), (text, 1)] + rows + [(end, 0)]
        need(all(1 <= a[1] <= b[1] <= 4 for a, b in zip(bounds[1:], rows)), "parts out of order")
        lengths = [(a[1], b[0] - a[0] - 1) for a, b in zip(bounds, bounds[1:])]
        return sum(length for field, length in lengths if field < 4 and not (field == 0 and flags & 1))

    def all_documents(self):
        begin, text_begin = column(self.section["DOCUMENT_BEGIN"], 4), column(self.section["DOCUMENT_TEXT"], 4)
        dates, sources = column(self.section["DOCUMENT_DATE"], 4), column(self.section["DOCUMENT_SOURCE"], 4)
        hashes = column(self.section["DOCUMENT_HASH"], 8)
        ids, names = self.strings("DOCUMENT_ID", "IDS"), self.strings("SOURCE_OFFSETS", "SOURCES")
        order = column(self.section["ID_ORDER"], 4)
        need(begin[0] == 0 and begin[-1] == self.positions, "documents that do not span the positions")
        need(order == sorted(range(self.documents), key=lambda d: (ids[d], -d)), "ids out of order")
        flags, total, all_symbols = self.section["DOCUMENT_FLAGS"], 0, 0
        heads, bodies = self.heads(), self.bodies([end - text for text, end in zip(text_begin, begin[1:])])
        for d in range(self.documents):
            need(begin[d] < text_begin[d] < begin[d + 1], "fields of document %d out of order" % d)
            need(flags[d] < 4 and sources[d] < len(names), "document %d" % d)
            (title, metadata, (origin, sizes, places)), body = next(heads), next(bodies)
            fields_of_parts = [row[1] for row in self.parts if text_begin[d] < row[0] < begin[d + 1]]
            need(len(sizes) == len(fields_of_parts), "document %d has another number of parts" % d)
            ends = [0] + [sum(sizes[: i + 1]) for i in range(len(sizes))] + [len(body)]
            text, *parts = [body[a:b] for a, b in zip(ends, ends[1:])]
            parts = list(zip(fields_of_parts, parts, places[1:]))
            fields = (ids[d], title, names[sources[d]], metadata, text, origin)
            hashed = b"".join(struct.pack("<Q", len(field)) + field for field in fields)
            hashed += struct.pack("<II", dates[d], flags[d] & 1)
            if parts or places[0]:
                hashed += hashed_places(places[0])
            for kind, part, of_part in parts:
                hashed += struct.pack("<QQ", kind, len(part)) + part + hashed_places(of_part)
            need(checksum(hashed) == hashes[d], "document %d has another hash" % d)
            total += len(title) + len(body)
            symbols = self.counted(begin[d], text_begin[d], begin[d + 1], flags[d])
            all_symbols += symbols
            yield {
                "document": d,
                "id": ids[d].decode(),
                "title": title.decode(),
                "date": spell_date(dates[d]),
                "source": names[sources[d]].decode(),
                "metadata": metadata.decode(),
                "text": text.decode(),
                "origin": origin.decode(),
                "places": spelled_places(places[0]),
                "parts": [[kind, part.decode(), spelled_places(of_part)] for kind, part, of_part in parts],
                "title_from_text": flags[d] & 1,
                "symbols": symbols,
                "hash": "%016x" % hashes[d],
                "begin": begin[d],
                "text_begin": text_begin[d],
                "end": begin[d + 1],
            }
        need(next(bodies, None) is None, "more groups than documents need")
        need(total == self.text_bytes, "texts and titles of another size than the footer says")
        need(all_symbols == self.symbols, "another number of symbols than the footer says")


# ---- the directory: docs/format-index.md


def read_deletions(directory, record):
    """Numbers of the deleted documents."""
    if record["deleted_count"] == 0:
        need(record["deletions_name"] == 0 and record["deleted_symbols"] == 0, "deletions of no document")
        return []
    data = open(os.path.join(directory, "deletions-%016x" % record["deletions_name"]), "rb").read()
    bitmap_bytes = (record["documents"] + 63) // 64 * 8
    need(len(data) == 40 + bitmap_bytes and data[:8] == b"gdxdelet", "no deletions")
    need(checksum(data[:-8]) == u64(data, len(data) - 8) == record["deletions_name"], "the checksum of deletions")
    expected = (2, record["documents"], record["name"], record["deleted_count"], 0)
    need(struct.unpack_from("<IIQII", data, 8) == expected, "deletions of another segment")
    deleted = [d for d in range(8 * bitmap_bytes) if data[32 + d // 8] >> d % 8 & 1]
    need(len(deleted) == record["deleted_count"] and deleted[-1] < record["documents"], "another number of deletions")
    return deleted


def read_manifest(directory):
    data = open(os.path.join(directory, "manifest"), "rb").read()
    need(len(data) >= 72 and data[:8] == b"gdxmanif" and u32(data, 8) == 2, "no manifest of version 2")
    need(checksum(data[:-8]) == u64(data, len(data) - 8), "the checksum of the manifest")
    names = "segments rule_fingerprint commit documents symbols bytes rule keys reprints shape"
    header = dict(zip(names.split(), struct.unpack_from("<IQQQQQIHBB", data, 12)))
    need(header["reprints"] <= 1 and header["shape"] < len(SHAPES), "more than one table of reprints, or no shape")
    end = 64 + 64 * header["segments"]
    keys_end = end + 64 * header["keys"]
    need(len(data) == keys_end + 16 * header["reprints"] + 8, "a manifest of another size than its records need")
    header["key_names"] = [data[at : at + 64].rstrip(b"\0").decode() for at in range(end, keys_end, 64)]
    need(header["key_names"] == sorted(set(header["key_names"])) and "" not in header["key_names"], "keys out of order")
    records = []
    names = "name bytes documents positions symbols text_bytes deletions_name deleted_symbols deleted_count reserved"
    for at in range(64, end, 64):
        record = dict(zip(names.split(), struct.unpack_from("<QQIIQQQQII", data, at)))
        need(record["reserved"] == 0 and record["positions"] >= record["symbols"] + 2 * record["documents"], "a record")
        records.append(record)
    need(header["documents"] == sum(r["documents"] - r["deleted_count"] for r in records), "the total of documents")
    need(header["symbols"] == sum(r["symbols"] - r["deleted_symbols"] for r in records), "the total of symbols")
    deletions_bytes = sum(40 + (r["documents"] + 63) // 64 * 8 for r in records if r["deleted_count"])
    reprints_bytes = u64(data, keys_end + 8) if header["reprints"] else 0
    need(header["bytes"] == len(data) + reprints_bytes + deletions_bytes + sum(r["bytes"] for r in records), "the total of bytes")
    return header, records


def show(row):
    print(json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def show_segment(directory, manifest, record):
    segment = Segment(directory, record["name"])
    need(segment.rule == (manifest["rule_fingerprint"], manifest["rule"]), "another rule than the manifest's")
    found = (segment.bytes, segment.documents, segment.positions, segment.symbols, segment.text_bytes)
    said = tuple(record[name] for name in "bytes documents positions symbols text_bytes".split())
    need(found == said, "other figures than the manifest's")
    deleted = read_deletions(directory, record)
    show({
        "segment": segment.file_name,
        "shape": SHAPES[segment.shape],
        "bytes": segment.bytes,
        "documents": segment.documents,
        "positions": segment.positions,
        "text_bytes": segment.text_bytes,
        "terms": segment.term_count,
        "words": segment.word_count,
        "sources": segment.source_count,
        "deleted": deleted,
        "deleted_symbols": record["deleted_symbols"],
        "sections": [len(segment.section[name]) for name in SECTIONS],
    })
    symbols, metadata = 0, []
    for document in segment.all_documents():
        show(document)
        metadata.append(document["metadata"])
        symbols += document["symbols"] if document["document"] in deleted else 0
    need(symbols == record["deleted_symbols"], "another number of deleted symbols")
    for of_key in segment.columns(metadata):
        show(of_key)
    show({"by_id": column(segment.section["ID_ORDER"], 4)})
    words, reversed_order = segment.words()
    for number, word in enumerate(words):
        show({"word": FIRST_WORD + number, "spelling": word.decode(), "by_end": FIRST_WORD + reversed_order[number]})
    for first, second, entries in segment.terms():
        show({"term": [first, second], **entries})
    for symbol, entries in segment.frequencies():
        show({"frequencies": symbol, "documents": entries})


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: reader.py DIRECTORY")
    manifest, records = read_manifest(sys.argv[1])
    show({
        "commit": manifest["commit"],
        "documents": manifest["documents"],
        "symbols": manifest["symbols"],
        "bytes": manifest["bytes"],
        "segments": manifest["segments"],
        "rule_fingerprint": "%016x" % manifest["rule_fingerprint"],
        "rule": manifest["rule"],
        "keys": manifest["key_names"],
        "shape": SHAPES[manifest["shape"]],
    })
    for record in records:
        show_segment(sys.argv[1], manifest, record)


if __name__ == "__main__":
    try:
        main()
    except (Damaged, OSError, UnicodeDecodeError, subprocess.CalledProcessError) as error:
        sys.exit("reader.py: %s: %s" % (sys.argv[1], error))
