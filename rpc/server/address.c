// SPDX-License-Identifier: Apache-2.0
// address.c: the addresses that have a connection, each with its line in the workers' queue, so that a client gains no
// turn by opening more connections.
// Of IPv6 the first 64 bits count, which one customer has to himself; all Unix sockets are one address. There are never
// more addresses than connections.

#include "server.h"

#include <assert.h>
#include <stdlib.h>

struct address { // loop thread only
    struct address *next;
    uint64_t key;
    int family;
    size_t peer_count;
    gdx_line *line;
};

static uint64_t key_of_six(const struct sockaddr_in6 *six, int *family) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool is_four = memcmp(six->sin6_addr.s6_addr, mapped, sizeof mapped) == 0;
    uint64_t key = 0;
    *family = is_four ? AF_INET : AF_INET6;
    memcpy(&key, six->sin6_addr.s6_addr + (is_four ? sizeof mapped : 0), is_four ? 4 : 8);
    return key;
}

static uint64_t key_of(const struct sockaddr_storage *from, int *family) {
    uint64_t key = 0;
    *family = from->ss_family;
    if (from->ss_family == AF_INET6)
        return key_of_six((const struct sockaddr_in6 *)from, family);
    if (from->ss_family == AF_INET)
        memcpy(&key, &((const struct sockaddr_in *)from)->sin_addr, 4);
    else
        *family = AF_UNIX;
    return key;
}

static struct address **bucket_of(gdx_server *server, uint64_t key) {
    return &server->addresses[(key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - ADDRESS_BITS)];
}

struct address *address_enter(gdx_server *server, const struct sockaddr_storage *from) {
    int family;
    uint64_t key = key_of(from, &family);
    struct address **bucket = bucket_of(server, key), *address = *bucket;
    while (address && (address->key != key || address->family != family))
        address = address->next;
    if (!address) {
        address = calloc(1, sizeof *address);
        if (!address || !(address->line = gdx_line_new(server->work, NULL))) {
            free(address);
            return NULL;
        }
        address->key = key;
        address->family = family;
        address->next = *bucket;
        *bucket = address;
    }
    address->peer_count++;
    return address;
}

gdx_line *address_line(const struct address *address) {
    return address->line;
}

void address_leave(gdx_server *server, struct address *address) {
    if (!address || --address->peer_count > 0)
        return;
    struct address **link = bucket_of(server, address->key);
    while (*link != address)
        link = &(*link)->next;
    *link = address->next;
    gdx_line_leave(address->line);
    free(address);
}
