// SPDX-License-Identifier: Apache-2.0
// codec.c: the five bytes before each message, and gzip. zlib's states, 300 KiB both, are made when first needed and
// reused.

#include "gdx/protocol.h"

#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, LEVEL = 1, MEMORY_LEVEL = 8, STEP_BYTES = 16 * 1024 };

struct gdx_codec {
    z_stream deflate, inflate;
    bool can_deflate, can_inflate;
};

gdx_codec *gdx_codec_new(void) {
    return calloc(1, sizeof(gdx_codec));
}

void gdx_codec_free(gdx_codec *codec) {
    if (!codec)
        return;
    if (codec->can_deflate)
        deflateEnd(&codec->deflate);
    if (codec->can_inflate)
        inflateEnd(&codec->inflate);
    free(codec);
}

void gdx_message_prefix(uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES], bool compressed, uint32_t bytes) {
    prefix[0] = compressed;
    prefix[1] = (uint8_t)(bytes >> 24);
    prefix[2] = (uint8_t)(bytes >> 16);
    prefix[3] = (uint8_t)(bytes >> 8);
    prefix[4] = (uint8_t)bytes;
}

uint32_t gdx_message_length(const uint8_t prefix[GDX_MESSAGE_PREFIX_BYTES]) {
    return (uint32_t)prefix[1] << 24 | (uint32_t)prefix[2] << 16 | (uint32_t)prefix[3] << 8 | prefix[4];
}

static gdx_status start_deflate(gdx_codec *codec) {
    if (codec->can_deflate)
        return deflateReset(&codec->deflate) == Z_OK ? GDX_OK : GDX_INTERNAL;
    int code = deflateInit2(&codec->deflate, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
    codec->can_deflate = code == Z_OK;
    return code == Z_OK ? GDX_OK : GDX_NO_MEMORY;
}

// After out->bytes, in one go: deflateBound is how much room that takes.
static gdx_status append_gzip(gdx_codec *codec, gdx_slice message, gdx_buffer *out) {
    gdx_status status = start_deflate(codec);
    if (status == GDX_OK)
        status = gdx_buffer_reserve(out, deflateBound(&codec->deflate, message.bytes));
    if (status != GDX_OK)
        return status;
    z_stream *stream = &codec->deflate;
    stream->next_in = (Bytef *)message.data;
    stream->avail_in = (uInt)message.bytes;
    stream->next_out = out->data + out->bytes;
    size_t room = out->capacity - out->bytes;
    stream->avail_out = room > UINT32_MAX ? UINT32_MAX : (uInt)room;
    if (deflate(stream, Z_FINISH) != Z_STREAM_END)
        return GDX_TOO_LARGE;
    out->bytes = (size_t)(stream->next_out - out->data);
    return GDX_OK;
}

gdx_status gdx_codec_frame(gdx_codec *codec, gdx_slice message, bool compress, gdx_buffer *out) {
    if (message.bytes > UINT32_MAX)
        return GDX_TOO_LARGE;
    size_t begin = out->bytes;
    gdx_status status = gdx_buffer_reserve(out, GDX_MESSAGE_PREFIX_BYTES);
    if (status != GDX_OK)
        return status;
    out->bytes += GDX_MESSAGE_PREFIX_BYTES;
    status = compress ? append_gzip(codec, message, out) : gdx_buffer_append(out, message.data, message.bytes);
    size_t bytes = out->bytes - begin - GDX_MESSAGE_PREFIX_BYTES;
    if (status == GDX_OK && bytes > UINT32_MAX)
        status = GDX_TOO_LARGE;
    if (status == GDX_OK)
        gdx_message_prefix(out->data + begin, compress, (uint32_t)bytes);
    else
        out->bytes = begin;
    return status;
}

static gdx_status start_inflate(gdx_codec *codec) {
    if (codec->can_inflate)
        return inflateReset(&codec->inflate) == Z_OK ? GDX_OK : GDX_INTERNAL;
    codec->can_inflate = inflateInit2(&codec->inflate, GZIP_WINDOW) == Z_OK;
    return codec->can_inflate ? GDX_OK : GDX_NO_MEMORY;
}

gdx_status gdx_codec_inflate(gdx_codec *codec, gdx_slice gzipped, size_t limit, gdx_buffer *out) {
    gdx_status status = start_inflate(codec);
    size_t begin = out->bytes;
    z_stream *stream = &codec->inflate;
    stream->next_in = (Bytef *)gzipped.data;
    stream->avail_in = (uInt)gzipped.bytes;
    while (status == GDX_OK) {
        // One byte more than the limit, so that passing it is seen.
        size_t left = limit - (out->bytes - begin) + 1;
        size_t step = left < STEP_BYTES ? left : STEP_BYTES;
        status = gdx_buffer_reserve(out, step);
        if (status != GDX_OK)
            break;
        stream->next_out = out->data + out->bytes;
        stream->avail_out = (uInt)step;
        int code = inflate(stream, Z_NO_FLUSH);
        out->bytes = (size_t)(stream->next_out - out->data);
        if (out->bytes - begin > limit)
            status = GDX_TOO_LARGE;
        else if (code == Z_STREAM_END)
            return stream->avail_in == 0 ? GDX_OK : GDX_CORRUPT;
        else if (code != Z_OK || (stream->avail_in == 0 && stream->avail_out > 0))
            status = code == Z_MEM_ERROR ? GDX_NO_MEMORY : GDX_CORRUPT;
    }
    return status;
}
