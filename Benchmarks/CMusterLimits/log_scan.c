// The combined log format, read by the same rules as Sources/MusterLogs/Formats/CombinedLine.swift.
#include "log_tally.h"

// The last minute's bytes and its lines: bursts of lines share it.
typedef struct {
    uint64_t first, second, third;
    uint16_t zone;
    int64_t minute;
} clf_time;

static const uint64_t third_mask = ~0xffff0000ull;

LOG_INLINE uint16_t load16(const uint8_t *p) {
    uint16_t value;
    memcpy(&value, p, 2);
    return value;
}

// --- time

static bool digits(const uint8_t *p, int count, int *value) {
    *value = 0;
    for (int i = 0; i < count; i++) {
        unsigned digit = p[i] - 48u;
        if (digit > 9) return false;
        *value = *value * 10 + (int)digit;
    }
    return true;
}

static int month_of(const uint8_t *p) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 0; month < 12; month++) {
        if (memcmp(names + 3 * month, p, 3) == 0) return month + 1;
    }
    return 0;
}

static int month_length(int year, int month) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && is_leap);
}

// Days since 1970-01-01, by years that begin in March.
static int64_t days(int year, int month, int day) {
    int shifted = month <= 2 ? year - 1 : year;
    int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int of_era = shifted - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// `10/Oct/2000:13:55:36 -0700`, all but its seconds.
LOG_COLD bool turn_minute(clf_time *time, const uint8_t *p) {
    int day, year, hour, minute, zone_hours, zone_minutes, month = month_of(p + 3);
    if (!digits(p, 2, &day) || !digits(p + 7, 4, &year) || !digits(p + 12, 2, &hour) || !digits(p + 15, 2, &minute) ||
        !digits(p + 22, 2, &zone_hours) || !digits(p + 24, 2, &zone_minutes))
        return false;
    if (month == 0 || hour >= 24 || minute >= 60 || zone_hours > 15 || zone_minutes >= 60 || day < 1 ||
        day > month_length(year, month))
        return false;
    if (p[2] != '/' || p[6] != '/' || p[11] != ':' || p[14] != ':' || p[17] != ':' || p[20] != ' ' ||
        (p[21] != '+' && p[21] != '-'))
        return false;
    int offset = (zone_hours * 60 + zone_minutes) * (p[21] == '-' ? -1 : 1);
    time->minute = days(year, month, day) * 1440 + hour * 60 + minute - offset;
    time->first = log_load64(p);
    time->second = log_load64(p + 8);
    time->third = log_load64(p + 16) & third_mask;
    time->zone = load16(p + 24);
    return true;
}

// The minute since 1970 into `minute`.
LOG_INLINE bool read_time(clf_time *time, const uint8_t *p, int64_t *minute) {
    bool is_known = log_load64(p) == time->first && log_load64(p + 8) == time->second &&
                    (log_load64(p + 16) & third_mask) == time->third && load16(p + 24) == time->zone;
    if (!LIKELY(is_known) && !turn_minute(time, p)) return false;
    unsigned tens = p[18] - 48u, ones = p[19] - 48u;
    if (tens > 6 || ones > 9 || tens * 10 + ones > 60) return false;
    *minute = time->minute + (tens == 6);
    return true;
}

LOG_INLINE void count_minute(log_counts *counts, int64_t minute) {
    if (!LIKELY(counts->first_minute != INT64_MIN)) counts->first_minute = minute - LOG_MINUTES / 2;
    uint64_t at = (uint64_t)(minute - counts->first_minute);
    if (LIKELY(at < LOG_MINUTES)) counts->minutes[at]++;
}

// --- quoted values

// The quote that ends a value begun before `p`, the line feed before it, or `end`. A backslash takes the next byte along.
LOG_INLINE const uint8_t *closing_quote(const uint8_t *p, const uint8_t *end, bool *escaped) {
    while (p < end) {
        log_vector v = log_load(p);
        uint32_t mask =
            log_mask(log_either(log_either(log_equal(v, '"'), log_equal(v, '\\')), log_equal(v, '\n')));
        if (mask == 0) {
            p += LOG_WIDTH;
            continue;
        }
        p += __builtin_ctz(mask);
        if (LIKELY(*p != '\\')) return p < end ? p : end;
        *escaped = true;
        if (p[1] == '\n') return p + 1;
        p += 2;
    }
    return end;
}

static int hex_digit(uint8_t byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

// nginx's and Apache's escapes, undone where they stand; the new length.
LOG_COLD size_t unescape(uint8_t *text, size_t count) {
    static const char letters[] = "\"\\ntrbvf", values[] = "\"\\\n\t\r\b\v\f";
    size_t write = 0;
    for (size_t read = 0; read < count;) {
        uint8_t value = text[read];
        size_t length = 1;
        if (value == '\\' && read + 1 < count) {
            uint8_t letter = text[read + 1];
            const char *known = letter != 0 ? strchr(letters, letter) : NULL;
            if (known != NULL) {
                value = (uint8_t)values[known - letters];
                length = 2;
            } else if (letter == 'x' && read + 3 < count && hex_digit(text[read + 2]) >= 0 &&
                       hex_digit(text[read + 3]) >= 0) {
                value = (uint8_t)(hex_digit(text[read + 2]) << 4 | hex_digit(text[read + 3]));
                length = 4;
            }
        }
        text[write++] = value;
        read += length;
    }
    return write;
}

// --- the line

typedef struct {
    uint8_t *start;
    size_t length;
} span;

// The target of a request that is not `method target HTTP/x.y`: after the method where there is one, else all of it.
LOG_COLD span odd_target(uint8_t *start, uint8_t *end) {
    const uint8_t *first = log_find(start, end, ' ', ' ');
    uint8_t *last = end;
    while (last > start && last[-1] != ' ') last--;
    bool is_protocol = end - last >= 5 && memcmp(last, "HTTP/", 5) == 0;
    bool is_whole = first < end && last > first + 1 && is_protocol;
    bool is_old = first < end && first > start && !is_whole && last == first + 1 && last < end;
    uint8_t *target = is_whole || is_old ? start + (first + 1 - start) : start;
    return (span){target, (size_t)((is_whole ? last - 1 : end) - target)};
}

// The blank before `[`: a user's name may hold blanks.
LOG_COLD const uint8_t *user_end(const uint8_t *p, const uint8_t *end, bool *escaped) {
    for (; p < end && *p != '\n'; p++) {
        if (*p == '\\') *escaped = true;
        if (*p == ' ' && p[1] == '[') return p;
    }
    return p;
}

// "HTTP/1.1" and its like: all but the digits.
LOG_INLINE bool is_usual_protocol(const uint8_t *p) {
    return (log_load64(p) & 0x00ff00ffffffffff) == 0x002e002f50545448;
}

// The target of a request that ends before `end`.
LOG_INLINE span target_of(uint8_t *start, uint8_t *end) {
    if (LIKELY(end - start >= 12 && end[-9] == ' ' && is_usual_protocol(end - 8))) {
        const uint8_t *method_end = log_find(start, end, ' ', ' ');
        if (LIKELY(method_end < end - 10)) {
            uint8_t *target = start + (method_end + 1 - start);
            return (span){target, (size_t)(end - 9 - target)};
        }
    }
    return odd_target(start, end);
}

// Where the next line begins; NULL where this one is none of the format.
LOG_INLINE uint8_t *read_line(log_counts *counts, clf_time *time, uint8_t *line, const uint8_t *end) {
    bool escaped = false;
    const uint8_t *at = log_find(line, end, ' ', '\n');
    if (*at != ' ' || at == line) return NULL;
    size_t address_length = (size_t)(at - line);
    at++;
    // `- - [`, nearly always.
    if (LIKELY(log_load32(at) == 0x202d202d && at[4] == '[')) {
        at += 4;
    } else {
        at = log_find(at, end, ' ', '\n');
        if (*at != ' ') return NULL;
        at = user_end(at + 1, end, &escaped);
        if (*at != ' ') return NULL;
        at++;
    }
    int64_t minute;
    if (at[0] != '[' || at[27] != ']' || at[28] != ' ' || at[29] != '"' || !read_time(time, at + 1, &minute)) return NULL;
    at += 30;
    const uint8_t *request = at;
    at = closing_quote(request, end, &escaped);
    if (at >= end || *at != '"') return NULL;
    span url = target_of(line + (request - line), line + (at - line));
    // ` 200 1234`
    unsigned hundreds = at[2] - 48u, tens = at[3] - 48u, ones = at[4] - 48u;
    if (at[1] != ' ' || hundreds > 9 || tens > 9 || ones > 9 || at[5] != ' ') return NULL;
    at += 6;
    uint64_t bytes = 0;
    if (*at == '-') {
        at++;
    } else {
        const uint8_t *number = at;
        for (; *at - 48u <= 9; at++) bytes = bytes * 10 + (*at - 48u);
        if (at == number || at - number > 18) return NULL;
    }
    if (at[0] != ' ' || at[1] != '"') return NULL;
    at = closing_quote(at + 2, end, &escaped);
    if (at >= end || at[0] != '"' || at[1] != ' ' || at[2] != '"') return NULL;
    at = closing_quote(at + 3, end, &escaped);
    if (at >= end || *at != '"') return NULL;
    at++;
    if (*at == '\r') at++;
    if (*at != '\n') return NULL;
    if (!LIKELY(!escaped)) url.length = unescape(url.start, url.length);
    counts->lines++;
    counts->bytes += bytes;
    counts->status[hundreds * 100 + tens * 10 + ones]++;
    count_minute(counts, minute);
    uint32_t place = counts->pending_count;
    counts->pending[0][place] = log_prepare(&counts->keys[0], url.start, url.length);
    counts->pending[1][place] = log_prepare(&counts->keys[1], line, address_length);
    counts->pending_count = place + 1;
    if (counts->pending_count == LOG_BATCH) log_flush(counts);
    return line + (at + 1 - line);
}

// Counts a bad line, or passes over a blank one; where the next begins.
LOG_COLD uint8_t *reject(log_counts *counts, uint8_t *line, const uint8_t *end) {
    const uint8_t *next = log_line_end(line, end);
    const uint8_t *last = next;
    while (last > line && (last[-1] == ' ' || last[-1] == '\r' || last[-1] == '\t')) last--;
    if (last > line) {
        counts->lines++;
        counts->bad++;
    }
    return line + (next + 1 - line);
}

static void read_lines(log_counts *counts, void *memory, uint8_t *line, const uint8_t *limit, const uint8_t *end) {
    clf_time *time = memory;
    while (line < limit) {
        uint8_t *next = read_line(counts, time, line, end);
        line = LIKELY(next != NULL) ? next : reject(counts, line, end);
    }
}

int lim_scan_log(const char *path, int workers, size_t chunk, lim_log_tally *tally) {
    *tally = log_scan_chunks(path, workers, chunk, read_lines, sizeof(clf_time), 2);
    return tally->error;
}
