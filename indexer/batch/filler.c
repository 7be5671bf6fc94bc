// SPDX-License-Identifier: Apache-2.0
// filler.c: files, archive entries and standard input as one stream of pieces.
// JSON Lines are cut after a newline; what follows the cut is carried into the next slab. Whole files are never cut.

#include "filler.h"
#include "place.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_BYTES = 4 << 20, LINE_READ_BYTES = 64 << 10, POLL_MILLISECONDS = 100 };

struct filler { // one owner at a time
    const struct inputs *inputs;
    size_t file_limit;
    size_t line_limit;
    const gdx_stop *stop;
    size_t next_input;
    uint64_t files; // begun so far

    // The entry being read: a file by its descriptor, or one of an archive.
    bool is_open;
    int descriptor; // -1: of the archive
    gdx_archive *archive;
    uint64_t archive_bytes; // of it, counted so far
    const struct input *input;
    struct slab_piece entry; // kind, names; first_byte: where the next piece begins
    gdx_buffer carry;        // of a JSON Lines entry: the start of a line that the last slab had no room for
    bool skips_line;         // within a line that was refused for its length
    gdx_buffer name;         // "archive:entry", what entry.path points to
    gdx_buffer id;           // of an archive's entry
};

struct filler *filler_new(const struct inputs *inputs, size_t file_limit, size_t line_limit, const gdx_stop *stop) {
    struct filler *filler = calloc(1, sizeof *filler);
    if (filler) {
        filler->inputs = inputs;
        filler->file_limit = file_limit;
        filler->line_limit = line_limit;
        filler->stop = stop;
        filler->descriptor = -1;
    }
    return filler;
}

static void close_file(struct filler *filler) {
    if (filler->descriptor > 0)
        close(filler->descriptor);
    filler->descriptor = -1;
    filler->is_open = false;
    filler->carry.bytes = 0;
    filler->skips_line = false;
}

static void close_archive(struct filler *filler) {
    gdx_archive_close(filler->archive);
    filler->archive = NULL;
    filler->is_open = false;
    filler->carry.bytes = 0;
    filler->skips_line = false;
}

// An archive's bytes count as they are read, so that the share that is done is right within a large one.
static void count_archive(struct filler *filler, struct slab *slab) {
    uint64_t at = gdx_archive_position(filler->archive);
    at = at < filler->input->bytes ? at : filler->input->bytes;
    if (at > filler->archive_bytes) {
        slab->disk_bytes += at - filler->archive_bytes;
        filler->archive_bytes = at;
    }
}

static void finish_archive(struct filler *filler, struct slab *slab) {
    slab->disk_bytes += filler->input->bytes - filler->archive_bytes;
    close_archive(filler);
}

void filler_free(struct filler *filler) {
    if (!filler)
        return;
    close_file(filler);
    if (filler->archive)
        close_archive(filler);
    gdx_buffer_clear(&filler->carry);
    gdx_buffer_clear(&filler->name);
    gdx_buffer_clear(&filler->id);
    free(filler);
}

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to read the inputs; give a larger --memory or fewer --threads");
}

static gdx_status add_refusal(struct slab *slab, struct refusal refusal, gdx_error *err) {
    refusal.piece = (uint32_t)slab->piece_count;
    return refusals_add(&slab->refusals, &refusal) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_status refuse(struct slab *slab, gdx_slice path, uint64_t byte, gdx_status status, const char *reason,
                         gdx_error *err) {
    const struct refusal refusal = {.path = path,
                                    .reason = gdx_slice_of(reason),
                                    .kind = kind_of_failure(false, status),
                                    .byte = byte,
                                    .status = status,
                                    .class = GDX_BATCH_REFUSED};
    return add_refusal(slab, refusal, err);
}

// The message leaves the archive's name out: the refusal has it in its path.
static gdx_status refuse_archive(struct slab *slab, gdx_slice path, const gdx_error *why, gdx_error *err) {
    return refuse(slab, path, why->byte, why->status, why->message, err);
}

static gdx_status refuse_for_size(struct slab *slab, gdx_slice path, uint64_t byte, const char *what, uint64_t bytes,
                                  size_t limit, gdx_error *err) {
    char reason[192];
    snprintf(reason, sizeof reason, "%s of %s%" PRIu64 " bytes, at most %zu are taken (--document-limit, --memory)",
             what, bytes > limit ? "" : "over ", bytes, limit);
    return refuse(slab, path, byte, GDX_TOO_LARGE, reason, err);
}

static void begin_entry(struct filler *filler, struct slab *slab, gdx_input_kind kind, gdx_slice path, gdx_slice id) {
    filler->entry = (struct slab_piece){.kind = kind,
                                        .path = path,
                                        .id = id,
                                        .source = filler->input->source,
                                        .is_source_given = filler->inputs->is_source_given,
                                        .origin = filler->input->is_stream ? (gdx_slice){"", 0} : filler->input->id,
                                        .file = filler->files++};
    filler->is_open = true;
    slab->files++;
}

// ---- opening

static gdx_status open_file(struct filler *filler, struct slab *slab, const struct input *input, gdx_error *err) {
    gdx_slice path = gdx_slice_of(input->path);
    if (input->kind != GDX_INPUT_RECORDS && !input->is_stream && input->bytes > filler->file_limit)
        return refuse_for_size(slab, path, 0, "a file", input->bytes, filler->file_limit, err);
    bool is_standard_input = strcmp(input->path, "-") == 0;
    filler->descriptor = is_standard_input ? STDIN_FILENO : open(input->path, O_RDONLY | O_CLOEXEC);
    if (filler->descriptor < 0) {
        gdx_error words = {0};
        gdx_status status = gdx_fail_errno(&words, errno, "cannot be opened");
        return refuse(slab, path, 0, status, words.message, err);
    }
    begin_entry(filler, slab, input->kind, path, input->id);
    return GDX_OK;
}

// "archive.zip/folder/entry.txt": an archive is to its entries what a folder is to its files.
static gdx_status make_entry_id(struct filler *filler, gdx_slice name) {
    while (name.bytes >= 2 && name.data[0] == '.' && name.data[1] == '/')
        name = (gdx_slice){name.data + 2, name.bytes - 2};
    while (name.bytes && name.data[0] == '/')
        name = (gdx_slice){name.data + 1, name.bytes - 1};
    filler->id.bytes = 0;
    gdx_status status = gdx_buffer_append_format(&filler->id, "%.*s/", GDX_SLICE_ARGUMENTS(filler->input->id));
    return status == GDX_OK ? name_escape(name, &filler->id) : status;
}

// The next entry of the archive that can be read; closes the archive at its end.
static gdx_status open_entry(struct filler *filler, struct slab *slab, gdx_error *err) {
    const struct input *input = filler->input;
    gdx_slice name;
    bool has = false;
    gdx_error words = {0};
    gdx_status status = gdx_archive_next(filler->archive, &name, &has, &words);
    if (status == GDX_NO_MEMORY)
        return no_memory(err);
    if (status != GDX_OK || !has) {
        finish_archive(filler, slab);
        return status == GDX_OK ? GDX_OK : refuse_archive(slab, gdx_slice_of(input->path), &words, err);
    }
    filler->name.bytes = 0;
    if (input->kind == GDX_INPUT_COMPRESSED) {
        begin_entry(filler, slab, input->inner, gdx_slice_of(input->path), input->id);
        return GDX_OK;
    }
    if (gdx_buffer_append_format(&filler->name, "%s:%.*s", input->path, GDX_SLICE_ARGUMENTS(name)) != GDX_OK)
        return no_memory(err);
    gdx_slice path = gdx_buffer_slice(&filler->name);
    if (make_entry_id(filler, name) != GDX_OK)
        return no_memory(err);
    gdx_slice id = gdx_buffer_slice(&filler->id);
    if (id.bytes > ID_BYTES_MOST)
        return refuse(slab, path, 0, GDX_TOO_LARGE,
                      "the archive's id and its name have over 1024 bytes together, the most "
                      "an id may have",
                      err);
    char plain[4096], words_of_kind[GDX_INPUT_WORDS_BYTES];
    snprintf(plain, sizeof plain, "%.*s", GDX_SLICE_ARGUMENTS(id));
    gdx_input_kind kind = gdx_input_kind_of(plain, NULL);
    if (kind == GDX_INPUT_UNREAD || kind == GDX_INPUT_IGNORED)
        return add_refusal(slab, refusal_of_kind(path, plain, kind, words_of_kind), err);
    if (kind == GDX_INPUT_COMPRESSED || kind == GDX_INPUT_ARCHIVE)
        return add_refusal(
            slab,
            (struct refusal){.path = path,
                             .reason = gdx_slice_of("compressed within an archive: unpack the archive first"),
                             .kind = gdx_slice_of("archive in an archive"),
                             .status = GDX_UNSUPPORTED,
                             .class = GDX_BATCH_REFUSED},
            err);
    begin_entry(filler, slab, kind, path, id);
    return GDX_OK;
}

static gdx_status open_next(struct filler *filler, struct slab *slab, gdx_error *err) {
    if (filler->archive)
        return open_entry(filler, slab, err);
    const struct input *input = &filler->inputs->items[filler->next_input++];
    filler->input = input;
    if (input->kind != GDX_INPUT_COMPRESSED && input->kind != GDX_INPUT_ARCHIVE)
        return open_file(filler, slab, input, err);
    gdx_error words = {0};
    gdx_status status = gdx_archive_open(input->path, input->kind, &filler->archive, &words);
    if (status == GDX_NO_MEMORY)
        return no_memory(err);
    filler->archive_bytes = 0;
    if (status == GDX_OK)
        return GDX_OK;
    slab->disk_bytes += input->bytes;
    return refuse_archive(slab, gdx_slice_of(input->path), &words, err);
}

static void close_entry(struct filler *filler) {
    if (filler->descriptor >= 0)
        close_file(filler);
    filler->is_open = false; // an archive stays open for its next entry
    filler->carry.bytes = 0;
    filler->skips_line = false;
}

// ---- reading

static bool is_stopped(const struct filler *filler) {
    return gdx_stop_check(filler->stop, NULL) != GDX_OK;
}

// A pipe may have nothing to give for hours, and a signal need not come to this thread.
static void wait_for_bytes(const struct filler *filler) {
    struct pollfd input = {.fd = filler->descriptor, .events = POLLIN};
    while (!is_stopped(filler) && poll(&input, 1, POLL_MILLISECONDS) == 0)
        continue;
}

// Up to `limit` more bytes of the entry after those of the slab. A read error is refused and ends the entry; of an
// archive it ends the archive, since nothing after damage can be trusted.
static gdx_status read_more(struct filler *filler, struct slab *slab, size_t limit, bool *out_end, gdx_error *err) {
    gdx_error words = {0};
    gdx_status status;
    size_t before = slab->bytes.bytes;
    if (limit > READ_BYTES)
        limit = READ_BYTES;
    if (filler->descriptor < 0) {
        status = gdx_archive_read(filler->archive, limit, &slab->bytes, out_end, &words);
        if (status == GDX_NO_MEMORY)
            return no_memory(err);
        if (status == GDX_OK) {
            count_archive(filler, slab);
            return GDX_OK;
        }
        status = refuse_archive(slab, filler->entry.path, &words, err);
        finish_archive(filler, slab);
        *out_end = true;
        return status;
    }
    if (gdx_buffer_reserve(&slab->bytes, limit) != GDX_OK)
        return no_memory(err);
    if (filler->input->is_stream)
        wait_for_bytes(filler);
    if (is_stopped(filler))
        return GDX_OK;
    ssize_t bytes;
    do
        bytes = read(filler->descriptor, slab->bytes.data + before, limit);
    while (bytes < 0 && errno == EINTR);
    *out_end = bytes <= 0;
    if (bytes < 0) {
        status = gdx_fail_errno(&words, errno, "cannot be read");
        return refuse(slab, filler->entry.path, filler->entry.first_byte, status, words.message, err);
    }
    slab->bytes.bytes += (size_t)bytes;
    slab->disk_bytes += (uint64_t)bytes;
    return GDX_OK;
}

// A whole file into the slab, or nothing of it.
static gdx_status fill_file(struct filler *filler, struct slab *slab, gdx_error *err) {
    size_t before = slab->bytes.bytes;
    uint64_t refused_before = refusals_count(&slab->refusals, GDX_BATCH_REFUSED);
    if (slab_add_piece(slab, &filler->entry) != GDX_OK)
        return no_memory(err);
    gdx_status status = GDX_OK;
    bool end = false;
    while (status == GDX_OK && !end && slab->bytes.bytes - before <= filler->file_limit && !is_stopped(filler))
        status = read_more(filler, slab, filler->file_limit - (slab->bytes.bytes - before) + 1, &end, err);
    if (status != GDX_OK)
        return status;
    bool is_too_large = slab->bytes.bytes - before > filler->file_limit;
    if (is_too_large)
        status = refuse_for_size(slab, filler->entry.path, 0, "a file", filler->file_limit, filler->file_limit, err);
    if (is_too_large || refusals_count(&slab->refusals, GDX_BATCH_REFUSED) > refused_before) {
        slab->bytes.bytes = before; // a file that could be read in part only is not indexed in part
        slab->piece_count--;
    } else {
        slab->pieces[slab->piece_count - 1].bytes = slab->bytes.bytes - before;
    }
    close_entry(filler);
    return status;
}

// Drops what belongs to a line refused for its length; false when the whole piece does.
static bool drop_rest_of_line(struct filler *filler, struct slab *slab, struct slab_piece *piece) {
    uint8_t *begin = slab->bytes.data + piece->offset;
    size_t bytes = slab->bytes.bytes - piece->offset;
    uint8_t *newline = bytes ? memchr(begin, '\n', bytes) : NULL;
    size_t dropped = newline ? (size_t)(newline - begin) : bytes; // the newline stays, so that lines are counted
    memmove(begin, begin + dropped, bytes - dropped);
    slab->bytes.bytes -= dropped;
    piece->first_byte += dropped;
    filler->skips_line = newline == NULL;
    return newline != NULL;
}

// Cuts the piece after its last newline and carries the rest; false when there is none.
static bool cut_at_line(struct filler *filler, struct slab *slab, struct slab_piece *piece, gdx_status *status) {
    const uint8_t *begin = slab->bytes.data + piece->offset;
    size_t bytes = slab->bytes.bytes - piece->offset;
    const uint8_t *newline = bytes ? memrchr(begin, '\n', bytes) : NULL;
    if (!newline)
        return false;
    size_t kept = (size_t)(newline - begin) + 1;
    filler->carry.bytes = 0;
    *status = gdx_buffer_append(&filler->carry, begin + kept, bytes - kept);
    slab->bytes.bytes = piece->offset + kept;
    return true;
}

static gdx_status refuse_long_line(struct filler *filler, struct slab *slab, struct slab_piece *piece, gdx_error *err) {
    gdx_status status = refuse_for_size(slab, filler->entry.path, piece->first_byte, "a line", filler->line_limit,
                                        filler->line_limit, err);
    filler->skips_line = true;
    drop_rest_of_line(filler, slab, piece);
    return status;
}

// How much to read. Past the target only the end of a line is wanted, and more at a time the longer the line is.
static size_t room_of(const struct slab *slab, const struct slab_piece *piece, size_t target) {
    if (slab->bytes.bytes < target)
        return target - slab->bytes.bytes;
    size_t bytes = slab->bytes.bytes - piece->offset;
    return bytes < LINE_READ_BYTES ? LINE_READ_BYTES : bytes;
}

// Lines of a JSON Lines entry until the slab is full or the entry ends.
static gdx_status fill_lines(struct filler *filler, struct slab *slab, size_t target, gdx_error *err) {
    if (slab_add_piece(slab, &filler->entry) != GDX_OK ||
        gdx_buffer_append(&slab->bytes, filler->carry.data, filler->carry.bytes) != GDX_OK)
        return no_memory(err);
    struct slab_piece *piece = &slab->pieces[slab->piece_count - 1];
    filler->carry.bytes = 0;
    gdx_status status = GDX_OK;
    bool end = false;
    bool is_cut = false;
    while (status == GDX_OK && !end && !is_cut && !is_stopped(filler)) {
        size_t room = room_of(slab, piece, target);
        status = read_more(filler, slab, room, &end, err);
        if (status == GDX_OK && filler->skips_line)
            drop_rest_of_line(filler, slab, piece);
        if (status == GDX_OK && !end && slab->bytes.bytes >= target) {
            is_cut = cut_at_line(filler, slab, piece, &status);
            if (status != GDX_OK)
                status = no_memory(err);
            else if (!is_cut && slab->bytes.bytes - piece->offset > filler->line_limit)
                status = refuse_long_line(filler, slab, piece, err);
        }
    }
    piece->bytes = slab->bytes.bytes - piece->offset;
    filler->entry.first_byte = piece->first_byte + piece->bytes;
    if (end)
        close_entry(filler);
    return status;
}

gdx_status filler_fill(struct filler *filler, struct slab *slab, size_t target, bool *out_end, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK && slab->bytes.bytes < target) {
        status = batch_check_stop(filler->stop, err);
        if (status != GDX_OK)
            return status;
        if (filler->is_open) {
            status = filler->entry.kind == GDX_INPUT_RECORDS ? fill_lines(filler, slab, target, err)
                                                             : fill_file(filler, slab, err);
            continue;
        }
        if (!filler->archive && filler->next_input == filler->inputs->count)
            break;
        // A file whose size is known and that does not fit waits for the next slab, so that slabs keep to their size.
        const struct input *next = filler->archive ? NULL : &filler->inputs->items[filler->next_input];
        if (next && next->kind != GDX_INPUT_RECORDS && slab->bytes.bytes > 0 &&
            next->bytes > target - slab->bytes.bytes)
            break;
        status = open_next(filler, slab, err);
    }
    *out_end = !filler->is_open && !filler->archive && filler->next_input == filler->inputs->count;
    return status;
}
