// SPDX-License-Identifier: Apache-2.0
// crawl.c: the records of a crawler's file (ISO 28500, WARC 1.1) as pages.
// Relies on crawl_input.h and crawl_body.h. A record's length is believed only if what follows its block is the next
// record or the end: a page is complete when that has been seen, so that a false length never gives half a page.

#include "gdx/crawl.h"

#include "crawl_body.h"

#include <stdlib.h>
#include <strings.h>

enum { MOST_LINE_ENDS = 16, MARK_BYTES = 32 };

// Where a page's words lie in the buffer.
struct words {
    size_t at, bytes;
};

struct gdx_crawl { // one owner
    char *name;
    struct crawl_input input;
    struct crawl_body body;
    gdx_crawl_counts counts;
    gdx_buffer text; // what the page's slices point into
    uint64_t place;  // where the present record starts, in the file
    uint64_t offset; // likewise, in unpacked bytes
    gdx_error early; // damage before the first record that can be read
    bool in_record;
    bool is_lost; // the next record is to be looked for
    bool is_over;
};

struct record { // slices are the input's
    gdx_slice type;
    gdx_slice url;
    gdx_slice date;
    gdx_slice content_type;
    uint64_t bytes;
    bool is_truncated;
};

bool gdx_crawl_sniff(gdx_slice head) {
    char inside[8];
    size_t bytes = gdx_archive_unzip_head(head, inside, sizeof inside);
    if (bytes)
        head = (gdx_slice){inside, bytes};
    return head.bytes >= 6 && memcmp(head.data, "WARC/", 5) == 0 && head.data[5] >= '0' && head.data[5] <= '9';
}

static bool ends_with(gdx_slice name, const char *end) {
    size_t bytes = strlen(end);
    return name.bytes >= bytes && strncasecmp(name.data + name.bytes - bytes, end, bytes) == 0;
}

bool gdx_crawl_is_of_wacz(gdx_slice entry_name) {
    return entry_name.bytes > 8 && memcmp(entry_name.data, "archive/", 8) == 0 &&
           (ends_with(entry_name, ".warc") || ends_with(entry_name, ".warc.gz"));
}

// ---- opening

static gdx_crawl *new_crawl(const char *name) {
    gdx_crawl *crawl = calloc(1, sizeof *crawl);
    if (!crawl)
        return NULL;
    crawl->input.descriptor = -1;
    crawl->name = strdup(name);
    if (crawl->name)
        return crawl;
    free(crawl);
    return NULL;
}

// What starts like no record may be a first member that is damaged: its sum says so at its end.
static gdx_status check_member(struct crawl_input *input, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (input->gunzip && status == GDX_OK && !crawl_input_is_at_end(input)) {
        crawl_input_pass(input, crawl_input_rest(input).bytes);
        status = crawl_input_want(input, 1, err);
    }
    return status == GDX_OK ? gdx_fail(err, GDX_CORRUPT, "starts like no WARC file") : status;
}

static gdx_status find_first(gdx_crawl *crawl, gdx_error *err) {
    struct crawl_input *input = &crawl->input;
    for (;;) {
        gdx_error words = {0};
        gdx_status status = crawl_input_want(input, 6, &words);
        if (status == GDX_OK && gdx_crawl_sniff(crawl_input_rest(input)))
            return GDX_OK;
        if (status == GDX_OK)
            status = check_member(input, &words);
        bool found = false;
        if (status == GDX_CORRUPT && input->gunzip && ingest_gunzip_is_damaged(input->gunzip)) {
            gdx_error_pass(&crawl->early, &words);
            gdx_error resuming = {0};
            if (crawl_input_resume(input, &found, &resuming) != GDX_OK)
                return gdx_error_pass(err, &resuming);
        }
        if (!found)
            return gdx_error_pass(err, crawl->early.status ? &crawl->early : &words);
    }
}

static gdx_status begin(gdx_crawl *crawl, gdx_status status, gdx_error *words, gdx_error *err) {
    if (status == GDX_OK)
        status = find_first(crawl, words);
    return status == GDX_OK ? GDX_OK : gdx_fail_at(err, status, crawl->name, "%s", words->message);
}

gdx_status gdx_crawl_open(const char *path, gdx_crawl **out, gdx_error *err) {
    GDX_AUTO(gdx_crawl) crawl = new_crawl(path);
    if (!crawl)
        return gdx_fail_at(err, GDX_NO_MEMORY, path, "no memory to read a WARC file");
    gdx_error words = {0};
    gdx_status status = begin(crawl, crawl_input_open(&crawl->input, path, &words), &words, err);
    if (status == GDX_OK) {
        *out = crawl;
        crawl = NULL; // handed over
    }
    return status;
}

gdx_status gdx_crawl_open_pull(gdx_pull from, const char *name, gdx_crawl **out, gdx_error *err) {
    GDX_AUTO(gdx_crawl) crawl = new_crawl(name);
    if (!crawl)
        return gdx_fail_at(err, GDX_NO_MEMORY, name, "no memory to read a WARC file");
    gdx_error words = {0};
    gdx_status status = begin(crawl, crawl_input_open_pull(&crawl->input, from, &words), &words, err);
    if (status == GDX_OK) {
        *out = crawl;
        crawl = NULL; // handed over
    }
    return status;
}

void gdx_crawl_close(gdx_crawl *crawl) {
    if (!crawl)
        return;
    crawl_body_end(&crawl->body);
    crawl_input_close(&crawl->input);
    gdx_buffer_clear(&crawl->text);
    free(crawl->name);
    free(crawl);
}

const gdx_crawl_counts *gdx_crawl_counted(const gdx_crawl *crawl) {
    return &crawl->counts;
}

uint64_t gdx_crawl_position(const gdx_crawl *crawl) {
    return crawl->input.archive ? gdx_archive_position(crawl->input.archive) : crawl->input.pulled;
}

// ---- what goes wrong

static gdx_status refuse(gdx_crawl *crawl, gdx_status status, const gdx_error *words, gdx_error *err) {
    crawl->in_record = false;
    crawl->is_lost = true;
    crawl->counts.refused++;
    crawl->is_over = crawl->is_over || status == GDX_NO_MEMORY || status == GDX_IO;
    return gdx_fail_at_byte(err, status, crawl->name, crawl->place, "a record: %s", words->message);
}

// "WARC/1.0" on a line of its own, and a field after it.
static bool is_mark(gdx_slice bytes) {
    if (bytes.bytes < 16 || memcmp(bytes.data, "WARC/", 5) != 0)
        return false;
    size_t at = 5;
    while (at < 12 && (bytes.data[at] == '.' || (bytes.data[at] >= '0' && bytes.data[at] <= '9')))
        at++;
    at += bytes.data[at] == '\r';
    if (at == 5 || bytes.data[at] != '\n')
        return false;
    gdx_slice field = {bytes.data + at + 1, bytes.bytes - at - 1};
    return field.bytes >= 5 && (strncasecmp(field.data, "WARC-", 5) == 0 || strncasecmp(field.data, "Conte", 5) == 0);
}

// To the next line that a record starts with, or past the end of the member.
static gdx_status look_for_record(gdx_crawl *crawl, gdx_error *err) {
    struct crawl_input *input = &crawl->input;
    for (bool is_at_line = false;;) {
        gdx_status status = crawl_input_want(input, MARK_BYTES, err);
        gdx_slice rest = crawl_input_rest(input);
        if (status != GDX_OK)
            return status;
        if (rest.bytes == 0) {
            crawl_input_cross(input);
            return GDX_OK;
        }
        if (is_at_line && is_mark(rest))
            return GDX_OK;
        const char *newline = memchr(rest.data, '\n', rest.bytes);
        is_at_line = newline != NULL;
        crawl_input_pass(input, newline ? (size_t)(newline - rest.data) + 1 : rest.bytes);
    }
}

static gdx_status recover(gdx_crawl *crawl, gdx_error *err) {
    struct crawl_input *input = &crawl->input;
    crawl_body_end(&crawl->body);
    crawl->is_lost = false;
    for (;;) {
        if (input->gunzip && ingest_gunzip_is_damaged(input->gunzip)) {
            bool found;
            return crawl_input_resume(input, &found, err);
        }
        // A length that is too large has led us over other records.
        if (crawl_input_offset(input) > crawl->offset + 1)
            crawl_input_rewind(input, crawl->offset + 1);
        gdx_status status = look_for_record(crawl, err);
        if (status != GDX_CORRUPT || !input->gunzip || !ingest_gunzip_is_damaged(input->gunzip))
            return status;
    }
}

// ---- records

// The block is passed, and what follows says whether its length was right.
static gdx_status finish_record(gdx_crawl *crawl, gdx_error *err) {
    struct crawl_input *input = &crawl->input;
    gdx_status status = crawl_body_pass(&crawl->body, err);
    crawl_body_end(&crawl->body);
    if (status == GDX_OK)
        status = crawl_input_want(input, MOST_LINE_ENDS + MARK_BYTES, err);
    if (status != GDX_OK)
        return status;
    gdx_slice rest = crawl_input_rest(input);
    size_t ends = 0;
    while (ends < rest.bytes && ends < MOST_LINE_ENDS && (rest.data[ends] == '\r' || rest.data[ends] == '\n'))
        ends++;
    crawl_input_pass(input, ends);
    rest = crawl_input_rest(input);
    crawl->in_record = false;
    if (rest.bytes && !is_mark(rest))
        return gdx_fail(err, GDX_CORRUPT, "its Content-Length is less than there is");
    return GDX_OK;
}

static bool parse_length(gdx_slice digits, uint64_t *out) {
    *out = 0;
    for (size_t i = 0; i < digits.bytes; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9' || i > 17)
            return false;
        *out = *out * 10 + (uint64_t)(digits.data[i] - '0');
    }
    return digits.bytes > 0;
}

static gdx_status read_head(gdx_crawl *crawl, struct record *record, size_t *out_bytes, gdx_error *err) {
    gdx_status status = GDX_OK;
    gdx_slice rest = {"", 0};
    *out_bytes = 0;
    for (size_t wanted = 1024; status == GDX_OK && *out_bytes == 0 && wanted <= CRAWL_HEAD_BYTES; wanted *= 2) {
        status = crawl_input_want(&crawl->input, wanted, err);
        rest = crawl_input_rest(&crawl->input);
        *out_bytes = status == GDX_OK ? crawl_head_bytes(rest) : 0;
    }
    if (status != GDX_OK)
        return status;
    if (!is_mark(rest) || *out_bytes == 0)
        return gdx_fail(err, GDX_CORRUPT, "%s",
                        is_mark(rest) ? "its head does not end" : "bytes that no record starts with");
    gdx_slice head = {rest.data, *out_bytes};
    *record = (struct record){.type = crawl_field(head, "WARC-Type"),
                              .url = crawl_field(head, "WARC-Target-URI"),
                              .date = crawl_field(head, "WARC-Date"),
                              .content_type = crawl_field(head, "Content-Type"),
                              .is_truncated = crawl_field(head, "WARC-Truncated").bytes > 0};
    if (!parse_length(crawl_field(head, "Content-Length"), &record->bytes))
        return gdx_fail(err, GDX_CORRUPT, "it has no Content-Length that is a number");
    return GDX_OK;
}

// ---- pages

static gdx_status keep(gdx_crawl *crawl, gdx_slice words, bool is_lowered, struct words *out) {
    uint64_t replaced = 0;
    out->at = crawl->text.bytes;
    if (gdx_utf8_repair(words, &crawl->text, &replaced) != GDX_OK)
        return GDX_NO_MEMORY;
    out->bytes = crawl->text.bytes - out->at;
    for (size_t i = out->at; i < crawl->text.bytes; i++) {
        uint8_t *byte = &crawl->text.data[i];
        if (*byte < 0x20 || *byte == 0x7f)
            *byte = '?';
        if (is_lowered && *byte >= 'A' && *byte <= 'Z')
            *byte = (uint8_t)(*byte + ('a' - 'A'));
    }
    return GDX_OK;
}

static gdx_slice words_of(const gdx_crawl *crawl, struct words words) {
    return words.bytes ? (gdx_slice){(const char *)crawl->text.data + words.at, words.bytes} : (gdx_slice){"", 0};
}

static gdx_slice cut_at(gdx_slice text, const char *ends) {
    size_t bytes = 0;
    while (bytes < text.bytes && !memchr(ends, text.data[bytes], strlen(ends)))
        bytes++;
    return (gdx_slice){text.data, bytes};
}

static gdx_slice charset_of(gdx_slice content_type) {
    static const char name[] = "charset=";
    size_t bytes = sizeof name - 1;
    for (size_t at = 0; at + bytes < content_type.bytes; at++) {
        if (strncasecmp(content_type.data + at, name, bytes) != 0)
            continue;
        gdx_slice value = {content_type.data + at + bytes, content_type.bytes - at - bytes};
        while (value.bytes && (value.data[0] == '"' || value.data[0] == '\'' || value.data[0] == ' '))
            value = (gdx_slice){value.data + 1, value.bytes - 1};
        return cut_at(value, "\"'; ,\t\r\n");
    }
    return (gdx_slice){"", 0};
}

struct page_words {
    struct words url, date, media_type, charset;
};

static gdx_status keep_content_type(gdx_crawl *crawl, gdx_slice content_type, struct page_words *kept) {
    gdx_status status = keep(crawl, cut_at(content_type, "; ,\t\r\n"), true, &kept->media_type);
    return status == GDX_OK ? keep(crawl, charset_of(content_type), false, &kept->charset) : status;
}

static gdx_status keep_record(gdx_crawl *crawl, const struct record *record, struct page_words *kept) {
    gdx_slice url = record->url;
    if (url.bytes > 1 && url.data[0] == '<' && url.data[url.bytes - 1] == '>') // WARC 1.0 wrote it so
        url = (gdx_slice){url.data + 1, url.bytes - 2};
    crawl->text.bytes = 0;
    gdx_status status = keep(crawl, url, false, &kept->url);
    if (status == GDX_OK)
        status = keep(crawl, record->date, false, &kept->date);
    return status == GDX_OK ? keep_content_type(crawl, record->content_type, kept) : status;
}

static bool is_text(gdx_slice media_type) {
    static const char *const words[] = {"text/", "html", "xml", "json"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (crawl_contains(media_type, words[i]))
            return true;
    return false;
}

static bool is_word(gdx_slice text, const char *word) {
    return text.bytes == strlen(word) && strncasecmp(text.data, word, text.bytes) == 0;
}

// Of a response: reads the HTTP head. *out_is_page is false for what is left out, and counted.
static gdx_status begin_response(gdx_crawl *crawl, struct page_words *kept, bool *out_is_page, gdx_error *err) {
    struct crawl_http http;
    size_t bytes;
    gdx_status status = crawl_body_read_head(&crawl->body, &http, &bytes, err);
    if (status != GDX_OK)
        return status;
    *out_is_page = http.status == 200;
    crawl->counts.statuses += !*out_is_page;
    crawl->counts.by_hundreds[http.status >= 100 && http.status < 600 ? http.status / 100 : 0] += !*out_is_page;
    if (*out_is_page && keep_content_type(crawl, http.content_type, kept) != GDX_OK)
        return gdx_fail_memory(err, "the head of a page");
    crawl_body_pass_head(&crawl->body, bytes);
    return GDX_OK;
}

// A record need not say its Content-Type: then its URL does.
static bool is_http_response(const struct record *record) {
    if (!is_word(record->type, "response"))
        return false;
    if (record->content_type.bytes)
        return crawl_contains(record->content_type, "application/http");
    return crawl_contains(record->url, "http://") || crawl_contains(record->url, "https://");
}

// The record whose head starts here; *out_is_page is false for one that is left out.
static gdx_status begin_record(gdx_crawl *crawl, gdx_crawl_page *page, bool *out_is_page, gdx_error *err) {
    struct record record = {0};
    struct page_words kept;
    size_t head_bytes;
    *out_is_page = false;
    crawl->place = crawl_input_place(&crawl->input);
    crawl->offset = crawl_input_offset(&crawl->input);
    gdx_status status = read_head(crawl, &record, &head_bytes, err);
    if (status != GDX_OK)
        return status;
    bool is_http = is_http_response(&record);
    bool is_plain = is_word(record.type, "resource") || is_word(record.type, "conversion");
    bool is_revisit = is_word(record.type, "revisit");
    bool has_url = record.url.bytes > 0;
    if (keep_record(crawl, &record, &kept) != GDX_OK)
        return gdx_fail_memory(err, "the head of a record");
    crawl_input_pass(&crawl->input, head_bytes);
    crawl_body_begin(&crawl->body, &crawl->input, record.bytes);
    crawl->body.is_truncated_by_crawler = record.is_truncated;
    crawl->in_record = true;
    crawl->counts.revisits += is_revisit;
    crawl->counts.others += !is_revisit && !is_http && !is_plain;
    if (!is_http && !is_plain)
        return GDX_OK;
    if (!has_url)
        return gdx_fail(err, GDX_CORRUPT, "it has no WARC-Target-URI");
    *out_is_page = true;
    if (is_http)
        status = begin_response(crawl, &kept, out_is_page, err);
    if (status != GDX_OK || !*out_is_page)
        return status;
    *page = (gdx_crawl_page){.url = words_of(crawl, kept.url),
                             .date = words_of(crawl, kept.date),
                             .media_type = words_of(crawl, kept.media_type),
                             .charset = words_of(crawl, kept.charset),
                             .byte = crawl->place};
    crawl->body.is_text = is_text(page->media_type);
    return GDX_OK;
}

// To the first byte of a record; *out_has is false at the end of the file.
static gdx_status go_to_record(gdx_crawl *crawl, bool *out_has, gdx_error *err) {
    struct crawl_input *input = &crawl->input;
    gdx_status status = crawl->in_record ? finish_record(crawl, err) : GDX_OK;
    if (status == GDX_OK && crawl->is_lost)
        status = recover(crawl, err);
    for (*out_has = false; status == GDX_OK && !*out_has && !crawl->is_over;) {
        status = crawl_input_want(input, 1, err);
        gdx_slice rest = crawl_input_rest(input);
        if (status != GDX_OK)
            crawl->place = crawl_input_place(input);
        else if (rest.bytes && (rest.data[0] == '\r' || rest.data[0] == '\n'))
            crawl_input_pass(input, 1);
        else if (rest.bytes)
            *out_has = true;
        else if (input->is_over)
            crawl->is_over = true;
        else
            crawl_input_cross(input);
    }
    return status;
}

gdx_status gdx_crawl_next(gdx_crawl *crawl, gdx_crawl_page *page, bool *out_has, gdx_error *err) {
    bool is_page = false, has_record = !crawl->is_over;
    *out_has = false;
    if (crawl->early.status) {
        gdx_status status = refuse(crawl, crawl->early.status, &crawl->early, err);
        crawl->early = (gdx_error){0};
        crawl->is_lost = false;
        return status;
    }
    while (!is_page && has_record) {
        gdx_error words = {0};
        gdx_status status = go_to_record(crawl, &has_record, &words);
        if (status == GDX_OK && has_record)
            status = begin_record(crawl, page, &is_page, &words);
        if (status != GDX_OK)
            return refuse(crawl, status, &words, err);
    }
    crawl->counts.pages += is_page;
    *out_has = is_page;
    return GDX_OK;
}

gdx_status gdx_crawl_read(gdx_crawl *crawl, size_t limit, gdx_buffer *out, bool *out_end, gdx_error *err) {
    gdx_error words = {0};
    if (!crawl->in_record)
        return gdx_fail_at(err, GDX_CORRUPT, crawl->name, "nothing more of this page can be read");
    gdx_status status = GDX_OK;
    bool end = false;
    while (limit > 0 && !end && status == GDX_OK) {
        size_t room = limit < CRAWL_HEAD_BYTES ? limit : CRAWL_HEAD_BYTES, got = 0;
        if (gdx_buffer_reserve(out, room) != GDX_OK)
            status = gdx_fail_memory(&words, "a page");
        else
            status = crawl_body_read(&crawl->body, out->data + out->bytes, room, &got, &words);
        out->bytes += got;
        limit -= got;
        end = status == GDX_OK && got == 0;
    }
    if (status == GDX_OK && end)
        status = finish_record(crawl, &words);
    if (status != GDX_OK)
        return refuse(crawl, status, &words, err);
    *out_end = end;
    return GDX_OK;
}
