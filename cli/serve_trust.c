// SPDX-License-Identifier: Apache-2.0
// serve_trust.c: see serve_trust.h. New tokens and certificates are made beside the old ones, which go when the new
// ones are good: a slip in a file never opens or closes a server that runs.

#include "serve_trust.h"

#include <signal.h>
#include <sys/stat.h>
#include <time.h>

enum { DAY_S = 86400, DAY_MS = DAY_S * 1000, SOON_DAYS = 14 };

static void warn_of_file(const struct serve_trust *trust, const char *path) {
    struct stat about;
    if (stat(path, &about) == 0 && (about.st_mode & (S_IWGRP | S_IWOTH)))
        serve_log_event(trust->log, "%s: others than its owner may write to it (mode %03o): chmod go-w", path,
                        (unsigned)about.st_mode & 0777);
}

static void warn_of_last_day(const struct serve_trust *trust) {
    int64_t until_s = gdx_tls_expires_s(trust->tls);
    int64_t left_s = until_s - (int64_t)time(NULL);
    time_t until = (time_t)until_s;
    struct tm parts;
    char day[sizeof "2026-11-28"] = "";
    if (left_s > (int64_t)SOON_DAYS * DAY_S)
        return;
    if (gmtime_r(&until, &parts))
        (void)strftime(day, sizeof day, "%Y-%m-%d", &parts);
    if (left_s <= 0)
        serve_log_event(trust->log, "%s: the certificate has expired on %s: clients refuse it; SIGHUP reads a new one",
                        trust->options->certificate, day);
    else
        serve_log_event(trust->log, "%s: the certificate expires on %s, in %d days; SIGHUP reads a new one",
                        trust->options->certificate, day, (int)(left_s / DAY_S));
}

static void warn(const struct serve_trust *trust) {
    if (trust->options->token_file)
        warn_of_file(trust, trust->options->token_file);
    if (trust->options->key)
        warn_of_file(trust, trust->options->key);
    if (trust->tls)
        warn_of_last_day(trust);
}

static gdx_status open_tls(const struct serve_trust *trust, gdx_tls **out, gdx_error *err) {
    const struct serve_options *options = trust->options;
    return gdx_tls_open(options->certificate, options->key, options->client_authority, out, err);
}

static void read_tokens_again(struct serve_trust *trust) {
    struct tokens tokens = {0};
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_error err = {0};
    if (tokens_read(&tokens, trust->options->token_file, &err) == GDX_OK) {
        tokens_clear(&trust->tokens);
        trust->tokens = tokens;
        serve_log_event(trust->log, "read again: %zu %s", tokens.count, tokens.count == 1 ? "token" : "tokens");
    } else {
        tokens_clear(&tokens);
        serve_log_event(trust->log, "the old tokens stay: %s", gdx_error_text(&err, text));
    }
}

static void read_certificates_again(struct serve_trust *trust) {
    gdx_tls *tls = NULL;
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_error err = {0};
    if (open_tls(trust, &tls, &err) == GDX_OK) {
        gdx_tls_replace(trust->tls, tls);
        serve_log_event(trust->log, "read again: the certificate, for new connections");
    } else {
        serve_log_event(trust->log, "the old certificate stays: %s", gdx_error_text(&err, text));
    }
}

static void read_aliases(uv_work_t *work) {
    struct serve_trust *trust = work->data;
    (void)!gdx_aliases_read(trust->options->target.aliases, &trust->aliases, &trust->aliases_error);
}

static void read_aliases_again(struct serve_trust *trust);

static void on_aliases(uv_work_t *work, int why) {
    struct serve_trust *trust = work->data;
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_aliases *aliases = GDX_TAKE(trust->aliases);
    (void)why; // nobody cancels it
    trust->is_reading = false;
    if (aliases) {
        size_t sets = gdx_aliases_count(aliases);
        trust->set_aliases(trust->context, aliases);
        serve_log_event(trust->log, "read again: %zu %s of aliases", sets, sets == 1 ? "set" : "sets");
    } else {
        serve_log_event(trust->log, "the old aliases stay: %s", gdx_error_text(&trust->aliases_error, text));
    }
    if (trust->reads_again)
        read_aliases_again(trust);
}

// On a thread of libuv: the file may be large, or on a slow disk.
static void read_aliases_again(struct serve_trust *trust) {
    trust->reads_again = trust->is_reading;
    if (trust->is_reading)
        return;
    trust->aliases_error = (gdx_error){0};
    trust->reading.data = trust;
    trust->is_reading = uv_queue_work(trust->hangup.loop, &trust->reading, read_aliases, on_aliases) == 0;
}

static void on_hangup(uv_signal_t *handle, int number) {
    struct serve_trust *trust = handle->data;
    (void)number;
    if (trust->options->token_file)
        read_tokens_again(trust);
    if (trust->tls)
        read_certificates_again(trust);
    bool has_aliases = trust->options->target.aliases && trust->set_aliases;
    if (has_aliases)
        read_aliases_again(trust);
    if (!trust->options->token_file && !trust->tls && !has_aliases)
        serve_log_event(trust->log, "SIGHUP: there are no tokens, certificates or aliases to read again");
    warn(trust);
}

static void on_day(uv_timer_t *timer) {
    const struct serve_trust *trust = timer->data;
    warn_of_last_day(trust);
}

void serve_trust_init(struct serve_trust *trust, uv_loop_t *loop, const struct serve_options *options,
                      struct serve_log *log) {
    *trust = (struct serve_trust){.options = options, .log = log};
    uv_signal_init(loop, &trust->hangup);
    uv_timer_init(loop, &trust->daily);
    trust->hangup.data = trust->daily.data = trust;
}

gdx_status serve_trust_open(struct serve_trust *trust, gdx_error *err) {
    gdx_status status = GDX_OK;
    if (trust->options->token_file)
        status = tokens_read(&trust->tokens, trust->options->token_file, err);
    if (status == GDX_OK && trust->options->certificate)
        status = open_tls(trust, &trust->tls, err);
    if (status != GDX_OK)
        return status;
    warn(trust);
    uv_signal_start(&trust->hangup, on_hangup, SIGHUP);
    if (trust->tls)
        uv_timer_start(&trust->daily, on_day, DAY_MS, DAY_MS);
    return GDX_OK;
}

void serve_trust_close(struct serve_trust *trust) {
    uv_close((uv_handle_t *)&trust->hangup, NULL);
    uv_close((uv_handle_t *)&trust->daily, NULL);
}

void serve_trust_clear(struct serve_trust *trust) {
    gdx_tls_close(trust->tls);
    tokens_clear(&trust->tokens);
}
