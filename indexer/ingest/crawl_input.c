// SPDX-License-Identifier: Apache-2.0
// crawl_input.c: see crawl_input.h. Relies on gunzip.h, and on gdx_archive for compressions other than gzip.

#include "crawl_input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { MOST_REWINDS = 64 }; // each may read the rest of a file again

static gdx_status read_descriptor(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    struct crawl_input *input = source;
    ssize_t bytes;
    do
        bytes = read(input->descriptor, to, room);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0)
        return gdx_fail_errno(err, errno, "cannot be read");
    *out_bytes = (size_t)bytes;
    return GDX_OK;
}

// `from`, after its head.
static gdx_status pull(void *source, void *to, size_t room, size_t *out_bytes, gdx_error *err) {
    struct crawl_input *input = source;
    if (input->head_bytes) {
        *out_bytes = room < input->head_bytes ? room : input->head_bytes;
        memcpy(to, input->head, *out_bytes);
        memmove(input->head, input->head + *out_bytes, input->head_bytes - *out_bytes);
        input->head_bytes -= *out_bytes;
        return GDX_OK;
    }
    gdx_status status = input->from.read(input->from.source, to, room, out_bytes, err);
    if (status == GDX_OK)
        input->pulled += *out_bytes;
    return status;
}

// Looks at the head, and puts the reader of gzip between if it is one.
static gdx_status begin(struct crawl_input *input, gdx_error *err) {
    gdx_status status = GDX_OK;
    size_t got = 1;
    while (status == GDX_OK && got && input->head_bytes < sizeof input->head) {
        status = input->from.read(input->from.source, input->head + input->head_bytes,
                                  sizeof input->head - input->head_bytes, &got, err);
        input->head_bytes += status == GDX_OK ? got : 0;
    }
    input->pulled = input->head_bytes;
    if (status != GDX_OK || !ingest_is_gzip((gdx_slice){(const char *)input->head, input->head_bytes}))
        return status;
    input->gunzip = ingest_gunzip_new((gdx_pull){pull, input});
    return input->gunzip ? GDX_OK : gdx_fail_memory(err, "reading gzip");
}

static void init(struct crawl_input *input) {
    memset(input, 0, offsetof(struct crawl_input, buffer));
    input->descriptor = -1;
}

gdx_status crawl_input_open_pull(struct crawl_input *input, gdx_pull from, gdx_error *err) {
    init(input);
    input->from = from;
    return begin(input, err);
}

gdx_status crawl_input_open(struct crawl_input *input, const char *path, gdx_error *err) {
    init(input);
    input->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (input->descriptor < 0)
        return gdx_fail_errno(err, errno, "cannot be opened");
    input->from = (gdx_pull){read_descriptor, input};
    gdx_status status = begin(input, err);
    gdx_input_kind kind;
    const char *format;
    gdx_slice head = {(const char *)input->head, input->head_bytes};
    if (status != GDX_OK || input->gunzip || !gdx_archive_sniff(head, &kind, &format) || kind != GDX_INPUT_COMPRESSED)
        return status;
    close(input->descriptor);
    init(input);
    status = gdx_archive_open(path, GDX_INPUT_COMPRESSED, &input->archive, err);
    gdx_slice name;
    bool has = false;
    if (status == GDX_OK && gdx_archive_is_single(input->archive))
        status = gdx_archive_next(input->archive, &name, &has, err);
    if (status != GDX_OK)
        return status;
    if (!has)
        return gdx_fail(err, GDX_CORRUPT, "an archive, expected a WARC file");
    input->from = gdx_archive_pull(input->archive);
    return begin(input, err);
}

void crawl_input_close(struct crawl_input *input) {
    ingest_gunzip_free(input->gunzip);
    gdx_archive_close(input->archive);
    if (input->descriptor >= 0)
        close(input->descriptor);
    init(input);
}

static gdx_status fill(struct crawl_input *input, gdx_error *err) {
    size_t got = 0, room = CRAWL_BUFFER_BYTES - input->bytes;
    gdx_status status;
    if (input->gunzip) {
        status = ingest_gunzip_read(input->gunzip, input->buffer + input->bytes, room, &got, &input->ends_member, err);
        input->is_over = ingest_gunzip_is_over(input->gunzip);
    } else {
        status = pull(input, input->buffer + input->bytes, room, &got, err);
        input->is_over = status == GDX_OK && got == 0;
    }
    input->bytes += got;
    return status;
}

gdx_status crawl_input_want(struct crawl_input *input, size_t wanted, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && input->bytes - input->at < wanted && !input->ends_member && !input->is_over) {
        memmove(input->buffer, input->buffer + input->at, input->bytes - input->at);
        input->passed += input->at;
        input->bytes -= input->at;
        input->at = 0;
        status = fill(input, err);
    }
    return status;
}

gdx_slice crawl_input_rest(const struct crawl_input *input) {
    return (gdx_slice){(const char *)input->buffer + input->at, input->bytes - input->at};
}

void crawl_input_pass(struct crawl_input *input, size_t bytes) {
    input->at += bytes;
}

bool crawl_input_is_at_end(const struct crawl_input *input) {
    return input->at == input->bytes && (input->ends_member || input->is_over);
}

void crawl_input_cross(struct crawl_input *input) {
    if (input->at == input->bytes)
        input->ends_member = false;
}

uint64_t crawl_input_offset(const struct crawl_input *input) {
    return input->passed + input->at;
}

uint64_t crawl_input_place(const struct crawl_input *input) {
    return input->gunzip ? ingest_gunzip_member(input->gunzip) : crawl_input_offset(input);
}

bool crawl_input_rewind(struct crawl_input *input, uint64_t offset) {
    if (input->descriptor < 0 || input->gunzip || input->rewinds >= MOST_REWINDS ||
        lseek(input->descriptor, (off_t)offset, SEEK_SET) < 0)
        return false;
    input->rewinds++;
    input->head_bytes = input->at = input->bytes = 0;
    input->passed = offset;
    input->is_over = false;
    return true;
}

gdx_status crawl_input_resume(struct crawl_input *input, bool *out_found, gdx_error *err) {
    *out_found = false;
    input->passed += input->bytes;
    input->at = input->bytes = 0;
    input->ends_member = false;
    gdx_status status = input->gunzip ? ingest_gunzip_resume(input->gunzip, out_found, err) : GDX_OK;
    input->is_over = !*out_found;
    return status;
}
