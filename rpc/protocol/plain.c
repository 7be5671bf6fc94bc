// SPDX-License-Identifier: Apache-2.0
// plain.c: the wire of HTTP/1.1.

#include "wire.h"

// Until it is there: HTTP/2 refuses what comes.
bool plain_open(gdx_connection *connection) {
    return http2_open(connection);
}
