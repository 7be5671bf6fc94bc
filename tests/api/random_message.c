// SPDX-License-Identifier: Apache-2.0
// random_message.c: fills a message field by field: about half of them with their default, numbers near the ends of
// their ranges, texts with U+0000 where the field can hold it, quotes and characters of one to four bytes.

#include "random_message.h"

#include "field.h"

#include <gramdex/v1/index.pb-c.h>
#include <gramdex/v1/search.pb-c.h>
#include <grpc/health/v1/health.pb-c.h>
#include <grpc/reflection/v1/reflection.pb-c.h>
#include <grpc/reflection/v1alpha/reflection.pb-c.h>
#include <grpc/testing/test.pb-c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const ProtobufCServiceDescriptor *const random_services[] = {
    &gramdex__v1__search__descriptor,
    &gramdex__v1__index__descriptor,
    &grpc__health__v1__health__descriptor,
    &grpc__reflection__v1__server_reflection__descriptor,
    &grpc__reflection__v1alpha__server_reflection__descriptor,
    &grpc__testing__test_service__descriptor,
};
const size_t random_service_count = sizeof random_services / sizeof random_services[0];

const ProtobufCMessageDescriptor *random_type(unsigned number) {
    for (size_t i = 0; i < random_service_count; i++) {
        if (number < 2 * random_services[i]->n_methods) {
            const ProtobufCMethodDescriptor *method = &random_services[i]->methods[number / 2];
            return number % 2 ? method->output : method->input;
        }
        number -= 2 * random_services[i]->n_methods;
    }
    return NULL;
}

static char *random_text(random_state *random, bool with_zero, size_t *out_bytes) {
    static const char *const pieces[] = {"a",      "\"", "\\",           "\n",           "\x7f", "é",
                                         "产业链", "😀",  "\xEF\xBF\xBF", "\xE2\x80\xA8", "/"};
    char *text = calloc(64, 1);
    size_t used = 0;
    for (uint32_t count = random_below(random, 5); count > 0; count--) {
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof pieces[0])];
        memcpy(text + used, piece, strlen(piece));
        used += strlen(piece);
        if (with_zero && random_below(random, 8) == 0)
            text[used++] = 0;
    }
    *out_bytes = used;
    return text;
}

static void fill_bytes(random_state *random, bool is_text, ProtobufCBinaryData *to) {
    if (is_text) {
        to->data = (uint8_t *)random_text(random, true, &to->len);
        return;
    }
    to->len = random_below(random, 6);
    to->data = malloc(6);
    for (size_t i = 0; i < to->len; i++)
        to->data[i] = (uint8_t)random_next(random);
}

static uint64_t random_integer(random_state *random) {
    static const uint64_t ends[] = {0, 1, UINT64_MAX, INT64_MAX, UINT64_C(1) << 63, (UINT64_C(1) << 53) + 1, INT32_MAX};
    return random_below(random, 2) ? ends[random_below(random, sizeof ends / sizeof ends[0])]
                                   : random_next(random) >> random_below(random, 64);
}

static double random_double(random_state *random) {
    static const double ends[] = {0.0, -0.0, 0.1, 1e308, 5e-324, (double)NAN, (double)INFINITY, -(double)INFINITY,
                                  1e15};
    return random_below(random, 2) ? ends[random_below(random, sizeof ends / sizeof ends[0])]
                                   : (double)random_next(random) / 977;
}

static void fill_value(random_state *random, const ProtobufCMessageDescriptor *owner,
                       const ProtobufCFieldDescriptor *field, void *at) {
    size_t bytes;
    const ProtobufCEnumDescriptor *values = field->descriptor;
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)at = random_message(random, field->descriptor);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        fill_bytes(random, field_is_text(owner), at);
        break;
    case PROTOBUF_C_TYPE_STRING:
        *(char **)at = random_text(random, false, &bytes);
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        *(double *)at = random_double(random);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = (protobuf_c_boolean)random_below(random, 2);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        *(int *)at = values->values[random_below(random, values->n_values)].value;
        break;
    default:
        if (field_bytes(field) == 8)
            *(uint64_t *)at = random_integer(random);
        else
            *(uint32_t *)at = (uint32_t)random_integer(random);
    }
}

static void fill_repeated(random_state *random, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    size_t count = random_below(random, 4);
    if (count == 0)
        return;
    char *elements = calloc(count, field_bytes(field));
    for (size_t i = 0; i < count; i++)
        fill_value(random, message->descriptor, field, elements + i * field_bytes(field));
    for (size_t i = 0; i < count && field_is_map(message->descriptor, field); i++) { // its keys differ
        ProtobufCMessage *entry = ((ProtobufCMessage **)(void *)elements)[i];
        char *key = *(char **)(void *)((char *)entry + entry->descriptor->fields[0].offset);
        snprintf(key, 64, "key %zu", i);
    }
    *(size_t *)(void *)((char *)message + field->quantifier_offset) = count;
    *(void **)(void *)((char *)message + field->offset) = elements;
}

static void fill_field(random_state *random, ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       bool always) {
    char *base = (char *)message;
    if (!always && random_below(random, 2) == 0)
        return;
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        fill_repeated(random, message, field);
        return;
    }
    if (field_is_of_oneof(field)) {
        uint32_t *set = (uint32_t *)(void *)(base + field->quantifier_offset);
        if (*set != 0)
            return;
        *set = field->id;
    }
    fill_value(random, message->descriptor, field, base + field->offset);
}

ProtobufCMessage *random_message(random_state *random, const ProtobufCMessageDescriptor *type) {
    ProtobufCMessage *message = malloc(type->sizeof_message);
    protobuf_c_message_init(type, message);
    bool is_entry = type->n_fields == 2 && strcmp(type->fields[0].name, "key") == 0; // whole, so that maps are
    for (unsigned i = 0; i < type->n_fields; i++)
        fill_field(random, message, &type->fields[i], is_entry);
    return message;
}
