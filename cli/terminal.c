// SPDX-License-Identifier: Apache-2.0
// terminal.c: colours, widths, numbers and the progress bar.
// Text from documents is never printed raw: an escape sequence in a stored title must not reach the terminal.

#include "terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

enum { WIDTH_UNKNOWN = 80, WIDTH_LEAST = 20 };

static unsigned stream_width(FILE *stream) {
    struct winsize size = {0};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col;
    return WIDTH_UNKNOWN;
}

static enum color_when color_when; // of the process, set once before anything is printed
static bool is_quiet;

void terminal_settle(enum color_when color, bool quiet) {
    color_when = color;
    is_quiet = quiet;
    if (quiet && !freopen("/dev/null", "w", stdout))
        is_quiet = false; // rather too much than a lost answer
}

bool terminal_is_quiet(void) {
    return is_quiet;
}

static bool wants_colour(bool is_terminal) {
    if (color_when != COLOR_AUTO)
        return color_when == COLOR_ALWAYS;
    if (!is_terminal)
        return false;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

struct style style_of(FILE *stream) {
    struct style style = {
        .bold = "", .dim = "", .plain = "", .match_open = "**", .match_close = "**", .width = stream_width(stream)};
    style.is_terminal = isatty(fileno(stream));
    if (wants_colour(style.is_terminal)) {
        style.bold = "\033[1m";
        style.dim = "\033[2m";
        style.plain = "\033[0m";
        style.match_open = "\033[1;31m";
        style.match_close = "\033[0m";
    }
    return style;
}

uint32_t next_code_point(const char **at, const char *end) {
    uint32_t code_point;
    *at += gdx_utf8_decode((const uint8_t *)*at, (size_t)(end - *at), &code_point);
    return code_point == GDX_ILL_FORMED ? GDX_REPLACEMENT_CODE_POINT : code_point;
}

bool is_hidden_character(uint32_t code_point) {
    bool is_of_direction = code_point == 0x61c || code_point == 0x200e || code_point == 0x200f ||
                           (code_point >= 0x202a && code_point <= 0x202e) ||
                           (code_point >= 0x2066 && code_point <= 0x2069);
    return is_of_direction || gdx_is_control(code_point);
}

static bool is_blank(uint32_t code_point) {
    return code_point == '\n' || code_point == '\r' || code_point == '\t';
}

static const char hidden_form[] = "<U+%04X>";
enum { HIDDEN_COLUMNS = 8 }; // of that form

unsigned code_point_width(uint32_t code_point) {
    if (is_hidden_character(code_point))
        return is_blank(code_point) ? 1 : HIDDEN_COLUMNS;
    if (code_point >= 0x1160 && code_point <= 0x11ff)
        return 0; // a vowel or final consonant of hangul, drawn into the consonant before it
    return (unsigned)utf8proc_charwidth((utf8proc_int32_t)code_point);
}

size_t text_width(gdx_slice text) {
    size_t width = 0;
    const char *end = text.data + text.bytes;
    for (const char *at = text.data; at < end;)
        width += code_point_width(next_code_point(&at, end));
    return width;
}

static void print_visible(FILE *to, uint32_t code_point, gdx_slice bytes) {
    if (is_hidden_character(code_point))
        fprintf(to, hidden_form, (unsigned)code_point);
    else if (code_point == GDX_REPLACEMENT_CODE_POINT)
        fputs(GDX_REPLACEMENT, to);
    else
        fwrite(bytes.data, 1, bytes.bytes, to);
}

void print_clean(FILE *to, gdx_slice text) {
    const char *end = text.data + text.bytes;
    for (const char *at = text.data; at < end;) {
        const char *from = at;
        uint32_t code_point = next_code_point(&at, end);
        if (is_blank(code_point))
            putc(' ', to);
        else
            print_visible(to, code_point, (gdx_slice){from, (size_t)(at - from)});
    }
}

void print_clean_lines(FILE *to, gdx_slice text) {
    const char *end = text.data + text.bytes;
    for (const char *at = text.data; at < end;) {
        const char *from = at;
        uint32_t code_point = next_code_point(&at, end);
        bool is_line_end = code_point == '\n' || (code_point == '\r' && at < end && *at == '\n');
        if (is_line_end || code_point == '\t')
            putc((int)code_point, to);
        else
            print_visible(to, code_point, (gdx_slice){from, (size_t)(at - from)});
    }
}

char *format_count(uint64_t count, char to[NUMBER_TEXT_BYTES]) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *at = to;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = 0;
    return to;
}

char *format_bytes(uint64_t bytes, char to[NUMBER_TEXT_BYTES]) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        snprintf(to, NUMBER_TEXT_BYTES, "%" PRIu64 " bytes", bytes);
        return to;
    }
    double value = (double)bytes / 1000;
    size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        value /= 1000;
    snprintf(to, NUMBER_TEXT_BYTES, "%.1f %s", value, units[unit]);
    return to;
}

char *format_duration(uint64_t ns, char to[NUMBER_TEXT_BYTES]) {
    if (ns < 10000000)
        snprintf(to, NUMBER_TEXT_BYTES, "%" PRIu64 " µs", ns / 1000);
    else if (ns < 1000000000)
        snprintf(to, NUMBER_TEXT_BYTES, "%.1f ms", (double)ns / 1e6);
    else if (ns < 120000000000)
        snprintf(to, NUMBER_TEXT_BYTES, "%.2f s", (double)ns / 1e9);
    else
        snprintf(to, NUMBER_TEXT_BYTES, "%" PRIu64 " min %02" PRIu64 " s", ns / 60000000000, ns / 1000000000 % 60);
    return to;
}

char *format_counted(uint64_t count, const char *one, const char *many, char to[NUMBER_TEXT_BYTES]) {
    size_t used = strlen(format_count(count, to));
    snprintf(to + used, NUMBER_TEXT_BYTES - used, " %s", plural(count, one, many));
    return to;
}

const char *plural(uint64_t count, const char *one, const char *many) {
    return count == 1 ? one : many;
}

void print_bar(FILE *to, unsigned eighths) {
    static const char *const blocks[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    for (; eighths >= 8; eighths -= 8)
        fputs("█", to);
    fputs(blocks[eighths], to);
}

enum { PROGRESS_COLUMNS = 20, PROGRESS_INTERVAL_NS = 50000000 };

// The bar, left out where it would take most of the line, and the percentage. Returns the columns they take.
static unsigned draw_share(double share, unsigned width) {
    enum { PERCENT_COLUMNS = 7 };
    if (share < 0)
        return 0;
    share = share > 1 ? 1 : share;
    unsigned bar = width >= 3 * PROGRESS_COLUMNS ? PROGRESS_COLUMNS : 0;
    if (bar) {
        unsigned eighths = (unsigned)(share * bar * 8);
        print_bar(stderr, eighths);
        fprintf(stderr, "%*s ", (int)(bar - (eighths + 7) / 8), "");
    }
    fprintf(stderr, "%3.0f %%  ", floor(share * 100));
    return PERCENT_COLUMNS + (bar ? bar + 1 : 0);
}

void progress_draw(struct progress *progress, double share, const char *format, ...) {
    uint64_t now = gdx_now_ns();
    if (is_quiet || !isatty(STDERR_FILENO) || now - progress->last_drawn_ns < PROGRESS_INTERVAL_NS)
        return;
    progress->last_drawn_ns = now;
    progress->is_shown = true;
    fputs("\r\033[K", stderr);
    char rest[256]; // cut to the line, for a line that wraps cannot be drawn over
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rest, sizeof rest, format, arguments);
    va_end(arguments);
    unsigned width = stream_width(stderr);
    unsigned room = width - draw_share(share, width) - 1; // the last column stays free: some terminals wrap at it
    fprintf(stderr, "%.*s", (int)room, rest);
    fflush(stderr);
}

void progress_clear(struct progress *progress) {
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = false;
}
