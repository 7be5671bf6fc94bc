// SPDX-License-Identifier: Apache-2.0
// reflection.c: grpc.reflection.v1, and v1alpha, whose messages are the same to the bit: one handler answers both.
// A file is answered together with all that it imports, so that a client need not ask again.

#include "gdx/services.h"
#include "schema.h"

#include <grpc/reflection/v1/reflection.pb-c.h>
#include <stdio.h>
#include <stdlib.h>

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse reply_message;
#define REQUEST_CASE(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name
#define REPLY_CASE(name)   GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##name

struct gdx_reflection { // loop thread only
    const gdx_server *server;
    schema_index schema;
    gdx_arena *arena; // of the reply being built
    ProtobufCServiceDescriptor alpha_descriptor;
    gdx_service service, alpha;
};

static gdx_status refuse(gdx_reflection *reflection, reply_message *reply, gdx_grpc_code code, const char *wanted) {
    Grpc__Reflection__V1__ErrorResponse *error = gdx_arena_allocate(reflection->arena, sizeof *error);
    char text[256];
    snprintf(text, sizeof text, "%.200s: not found", wanted);
    gdx_slice message;
    if (!error || gdx_arena_copy(reflection->arena, gdx_slice_of(text), &message) != GDX_OK)
        return GDX_NO_MEMORY;
    grpc__reflection__v1__error_response__init(error);
    error->error_code = (int32_t)code;
    error->error_message = (char *)message.data;
    reply->message_response_case = REPLY_CASE(ERROR_RESPONSE);
    reply->error_response = error;
    return GDX_OK;
}

// The file and all that it imports, each once, in the order they are met.
static size_t collect(const schema_index *schema, size_t file, size_t *files, bool *seen) {
    size_t count = 0;
    files[count++] = file;
    seen[file] = true;
    for (size_t i = 0; i < count; i++) {
        gdx_slice import;
        for (size_t at = 0; schema_next_import(&schema->files[files[i]], &at, &import);) {
            ptrdiff_t found = schema_find_file(schema, import);
            if (found != SCHEMA_NONE && !seen[found]) {
                seen[found] = true;
                files[count++] = (size_t)found;
            }
        }
    }
    return count;
}

static gdx_status answer_file(gdx_reflection *reflection, ptrdiff_t file, const char *wanted, reply_message *reply) {
    const schema_index *schema = &reflection->schema;
    if (file == SCHEMA_NONE)
        return refuse(reflection, reply, GDX_GRPC_NOT_FOUND, wanted);
    gdx_arena *arena = reflection->arena;
    size_t *files = gdx_arena_allocate(arena, schema->file_count * sizeof *files);
    bool *seen = gdx_arena_allocate(arena, schema->file_count * sizeof *seen);
    Grpc__Reflection__V1__FileDescriptorResponse *answer = gdx_arena_allocate(arena, sizeof *answer);
    ProtobufCBinaryData *bytes = gdx_arena_allocate(arena, schema->file_count * sizeof *bytes);
    if (!files || !seen || !answer || !bytes)
        return GDX_NO_MEMORY;
    grpc__reflection__v1__file_descriptor_response__init(answer);
    answer->n_file_descriptor_proto = collect(schema, (size_t)file, files, seen);
    answer->file_descriptor_proto = bytes;
    for (size_t i = 0; i < answer->n_file_descriptor_proto; i++) {
        gdx_slice whole = schema->files[files[i]].bytes;
        bytes[i] = (ProtobufCBinaryData){whole.bytes, (uint8_t *)whole.data};
    }
    reply->message_response_case = REPLY_CASE(FILE_DESCRIPTOR_RESPONSE);
    reply->file_descriptor_response = answer;
    return GDX_OK;
}

static gdx_status answer_extension_numbers(gdx_reflection *reflection, const char *type, reply_message *reply) {
    const schema_index *schema = &reflection->schema;
    if (schema_find_symbol(schema, type) == SCHEMA_NONE)
        return refuse(reflection, reply, GDX_GRPC_NOT_FOUND, type);
    Grpc__Reflection__V1__ExtensionNumberResponse *answer = gdx_arena_allocate(reflection->arena, sizeof *answer);
    int32_t *numbers = gdx_arena_allocate(reflection->arena, (schema->extension_count + 1) * sizeof *numbers);
    if (!answer || !numbers)
        return GDX_NO_MEMORY;
    grpc__reflection__v1__extension_number_response__init(answer);
    answer->base_type_name = (char *)type;
    answer->extension_number = numbers;
    for (size_t i = 0; i < schema->extension_count; i++) {
        if (strcmp(schema->extensions[i].extended, type) == 0)
            numbers[answer->n_extension_number++] = schema->extensions[i].number;
    }
    reply->message_response_case = REPLY_CASE(ALL_EXTENSION_NUMBERS_RESPONSE);
    reply->all_extension_numbers_response = answer;
    return GDX_OK;
}

static gdx_status answer_services(gdx_reflection *reflection, reply_message *reply) {
    typedef Grpc__Reflection__V1__ServiceResponse named;
    size_t count = gdx_server_service_count(reflection->server);
    Grpc__Reflection__V1__ListServiceResponse *answer = gdx_arena_allocate(reflection->arena, sizeof *answer);
    named *services = gdx_arena_allocate(reflection->arena, count * sizeof *services);
    named **pointers = gdx_arena_allocate(reflection->arena, count * sizeof *pointers);
    if (!answer || !services || !pointers)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        grpc__reflection__v1__service_response__init(&services[i]);
        services[i].name = (char *)gdx_server_service(reflection->server, i)->descriptor->name;
        pointers[i] = &services[i];
    }
    grpc__reflection__v1__list_service_response__init(answer);
    answer->n_service = count;
    answer->service = pointers;
    reply->message_response_case = REPLY_CASE(LIST_SERVICES_RESPONSE);
    reply->list_services_response = answer;
    return GDX_OK;
}

static gdx_status answer(gdx_reflection *reflection, const request_message *request, reply_message *reply) {
    const schema_index *schema = &reflection->schema;
    switch (request->message_request_case) {
    case REQUEST_CASE(FILE_BY_FILENAME):
        return answer_file(reflection, schema_find_file(schema, gdx_slice_of(request->file_by_filename)),
                           request->file_by_filename, reply);
    case REQUEST_CASE(FILE_CONTAINING_SYMBOL):
        return answer_file(reflection, schema_find_symbol(schema, request->file_containing_symbol),
                           request->file_containing_symbol, reply);
    case REQUEST_CASE(FILE_CONTAINING_EXTENSION): {
        const Grpc__Reflection__V1__ExtensionRequest *wanted = request->file_containing_extension;
        return answer_file(reflection, schema_find_extension(schema, wanted->containing_type, wanted->extension_number),
                           wanted->containing_type, reply);
    }
    case REQUEST_CASE(ALL_EXTENSION_NUMBERS_OF_TYPE):
        return answer_extension_numbers(reflection, request->all_extension_numbers_of_type, reply);
    case REQUEST_CASE(LIST_SERVICES):
        return answer_services(reflection, reply);
    default:
        return refuse(reflection, reply, GDX_GRPC_INVALID_ARGUMENT, "a request that this server knows");
    }
}

static gdx_status take(gdx_exchange *exchange, const ProtobufCMessage *message, gdx_error *err) {
    gdx_reflection *reflection = gdx_exchange_service_context(exchange);
    const request_message *request = (const request_message *)message;
    reply_message reply = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
    reply.valid_host = request->host;
    reply.original_request = (request_message *)request;
    gdx_arena_reset(reflection->arena);
    gdx_status status = answer(reflection, request, &reply);
    if (status != GDX_OK)
        return gdx_fail(err, status, "no memory for the answer");
    return gdx_exchange_reply(exchange, &reply.base, err);
}

static const gdx_method methods[] = {
    {.name = "ServerReflectionInfo",
     .place = GDX_ON_LOOP,
     .requests_stream = true,
     .replies_stream = true,
     .handler = {.message = take}},
};

gdx_reflection *gdx_reflection_new(const gdx_server *server) {
    gdx_reflection *reflection = calloc(1, sizeof *reflection);
    if (!reflection)
        return NULL;
    reflection->arena = gdx_arena_new();
    if (!reflection->arena) {
        free(reflection);
        return NULL;
    }
    reflection->server = server;
    reflection->alpha_descriptor = grpc__reflection__v1__server_reflection__descriptor;
    reflection->alpha_descriptor.name = "grpc.reflection.v1alpha.ServerReflection";
    reflection->service = (gdx_service){&grpc__reflection__v1__server_reflection__descriptor, methods, 1, reflection};
    reflection->alpha = (gdx_service){&reflection->alpha_descriptor, methods, 1, reflection};
    return reflection;
}

void gdx_reflection_free(gdx_reflection *reflection) {
    if (reflection) {
        gdx_arena_free(reflection->arena);
        schema_clear(&reflection->schema);
        free(reflection);
    }
}

gdx_status gdx_reflection_add(gdx_reflection *reflection, const void *descriptor_set, size_t bytes, gdx_error *err) {
    return schema_add(&reflection->schema, (gdx_slice){descriptor_set, bytes}, err);
}

static gdx_status check_method(const schema_index *schema, const char *service, const gdx_method *method,
                               gdx_error *err) {
    char name[512];
    snprintf(name, sizeof name, "%s.%s", service, method->name);
    const schema_symbol *described = schema_find_method(schema, name);
    if (!described)
        return gdx_fail(err, GDX_INVALID, "%s: no descriptor has this method", name);
    if (described->requests_stream != method->requests_stream)
        return gdx_fail(err, GDX_INVALID, "%s: requests_stream is not as in the .proto", name);
    if (described->replies_stream != method->replies_stream)
        return gdx_fail(err, GDX_INVALID, "%s: replies_stream is not as in the .proto", name);
    if (described->no_side_effects != method->no_side_effects)
        return gdx_fail(err, GDX_INVALID, "%s: no_side_effects is not as in the .proto", name);
    return GDX_OK;
}

gdx_status gdx_reflection_check(const gdx_reflection *reflection, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < gdx_server_service_count(reflection->server) && status == GDX_OK; i++) {
        const gdx_service *service = gdx_server_service(reflection->server, i);
        for (size_t m = 0; m < service->method_count && status == GDX_OK; m++)
            status = check_method(&reflection->schema, service->descriptor->name, &service->methods[m], err);
    }
    return status;
}

const gdx_service *gdx_reflection_service(gdx_reflection *reflection) {
    return &reflection->service;
}

const gdx_service *gdx_reflection_service_alpha(gdx_reflection *reflection) {
    return &reflection->alpha;
}
