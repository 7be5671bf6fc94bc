// SPDX-License-Identifier: Apache-2.0
// listen.c: addresses, "host:port", "unix:/path" and "fd:3", to listening sockets.

#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static void free_listener(uv_handle_t *handle) {
    struct listener *listener = handle->data;
    gdx_server *server = listener->server;
    free(listener->unix_path);
    free(listener);
    server->handles_open--;
    server_check_stopped(server);
}

static void on_connection(uv_stream_t *stream, int code) {
    if (code == 0)
        peer_accept(stream->data);
}

static void on_room_hoped_for(uv_timer_t *timer) {
    gdx_server *server = timer->data;
    for (struct listener *listener = server->listeners; listener; listener = listener->next) {
        bool was_starved = listener->is_starved;
        listener->is_starved = false;
        if (was_starved)
            peer_accept(listener); // may be starved again
    }
}

// libuv listens no further until what it reported is accepted.
void listener_wait(struct listener *listener) {
    enum { WAIT_MS = 100 };
    listener->is_starved = true;
    uv_timer_start(&listener->server->accepting, on_room_hoped_for, WAIT_MS, 0);
}

static gdx_status fail_uv(gdx_error *err, const char *address, int code) {
    gdx_status status = code == UV_ENOMEM ? GDX_NO_MEMORY : GDX_IO;
    return gdx_fail(err, status, "%s: cannot listen: %s", address, uv_strerror(code));
}

// "[::1]:50051" or "localhost:50051" into host and service; false: no colon.
static bool split(const char *address, char *host, size_t host_bytes, const char **out_port) {
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || (size_t)(colon - address) >= host_bytes)
        return false;
    size_t bytes = (size_t)(colon - address);
    if (address[0] == '[' && colon[-1] == ']') {
        address++;
        bytes -= 2;
    }
    memcpy(host, address, bytes);
    host[bytes] = '\0';
    *out_port = colon + 1;
    return true;
}

static gdx_status resolve(gdx_server *server, const char *address, struct sockaddr_storage *out, gdx_error *err) {
    char host[256];
    const char *port;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    if (!split(address, host, sizeof host, &port))
        return gdx_fail(err, GDX_INVALID, "%s: expected host:port, unix:/path or fd:number", address);
    if (strtoul(port, NULL, 10) > UINT16_MAX)
        return gdx_fail(err, GDX_INVALID, "%s: a port is at most %d", address, UINT16_MAX);
    uv_getaddrinfo_t request;
    int code = uv_getaddrinfo(server->loop, &request, NULL, host, port, &hints);
    if (code != 0)
        return gdx_fail(err, GDX_INVALID, "%s: %s", address, uv_strerror(code));
    memcpy(out, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
    uv_freeaddrinfo(request.addrinfo);
    return GDX_OK;
}

static unsigned port_of(const uv_tcp_t *tcp) {
    struct sockaddr_storage address;
    int length = sizeof address;
    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&address, &length) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address)->sin6_port
                                               : ((const struct sockaddr_in *)&address)->sin_port);
}

static gdx_status open_tcp(struct listener *listener, const char *address, gdx_error *err) {
    struct sockaddr_storage where = {0};
    gdx_status status = resolve(listener->server, address, &where, err);
    if (status != GDX_OK)
        return status;
    int code = uv_tcp_bind(&listener->handle.tcp, (const struct sockaddr *)&where, 0);
    return code == 0 ? GDX_OK : fail_uv(err, address, code);
}

// A server that was killed leaves its socket, which would keep a new one from binding the name.
static void remove_stale_socket(const struct sockaddr_un *name) {
    struct stat found;
    if (lstat(name->sun_path, &found) != 0 || !S_ISSOCK(found.st_mode))
        return;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe >= 0 && connect(probe, (const struct sockaddr *)name, sizeof *name) != 0 && errno == ECONNREFUSED)
        unlink(name->sun_path);
    if (probe >= 0)
        close(probe);
}

static int bind_unix(const struct sockaddr_un *name, int *out) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return uv_translate_sys_error(errno);
    if (bind(descriptor, (const struct sockaddr *)name, sizeof *name) != 0) {
        int code = uv_translate_sys_error(errno);
        close(descriptor);
        return code;
    }
    *out = descriptor;
    return 0;
}

// Bound here and not by libuv, which cuts a path that is too long and, at the end, removes whatever bears the name
// then.
static gdx_status open_unix(struct listener *listener, const char *address, gdx_error *err) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    struct stat made;
    const char *path = address + strlen("unix:");
    size_t bytes = strlen(path);
    int descriptor = -1;
    if (bytes < 1 || bytes >= sizeof name.sun_path)
        return gdx_fail(err, GDX_INVALID, "%s: a path of %zu bytes, a socket's has 1 to %zu", address, bytes,
                        sizeof name.sun_path - 1);
    memcpy(name.sun_path, path, bytes);
    remove_stale_socket(&name);
    int code = bind_unix(&name, &descriptor);
    if (code != 0)
        return fail_uv(err, address, code);
    if (lstat(path, &made) == 0) {
        listener->unix_path = strdup(path);
        listener->unix_device = made.st_dev;
        listener->unix_inode = made.st_ino;
    }
    code = uv_pipe_open(&listener->handle.pipe, descriptor);
    if (code == 0)
        return GDX_OK;
    close(descriptor);
    return fail_uv(err, address, code);
}

// Before it is closed: another server takes a closed one for stale, and its name for free.
static void remove_own_socket(const struct listener *listener) {
    struct stat found;
    if (listener->unix_path && lstat(listener->unix_path, &found) == 0 && found.st_dev == listener->unix_device &&
        found.st_ino == listener->unix_inode)
        unlink(listener->unix_path);
}

static gdx_status open_inherited(struct listener *listener, int descriptor, const char *address, gdx_error *err) {
    int code = listener->handle.stream.type == UV_TCP ? uv_tcp_open(&listener->handle.tcp, descriptor)
                                                      : uv_pipe_open(&listener->handle.pipe, descriptor);
    return code == 0 ? GDX_OK : fail_uv(err, address, code);
}

static bool is_local_socket(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    return getsockname(descriptor, (struct sockaddr *)&address, &length) == 0 && address.ss_family == AF_UNIX;
}

static gdx_status parse_descriptor(const char *address, int *out, gdx_error *err) {
    char *end;
    long number = strtol(address + strlen("fd:"), &end, 10);
    if (*end || end == address + strlen("fd:") || number < 0 || number > 65535)
        return gdx_fail(err, GDX_INVALID, "%s: expected fd: and the number of an open socket", address);
    *out = (int)number;
    return GDX_OK;
}

static gdx_status open_listener(struct listener *listener, const char *address, int descriptor, gdx_error *err) {
    if (descriptor >= 0)
        return open_inherited(listener, descriptor, address, err);
    if (listener->handle.stream.type == UV_NAMED_PIPE)
        return open_unix(listener, address, err);
    return open_tcp(listener, address, err);
}

static void link_listener(struct listener *listener) {
    gdx_server *server = listener->server;
    listener->handle.stream.data = listener;
    listener->next = server->listeners;
    server->listeners = listener;
    server->handles_open++;
}

static void drop_newest(gdx_server *server) {
    struct listener *listener = server->listeners;
    server->listeners = listener->next;
    remove_own_socket(listener);
    uv_close((uv_handle_t *)&listener->handle, free_listener);
}

gdx_status gdx_server_listen(gdx_server *server, const char *address, const gdx_tls *tls, gdx_error *err) {
    int descriptor = -1;
    gdx_status status = GDX_OK;
    if (strncmp(address, "fd:", 3) == 0)
        status = parse_descriptor(address, &descriptor, err);
    if (status != GDX_OK)
        return status;
    struct listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return gdx_fail(err, GDX_NO_MEMORY, "%s: no memory for a listener", address);
    listener->server = server;
    listener->tls = tls;
    bool local = descriptor >= 0 ? is_local_socket(descriptor) : strncmp(address, "unix:", 5) == 0;
    int code = local ? uv_pipe_init(server->loop, &listener->handle.pipe, 0)
                     : uv_tcp_init(server->loop, &listener->handle.tcp);
    if (code != 0) {
        free(listener);
        return fail_uv(err, address, code);
    }
    link_listener(listener);
    status = open_listener(listener, address, descriptor, err);
    if (status == GDX_OK && (code = uv_listen(&listener->handle.stream, BACKLOG, on_connection)) != 0)
        status = fail_uv(err, address, code);
    if (status != GDX_OK)
        drop_newest(server);
    else if (!local && server->port == 0)
        server->port = port_of(&listener->handle.tcp);
    return status;
}

void listeners_close(gdx_server *server) {
    while (server->listeners)
        drop_newest(server);
}
