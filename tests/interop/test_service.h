// SPDX-License-Identifier: Apache-2.0
// test_service.h: grpc.testing.TestService, which the official interop cases call.
#ifndef INTEROP_TEST_SERVICE_H
#define INTEROP_TEST_SERVICE_H

#include "gdx/server.h"

// One loop a process: the streams' timers run on it.
const gdx_service *test_service(uv_loop_t *loop);

#endif
