# SPDX-License-Identifier: Apache-2.0
"""directory.py: what an index has beside its segments, the manifest and the deletions, from docs/format-index.md."""
import os
import struct

from integers import checksum, need, u32, u64
from segment import SHAPES


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
