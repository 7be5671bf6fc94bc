// SPDX-License-Identifier: Apache-2.0
// serve_systemd.c: sd_notify(3) is one datagram, sd_listen_fds(3) two variables.

#include "serve_systemd.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void systemd_notify(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
        return;
    memcpy(to.sun_path, path, strlen(path));
    if (to.sun_path[0] == '@')
        to.sun_path[0] = '\0'; // of the abstract names
    int socket_descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_descriptor < 0)
        return;
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    (void)!sendto(socket_descriptor, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to, bytes);
    close(socket_descriptor);
}

unsigned systemd_sockets(void) {
    enum { FIRST = 3, MOST = 32 };
    const char *process = getenv("LISTEN_PID"), *count_text = getenv("LISTEN_FDS");
    if (!process || !count_text || strtol(process, NULL, 10) != getpid())
        return 0;
    long count = strtol(count_text, NULL, 10);
    if (count < 0 || count > MOST)
        return 0;
    for (int i = 0; i < (int)count; i++)
        (void)!fcntl(FIRST + i, F_SETFD, FD_CLOEXEC);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return (unsigned)count;
}
