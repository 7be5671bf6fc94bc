// SPDX-License-Identifier: Apache-2.0
// gdx/services.h: the services that every gRPC server is expected to have: health and reflection.
// Relies on gdx/server.h. Threads: the loop's, all of it.
#ifndef GDX_SERVICES_H
#define GDX_SERVICES_H

#include "gdx/server.h"

// ---- grpc.health.v1.Health

typedef struct gdx_health gdx_health;     // loop thread only
gdx_health *gdx_health_new(void);         // NULL: no memory. The server as a whole, named "", is serving
void gdx_health_free(gdx_health *health); // after the server
const gdx_service *gdx_health_service(gdx_health *health);
// A service's state, by its full name; new names are added, watchers get the change. GDX_NO_MEMORY.
gdx_status gdx_health_set(gdx_health *health, const char *service, bool serving) GDX_MUST_CHECK;
// All are NOT_SERVING from now on; watchers get that and their calls end with UNAVAILABLE.
void gdx_health_drain(gdx_health *health);

// ---- grpc.reflection.v1 and v1alpha

typedef struct gdx_reflection gdx_reflection; // loop thread only
// Lists the services of `server` at the time it is asked.
gdx_reflection *gdx_reflection_new(const gdx_server *server); // NULL: no memory
void gdx_reflection_free(gdx_reflection *reflection);         // after the server
// A serialized google.protobuf.FileDescriptorSet, which must outlive the reflection. Files already there are skipped.
// GDX_CORRUPT, GDX_NO_MEMORY.
gdx_status gdx_reflection_add(gdx_reflection *reflection, const void *descriptor_set, size_t bytes,
                              gdx_error *err) GDX_MUST_CHECK;
// Does each method of the server stream as its .proto says? To be asked once all services are added. GDX_INVALID: one
// does not, or no descriptor set has it.
gdx_status gdx_reflection_check(const gdx_reflection *reflection, gdx_error *err) GDX_MUST_CHECK;
const gdx_service *gdx_reflection_service(gdx_reflection *reflection);
const gdx_service *gdx_reflection_service_alpha(gdx_reflection *reflection);

#endif
