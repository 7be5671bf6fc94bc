// SPDX-License-Identifier: Apache-2.0
// send.c: see send.h. Documents are copied into a request until the next one does not fit; that one, whose slices stay
// valid meanwhile, is the first of the next request.

#include "send.h"

#include "target.h"

#include <stdlib.h>

enum { REQUEST_BYTES = 1 << 20, REQUEST_DOCUMENTS = 1000, ID_TEXT_BYTES = 1025 };

static const char REFUSED_THERE[] = "by the server", REFUSED_HERE[] = "too large"; // kinds of refusals

struct sender { // of one call
    const struct sending *sending;
    gdx_reading *reading;
    gdx_document held; // has_held: was read and is not in a request yet
    bool has_held;
    bool is_at_end;
    gdx_arena *arena; // of the request
    Gramdex__V1__IngestRequest request;
    Gramdex__V1__Document documents[REQUEST_DOCUMENTS], *list[REQUEST_DOCUMENTS];
    uint64_t sent;
    uint64_t too_large;
    gdx_batch_summary *summary;
};

static gdx_status next_document(struct sender *sender, gdx_error *err) {
    if (sender->has_held || sender->is_at_end)
        return GDX_OK;
    gdx_status status = gdx_reading_next(sender->reading, &sender->held, &sender->has_held, err);
    sender->is_at_end = !sender->has_held;
    return status;
}

enum { PLACE_BYTES = 16, PART_BYTES = 16 }; // of a message around its text, about

static size_t place_bytes(const gdx_part_place *places, uint32_t count) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        bytes += places[i].name.bytes + PLACE_BYTES;
    return bytes;
}

static size_t part_bytes(const gdx_document *document) {
    size_t bytes = place_bytes(document->text_places, document->text_place_count);
    for (uint32_t i = 0; i < document->part_count; i++) {
        const gdx_part *part = &document->parts[i];
        bytes += part->text.bytes + PART_BYTES + place_bytes(part->places, part->place_count);
    }
    return bytes;
}

static size_t bytes_of(const gdx_document *document) {
    return part_bytes(document) + document->id.bytes + document->title.bytes + document->source.bytes +
           document->metadata.bytes + document->text.bytes + document->origin.bytes;
}

static gdx_status copy(struct sender *sender, gdx_slice from, ProtobufCBinaryData *to) {
    gdx_slice kept;
    gdx_status status = gdx_arena_copy(sender->arena, from, &kept);
    if (status == GDX_OK)
        *to = to_wire(kept);
    return status;
}

static gdx_status copy_places(struct sender *sender, const gdx_part_place *from, uint32_t count, size_t *out_count,
                              Gramdex__V1__Place ***out) {
    gdx_status status = GDX_OK;
    *out = gdx_arena_allocate(sender->arena, count * sizeof **out + 1);
    Gramdex__V1__Place *all = gdx_arena_allocate(sender->arena, count * sizeof *all + 1);
    if (!*out || !all)
        return GDX_NO_MEMORY;
    for (uint32_t i = 0; i < count && status == GDX_OK; i++) {
        gramdex__v1__place__init(&all[i]);
        all[i].byte = from[i].byte;
        status = copy(sender, from[i].name, &all[i].name);
        (*out)[i] = &all[i];
    }
    *out_count = count;
    return status;
}

static gdx_status copy_parts(struct sender *sender, const gdx_document *from, Gramdex__V1__Document *to) {
    to->parts = gdx_arena_allocate(sender->arena, from->part_count * sizeof *to->parts + 1);
    Gramdex__V1__DocumentPart *all = gdx_arena_allocate(sender->arena, from->part_count * sizeof *all + 1);
    if (!to->parts || !all)
        return GDX_NO_MEMORY;
    gdx_status status = copy_places(sender, from->text_places, from->text_place_count, &to->n_places, &to->places);
    for (uint32_t i = 0; i < from->part_count && status == GDX_OK; i++) {
        const gdx_part *part = &from->parts[i];
        gramdex__v1__document_part__init(&all[i]);
        all[i].field = GRAMDEX__V1__FIELD__FIELD_TITLE + part->field; // both number them in one order
        status = copy(sender, part->text, &all[i].text);
        if (status == GDX_OK)
            status = copy_places(sender, part->places, part->place_count, &all[i].n_places, &all[i].places);
        to->parts[i] = &all[i];
    }
    to->n_parts = from->part_count;
    return status;
}

// Moves the held document into the request.
static gdx_status add_held(struct sender *sender, gdx_error *err) {
    const gdx_document *from = &sender->held;
    size_t at = sender->request.n_documents;
    Gramdex__V1__Document *to = sender->list[at] = &sender->documents[at];
    char date[GDX_DATE_TEXT_BYTES];
    gramdex__v1__document__init(to);
    if (copy(sender, from->id, &to->id) != GDX_OK || copy(sender, from->title, &to->title) != GDX_OK ||
        copy(sender, gdx_slice_of(gdx_date_format(from->date, date)), &to->date) != GDX_OK ||
        copy(sender, from->source, &to->source) != GDX_OK || copy(sender, from->text, &to->text) != GDX_OK ||
        copy(sender, from->metadata, &to->metadata) != GDX_OK || copy(sender, from->origin, &to->origin) != GDX_OK ||
        ((from->part_count || from->text_place_count) && copy_parts(sender, from, to) != GDX_OK))
        return gdx_fail_memory(err, "a request");
    to->title_from_text = from->title_from_text;
    sender->request.n_documents++;
    sender->has_held = false;
    return GDX_OK;
}

// Its text is within the limit, but metadata, parts and places go along. A message that is too large would end the
// call.
static gdx_status drop_if_too_large(struct sender *sender, gdx_error *err) {
    const gdx_batch_options *options = sender->sending->options;
    const Gramdex__V1__Document *last = sender->list[sender->request.n_documents - 1];
    size_t bytes = gramdex__v1__document__get_packed_size(last), most = options->document_limit + SEND_ROOM_BYTES;
    char id[ID_TEXT_BYTES], reason[GDX_ERROR_TEXT_BYTES];
    if (bytes <= most)
        return GDX_OK;
    snprintf(id, sizeof id, "%.*s", GDX_SLICE_ARGUMENTS(from_wire(last->id)));
    snprintf(reason, sizeof reason,
             "a message of %zu bytes, with metadata, parts and places, at most %zu are sent (--document-limit)", bytes,
             most);
    if (options->strict)
        return gdx_fail(err, GDX_TOO_LARGE, "%s: %s", id, reason);
    sender->request.n_documents--;
    sender->too_large++;
    gdx_reading_drop(sender->reading, &sender->held); // its slices are still there
    options->on_finding(
        options->context,
        &(gdx_batch_finding){.path = id, .class = GDX_BATCH_REFUSED, .kind = REFUSED_HERE, .reason = reason});
    return GDX_OK;
}

static gdx_status give(void *context, const ProtobufCMessage **out, gdx_error *err) {
    struct sender *sender = context;
    size_t bytes = 0;
    gdx_arena_reset(sender->arena);
    sender->request.n_documents = 0;
    gdx_status status = next_document(sender, err);
    while (status == GDX_OK && sender->has_held && sender->request.n_documents < REQUEST_DOCUMENTS) {
        bytes += bytes_of(&sender->held);
        if (bytes > REQUEST_BYTES && sender->request.n_documents > 0)
            break;
        status = add_held(sender, err);
        if (status == GDX_OK)
            status = drop_if_too_large(sender, err);
        if (status == GDX_OK)
            status = next_document(sender, err);
    }
    sender->sent += sender->request.n_documents;
    *out = sender->request.n_documents ? &sender->request.base : NULL;
    return status;
}

// The server names a document by its number in the call; its id says more, unless the id is what is wrong.
static void report_refusal(const gdx_batch_options *options, const Gramdex__V1__Refusal *refusal) {
    char id[ID_TEXT_BYTES], reason[GDX_ERROR_TEXT_BYTES];
    if (refusal->id.len)
        snprintf(id, sizeof id, "%.*s", GDX_SLICE_ARGUMENTS(from_wire(refusal->id)));
    else
        snprintf(id, sizeof id, "document %llu", (unsigned long long)refusal->number);
    snprintf(reason, sizeof reason, "%.*s", GDX_SLICE_ARGUMENTS(from_wire(refusal->reason)));
    options->on_finding(
        options->context,
        &(gdx_batch_finding){.path = id, .class = GDX_BATCH_REFUSED, .kind = REFUSED_THERE, .reason = reason});
}

static gdx_status take(void *context, const ProtobufCMessage *message, gdx_error *err) {
    (void)err;
    const struct sender *sender = context;
    const Gramdex__V1__IngestResponse *reply = (const Gramdex__V1__IngestResponse *)message;
    gdx_batch_summary *summary = sender->summary;
    uint64_t settled = reply->documents + reply->unchanged + reply->refused;
    gdx_reading_count(sender->reading, summary);
    uint64_t refused = reply->refused + sender->too_large;
    summary->documents -= reply->refused < summary->documents ? reply->refused : summary->documents;
    summary->added = reply->documents - reply->replaced;
    summary->replaced = reply->replaced;
    summary->unchanged = reply->unchanged;
    summary->duplicates = sender->sent > settled ? sender->sent - settled : 0;
    summary->refused += refused;
    if (sender->too_large)
        gdx_batch_count(&summary->kinds, GDX_BATCH_REFUSED, REFUSED_HERE, sender->too_large);
    if (reply->refused)
        gdx_batch_count(&summary->kinds, GDX_BATCH_REFUSED, REFUSED_THERE, reply->refused);
    summary->commit = reply->commit;
    for (size_t i = 0; i < reply->n_refusals; i++)
        report_refusal(sender->sending->options, reply->refusals[i]);
    return GDX_OK;
}

static gdx_status send_all(struct sender *sender, gdx_error *err) {
    const struct sending *sending = sender->sending;
    gramdex__v1__ingest_request__init(&sender->request);
    sender->request.documents = sender->list;
    sender->request.strict = sending->options->strict;
    sender->arena = gdx_arena_new();
    if (!sender->arena)
        return gdx_fail_memory(err, "a request");
    gdx_status status = gdx_reading_open(sending->paths, sending->path_count, sending->options, &sender->reading, err);
    if (status == GDX_OK)
        status = gdx_ask_stream(sending->target, INDEX_OPERATION("Ingest"), give, take, sender, err);
    gdx_reading_close(sender->reading);
    gdx_arena_free(sender->arena);
    return status;
}

gdx_status send_documents(const struct sending *sending, gdx_batch_summary *out, gdx_error *err) {
    struct sender *sender = calloc(1, sizeof *sender);
    if (!sender)
        return gdx_fail_memory(err, "a request");
    uint64_t start_ns = gdx_now_ns();
    sender->sending = sending;
    sender->summary = out;
    gdx_status status = send_all(sender, err);
    free(sender);
    out->elapsed_ns = gdx_now_ns() - start_ns;
    return status;
}
