// SPDX-License-Identifier: Apache-2.0
// gunzip.c: see gunzip.h. Relies on zlib, which checks a member's sum and length itself.

#include "gunzip.h"

#include <stdlib.h>
#include <zlib.h>

enum { INPUT_BYTES = 1 << 17, GZIP_WINDOW = 15 + 16, MEMBER_HEAD_BYTES = 4 };

struct ingest_gunzip {
    gdx_pull from;
    z_stream stream;
    uint64_t pulled; // bytes taken from the source, those in `input` included
    uint64_t member; // where the present one starts
    uint64_t count;  // members that ended well
    bool is_started; // zlib's state is there
    bool in_member;
    bool is_dry; // the source has no more
    bool is_over;
    bool is_damaged;
    const uint8_t *first; // the member's first byte within `input`, kept to resume from; NULL: it has too many
    uint8_t input[INPUT_BYTES];
};

ingest_gunzip *ingest_gunzip_new(gdx_pull from) {
    ingest_gunzip *gunzip = malloc(sizeof *gunzip);
    if (!gunzip)
        return NULL;
    memset(gunzip, 0, offsetof(ingest_gunzip, input));
    gunzip->from = from;
    gunzip->stream.next_in = gunzip->input;
    return gunzip;
}

void ingest_gunzip_free(ingest_gunzip *gunzip) {
    if (!gunzip)
        return;
    if (gunzip->is_started)
        inflateEnd(&gunzip->stream);
    free(gunzip);
}

bool ingest_is_gzip(gdx_slice head) {
    return head.bytes >= MEMBER_HEAD_BYTES && memcmp(head.data, "\x1f\x8b\x08", 3) == 0 &&
           !((uint8_t)head.data[3] & 0xe0);
}

bool ingest_gunzip_is_over(const ingest_gunzip *gunzip) {
    return gunzip->is_over;
}

bool ingest_gunzip_is_damaged(const ingest_gunzip *gunzip) {
    return gunzip->is_damaged;
}

uint64_t ingest_gunzip_member(const ingest_gunzip *gunzip) {
    return gunzip->member;
}

uint64_t ingest_gunzip_position(const ingest_gunzip *gunzip) {
    return gunzip->pulled - gunzip->stream.avail_in;
}

// Moves what is still needed to the front of the input: from the present member's first byte, if that leaves half of
// the room.
static void make_room(ingest_gunzip *gunzip) {
    z_stream *stream = &gunzip->stream;
    if (gunzip->first && stream->next_in + stream->avail_in - gunzip->first > INPUT_BYTES / 2)
        gunzip->first = NULL;
    const uint8_t *from = gunzip->first ? gunzip->first : stream->next_in;
    size_t used = (size_t)(stream->next_in - from);
    memmove(gunzip->input, from, used + stream->avail_in);
    stream->next_in = gunzip->input + used;
    gunzip->first = gunzip->first ? gunzip->input : NULL;
}

// Adds to what is there, so that at least `wanted` bytes can be looked at, or the source is dry.
static gdx_status want(ingest_gunzip *gunzip, size_t wanted, gdx_error *err) {
    z_stream *stream = &gunzip->stream;
    while (stream->avail_in < wanted && !gunzip->is_dry) {
        make_room(gunzip);
        size_t got = 0;
        size_t there = (size_t)(stream->next_in - gunzip->input) + stream->avail_in;
        gdx_status status =
            gunzip->from.read(gunzip->from.source, gunzip->input + there, INPUT_BYTES - there, &got, err);
        if (status != GDX_OK)
            return status;
        gunzip->is_dry = got == 0;
        gunzip->pulled += got;
        stream->avail_in += (uInt)got;
    }
    return GDX_OK;
}

static gdx_slice rest_of(const ingest_gunzip *gunzip) {
    return (gdx_slice){(const char *)gunzip->stream.next_in, gunzip->stream.avail_in};
}

static void pass(ingest_gunzip *gunzip, size_t bytes) {
    gunzip->stream.next_in += bytes;
    gunzip->stream.avail_in -= (uInt)bytes;
}

static gdx_status damage(ingest_gunzip *gunzip, const char *words, gdx_error *err) {
    gunzip->is_damaged = true;
    return gdx_fail(err, GDX_CORRUPT, "gzip member at byte %llu: %s", (unsigned long long)gunzip->member, words);
}

// Zero bytes after a member are a tape's or a disk's padding.
static gdx_status pass_padding(ingest_gunzip *gunzip, gdx_error *err) {
    gdx_status status = want(gunzip, 1, err);
    while (status == GDX_OK && gunzip->stream.avail_in && gunzip->count && *gunzip->stream.next_in == 0) {
        pass(gunzip, 1);
        status = want(gunzip, 1, err);
    }
    return status;
}

static gdx_status begin_member(ingest_gunzip *gunzip, gdx_error *err) {
    gdx_status status = pass_padding(gunzip, err);
    if (status == GDX_OK)
        status = want(gunzip, MEMBER_HEAD_BYTES, err);
    if (status != GDX_OK)
        return status;
    gunzip->member = ingest_gunzip_position(gunzip);
    gunzip->first = gunzip->stream.next_in;
    if (gunzip->stream.avail_in == 0) {
        gunzip->is_over = true;
        return GDX_OK;
    }
    if (!ingest_is_gzip(rest_of(gunzip)))
        return damage(gunzip, "expected a further member or the end", err);
    int result = gunzip->is_started ? inflateReset(&gunzip->stream) : inflateInit2(&gunzip->stream, GZIP_WINDOW);
    if (result != Z_OK)
        return gdx_fail_memory(err, "reading gzip");
    gunzip->is_started = true;
    gunzip->in_member = true;
    return GDX_OK;
}

// One step of zlib. Bytes that it gave before it met damage are given; the damage is met again at the next call.
static gdx_status inflate_some(ingest_gunzip *gunzip, bool *out_end_of_member, gdx_error *err) {
    z_stream *stream = &gunzip->stream;
    gdx_status status = want(gunzip, 1, err);
    if (status != GDX_OK)
        return status;
    uInt room = stream->avail_out;
    int result = inflate(stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        gunzip->in_member = false;
        gunzip->count++;
        *out_end_of_member = true;
        return GDX_OK;
    }
    if (result == Z_MEM_ERROR)
        return gdx_fail_memory(err, "reading gzip");
    if (stream->avail_out < room || (result == Z_OK && !(gunzip->is_dry && stream->avail_in == 0)))
        return GDX_OK;
    if (result == Z_DATA_ERROR || result == Z_NEED_DICT)
        return damage(gunzip, stream->msg ? stream->msg : "damaged", err);
    return damage(gunzip, "cut short", err);
}

gdx_status ingest_gunzip_read(ingest_gunzip *gunzip, void *to, size_t room, size_t *out_bytes, bool *out_end_of_member,
                              gdx_error *err) {
    *out_bytes = 0;
    *out_end_of_member = false;
    if (gunzip->is_over)
        return GDX_OK;
    if (gunzip->is_damaged)
        return damage(gunzip, "damaged", err);
    gdx_status status = gunzip->in_member ? GDX_OK : begin_member(gunzip, err);
    if (status != GDX_OK || gunzip->is_over)
        return status;
    room = room < INT32_MAX ? room : INT32_MAX;
    gunzip->stream.next_out = to;
    gunzip->stream.avail_out = (uInt)room;
    while (status == GDX_OK && gunzip->stream.avail_out == room && !*out_end_of_member)
        status = inflate_some(gunzip, out_end_of_member, err);
    *out_bytes = room - gunzip->stream.avail_out;
    return status;
}

gdx_status ingest_gunzip_resume(ingest_gunzip *gunzip, bool *out_found, gdx_error *err) {
    gunzip->is_damaged = gunzip->in_member = false;
    if (gunzip->first) { // damage may have hidden where the member ends: nothing after its first byte is passed over
        gunzip->stream.avail_in += (uInt)(gunzip->stream.next_in - gunzip->first);
        gunzip->stream.next_in = (Bytef *)gunzip->first;
        gunzip->first = NULL;
    }
    for (*out_found = false; !*out_found;) {
        gdx_status status = want(gunzip, MEMBER_HEAD_BYTES, err);
        if (status != GDX_OK)
            return status;
        if (gunzip->stream.avail_in < MEMBER_HEAD_BYTES) {
            pass(gunzip, gunzip->stream.avail_in);
            gunzip->is_over = true;
            return GDX_OK;
        }
        bool is_same = ingest_gunzip_position(gunzip) == gunzip->member;
        *out_found = !is_same && ingest_is_gzip(rest_of(gunzip));
        if (!*out_found)
            pass(gunzip, 1);
    }
    return GDX_OK;
}
