// SPDX-License-Identifier: Apache-2.0
// filler.c: files, entries of archives and crawls, archives within archives, and standard input as one stream of
// pieces. Relies on container.h.
// The first bytes of an entry tell what it is. JSON Lines are cut after a newline; what follows the cut is carried into
// the next slab. Whole files are never cut.

#include "filler.h"
#include "container.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_BYTES = 4 << 20, LINE_READ_BYTES = 64 << 10, POLL_MILLISECONDS = 100, CONTAINERS_MOST = 3 };

struct filler { // one owner at a time
    const struct inputs *inputs;
    struct filler_limits limits;
    const gdx_stop *stop;
    const gdx_converter *converter;
    size_t next_input;
    uint64_t files; // begun so far

    // Those that are open, each within the one before.
    struct container containers[CONTAINERS_MOST];
    size_t depth;
    uint64_t container_bytes; // of the first, on the disk, counted so far

    // The entry being read: a file by its descriptor, or one of the last container.
    bool is_open;
    int descriptor;   // -1: of the container
    uint64_t file_at; // bytes of the descriptor's file passed so far
    bool is_at_end;   // `carry` is all that is left of it
    const struct input *input;
    struct slab_piece entry; // kind, names; first_byte: where the next piece begins
    gdx_buffer carry;        // read already: its first bytes, or the start of a line that the last slab had no room for
    bool skips_line;         // within a line that was refused for its length
    gdx_buffer path;         // of a container's entry: "archive:entry", what entry.path points to
    gdx_buffer id;           // likewise
    gdx_buffer name;         // in its container, with a zero
    struct container_entry within; // what its container says of it
};

struct filler *filler_new(const struct inputs *inputs, struct filler_limits limits, const gdx_batch_options *options) {
    struct filler *filler = calloc(1, sizeof *filler);
    if (filler) {
        filler->inputs = inputs;
        filler->limits = limits;
        filler->stop = &options->stop;
        filler->converter = options->converter;
        filler->descriptor = -1;
    }
    return filler;
}

static void close_entry(struct filler *filler) {
    if (filler->descriptor > 0)
        close(filler->descriptor);
    filler->descriptor = -1;
    filler->is_open = false; // a container stays open for its next entry
    filler->carry.bytes = 0;
    filler->skips_line = false;
}

static void close_container(struct filler *filler) {
    container_close(&filler->containers[--filler->depth]);
    close_entry(filler);
}

static struct container *last_container(struct filler *filler) {
    return filler->depth ? &filler->containers[filler->depth - 1] : NULL;
}

// An archive's bytes count as they are read, so that the share that is done is right within a large one.
static void count_container(struct filler *filler, struct slab *slab) {
    uint64_t at = container_position(&filler->containers[0]);
    at = at < filler->input->bytes ? at : filler->input->bytes;
    if (at > filler->container_bytes) {
        slab->disk_bytes += at - filler->container_bytes;
        filler->container_bytes = at;
    }
}

static void finish_container(struct filler *filler, struct slab *slab) {
    container_count(last_container(filler), &slab->refusals.kinds);
    if (filler->depth == 1)
        slab->disk_bytes += filler->input->bytes - filler->container_bytes;
    close_container(filler);
}

void filler_free(struct filler *filler) {
    if (!filler)
        return;
    close_entry(filler);
    while (filler->depth)
        close_container(filler);
    for (size_t i = 0; i < CONTAINERS_MOST; i++)
        container_clear(&filler->containers[i]);
    gdx_buffer_clear(&filler->carry);
    gdx_buffer_clear(&filler->path);
    gdx_buffer_clear(&filler->id);
    gdx_buffer_clear(&filler->name);
    free(filler);
}

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory to read the inputs");
}

static gdx_status add_refusal(struct slab *slab, struct refusal refusal, gdx_error *err) {
    refusal.piece = (uint32_t)slab->piece_count;
    return refusals_add(&slab->refusals, &refusal) == GDX_OK ? GDX_OK : no_memory(err);
}

static gdx_status refuse(struct slab *slab, gdx_slice path, uint64_t byte, gdx_status status, const char *reason,
                         gdx_error *err) {
    return add_refusal(slab, refusal_of_failure(false, path, byte, status, reason), err);
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

// ---- bytes

static bool is_stopped(const struct filler *filler) {
    return gdx_stop_check(filler->stop, NULL) != GDX_OK;
}

// A pipe may have nothing to give for hours, nor anybody who writes to it, and a signal need not come to this thread.
static void wait_for_bytes(const struct filler *filler) {
    struct pollfd input = {.fd = filler->descriptor, .events = POLLIN};
    while (!is_stopped(filler) && poll(&input, 1, POLL_MILLISECONDS) == 0)
        continue;
}

// Up to `limit` more bytes of the entry at the end of `to`. A read error is refused and ends the entry; an archive says
// itself whether others follow.
static gdx_status read_more(struct filler *filler, struct slab *slab, gdx_buffer *to, size_t limit, gdx_error *err) {
    gdx_error words = {0};
    gdx_status status;
    if (limit > READ_BYTES)
        limit = READ_BYTES;
    if (filler->descriptor < 0) {
        status = container_read(last_container(filler), limit, to, &filler->is_at_end, &words);
        if (status == GDX_NO_MEMORY)
            return no_memory(err);
        if (status == GDX_OK) {
            count_container(filler, slab);
            return GDX_OK;
        }
        status = refuse_archive(slab, filler->entry.path, &words, err);
        filler->is_at_end = true;
        return status;
    }
    if (gdx_buffer_reserve(to, limit) != GDX_OK)
        return no_memory(err);
    if (filler->input->is_stream)
        wait_for_bytes(filler);
    if (is_stopped(filler))
        return GDX_OK;
    ssize_t bytes;
    do
        bytes = read(filler->descriptor, to->data + to->bytes, limit);
    while (bytes < 0 && errno == EINTR);
    if (bytes < 0 && errno == EAGAIN) // another reader was faster
        return GDX_OK;
    filler->is_at_end = bytes <= 0;
    if (bytes < 0) {
        status = gdx_fail_errno(&words, errno, "cannot be read");
        return refuse(slab, filler->entry.path, filler->entry.first_byte, status, words.message, err);
    }
    to->bytes += (size_t)bytes;
    filler->file_at += (uint64_t)bytes;
    slab->disk_bytes += (uint64_t)bytes;
    return GDX_OK;
}

// All of the entry, at the end of `to`. *out_is_whole false: it was refused, being too large or unreadable, or the
// batch is stopped; `to` is as before.
static gdx_status read_whole(struct filler *filler, struct slab *slab, size_t limit, gdx_buffer *to, bool *out_is_whole,
                             gdx_error *err) {
    size_t before = to->bytes;
    uint64_t refused = refusals_count(&slab->refusals, GDX_BATCH_REFUSED);
    uint64_t bytes = filler->descriptor >= 0 && !filler->input->is_stream ? filler->input->bytes : 0;
    gdx_status status = GDX_OK;
    if (gdx_buffer_append(to, filler->carry.data, filler->carry.bytes) != GDX_OK)
        return no_memory(err);
    filler->carry.bytes = 0;
    while (status == GDX_OK && !filler->is_at_end && bytes <= limit && to->bytes - before <= limit &&
           !is_stopped(filler))
        status = read_more(filler, slab, to, limit - (to->bytes - before) + 1, err);
    if (status != GDX_OK)
        return status;
    if (to->bytes - before > bytes)
        bytes = to->bytes - before;
    if (bytes > limit)
        status = refuse_for_size(slab, filler->entry.path, 0, "a file", bytes, limit, err);
    *out_is_whole = filler->is_at_end && refusals_count(&slab->refusals, GDX_BATCH_REFUSED) == refused;
    if (!*out_is_whole)
        to->bytes = before; // a file that could be read in part only is not indexed in part
    return status;
}

// ---- opening

// What is read by a kind, whole: its first bytes are in `carry`.
static void begin_entry(struct filler *filler, struct slab *slab, gdx_input_kind kind, const char *words) {
    filler->entry.kind = kind;
    snprintf(filler->entry.ending, sizeof filler->entry.ending, "%s", words);
    filler->entry.first_byte = 0;
    filler->entry.file = filler->files++;
    slab->files += filler->input->from == 0; // each file is one run's
}

static void name_entry(struct filler *filler, gdx_slice path, gdx_slice id) {
    const struct input *input = filler->input;
    filler->entry = (struct slab_piece){.path = path,
                                        .id = id,
                                        .source = input->source,
                                        .is_source_given = filler->inputs->is_source_given,
                                        .origin = input->is_stream ? (gdx_slice){"", 0} : input->id};
    filler->is_open = true;
    filler->is_at_end = false;
    filler->carry.bytes = 0;
}

// The first bytes of the entry, into `carry`. *out_has is false when they cannot be read: refused, and closed.
static gdx_status read_head(struct filler *filler, struct slab *slab, bool *out_has, gdx_error *err) {
    uint64_t refused = refusals_count(&slab->refusals, GDX_BATCH_REFUSED);
    gdx_status status = GDX_OK;
    while (status == GDX_OK && !filler->is_at_end && filler->carry.bytes < GDX_INPUT_HEAD_BYTES && !is_stopped(filler))
        status = read_more(filler, slab, &filler->carry, GDX_INPUT_HEAD_BYTES - filler->carry.bytes, err);
    *out_has = status == GDX_OK && refusals_count(&slab->refusals, GDX_BATCH_REFUSED) == refused;
    if (!*out_has && filler->is_open)
        close_entry(filler);
    return status;
}

// A container goes on top of those that are open; it is the file itself, or what its entry holds, or begins with.
static gdx_status push_container(struct filler *filler, struct slab *slab, gdx_input_kind kind, gdx_slice path,
                                 gdx_slice id, gdx_buffer *bytes, gdx_error *err) {
    struct container *container = &filler->containers[filler->depth];
    gdx_error words = {0};
    bool goes_on = bytes && filler->depth && !filler->is_at_end;
    gdx_status status = container_name(container, path, id);
    if (status == GDX_OK && !bytes)
        filler->container_bytes = 0;
    if (status == GDX_OK)
        status = container_open(container, kind, bytes, goes_on, last_container(filler), &words);
    if (status == GDX_NO_MEMORY)
        return no_memory(err);
    if (status == GDX_OK) {
        filler->depth++;
        return GDX_OK;
    }
    if (!bytes)
        slab->disk_bytes += filler->input->bytes;
    return refuse_archive(slab, path, &words, err);
}

// An entry that is a container itself: an archive whole, into memory; a crawl as it comes.
static gdx_status open_inner(struct filler *filler, struct slab *slab, gdx_input_kind kind, gdx_error *err) {
    gdx_slice path = filler->entry.path, id = filler->entry.id;
    if (filler->depth == CONTAINERS_MOST) {
        close_entry(filler);
        const struct refusal refusal = {.path = path,
                                        .reason =
                                            gdx_slice_of("an archive within three others: unpack the outer ones first"),
                                        .kind = gdx_slice_of("archive in archives"),
                                        .status = GDX_UNSUPPORTED,
                                        .class = GDX_BATCH_REFUSED};
        return add_refusal(slab, refusal, err);
    }
    gdx_buffer bytes = {0};
    bool is_taken = kind == GDX_INPUT_CRAWL && filler->depth && last_container(filler)->archive;
    gdx_status status = GDX_OK;
    if (!is_taken)
        status = read_whole(filler, slab, filler->limits.file, &bytes, &is_taken, err);
    else if (gdx_buffer_append(&bytes, filler->carry.data, filler->carry.bytes) != GDX_OK)
        status = no_memory(err);
    close_entry(filler);
    if (status == GDX_OK && is_taken)
        status = push_container(filler, slab, kind, path, id, &bytes, err);
    gdx_buffer_clear(&bytes);
    return status;
}

// ---- a file that begins in another's share

// Lines begin after the first newline at or after byte from - 1: what comes before is another's.
static gdx_status seek_share(struct filler *filler, struct slab *slab, gdx_error *err) {
    const struct input *input = filler->input;
    gdx_status status = GDX_OK;
    const uint8_t *newline = NULL;
    slab->disk_bytes -= filler->carry.bytes;
    filler->carry.bytes = 0;
    filler->file_at = input->from - 1;
    filler->is_at_end = lseek(filler->descriptor, (off_t)filler->file_at, SEEK_SET) < 0; // it was cut short meanwhile
    while (status == GDX_OK && !newline && !filler->is_at_end && !is_stopped(filler)) {
        filler->carry.bytes = 0;
        status = read_more(filler, slab, &filler->carry, LINE_READ_BYTES, err);
        if (filler->carry.bytes)
            newline = memchr(filler->carry.data, '\n', filler->carry.bytes);
    }
    size_t passed = newline ? (size_t)(newline - filler->carry.data) + 1 : filler->carry.bytes;
    filler->carry.bytes -= passed;
    memmove(filler->carry.data, filler->carry.data + passed, filler->carry.bytes);
    filler->entry.first_byte = filler->file_at - filler->carry.bytes;
    filler->entry.is_of_share = true;
    if (status == GDX_OK && filler->entry.first_byte >= input->to && filler->is_open)
        close_entry(filler); // one line is longer than the share
    return status;
}

// The last `bytes` of the slab are those of the file before file_at. Ends the entry with the line that byte to - 1 is
// in.
static void end_share(struct filler *filler, struct slab *slab, size_t bytes) {
    uint64_t to = filler->input->to, begin = filler->file_at - bytes;
    if (filler->descriptor < 0 || filler->file_at < to || bytes == 0)
        return;
    uint8_t *first = slab->bytes.data + slab->bytes.bytes - bytes;
    size_t skipped = begin + 1 < to ? (size_t)(to - 1 - begin) : 0;
    const uint8_t *newline = memchr(first + skipped, '\n', bytes - skipped);
    if (!newline)
        return;
    slab->bytes.bytes = (size_t)(newline - slab->bytes.data) + 1;
    filler->is_at_end = true;
}

// The entry's name is at hand: what it is, and what to do with it.
static gdx_status open_named(struct filler *filler, struct slab *slab, gdx_error *err) {
    bool has = false;
    char words[GDX_INPUT_WORDS_BYTES];
    gdx_status status = read_head(filler, slab, &has, err);
    if (status != GDX_OK || !has)
        return status;
    const char *name = filler->depth ? (const char *)filler->name.data : filler->input->path;
    gdx_input_kind kind = gdx_input_sniff(name, gdx_buffer_slice(&filler->carry), words);
    kind = gdx_input_with_converter(filler->converter, name, kind, words);
    if (filler->depth && last_container(filler)->crawl)
        kind = container_kind_of_page(&filler->within, filler->carry.bytes, kind, words);
    bool is_told = gdx_input_has_known_name(name) || kind != GDX_INPUT_TEXT;
    if (filler->input->is_stream && filler->depth == 0 && !is_told)
        kind = GDX_INPUT_RECORDS; // what neither name nor bytes of a pipe tell
    if (filler->depth == 0 && filler->input->from > 0 && kind != GDX_INPUT_RECORDS) {
        slab->disk_bytes -= filler->carry.bytes;
        close_entry(filler); // whole, it is that share's that it begins in
        return GDX_OK;
    }
    if (kind == GDX_INPUT_UNREAD || kind == GDX_INPUT_IGNORED) {
        close_entry(filler);
        return add_refusal(slab, refusal_of_kind(filler->entry.path, kind, words), err);
    }
    bool is_file = filler->depth == 0 && !filler->input->is_stream;
    if (gdx_input_is_container(kind) && !is_file)
        return open_inner(filler, slab, kind, err);
    if (gdx_input_is_container(kind)) {
        slab->disk_bytes -= filler->carry.bytes; // read again, by the archive's reader
        close_entry(filler);
        return push_container(filler, slab, kind, filler->entry.path, filler->entry.id, NULL, err);
    }
    begin_entry(filler, slab, kind, words);
    return is_file && filler->input->from > 0 ? seek_share(filler, slab, err) : GDX_OK;
}

static gdx_status open_file(struct filler *filler, struct slab *slab, gdx_error *err) {
    const struct input *input = filler->input = &filler->inputs->items[filler->next_input++];
    gdx_slice path = gdx_slice_of(input->path);
    bool is_standard_input = strcmp(input->path, "-") == 0;
    int waiting =
        input->is_stream ? O_NONBLOCK : 0; // a pipe may have no writer for hours: it is waited for as its bytes
    filler->descriptor = is_standard_input ? STDIN_FILENO : open(input->path, O_RDONLY | O_CLOEXEC | waiting);
    if (filler->descriptor < 0) {
        gdx_error words = {0};
        gdx_status status = gdx_fail_errno(&words, errno, "cannot be opened");
        return refuse(slab, path, 0, status, words.message, err);
    }
    filler->file_at = 0;
    name_entry(filler, path, input->id);
    return open_named(filler, slab, err);
}

// Of a URL the path, without what comes after it.
static gdx_slice name_to_sniff(const struct filler *filler, const struct container *container) {
    const struct container_entry *entry = &filler->within;
    gdx_slice name = entry->name;
    if (entry->sniffed_name)
        return gdx_slice_of(entry->sniffed_name);
    for (size_t i = 0; container->crawl && i < name.bytes; i++)
        if (name.data[i] == '?' || name.data[i] == '#')
            name.bytes = i;
    return name;
}

static gdx_status name_within(struct filler *filler, const struct container *container) {
    gdx_slice name = name_to_sniff(filler, container);
    filler->name.bytes = 0;
    gdx_status status = gdx_buffer_append(&filler->name, name.data, name.bytes);
    if (status == GDX_OK)
        status = gdx_buffer_append(&filler->name, "", 1);
    return status == GDX_OK ? container_name_entry(container, filler->within.name, &filler->path, &filler->id) : status;
}

// An archive that cannot be read on is at its end; a crawl has lost a record.
static gdx_status fail_to_go_on(struct filler *filler, struct slab *slab, const gdx_error *words, gdx_error *err) {
    struct container *container = last_container(filler);
    if (words->status == GDX_NO_MEMORY)
        return no_memory(err);
    gdx_slice path = gdx_buffer_slice(&container->path);
    if (container->crawl)
        return add_refusal(slab, refusal_of_failure(true, path, words->byte, words->status, words->message), err);
    gdx_status status = refuse_archive(slab, path, words, err);
    finish_container(filler, slab);
    return status;
}

// What is not read for its name or its media type.
static const char *words_of_left_out(const struct filler *filler, char of_kind[GDX_INPUT_WORDS_BYTES]) {
    if (filler->within.left_out)
        return filler->within.left_out;
    const char *name = (const char *)filler->name.data;
    gdx_input_kind kind = gdx_input_with_converter(filler->converter, name, gdx_input_kind_of(name, of_kind), of_kind);
    return kind == GDX_INPUT_IGNORED ? of_kind : NULL;
}

// The next entry of the last container; closes it at its end.
static gdx_status open_entry(struct filler *filler, struct slab *slab, gdx_error *err) {
    struct container *container = last_container(filler);
    bool has = false;
    gdx_error words = {0};
    char of_kind[GDX_INPUT_WORDS_BYTES];
    if (container_next(container, &filler->within, &has, &words) != GDX_OK)
        return fail_to_go_on(filler, slab, &words, err);
    if (!has) {
        finish_container(filler, slab);
        return GDX_OK;
    }
    if (name_within(filler, container) != GDX_OK)
        return no_memory(err);
    gdx_slice path = gdx_buffer_slice(&filler->path), id = gdx_buffer_slice(&filler->id);
    const char *left_out = words_of_left_out(filler, of_kind);
    if (left_out)
        return add_refusal(slab, refusal_of_kind(path, GDX_INPUT_IGNORED, left_out), err);
    if (id.bytes > ID_BYTES_MOST)
        return refuse(slab, path, 0, GDX_TOO_LARGE,
                      container->crawl ? "its URL has over 1024 bytes, the most an id may have"
                                       : "the archive's id and its name have over 1024 bytes together, the most "
                                         "an id may have",
                      err);
    name_entry(filler, path, id);
    filler->entry.charset = filler->within.charset;
    filler->entry.crawled = filler->within.crawled;
    return open_named(filler, slab, err);
}

// ---- filling

static size_t limit_of(const struct filler *filler) {
    gdx_input_kind kind = filler->entry.kind;
    bool is_large =
        kind == GDX_INPUT_JSON || kind == GDX_INPUT_TABLE || kind == GDX_INPUT_FEED || kind >= GDX_INPUT_WORD;
    return is_large ? filler->limits.large_file : filler->limits.file;
}

// A whole file into the slab, or nothing of it.
static gdx_status fill_file(struct filler *filler, struct slab *slab, gdx_error *err) {
    bool is_whole = false;
    if (slab_add_piece(slab, &filler->entry) != GDX_OK)
        return no_memory(err);
    struct slab_piece *piece = &slab->pieces[slab->piece_count - 1];
    gdx_status status = read_whole(filler, slab, limit_of(filler), &slab->bytes, &is_whole, err);
    if (status != GDX_OK)
        return status;
    piece->bytes = slab->bytes.bytes - piece->offset;
    slab->piece_count -= !is_whole;
    if (filler->is_open)
        close_entry(filler);
    return GDX_OK;
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
    gdx_status status = refuse_for_size(slab, filler->entry.path, piece->first_byte, "a line", filler->limits.line,
                                        filler->limits.line, err);
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
    end_share(filler, slab, filler->carry.bytes);
    filler->carry.bytes = 0;
    gdx_status status = GDX_OK;
    bool is_cut = false;
    while (status == GDX_OK && !filler->is_at_end && !is_cut && !is_stopped(filler)) {
        size_t room = room_of(slab, piece, target), before = slab->bytes.bytes;
        status = read_more(filler, slab, &slab->bytes, room, err);
        end_share(filler, slab, slab->bytes.bytes - before);
        if (status == GDX_OK && filler->skips_line)
            drop_rest_of_line(filler, slab, piece);
        if (status == GDX_OK && !filler->is_at_end && slab->bytes.bytes >= target) {
            is_cut = cut_at_line(filler, slab, piece, &status);
            if (status != GDX_OK)
                status = no_memory(err);
            else if (!is_cut && slab->bytes.bytes - piece->offset > filler->limits.line)
                status = refuse_long_line(filler, slab, piece, err);
        }
    }
    piece->bytes = slab->bytes.bytes - piece->offset;
    filler->entry.first_byte = piece->first_byte + piece->bytes;
    if (filler->is_at_end && filler->is_open)
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
        if (!filler->depth && filler->next_input == filler->inputs->count)
            break;
        // A file whose size is known and that does not fit waits for the next slab, so that slabs keep to their size.
        const struct input *next = filler->depth ? NULL : &filler->inputs->items[filler->next_input];
        if (next && next->kind != GDX_INPUT_RECORDS && slab->bytes.bytes > 0 &&
            next->bytes > target - slab->bytes.bytes)
            break;
        status = filler->depth ? open_entry(filler, slab, err) : open_file(filler, slab, err);
    }
    *out_end = !filler->is_open && !filler->depth && filler->next_input == filler->inputs->count;
    return status;
}
