// SPDX-License-Identifier: Apache-2.0
// gdx/file.h: files mapped for reading, files written durably, and paths.
// Relies on gdx/error.h, gdx/scope.h and gdx/buffer.h; inside on POSIX. Messages name the file in question. Threads:
// every object has one owner unless its comment says otherwise.
#ifndef GDX_FILE_H
#define GDX_FILE_H

#include "gdx/buffer.h"
#include "gdx/error.h"
#include "gdx/scope.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Which file it was, and when it last changed: two equal stamps are the same bytes, as far as the system can tell.
typedef struct gdx_file_stamp {
    uint64_t device, number;
    uint64_t bytes;
    int64_t modified_ns, changed_ns;
} gdx_file_stamp;
// Of the file that has this path now. GDX_NOT_FOUND, GDX_IO.
gdx_status gdx_file_stamp_of(const char *path, gdx_file_stamp *out, gdx_error *err) GDX_MUST_CHECK;
static inline bool gdx_file_stamp_is_same_file(const gdx_file_stamp *a, const gdx_file_stamp *b) {
    return a->device == b->device && a->number == b->number;
}
static inline bool gdx_file_stamp_equal(const gdx_file_stamp *a, const gdx_file_stamp *b) {
    return gdx_file_stamp_is_same_file(a, b) && a->bytes == b->bytes && a->modified_ns == b->modified_ns &&
           a->changed_ns == b->changed_ns;
}

// A file mapped for reading. immutable after open, any thread.
// A page that the system cannot bring in any more, because the file was cut short or its disk fails, reads as zeros and
// breaks the map: nothing ends the process. So whoever answers from a map looks at gdx_map_is_broken afterwards.
typedef struct gdx_map {
    const uint8_t *data; // NULL when the file is empty
    size_t bytes;
    gdx_file_stamp stamp;        // when it was opened
    struct gdx_map_watch *watch; // map_watch.c; NULL when the file is empty
} gdx_map;
// The caller closes it. GDX_NOT_FOUND, GDX_IO, GDX_NO_MEMORY; *out is then unchanged. Takes over the process's
// SIGBUS; what is no map's goes on to the handler before.
gdx_status gdx_map_open(gdx_map *out, const char *path, gdx_error *err) GDX_MUST_CHECK;
// True: some bytes have read as zeros since it was opened. *out_byte, may be NULL: the first of them that was met.
bool gdx_map_is_broken(const gdx_map *map, uint64_t *out_byte);
// Makes it so: the file is known to have lost what is at `byte`.
void gdx_map_break(const gdx_map *map, uint64_t byte);
// Drops the file's pages from this process's memory. The system reads them again when they are touched. Any thread, at
// any time.
void gdx_map_forget(const gdx_map *map);
// Nothing may point into the map afterwards. A map of {0} is fine.
void gdx_map_close(gdx_map *map);

// A file that is written once, from start to end, under a temporary name ("<path>.tmp") until it is complete.
// Buffered; the first error sticks and is returned by everything after it.
typedef struct gdx_output gdx_output;
// The caller commits or aborts it. GDX_IO, GDX_NO_SPACE, GDX_NO_MEMORY.
gdx_status gdx_output_open(const char *path, gdx_output **out, gdx_error *err) GDX_MUST_CHECK;
// GDX_IO, GDX_NO_SPACE, GDX_TOO_LARGE. The bytes may reach the file later, so a later call may report their failure.
gdx_status gdx_output_write(gdx_output *output, const void *data, size_t bytes, gdx_error *err) GDX_MUST_CHECK;
// Makes an output that nothing was written to the whole of an open file, by sharing its blocks. False: the file system
// cannot, and nothing has changed. The two do not share what is written later.
bool gdx_output_clone(gdx_output *output, int descriptor);
uint64_t gdx_output_offset(const gdx_output *output); // bytes written so far
const char *gdx_output_path(const gdx_output *output);
// Zero bytes up to the next multiple of `alignment`, from 1 to GDX_OUTPUT_ALIGNMENT_MAX. Fails as gdx_output_write
// does.
enum { GDX_OUTPUT_ALIGNMENT_MAX = 64 };
gdx_status gdx_output_align(gdx_output *output, size_t alignment, gdx_error *err) GDX_MUST_CHECK;
// Flush, fsync, close, rename to `final_path` (NULL: the path given at open). The directory is not yet synced: see
// gdx_sync_directory. Frees the output, whatever happens; on failure the temporary file is removed.
gdx_status gdx_output_commit(gdx_output *output, const char *final_path, gdx_error *err) GDX_MUST_CHECK;
// Flush and close: the file stays under its temporary name and is not made durable. Frees the output, whatever happens;
// on failure the file is removed.
gdx_status gdx_output_leave(gdx_output *output, gdx_error *err) GDX_MUST_CHECK;
// Close and remove the temporary file; frees the output. NULL is fine.
void gdx_output_abort(gdx_output *output);
GDX_DEFINE_AUTO(gdx_output, gdx_output_abort)

// Makes the content of a file that somebody else wrote durable, as before a link to it is named. GDX_NOT_FOUND, GDX_IO.
gdx_status gdx_sync_file(const char *path, gdx_error *err) GDX_MUST_CHECK;
// Makes renames and removals in a directory durable. GDX_NOT_FOUND, GDX_IO.
gdx_status gdx_sync_directory(const char *path, gdx_error *err) GDX_MUST_CHECK;
// Appends a whole file of at most `limit` bytes. GDX_TOO_LARGE beyond it, GDX_NOT_FOUND, GDX_IO, GDX_NO_MEMORY.
gdx_status gdx_read_file(const char *path, size_t limit, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;
// "<directory>/<name>" into a fresh string; the caller frees. NULL: no memory.
char *gdx_path_join(const char *directory, const char *name);

#endif
