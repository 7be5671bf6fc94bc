// SPDX-License-Identifier: Apache-2.0
// random_message.h: messages of any type with every kind of value. Relies on protobuf-c, random.h.
#ifndef TEST_RANDOM_MESSAGE_H
#define TEST_RANDOM_MESSAGE_H

#include "../property/random.h"

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

// Every request and reply of the services of proto/, those of the tests included.
extern const ProtobufCServiceDescriptor *const random_services[];
extern const size_t random_service_count;
// Number 0, 1, ... of their methods' requests and replies; NULL after the last.
const ProtobufCMessageDescriptor *random_type(unsigned number);
// Freed by protobuf_c_message_free_unpacked.
ProtobufCMessage *random_message(random_state *random, const ProtobufCMessageDescriptor *type);

#endif
