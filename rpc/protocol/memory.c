// SPDX-License-Identifier: Apache-2.0
// memory.c: what a connection may hold. libnghttp2's allocations and the calls' buffers are counted against one limit
// for the connection and one for all; past it an allocation fails, and with it the call or the connection that asked.
// libnghttp2 allocates a handful of small objects for each frame: blocks of a few sizes are kept and handed out again.
// Its session is not sound any more once an allocation of its own has failed (1.52 frees an item twice when the queue
// of streams cannot grow), and a peer can bring that about by our limit. So that is the end of the connection, and
// until its session is deleted nothing of it is really freed.

#include "connection.h"

#include <stdlib.h>

enum { DOOMED = POOL_CLASSES + 1, SMALLEST = 64, SPARE_BYTES_OF_A_CLASS = 2 << 20 };
_Static_assert((SMALLEST << (POOL_CLASSES - 1)) == 2048, "the largest class");

struct pool_block { // comes before what libnghttp2 is given
    union {
        struct pool_block *next; // while spare
        size_t bytes;            // while used, of the payload
    };
    size_t class_number; // POOL_CLASSES: none, from malloc alone; DOOMED: given back after the failure
};
_Static_assert(sizeof(struct pool_block) == 16, "keeps the payload aligned for any type");

bool memory_charge(gdx_connection *connection, size_t bytes) {
    const gdx_protocol_options *options = &connection->protocol->options;
    if (bytes > options->memory_limit - connection->memory ||
        bytes > options->total_memory_limit - connection->protocol->memory)
        return false;
    connection->memory += bytes;
    connection->protocol->memory += bytes;
    return true;
}

void memory_release(gdx_connection *connection, size_t bytes) {
    connection->memory -= bytes;
    connection->protocol->memory -= bytes;
}

static size_t class_of(size_t bytes) {
    size_t number = 0;
    while (number < POOL_CLASSES && bytes > (size_t)SMALLEST << number)
        number++;
    return number;
}

static void *starve(gdx_connection *connection) {
    if (connection->state != CONNECTION_STARVED)
        connection_set_state(connection, CONNECTION_STARVED);
    connection_touch(connection);
    return NULL;
}

static void *pool_allocate(size_t bytes, void *user_data) {
    gdx_connection *connection = user_data;
    gdx_protocol *protocol = connection->protocol;
    size_t number = class_of(bytes);
    size_t room = number < POOL_CLASSES ? (size_t)SMALLEST << number : bytes;
    if (!memory_charge(connection, room))
        return starve(connection);
    struct pool_block *block = number < POOL_CLASSES ? protocol->spare_blocks[number] : NULL;
    if (block) {
        protocol->spare_blocks[number] = block->next;
        protocol->spare_counts[number]--;
    } else {
        block = malloc(sizeof *block + room);
        if (!block) {
            memory_release(connection, room);
            return starve(connection);
        }
    }
    block->bytes = room;
    block->class_number = number;
    return block + 1;
}

static void pool_free(void *memory, void *user_data) {
    if (!memory)
        return;
    gdx_connection *connection = user_data;
    gdx_protocol *protocol = connection->protocol;
    struct pool_block *block = (struct pool_block *)memory - 1;
    size_t number = block->class_number;
    if (number == DOOMED)
        return;
    memory_release(connection, block->bytes);
    if (connection->state == CONNECTION_STARVED) {
        block->class_number = DOOMED;
        block->next = connection->doomed;
        connection->doomed = block;
        return;
    }
    if (number == POOL_CLASSES ||
        protocol->spare_counts[number] >= (size_t)SPARE_BYTES_OF_A_CLASS / SMALLEST >> number) {
        free(block);
        return;
    }
    block->next = protocol->spare_blocks[number];
    protocol->spare_blocks[number] = block;
    protocol->spare_counts[number]++;
}

static void *pool_allocate_zeroed(size_t count, size_t bytes, void *user_data) {
    if (bytes && count > SIZE_MAX / 2 / bytes)
        return NULL;
    void *memory = pool_allocate(count * bytes, user_data);
    if (memory)
        memset(memory, 0, count * bytes);
    return memory;
}

static void *pool_reallocate(void *memory, size_t bytes, void *user_data) {
    size_t before = memory ? ((struct pool_block *)memory - 1)->bytes : 0;
    if (memory && bytes <= before)
        return memory;
    void *larger = pool_allocate(bytes, user_data);
    if (larger && memory) {
        memcpy(larger, memory, before);
        pool_free(memory, user_data);
    }
    return larger;
}

void memory_allocator(gdx_connection *connection) {
    connection->allocator = (nghttp2_mem){connection, pool_allocate, pool_free, pool_allocate_zeroed, pool_reallocate};
}

void memory_free_doomed(gdx_connection *connection) {
    while (connection->doomed) {
        struct pool_block *block = connection->doomed;
        connection->doomed = block->next;
        free(block);
    }
}

void memory_trim(gdx_protocol *protocol) {
    for (size_t number = 0; number < POOL_CLASSES; number++) {
        while (protocol->spare_blocks[number]) {
            struct pool_block *block = protocol->spare_blocks[number];
            protocol->spare_blocks[number] = block->next;
            free(block);
        }
    }
}

gdx_status memory_reserve(gdx_connection *connection, gdx_buffer *buffer, size_t more) {
    if (more <= buffer->capacity - buffer->bytes)
        return GDX_OK;
    size_t before = buffer->capacity;
    if (more > SIZE_MAX / 4 - buffer->bytes)
        return GDX_NO_MEMORY;
    // At most what gdx_buffer_reserve will take.
    size_t growth = 2 * before + more;
    if (!memory_charge(connection, growth))
        return GDX_NO_MEMORY;
    gdx_status status = gdx_buffer_reserve(buffer, more);
    memory_release(connection, growth);
    connection->memory += buffer->capacity - before;
    connection->protocol->memory += buffer->capacity - before;
    return status;
}

gdx_status memory_append(gdx_connection *connection, gdx_buffer *buffer, const void *data, size_t bytes) {
    gdx_status status = memory_reserve(connection, buffer, bytes);
    return status == GDX_OK ? gdx_buffer_append(buffer, data, bytes) : status;
}

gdx_status gdx_call_set_held(gdx_call *call, size_t bytes) {
    if (bytes > call->held && !memory_charge(call->connection, bytes - call->held))
        return GDX_NO_MEMORY;
    if (bytes < call->held)
        memory_release(call->connection, call->held - bytes);
    call->held = bytes;
    return GDX_OK;
}
