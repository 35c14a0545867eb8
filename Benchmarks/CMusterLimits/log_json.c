// JSON lines (RFC 8259, one object a line), read once from left to right: three fields are kept, everything else is passed
// over, strings checked for what they must not hold.
#include "log_tally.h"

typedef struct {
    uint8_t *start;
    size_t length;
    bool escaped;
} json_text;

// The fields that are asked for.
typedef struct {
    json_text path;
    uint64_t status, bytes;
    bool has_path, has_status;
} json_fields;

enum json_key { JSON_OTHER, JSON_PATH, JSON_STATUS, JSON_BYTES };

// All of these return where it goes on; NULL where the line is no JSON. Every line ends with a line feed, which is no part
// of any value: nothing reads beyond it.

LOG_INLINE const uint8_t *json_blank(const uint8_t *p) {
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    return p;
}

// --- strings

// The end of a sequence of more than one byte (RFC 3629 §4).
LOG_COLD const uint8_t *utf8_sequence(const uint8_t *p) {
    uint8_t lead = p[0], low = 0x80, high = 0xbf;
    int more;
    if (lead >= 0xc2 && lead <= 0xdf) {
        more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        more = 2;
        if (lead == 0xe0) low = 0xa0;
        if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        more = 3;
        if (lead == 0xf0) low = 0x90;
        if (lead == 0xf4) high = 0x8f;
    } else {
        return NULL;
    }
    if (p[1] < low || p[1] > high) return NULL;
    for (int i = 2; i <= more; i++) {
        if (p[i] < 0x80 || p[i] > 0xbf) return NULL;
    }
    return p + more + 1;
}

static int hex_value(uint8_t byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool is_letter_of(const char *letters, uint8_t letter) { return letter != 0 && strchr(letters, letter) != NULL; }

LOG_COLD const uint8_t *json_escape(const uint8_t *p) {
    if (p[1] == 'u') {
        for (int i = 2; i < 6; i++) {
            if (hex_value(p[i]) < 0) return NULL;
        }
        return p + 6;
    }
    return is_letter_of("\"\\/bfnrt", p[1]) ? p + 2 : NULL;
}

// The quote that ends a string begun before `p`.
LOG_INLINE const uint8_t *json_string(const uint8_t *p, bool *escaped) {
    while (true) {
        log_vector v = log_load(p);
        uint32_t mask =
            log_mask(log_either(log_either(log_equal(v, '"'), log_equal(v, '\\')), log_unusual(v)));
        if (mask == 0) {
            p += LOG_WIDTH;
            continue;
        }
        p += __builtin_ctz(mask);
        if (LIKELY(*p == '"')) return p;
        if (*p == '\\') {
            *escaped = true;
            p = json_escape(p);
        } else {
            p = *p < 0x20 ? NULL : utf8_sequence(p);
        }
        if (p == NULL) return NULL;
    }
}

static size_t write_utf8(uint8_t *to, uint32_t scalar) {
    if (scalar < 0x80) {
        to[0] = (uint8_t)scalar;
        return 1;
    }
    if (scalar < 0x800) {
        to[0] = (uint8_t)(0xc0 | scalar >> 6);
        to[1] = (uint8_t)(0x80 | (scalar & 0x3f));
        return 2;
    }
    int more = scalar < 0x10000 ? 2 : 3;
    to[0] = (uint8_t)((more == 2 ? 0xe0 : 0xf0) | scalar >> (6 * more));
    for (int i = 1; i <= more; i++) to[i] = (uint8_t)(0x80 | ((scalar >> (6 * (more - i))) & 0x3f));
    return (size_t)more + 1;
}

static uint32_t hex4(const uint8_t *p) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) value = value << 4 | (uint32_t)hex_value(p[i]);
    return value;
}

// A checked string's escapes, undone where they stand; the new length. Half a pair becomes U+FFFD.
LOG_COLD size_t json_unescape(uint8_t *text, size_t count) {
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    size_t write = 0;
    for (size_t read = 0; read < count;) {
        if (text[read] != '\\') {
            text[write++] = text[read++];
        } else if (text[read + 1] != 'u') {
            text[write++] = (uint8_t)values[strchr(letters, text[read + 1]) - letters];
            read += 2;
        } else {
            uint32_t scalar = hex4(text + read + 2);
            read += 6;
            bool is_high = scalar >= 0xd800 && scalar < 0xdc00;
            if (is_high && read + 6 <= count && text[read] == '\\' && text[read + 1] == 'u') {
                uint32_t low = hex4(text + read + 2);
                if (low >= 0xdc00 && low < 0xe000) {
                    scalar = 0x10000 + ((scalar - 0xd800) << 10) + (low - 0xdc00);
                    read += 6;
                }
            }
            if (scalar >= 0xd800 && scalar < 0xe000) scalar = 0xfffd;
            write += write_utf8(text + write, scalar);
        }
    }
    return write;
}

// --- other values

LOG_INLINE bool is_digit(uint8_t byte) { return byte - 48u <= 9; }

// `value` is set where it is a whole number of at most 18 digits.
LOG_INLINE const uint8_t *json_number(const uint8_t *p, uint64_t *value, bool *is_whole) {
    bool is_negative = *p == '-';
    if (is_negative) p++;
    const uint8_t *digits = p;
    uint64_t sum = 0;
    for (; is_digit(*p); p++) sum = sum * 10 + (*p - 48u);
    if (p == digits || (*digits == '0' && p - digits > 1)) return NULL;
    *is_whole = !is_negative && p - digits <= 18;
    *value = sum;
    if (*p == '.') {
        *is_whole = false;
        if (!is_digit(*++p)) return NULL;
        while (is_digit(*p)) p++;
    }
    if ((*p | 0x20) == 'e') {
        *is_whole = false;
        p++;
        if (*p == '+' || *p == '-') p++;
        if (!is_digit(*p)) return NULL;
        while (is_digit(*p)) p++;
    }
    return p;
}

static const uint8_t *json_word(const uint8_t *p) {
    if (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0) return p + 4;
    return memcmp(p, "false", 5) == 0 ? p + 5 : NULL;
}

// An object or array as a whole: its strings are checked, its brackets counted.
static const uint8_t *json_container(const uint8_t *p) {
    int depth = 0;
    while (true) {
        switch (*p) {
        case '{':
        case '[': depth++; break;
        case '}':
        case ']':
            if (--depth == 0) return p + 1;
            break;
        case '"': {
            bool escaped;
            p = json_string(p + 1, &escaped);
            if (p == NULL) return NULL;
            break;
        }
        case '\n': return NULL;
        default: break;
        }
        p++;
    }
}

LOG_INLINE const uint8_t *json_value(const uint8_t *p, enum json_key key, uint8_t *line, json_fields *fields) {
    if (*p == '"') {
        bool escaped = false;
        const uint8_t *end = json_string(p + 1, &escaped);
        if (end == NULL) return NULL;
        if (key == JSON_PATH) {
            fields->path = (json_text){line + (p + 1 - line), (size_t)(end - p - 1), escaped};
            fields->has_path = true;
        }
        return end + 1;
    }
    if (*p == '{' || *p == '[') return json_container(p);
    if (*p != '-' && !is_digit(*p)) return json_word(p);
    uint64_t value;
    bool is_whole;
    p = json_number(p, &value, &is_whole);
    if (p == NULL || !is_whole) return p;
    if (key == JSON_STATUS) {
        fields->status = value;
        fields->has_status = value < 1000;
    } else if (key == JSON_BYTES) {
        fields->bytes = value;
    }
    return p;
}

// --- the line

// The key that begins before `p`, with its quote; behind it.
LOG_INLINE const uint8_t *json_key(const uint8_t *p, enum json_key *key) {
    uint64_t head = log_load64(p);
    if ((head & 0xffffffffff) == 0x2268746170) {  // path"
        *key = JSON_PATH;
        return p + 5;
    }
    if ((head & 0xffffffffffffff) == 0x22737574617473) {  // status"
        *key = JSON_STATUS;
        return p + 7;
    }
    if ((head & 0xffffffffffff) == 0x227365747962) {  // bytes"
        *key = JSON_BYTES;
        return p + 6;
    }
    *key = JSON_OTHER;
    bool escaped;
    p = json_string(p, &escaped);
    return p == NULL ? NULL : p + 1;
}

LOG_INLINE const uint8_t *json_object(uint8_t *line, json_fields *fields) {
    const uint8_t *p = json_blank(line);
    if (*p != '{') return NULL;
    p = json_blank(p + 1);
    if (*p == '}') return p + 1;
    while (true) {
        enum json_key key;
        if (*p != '"' || (p = json_key(p + 1, &key)) == NULL) return NULL;
        p = json_blank(p);
        if (*p != ':') return NULL;
        p = json_value(json_blank(p + 1), key, line, fields);
        if (p == NULL) return NULL;
        p = json_blank(p);
        if (*p == '}') return p + 1;
        if (*p != ',') return NULL;
        p = json_blank(p + 1);
    }
}

LOG_INLINE bool count_line(log_counts *counts, uint8_t *line, const uint8_t **next) {
    json_fields fields = {.bytes = 0};
    const uint8_t *p = json_object(line, &fields);
    if (p == NULL || *(p = json_blank(p)) != '\n') return false;
    *next = p + 1;
    counts->lines++;
    counts->bytes += fields.bytes;
    if (fields.has_status) counts->status[fields.status]++;
    if (!fields.has_path) return true;
    json_text path = fields.path;
    if (path.escaped) path.length = json_unescape(path.start, path.length);
    counts->pending[0][counts->pending_count] = log_prepare(&counts->keys[0], path.start, path.length);
    if (++counts->pending_count == LOG_BATCH) log_flush(counts);
    return true;
}

static void read_lines(log_counts *counts, void *memory, uint8_t *line, const uint8_t *limit, const uint8_t *end) {
    (void)memory;
    while (line < limit) {
        const uint8_t *next;
        if (!LIKELY(count_line(counts, line, &next))) {
            next = log_line_end(line, end) + 1;
            if (json_blank(line) < next - 1) {
                counts->lines++;
                counts->bad++;
            }
        }
        line += next - line;
    }
}

int lim_scan_json(const char *path, int workers, size_t chunk, lim_log_tally *tally) {
    *tally = log_scan_chunks(path, workers, chunk, read_lines, 1, 1);
    return tally->error;
}
