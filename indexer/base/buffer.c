// SPDX-License-Identifier: Apache-2.0
// buffer.c: arrays that grow by doubling.

#include "gdx/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ELEMENTS = 16 };

void gdx_buffer_clear(gdx_buffer *buffer) {
    free(buffer->data);
    *buffer = (gdx_buffer){0};
}

gdx_status gdx_grow(void *array_pointer, size_t *capacity, size_t count, size_t element_bytes) {
    if (count <= *capacity)
        return GDX_OK;
    assert(element_bytes > 0); // after the common path
    size_t wanted = *capacity ? *capacity * 2 : FIRST_ELEMENTS;
    if (wanted < count)
        wanted = count;
    if (wanted > SIZE_MAX / element_bytes)
        return GDX_NO_MEMORY;
    void *array;
    memcpy(&array, array_pointer, sizeof array);
    array = realloc(array, wanted * element_bytes);
    if (!array)
        return GDX_NO_MEMORY;
    memcpy(array_pointer, &array, sizeof array);
    *capacity = wanted;
    return GDX_OK;
}

gdx_status gdx_buffer_reserve(gdx_buffer *buffer, size_t more) {
    if (more > SIZE_MAX - buffer->bytes)
        return GDX_NO_MEMORY;
    return gdx_grow(&buffer->data, &buffer->capacity, buffer->bytes + more, 1);
}

gdx_status gdx_buffer_append(gdx_buffer *buffer, const void *data, size_t bytes) {
    gdx_status status = gdx_buffer_reserve(buffer, bytes);
    if (status == GDX_OK && bytes) {
        memcpy(buffer->data + buffer->bytes, data, bytes);
        buffer->bytes += bytes;
    }
    return status;
}

gdx_status gdx_buffer_append_format(gdx_buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (bytes < 0)
        return GDX_INTERNAL;
    gdx_status status = gdx_buffer_reserve(buffer, (size_t)bytes + 1);
    if (status == GDX_OK) {
        va_start(arguments, format);
        vsnprintf((char *)buffer->data + buffer->bytes, (size_t)bytes + 1, format, arguments);
        va_end(arguments);
        buffer->bytes += (size_t)bytes;
    }
    return status;
}
