// SPDX-License-Identifier: Apache-2.0
// gdx/index.h: which segments are live: manifest, lock, commit, snapshot, merge policy, verify.
// Format: docs/format.md, "Index directory". Relies on gdx/base.h, gdx/segment.h.
// Threads: an index is shared and changing, under its own lock: any thread may take snapshots of it; a writer has one
// owner.
#ifndef GDX_INDEX_H
#define GDX_INDEX_H

#include "gdx/base.h"
#include "gdx/index_slice.h"
#include "gdx/segment.h"

// ---- reading

// A commit that somebody is reading. immutable after open, any thread; counted references.
typedef struct gdx_snapshot gdx_snapshot;

typedef struct gdx_live_segment {
    gdx_segment *segment;
    const uint8_t *deleted; // bit d % 8 of byte d / 8; NULL: none
    uint32_t deleted_count;
    uint64_t deleted_symbols; // symbols of the deleted documents
} gdx_live_segment;

size_t gdx_snapshot_segment_count(const gdx_snapshot *snapshot);
const gdx_live_segment *gdx_snapshot_segment(const gdx_snapshot *snapshot, size_t index);
// The matching rule that the index was made by. NULL: this program does not have it; documents can be read, deleted and
// merged, but neither searched nor added.
const gdx_rule *gdx_snapshot_rule(const gdx_snapshot *snapshot);
// Counts commits that changed documents or the table of reprints, from 1; 0: empty.
uint64_t gdx_snapshot_commit(const gdx_snapshot *snapshot);
// The keys of metadata that the index declares. A segment that was written before one was declared has no column of it.
const gdx_keys *gdx_snapshot_keys(const gdx_snapshot *snapshot);
// That of segments which are written now; older ones have the shape that they were written in, until they are merged.
gdx_shape gdx_snapshot_shape(const gdx_snapshot *snapshot);
// A key of metadata as segments have it.
typedef struct gdx_key_use {
    gdx_slice key;
    bool is_declared;
    uint64_t without, segments; // segments that have no column of the key; all
} gdx_key_use;
gdx_status gdx_snapshot_key_use(const gdx_snapshot *snapshot, gdx_slice key, gdx_key_use *out,
                                gdx_error *err) GDX_MUST_CHECK;
// Why a question about this key is slow, in a sentence for people, or "": it is not declared, or segments have no
// column of it yet.
void gdx_key_note(const gdx_key_use *use, char note[GDX_MESSAGE_BYTES]);
uint64_t gdx_snapshot_documents(const gdx_snapshot *snapshot); // live ones
uint64_t gdx_snapshot_symbols(const gdx_snapshot *snapshot);   // of live documents
uint64_t gdx_snapshot_bytes(const gdx_snapshot *snapshot);     // of all files
// What costs how much, over all segments, largest first; they add up to gdx_snapshot_bytes. Returns how many.
#define GDX_PART_MANIFEST "manifest" // with all that is no segment's
#define GDX_PART_REPRINTS "reprints"
enum { GDX_SNAPSHOT_PARTS_MAX = GDX_SEGMENT_PARTS_MAX + 2 };
size_t gdx_snapshot_parts(const gdx_snapshot *snapshot, gdx_segment_part parts[GDX_SNAPSHOT_PARTS_MAX]);
// Of the manifest that it was opened from: of all slices, whatever this one holds.
typedef struct gdx_snapshot_whole {
    gdx_index_slice slice;
    uint64_t manifest; // its checksum: two of the same commit differ when segments were merged between them
    uint64_t documents, symbols, bytes, segments;
} gdx_snapshot_whole;
const gdx_snapshot_whole *gdx_snapshot_whole_of(const gdx_snapshot *snapshot);
bool gdx_snapshot_is_slice(const gdx_snapshot *snapshot); // it is not the whole index
gdx_snapshot *gdx_snapshot_retain(gdx_snapshot *snapshot);
void gdx_snapshot_release(gdx_snapshot *snapshot); // NULL is fine

// -- damage (gdx/segment.h)
// gdx_segment_settle for every segment: after work that read all of them, before its answer leaves.
gdx_status gdx_snapshot_settle(const gdx_snapshot *snapshot, gdx_status status, gdx_error *err) GDX_MUST_CHECK;
// How many segments are closed or damaged; out_why, may be NULL, else is empty: what is wrong with the first.
size_t gdx_snapshot_bad_segments(const gdx_snapshot *snapshot, gdx_error *out_why);
// The same commit without those, and without the one whose file `failure` names. Its figures are of what is left.
// GDX_NO_MEMORY.
gdx_status gdx_snapshot_without_bad(const gdx_snapshot *snapshot, const gdx_error *failure, gdx_snapshot **out,
                                    gdx_error *err) GDX_MUST_CHECK;

// A walk through all pages that goes on from call to call, also over commits. {0} is its start. One owner.
typedef struct gdx_scrub {
    uint64_t segment; // by name; with `page` where it goes on
    uint32_t page;
    uint64_t rounds;   // times that it came to the end
    uint64_t pages;    // verified, in all
    uint64_t failures; // of them; gdx_snapshot_bad_segments knows what is bad
} gdx_scrub;
// Verifies the next `pages` pages again. One that fails is verified at each touch from now on. Cost: some 10
// microseconds a page, and its reading.
void gdx_snapshot_scrub(const gdx_snapshot *snapshot, uint64_t pages, gdx_scrub *scrub);
uint64_t gdx_snapshot_pages(const gdx_snapshot *snapshot);

// A live document by id: *out_has false when there is none. A bad segment is passed over: that a document is live in
// one segment says that it is in no other. GDX_CORRUPT when it may be in a bad one.
gdx_status gdx_snapshot_find_id(const gdx_snapshot *snapshot, gdx_slice id, size_t *out_segment, uint32_t *out_document,
                                bool *out_has, gdx_error *err) GDX_MUST_CHECK;

typedef struct gdx_index gdx_index; // any thread
// The directory must hold a manifest: GDX_NOT_FOUND ("... no index here; `gramdex index --index DIR PATH...` makes
// one"). GDX_UNSUPPORTED: another format version. GDX_CORRUPT.
gdx_status gdx_index_open(const char *directory, gdx_index **out, gdx_error *err) GDX_MUST_CHECK;
// The same with the files of one slice alone; the others need not be there. Figures of its snapshots are the slice's.
// GDX_INVALID: number is not below count.
gdx_status gdx_index_open_slice(const char *directory, gdx_index_slice slice, gdx_index **out,
                                gdx_error *err) GDX_MUST_CHECK;
void gdx_index_close(gdx_index *index); // snapshots taken from it stay good
GDX_DEFINE_AUTO(gdx_index, gdx_index_close)
// The commit opened last; the caller releases it.
gdx_snapshot *gdx_index_snapshot(gdx_index *index);
// Looks whether the manifest has changed and opens the new commit, sharing segments with the old one. *out_changed may
// be NULL. Then looks after the segments: whether their files were written to (gdx_segment_look), and whether there is
// a good file in place of a bad one, which is opened.
gdx_status gdx_index_refresh(gdx_index *index, bool *out_changed, gdx_error *err) GDX_MUST_CHECK;
uint64_t gdx_index_repairs(gdx_index *index); // segments that were bad and were opened again
// When the manifest that was opened last was written here, in seconds of Unix time.
uint64_t gdx_index_commit_time(gdx_index *index);
const char *gdx_index_directory(const gdx_index *index);

// Every segment and the manifest. `progress`, may be NULL, is called before each segment. GDX_CANCELLED, GDX_DEADLINE
// when `stop` says so. GDX_UNSUPPORTED: all is sound, but for the lists of compact segments, which could not be
// compared with their text because this program does not have the index's matching rule.
gdx_status gdx_index_verify(const char *directory, const gdx_stop *stop,
                            void (*progress)(void *context, size_t done, size_t of), void *context,
                            gdx_error *err) GDX_MUST_CHECK;

// ---- writing

// A writer ends a segment at a document boundary. The boundary is the first one at or after each multiple of this many
// bytes of titles, texts and other parts (docs/format-index.md, "Ends").
#define GDX_INDEX_END_BYTES ((uint64_t)1 << 24)

// In the canonical form a segment ends at the first document at or after each multiple of this many positions of the
// live documents of the whole index.
#define GDX_INDEX_CUT_POSITIONS ((uint64_t)1 << 31)

typedef struct gdx_index_writer gdx_index_writer; // one owner; holds the directory's lock

// Makes the directory and an empty first manifest if needed, takes the lock, removes what an interrupted writer
// left. GDX_PRECONDITION, reason INDEX_LOCKED: another writer holds the lock (names its process if it can).
gdx_status gdx_index_writer_open(const char *directory, gdx_index_writer **out, gdx_error *err) GDX_MUST_CHECK;
// Drops what was not committed, as gdx_index_writer_abort does, and the lock. NULL is fine.
void gdx_index_writer_close(gdx_index_writer *writer);
GDX_DEFINE_AUTO(gdx_index_writer, gdx_index_writer_close)
// The commit that it starts from. The writer's reference.
gdx_snapshot *gdx_index_writer_snapshot(gdx_index_writer *writer);
const char *gdx_index_writer_directory(const gdx_index_writer *writer);
// The next commit is of this rule. It must hold no segment of another one: delete all documents that are live.
void gdx_index_writer_set_rule(gdx_index_writer *writer, const gdx_rule *rule);

// Declares a key of metadata from the next commit on; one that is declared already changes nothing. GDX_INVALID: it is
// no key, or would be the 17th. Segments that are added should have a column of each key that is declared then; those
// without one, and those that are there, get it by a merge.
gdx_status gdx_index_writer_declare(gdx_index_writer *writer, gdx_slice key, gdx_error *err) GDX_MUST_CHECK;
const gdx_keys *gdx_index_writer_keys(const gdx_index_writer *writer); // of the next commit
// The shape of what the next commit and later ones write, and of what merges make; a merge also takes each segment of
// another shape. Exact in a new index.
gdx_status gdx_index_writer_set_shape(gdx_index_writer *writer, gdx_shape shape, gdx_error *err) GDX_MUST_CHECK;
gdx_shape gdx_index_writer_shape(const gdx_index_writer *writer); // of the next commit

// A fresh segment, already durable in the directory, to follow the others at the next commit. Two of the same
// content are one file: all documents of one of the two must be deleted before the commit.
gdx_status gdx_index_writer_add(gdx_index_writer *writer, const gdx_segment_info *info, gdx_error *err) GDX_MUST_CHECK;
// Marks a document as deleted at the next commit. `segment` counts the live segments first, then the added ones in
// order.
gdx_status gdx_index_writer_delete(gdx_index_writer *writer, size_t segment, uint32_t document,
                                   gdx_error *err) GDX_MUST_CHECK;
// Marks all documents of a live segment as deleted, whatever their number, in one step. Nothing else may be deleted
// from it then.
gdx_status gdx_index_writer_drop(gdx_index_writer *writer, size_t segment, gdx_error *err) GDX_MUST_CHECK;
// An added segment (number counted as above), opened for reading. The writer's reference.
gdx_status gdx_index_writer_segment(gdx_index_writer *writer, size_t segment, gdx_segment **out,
                                    gdx_error *err) GDX_MUST_CHECK;

// Makes additions, deletions and new keys the new commit (new keys alone keep its number: the documents are the same):
// atomic, durable when it returns. Nothing to do: no new commit. Afterwards removes files that are no longer named. On
// failure the last commit stands and the changes stay pending; when it was only the last step, making the new commit
// durable, that failed, readers see the new one and the writer refuses all but close.
gdx_status gdx_index_writer_commit(gdx_index_writer *writer, gdx_error *err) GDX_MUST_CHECK;
// Drops what is pending, and removes segments that were written to the directory and are not of the last commit.
void gdx_index_writer_abort(gdx_index_writer *writer);

typedef struct gdx_merge_counts { // adds up over calls
    uint64_t segments, bytes;     // that merges have written
} gdx_merge_counts;

typedef struct gdx_merge_options {
    gdx_executor *executor;   // its owner is the caller; NULL: the calling thread merges alone
    int level;                // of zstd, 0: the default
    bool to_one;              // all into one; else what the merge policy asks for
    bool canonical;           // into the canonical form instead of either
    uint64_t cut_positions;   // between two cuts of that form; 0: GDX_INDEX_CUT_POSITIONS. Tests lower it
    gdx_merge_counts *counts; // what is written is added to them; NULL: it is not counted
    size_t inverter_bytes;    // of memory for the text of compact segments; 0, and at most: 128 MiB
    gdx_stop stop;
} gdx_merge_options;
// Merges and commits (the commit number stays: the documents are the same). *out_merged, may be NULL: segments that
// went in. Policy: neighbours only, so that document order stays; levels by size, ten of a level become one of the
// next; a segment with more than a third of its documents deleted is written anew, and last
// each segment that has no column of a declared key or another shape than the index. Canonical: the same documents in
// the same order come to have the same segments, whatever way they came in (docs/format-index.md, "Canonical form").
// GDX_CANCELLED, GDX_DEADLINE: the merge at hand is dropped, those before it are committed.
gdx_status gdx_index_writer_merge(gdx_index_writer *writer, const gdx_merge_options *options, size_t *out_merged,
                                  gdx_error *err) GDX_MUST_CHECK;

#endif
