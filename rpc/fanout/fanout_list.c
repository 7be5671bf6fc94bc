// SPDX-License-Identifier: Apache-2.0
// fanout_list.c: which leaves there are: the lines of a file, read again when it changes, or the addresses of a name,
// looked up again every few seconds. A leaf that is no longer listed is let go.

#include "fanout.h"

#include "gdx/client.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

static const uint64_t LOOK_UP_NS = 5000000000;

static gdx_status add(gdx_fanout *fanout, const char *address, gdx_error *err) {
    for (size_t i = 0; i < fanout->replica_count; i++) {
        if (strcmp(fanout->replicas[i]->address, address) == 0) {
            fanout->replicas[i]->seen = true;
            return GDX_OK;
        }
    }
    if (fanout->replica_count == REPLICAS_MOST)
        return gdx_fail(err, GDX_TOO_LARGE, "%s: more than %d leaves", fanout->list, REPLICAS_MOST);
    struct replica *replica = calloc(1, sizeof *replica);
    if (!replica)
        return gdx_fail_memory(err, "the list of leaves");
    replica->fanout = fanout;
    replica->seen = true;
    snprintf(replica->address, sizeof replica->address, "%s", address);
    gdx_fail(&replica->why, GDX_UNAVAILABLE, "it was not reached yet");
    fanout->replicas[fanout->replica_count++] = replica;
    return GDX_OK;
}

static bool is_address(const char *text) {
    const char *colon = strrchr(text, ':');
    if (strncmp(text, "unix:", strlen("unix:")) == 0)
        return text[5] != '\0';
    return colon && colon != text && colon[1] && strlen(text) < ADDRESS_BYTES;
}

static gdx_status add_line(gdx_fanout *fanout, char *line, unsigned number, gdx_error *err) {
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    if (length == 0)
        return GDX_OK;
    if (!is_address(line))
        return gdx_fail_at(err, GDX_INVALID, fanout->list, "line %u: \"%s\", expected host:port or unix:/path", number,
                           line);
    return add(fanout, line, err);
}

static void begin_list(gdx_fanout *fanout) {
    for (size_t i = 0; i < fanout->replica_count; i++)
        fanout->replicas[i]->seen = false;
}

static void end_list(gdx_fanout *fanout) {
    for (size_t i = 0; i < fanout->replica_count; i++)
        fanout->replicas[i]->is_listed = fanout->replicas[i]->seen;
}

// A list with a line that is none is not taken at all.
static gdx_status read_file(gdx_fanout *fanout, gdx_error *err) {
    char line[2 * ADDRESS_BYTES];
    FILE *file = fopen(fanout->list, "r");
    gdx_status status = GDX_OK;
    if (!file)
        return gdx_fail(err, GDX_NOT_FOUND, "%s cannot be read", fanout->list);
    begin_list(fanout);
    for (unsigned number = 1; status == GDX_OK && fgets(line, sizeof line, file); number++)
        status = add_line(fanout, line, number, err);
    (void)fclose(file);
    if (status == GDX_OK)
        end_list(fanout);
    return status;
}

gdx_status fanout_list_open(gdx_fanout *fanout, gdx_error *err) {
    fanout->is_file = stat(fanout->list, &fanout->list_file) == 0;
    if (fanout->is_file)
        return read_file(fanout, err);
    return is_address(fanout->list)
               ? GDX_OK
               : gdx_fail(err, GDX_INVALID, "\"%s\" is neither a file nor host:port", fanout->list);
}

static void on_resolved(uv_getaddrinfo_t *resolve, int code, struct addrinfo *list) {
    gdx_fanout *fanout = resolve->data;
    const char *port = strrchr(fanout->list, ':') + 1;
    gdx_error passed_over = {0};
    fanout->is_resolving = false;
    if (code == 0 && !fanout->is_closing) { // a name that is not known now keeps its leaves
        begin_list(fanout);
        for (struct addrinfo *at = list; at; at = at->ai_next) {
            char host[NI_MAXHOST], address[ADDRESS_BYTES];
            if (getnameinfo(at->ai_addr, at->ai_addrlen, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
                continue;
            snprintf(address, sizeof address, at->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
            (void)!add(fanout, address, &passed_over);
        }
        end_list(fanout);
    }
    uv_freeaddrinfo(list);
}

static void look_up(gdx_fanout *fanout) {
    char host[ADDRESS_BYTES];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    snprintf(host, sizeof host, "%s", fanout->list);
    char *colon = strrchr(host, ':');
    *colon = '\0';
    fanout->resolved_ns = gdx_now_ns();
    fanout->resolve_list.data = fanout;
    fanout->is_resolving =
        uv_getaddrinfo(&fanout->loop, &fanout->resolve_list, on_resolved, host, colon + 1, &hints) == 0;
}

static bool is_same_file(const struct stat *a, const struct stat *b) {
    return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void fanout_list_look_on_loop(gdx_fanout *fanout) {
    struct stat now;
    gdx_error passed_over = {0};
    if (!fanout->is_file) {
        if (!fanout->is_resolving && (!fanout->resolved_ns || gdx_now_ns() - fanout->resolved_ns > LOOK_UP_NS))
            look_up(fanout);
        return;
    }
    if (stat(fanout->list, &now) != 0 || is_same_file(&now, &fanout->list_file))
        return;
    fanout->list_file = now;
    (void)!read_file(fanout, &passed_over); // what is wrong with it is not taken, and the list before stands
}
