// SPDX-License-Identifier: Apache-2.0
// mail.h: what the files of gramdex-mail share. Relies on GMime, jansson, gdx/decode.h.
//
// gramdex-mail [--kind mail|mbox|mhtml] [--attachment-limit BYTES] FILE prints one JSON object a line:
//   {"id", "title", "date", "from", "to", "cc", "text" or "html"}     a message; html is to be read as a page in UTF-8
//   {"url", "html"}                                                   a saved page (MHTML)
//   {"attachment", "media_type", "base64", "of"}                      of the message with that id, after it
//   {"attachment", "media_type", "left_out", "of"}                    a picture and the like: it holds no text
//   {"refused", "of", "byte"}                                         a part or a message that is not read, and why
// Exit status: 0; 1: the file cannot be read, is no mail, or the output fails; 2: wrong use.
#ifndef GRAMDEX_MAIL_H
#define GRAMDEX_MAIL_H

#include "gdx/decode.h"

#include <gmime/gmime.h>
#include <jansson.h>

enum mail_kind { MAIL_UNKNOWN, MAIL_MESSAGE, MAIL_MBOX, MAIL_PAGE };

struct mail_options {
    enum mail_kind kind;
    size_t attachment_limit;
};

// One run of the program.
struct mail_run {
    struct mail_options options;
    int descriptor;
    gdx_slice file;  // all of it
    uint64_t number; // of the present message, from 1
    uint64_t start;  // where it starts in the file
    char id[1024];
    bool is_quoted;  // ">From " in its text is "From "
    bool has_failed; // a line could not be printed
    gdx_decoder *guesser;
};

// ---- mailbox.c: where messages are

enum mail_kind mail_sniff(gdx_slice file);
// The next message from *at on, without its "From " line; moves *at behind it. False: none.
bool mailbox_next(gdx_slice file, size_t *at, gdx_slice *message);
// Bytes before the message that are none of its own: a byte order mark, blank lines; for Apple's .emlx also the length,
// and then `message` ends where that says.
gdx_slice mail_of_file(gdx_slice file);
bool mail_has_header(gdx_slice message); // its first line is "Name: ..."
size_t mail_header_bytes(gdx_slice message);

// ---- message.c

void message_print(struct mail_run *run, gdx_slice message, bool is_page);

// ---- body.c: the parts of a message

struct body {
    struct mail_run *run;
    GString *text;          // of all plain bodies
    GString *html;          // of the first HTML body; NULL: none
    bool is_html_first;     // before any text
    const char *location;   // of a saved page's root
    unsigned refused;       // what is not read, as body.c names it
    GPtrArray *attachments; // GMimeObjects
};

void body_read(struct body *body, GMimeObject *root);
void body_read_page(struct body *body, GMimeObject *root); // of a saved page: its root part alone
void body_print_attachments(struct body *body);
void body_clear(struct body *body);

// ---- charset.c: bytes as UTF-8

// `charset` is what something says, may be NULL. It is not believed when it leaves more characters broken than a guess.
// Ends the program when memory runs out, as GLib does.
void charset_append(struct mail_run *run, gdx_slice bytes, const char *charset, GString *out);
// A header's value as people read it: encoded words decoded, raw bytes guessed; "hint": the body's charset, may be
// NULL. The caller frees; NULL: no such header, or nothing in it.
char *charset_header(struct mail_run *run, GMimeObject *object, const char *name, const char *hint);
// What an HTML page says of itself in its first bytes, into `to`; false: nothing.
bool charset_of_html(gdx_slice html, char *to, size_t room);

// ---- output.c

void output_line(struct mail_run *run, json_t *object); // takes the reference
void output_refused(struct mail_run *run, const char *reason);
void output_attachment(struct mail_run *run, const char *name, const char *media_type, gdx_slice bytes);
void output_attachment_without(struct mail_run *run, const char *name, const char *media_type, const char *key,
                               const char *reason);
// Puts text that is made valid UTF-8; NULL is not put.
void output_put(json_t *object, const char *key, const char *text, size_t bytes);

#endif
