// SPDX-License-Identifier: Apache-2.0
// serve_systemd.h: the two things a service says and hears under systemd, without its library.
#ifndef GRAMDEX_SERVE_SYSTEMD_H
#define GRAMDEX_SERVE_SYSTEMD_H

// Sends the supervisor "READY=1" or the like. Without one ($NOTIFY_SOCKET) nothing happens.
void systemd_notify(const char *state);
// How many listening sockets were handed over, as descriptors from 3 on ($LISTEN_FDS); children will not see them.
unsigned systemd_sockets(void);

#endif
