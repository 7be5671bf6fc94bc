# SPDX-License-Identifier: Apache-2.0
"""segment.py: a segment, section by section, from docs/format.md."""
import bisect
import json
import os
import struct
import subprocess

from integers import checksum, column, need, packed, u32, u64, unzigzag, varint
from postings import expected_bytes, read_postings
from tokens import BUILTIN, BUILTIN_CHECKSUM, own_tokens

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
