// SPDX-License-Identifier: Apache-2.0
// gdx/descriptors.h: the compiled .proto files as they are embedded in the program, each a serialized
// google.protobuf.FileDescriptorSet with all imports. Reflection hands them out. immutable, any thread.
#ifndef GDX_DESCRIPTORS_H
#define GDX_DESCRIPTORS_H

#include <stddef.h>

extern const unsigned char gdx_descriptors[]; // gramdex, health, reflection, status
extern const size_t gdx_descriptors_bytes;
extern const unsigned char gdx_testing_descriptors[]; // grpc.testing, in library gdx_proto_testing alone
extern const size_t gdx_testing_descriptors_bytes;

#endif
