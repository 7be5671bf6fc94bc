// SPDX-License-Identifier: Apache-2.0
// cache.c: see gdx/convert_cache.h. A key's file is <folder>/<2 hex digits>/<62 hex digits>: a header, the note, one
// zstd frame, and the checksum of all before it. It is written under a temporary name and renamed, without a sync: a
// file that a crash cut short has no good checksum, and counts as not there.

#include "cache_files.h"

#include "gdx/bytes.h"
#include "gdx/file.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>

#define CACHE_MAGIC "gdxconv1"

enum {
    MAGIC_BYTES = 8,
    KEY_AT = MAGIC_BYTES,
    KEY_BYTES = 32,
    SIZE_AT = KEY_AT + KEY_BYTES, // of the bytes as they were put
    NOTE_SIZE_AT = SIZE_AT + 8,
    HEADER_BYTES = NOTE_SIZE_AT + 8,
    CHECKSUM_BYTES = 8,
    NOTE_BYTES_MAX = 1 << 16,
    LEVEL = 3,
    PATH_MORE_BYTES = 128,
};

struct gdx_convert_cache {
    char *folder;
    uint64_t limit;
    atomic_uint_fast64_t put_bytes; // since the last look at the folder's size
    atomic_uint_fast64_t number;    // of temporary files
    atomic_bool has_put;
    pthread_mutex_t cleaning;
};

gdx_convert_key gdx_convert_key_of(gdx_slice input, gdx_slice converter) {
    XXH128_hash_t of_input = XXH3_128bits(input.data, input.bytes);
    XXH128_hash_t of_converter = XXH3_128bits(converter.data, converter.bytes);
    return (gdx_convert_key){{of_input.high64, of_input.low64}, {of_converter.high64, of_converter.low64}};
}

gdx_status gdx_convert_cache_open(const char *folder, uint64_t limit, gdx_convert_cache **out, gdx_error *err) {
    gdx_convert_cache *cache = calloc(1, sizeof *cache);
    if (cache)
        cache->folder = strdup(folder);
    if (!cache || !cache->folder) {
        free(cache);
        return gdx_fail_memory(err, "a cache of converted files");
    }
    cache->limit = limit;
    pthread_mutex_init(&cache->cleaning, NULL);
    *out = cache;
    return GDX_OK;
}

void gdx_convert_cache_close(gdx_convert_cache *cache) {
    if (!cache)
        return;
    if (cache->has_put)
        cache_files_prune(cache->folder, cache->limit);
    pthread_mutex_destroy(&cache->cleaning);
    free(cache->folder);
    free(cache);
}

// "<folder>/ab/cdef..."; `folder_bytes` gets the bytes before the last slash. The caller frees. NULL: no memory.
static char *path_of(const gdx_convert_cache *cache, const gdx_convert_key *key, size_t *folder_bytes) {
    char name[65];
    snprintf(name, sizeof name, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, key->input[0], key->input[1],
             key->converter[0], key->converter[1]);
    size_t bytes = strlen(cache->folder) + PATH_MORE_BYTES;
    char *path = malloc(bytes);
    if (path) {
        snprintf(path, bytes, "%s/%.2s/%s", cache->folder, name, name + 2);
        *folder_bytes = strlen(cache->folder) + 3;
    }
    return path;
}

static void write_key(const gdx_convert_key *key, uint8_t *to) {
    for (int i = 0; i < 2; i++) {
        gdx_store_u64(to + 8 * i, key->input[i]);
        gdx_store_u64(to + 16 + 8 * i, key->converter[i]);
    }
}

// ---- get

// The parts of a file that is whole and of this key.
struct stored {
    gdx_slice note, frame;
    uint64_t size;
};

static bool take_apart(const gdx_map *file, const gdx_convert_key *key, struct stored *out) {
    uint8_t key_bytes[KEY_BYTES];
    write_key(key, key_bytes);
    if (file->bytes < HEADER_BYTES + CHECKSUM_BYTES || memcmp(file->data, CACHE_MAGIC, MAGIC_BYTES) != 0 ||
        memcmp(file->data + KEY_AT, key_bytes, KEY_BYTES) != 0)
        return false;
    size_t bytes = file->bytes - CHECKSUM_BYTES;
    uint64_t note_bytes = gdx_load_u64(file->data + NOTE_SIZE_AT);
    if (gdx_load_u64(file->data + bytes) != gdx_checksum(file->data, bytes) || note_bytes > bytes - HEADER_BYTES)
        return false;
    const char *note = (const char *)file->data + HEADER_BYTES;
    *out = (struct stored){.note = {note, note_bytes},
                           .frame = {note + note_bytes, bytes - HEADER_BYTES - note_bytes},
                           .size = gdx_load_u64(file->data + SIZE_AT)};
    return true;
}

static bool append_stored(const struct stored *stored, gdx_buffer *out, gdx_buffer *note) {
    gdx_buffer fresh_note = {0};
    if (gdx_buffer_reserve(out, stored->size + 1) != GDX_OK ||
        gdx_buffer_append(&fresh_note, stored->note.data, stored->note.bytes) != GDX_OK)
        return false;
    size_t got = ZSTD_decompress(out->data + out->bytes, stored->size, stored->frame.data, stored->frame.bytes);
    if (got != stored->size) {
        gdx_buffer_clear(&fresh_note);
        return false;
    }
    out->bytes += got;
    gdx_buffer_clear(note);
    *note = fresh_note;
    return true;
}

bool gdx_convert_cache_get(gdx_convert_cache *cache, const gdx_convert_key *key, uint64_t most, gdx_buffer *out,
                           gdx_buffer *note) {
    size_t folder_bytes;
    gdx_map file = {0};
    gdx_error ignored = {0};
    struct stored stored;
    char *path = path_of(cache, key, &folder_bytes);
    bool is_there = path && gdx_map_open(&file, path, &ignored) == GDX_OK;
    bool is_whole = is_there && take_apart(&file, key, &stored) && stored.size <= most;
    bool is_got = is_whole && append_stored(&stored, out, note);
    if (is_got)
        cache_files_touch(path);
    gdx_map_close(&file);
    free(path);
    return is_got;
}

// ---- put

static bool make_content(const gdx_convert_key *key, gdx_slice bytes, gdx_slice note, gdx_buffer *to) {
    uint8_t header[HEADER_BYTES];
    size_t bound = ZSTD_compressBound(bytes.bytes);
    memcpy(header, CACHE_MAGIC, MAGIC_BYTES);
    write_key(key, header + KEY_AT);
    gdx_store_u64(header + SIZE_AT, bytes.bytes);
    gdx_store_u64(header + NOTE_SIZE_AT, note.bytes);
    if (note.bytes > NOTE_BYTES_MAX || gdx_buffer_append(to, header, sizeof header) != GDX_OK ||
        gdx_buffer_append(to, note.data, note.bytes) != GDX_OK ||
        gdx_buffer_reserve(to, bound + CHECKSUM_BYTES) != GDX_OK)
        return false;
    size_t frame = ZSTD_compress(to->data + to->bytes, bound, bytes.data, bytes.bytes, LEVEL);
    if (ZSTD_isError(frame))
        return false;
    to->bytes += frame;
    gdx_store_u64(to->data + to->bytes, gdx_checksum(to->data, to->bytes));
    to->bytes += CHECKSUM_BYTES;
    return true;
}

static bool write_content(gdx_convert_cache *cache, const char *path, size_t folder_bytes, gdx_slice content) {
    char *temporary = malloc(strlen(path) + PATH_MORE_BYTES);
    if (!temporary)
        return false;
    sprintf(temporary, "%.*s", (int)folder_bytes, path);
    (void)mkdir(cache->folder, 0755);
    (void)mkdir(temporary, 0755);
    sprintf(temporary + folder_bytes, "/" CACHE_TEMPORARY_PREFIX "%d-%" PRIuFAST64, getpid(),
            atomic_fetch_add(&cache->number, 1));
    FILE *file = fopen(temporary, "we");
    bool is_written = file && fwrite(content.data, 1, content.bytes, file) == content.bytes;
    if (file && fclose(file) != 0)
        is_written = false;
    if (is_written && rename(temporary, path) != 0)
        is_written = false;
    if (file && !is_written)
        unlink(temporary);
    free(temporary);
    return is_written;
}

// At an eighth of the limit put since the last time: the folder may so have an eighth more than its limit, for a while.
static void prune_when_due(gdx_convert_cache *cache, uint64_t bytes) {
    if (atomic_fetch_add(&cache->put_bytes, bytes) + bytes <= cache->limit / 8 ||
        pthread_mutex_trylock(&cache->cleaning) != 0)
        return;
    atomic_store(&cache->put_bytes, 0);
    cache_files_prune(cache->folder, cache->limit);
    pthread_mutex_unlock(&cache->cleaning);
}

void gdx_convert_cache_put(gdx_convert_cache *cache, const gdx_convert_key *key, gdx_slice bytes, gdx_slice note) {
    size_t folder_bytes;
    gdx_buffer content = {0};
    char *path = path_of(cache, key, &folder_bytes);
    if (path && make_content(key, bytes, note, &content) && content.bytes <= cache->limit &&
        write_content(cache, path, folder_bytes, gdx_buffer_slice(&content))) {
        atomic_store(&cache->has_put, true);
        prune_when_due(cache, content.bytes);
    }
    gdx_buffer_clear(&content);
    free(path);
}
