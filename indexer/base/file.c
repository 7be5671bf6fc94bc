// SPDX-License-Identifier: Apache-2.0
// file.c: files written once and durably. A file grows under "<path>.tmp" and takes its real name only when it is
// complete and on the disk, so that a file of that name is always whole.

#include "gdx/file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OUTPUT_BUFFER_BYTES = 1 << 18,
    WRITE_BACK_BYTES = 4 << 20, // what the system is asked to start writing to the disk
    READ_BYTES = 1 << 16,       // room for one read
};

struct gdx_output { // one owner
    int descriptor;
    uint64_t offset;
    size_t buffered;
    uint64_t written;    // handed to the system
    uint64_t on_its_way; // of it, what the system was asked to write to the disk
    char *path;
    char *temporary_path;
    gdx_status status; // the first failure, for good
    uint8_t buffer[OUTPUT_BUFFER_BYTES];
};

char *gdx_path_join(const char *directory, const char *name) {
    size_t bytes = strlen(directory) + strlen(name) + 2;
    char *path = malloc(bytes);
    if (path)
        snprintf(path, bytes, "%s/%s", directory, name);
    return path;
}

static void output_free(gdx_output *output) {
    if (output->descriptor >= 0)
        close(output->descriptor);
    free(output->path);
    free(output->temporary_path);
    free(output);
}

gdx_status gdx_output_open(const char *path, gdx_output **out, gdx_error *err) {
    gdx_output *output = malloc(sizeof *output);
    if (!output)
        return gdx_fail_memory(err, "a write buffer");
    size_t bytes = strlen(path) + sizeof ".tmp";
    output->descriptor = -1;
    output->offset = output->buffered = 0;
    output->written = output->on_its_way = 0;
    output->status = GDX_OK;
    output->path = strdup(path);
    output->temporary_path = malloc(bytes);
    if (!output->path || !output->temporary_path) {
        output_free(output);
        return gdx_fail_memory(err, "a file's name");
    }
    snprintf(output->temporary_path, bytes, "%s.tmp", path);
    output->descriptor = open(output->temporary_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (output->descriptor < 0) {
        gdx_status status = gdx_fail_errno(err, errno, "%s: cannot be created", output->temporary_path);
        output_free(output);
        return status;
    }
    *out = output;
    return GDX_OK;
}

// Starts writing to the disk early, so that the final fsync waits less. This is only a hint: ignore its failure.
static void start_writing_back(gdx_output *output) {
    uint64_t bytes = output->written - output->on_its_way;
    if (bytes < WRITE_BACK_BYTES)
        return;
    (void)sync_file_range(output->descriptor, (off_t)output->on_its_way, (off_t)bytes, SYNC_FILE_RANGE_WRITE);
    output->on_its_way = output->written;
}

static gdx_status write_all(gdx_output *output, const uint8_t *data, size_t bytes, gdx_error *err) {
    while (bytes) {
        ssize_t written = write(output->descriptor, data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return output->status = gdx_fail_errno(err, errno, "%s: cannot write %zu bytes", output->path, bytes);
        data += written;
        bytes -= (size_t)written;
        output->written += (uint64_t)written;
    }
    start_writing_back(output);
    return GDX_OK;
}

static gdx_status flush(gdx_output *output, gdx_error *err) {
    size_t bytes = output->buffered;
    output->buffered = 0;
    return write_all(output, output->buffer, bytes, err);
}

gdx_status gdx_output_write(gdx_output *output, const void *data, size_t bytes, gdx_error *err) {
    if (output->status != GDX_OK)
        return gdx_fail(err, output->status, "%s: an earlier write failed", output->path);
    if (bytes == 0)
        return GDX_OK;
    output->offset += bytes;
    if (bytes > OUTPUT_BUFFER_BYTES - output->buffered) {
        gdx_status status = flush(output, err);
        if (status != GDX_OK)
            return status;
        if (bytes >= OUTPUT_BUFFER_BYTES)
            return write_all(output, data, bytes, err);
    }
    memcpy(output->buffer + output->buffered, data, bytes);
    output->buffered += bytes;
    return GDX_OK;
}

bool gdx_output_clone(gdx_output *output, int descriptor) {
    struct stat whole;
    assert(output->offset == 0 && output->status == GDX_OK);
    if (ioctl(output->descriptor, FICLONE, descriptor) != 0 || fstat(output->descriptor, &whole) != 0)
        return false;
    output->offset = output->written = output->on_its_way = (uint64_t)whole.st_size;
    return true;
}

uint64_t gdx_output_offset(const gdx_output *output) {
    return output->offset;
}

const char *gdx_output_path(const gdx_output *output) {
    return output->path;
}

gdx_status gdx_output_align(gdx_output *output, size_t alignment, gdx_error *err) {
    static const uint8_t zeros[GDX_OUTPUT_ALIGNMENT_MAX];
    assert(alignment > 0 && alignment <= sizeof zeros);
    size_t over = (size_t)(output->offset % alignment);
    if (over == 0)
        return GDX_OK;
    return gdx_output_write(output, zeros, alignment - over, err);
}

void gdx_output_abort(gdx_output *output) {
    if (output) {
        unlink(output->temporary_path);
        output_free(output);
    }
}

static gdx_status finish(gdx_output *output, const char *final_path, gdx_error *err) {
    if (output->status != GDX_OK)
        return gdx_fail(err, output->status, "%s: an earlier write failed", output->path);
    gdx_status status = flush(output, err);
    if (status != GDX_OK)
        return status;
    if (fsync(output->descriptor) != 0)
        return gdx_fail_errno(err, errno, "%s: cannot be made durable", output->path);
    if (rename(output->temporary_path, final_path) != 0)
        return gdx_fail_errno(err, errno, "%s: cannot rename the temporary file to this name", final_path);
    return GDX_OK;
}

gdx_status gdx_output_commit(gdx_output *output, const char *final_path, gdx_error *err) {
    gdx_status status = finish(output, final_path ? final_path : output->path, err);
    if (status != GDX_OK)
        unlink(output->temporary_path);
    output_free(output);
    return status;
}

gdx_status gdx_output_leave(gdx_output *output, gdx_error *err) {
    gdx_status status = output->status;
    if (status == GDX_OK)
        status = flush(output, err);
    else
        gdx_fail(err, status, "%s: an earlier write failed", output->path);
    if (status != GDX_OK)
        unlink(output->temporary_path);
    output_free(output);
    return status;
}

static gdx_status sync_path(const char *path, int flags, gdx_error *err) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (descriptor < 0)
        return gdx_fail_errno(err, errno, "%s: cannot be opened", path);
    gdx_status status = GDX_OK;
    if (fsync(descriptor) != 0)
        status = gdx_fail_errno(err, errno, "%s: cannot be made durable", path);
    close(descriptor);
    return status;
}

gdx_status gdx_sync_file(const char *path, gdx_error *err) {
    return sync_path(path, O_NONBLOCK, err); // a pipe of that name must not hold us up
}

gdx_status gdx_sync_directory(const char *path, gdx_error *err) {
    return sync_path(path, O_DIRECTORY, err);
}

static gdx_status read_descriptor(int descriptor, const char *path, size_t limit, gdx_buffer *out, gdx_error *err) {
    size_t before = out->bytes;
    for (;;) {
        if (gdx_buffer_reserve(out, READ_BYTES) != GDX_OK)
            return gdx_fail_memory(err, "a file's bytes");
        ssize_t bytes = read(descriptor, out->data + out->bytes, out->capacity - out->bytes);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes < 0)
            return gdx_fail_errno(err, errno, "%s: cannot be read at byte %zu", path, out->bytes - before);
        if (bytes == 0)
            return GDX_OK;
        out->bytes += (size_t)bytes;
        if (out->bytes - before > limit)
            return gdx_fail(err, GDX_TOO_LARGE, "%s: more than %zu bytes", path, limit);
    }
}

gdx_status gdx_read_file(const char *path, size_t limit, gdx_buffer *out, gdx_error *err) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return gdx_fail_errno(err, errno, "%s: cannot be opened", path);
    gdx_status status = read_descriptor(descriptor, path, limit, out, err);
    close(descriptor);
    return status;
}
