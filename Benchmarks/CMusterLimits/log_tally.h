// What the log readers in C share: searching a vector at a time, hashing, exact tables, chunks of a file for several
// workers. All searches may read LOG_PADDING bytes beyond the end they are given.
#ifndef LOG_TALLY_H
#define LOG_TALLY_H

#include "CMusterLimits.h"

#include <stdatomic.h>
#include <string.h>

#define LOG_INLINE static inline __attribute__((always_inline))
#define LOG_COLD static __attribute__((noinline))
#define LIKELY(x) __builtin_expect(!!(x), 1)

enum { LOG_PADDING = 64, LOG_OVERHANG = 1 << 16, LOG_BATCH = 32 };

// --- vectors: as wide as the compiler's target has them, one bit a byte
#if defined(__AVX2__)
#include <immintrin.h>
enum { LOG_WIDTH = 32 };
typedef __m256i log_vector;
LOG_INLINE log_vector log_load(const uint8_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
LOG_INLINE log_vector log_equal(log_vector v, char c) { return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)); }
LOG_INLINE log_vector log_either(log_vector a, log_vector b) { return _mm256_or_si256(a, b); }
// Signed: bytes below 0x20 and those above 0x7f.
LOG_INLINE log_vector log_unusual(log_vector v) { return _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), v); }
LOG_INLINE uint32_t log_mask(log_vector v) { return (uint32_t)_mm256_movemask_epi8(v); }
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LOG_WIDTH = 16 };
typedef __m128i log_vector;
LOG_INLINE log_vector log_load(const uint8_t *p) { return _mm_loadu_si128((const __m128i *)p); }
LOG_INLINE log_vector log_equal(log_vector v, char c) { return _mm_cmpeq_epi8(v, _mm_set1_epi8(c)); }
LOG_INLINE log_vector log_either(log_vector a, log_vector b) { return _mm_or_si128(a, b); }
LOG_INLINE log_vector log_unusual(log_vector v) { return _mm_cmpgt_epi8(_mm_set1_epi8(0x20), v); }
LOG_INLINE uint32_t log_mask(log_vector v) { return (uint32_t)_mm_movemask_epi8(v); }
#else
enum { LOG_WIDTH = 8 };
typedef struct {
    uint8_t bytes[LOG_WIDTH];
} log_vector;
#define LOG_EACH(expression) \
    log_vector made; \
    for (int i = 0; i < LOG_WIDTH; i++) made.bytes[i] = (expression) ? 0xff : 0; \
    return made
LOG_INLINE log_vector log_load(const uint8_t *p) {
    log_vector made;
    memcpy(made.bytes, p, LOG_WIDTH);
    return made;
}
LOG_INLINE log_vector log_equal(log_vector v, char c) { LOG_EACH(v.bytes[i] == (uint8_t)c); }
LOG_INLINE log_vector log_either(log_vector a, log_vector b) { LOG_EACH(a.bytes[i] | b.bytes[i]); }
LOG_INLINE log_vector log_unusual(log_vector v) { LOG_EACH(v.bytes[i] < 0x20 || v.bytes[i] > 0x7f); }
LOG_INLINE uint32_t log_mask(log_vector v) {
    uint32_t mask = 0;
    for (int i = 0; i < LOG_WIDTH; i++) mask |= (uint32_t)(v.bytes[i] & 1) << i;
    return mask;
}
#endif

// The first `a` or `b`; `end` where there is none.
LOG_INLINE const uint8_t *log_find(const uint8_t *p, const uint8_t *end, char a, char b) {
    for (; p < end; p += LOG_WIDTH) {
        log_vector v = log_load(p);
        uint32_t mask = log_mask(log_either(log_equal(v, a), log_equal(v, b)));
        if (mask != 0) {
            p += __builtin_ctz(mask);
            return p < end ? p : end;
        }
    }
    return end;
}

LOG_INLINE const uint8_t *log_line_end(const uint8_t *p, const uint8_t *end) {
    const uint8_t *found = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return found != NULL ? found : end;
}

LOG_INLINE uint64_t log_load64(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
}

LOG_INLINE uint32_t log_load32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, 4);
    return value;
}

// --- exact tables: open addressing, keys copied into one arena
typedef struct {
    uint64_t hash;
    // 0 where the slot is empty.
    uint64_t count;
    uint32_t length;
    uint32_t unused;
    uint64_t offset;
} log_slot;

typedef struct {
    log_slot *slots;
    uint64_t mask;
    uint64_t used;
    uint8_t *keys;
    uint64_t key_bytes, key_capacity;
} log_table;

void log_table_open(log_table *table, uint64_t capacity);
void log_table_close(log_table *table);
void log_table_insert(log_table *table, const uint8_t *key, uint32_t length, uint64_t hash, uint64_t count);
void log_table_merge(log_table *table, const log_table *other);
// The ten largest counts, largest first.
void log_table_top(const log_table *table, uint64_t top[10]);

LOG_INLINE uint64_t log_fold(uint64_t a, uint64_t b) {
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// Multiply and fold, 16 bytes a step; reads nothing beyond the key.
LOG_INLINE uint64_t log_hash(const uint8_t *key, uint64_t length) {
    const uint64_t first = 0x9e3779b97f4a7c15, second = 0xd1b54a32d192ed03;
    uint64_t seed = first, low, high;
    if (LIKELY(length <= 16)) {
        if (length >= 8) {
            low = log_load64(key);
            high = log_load64(key + length - 8);
        } else if (length >= 4) {
            low = log_load32(key);
            high = log_load32(key + length - 4);
        } else {
            low = length == 0 ? 0 : (uint64_t)key[0] << 16 | (uint64_t)key[length / 2] << 8 | key[length - 1];
            high = 0;
        }
    } else {
        uint64_t left = length;
        for (; left > 16; left -= 16, key += 16) seed = log_fold(log_load64(key) ^ second, log_load64(key + 8) ^ seed);
        low = log_load64(key + left - 16);
        high = log_load64(key + left - 8);
    }
    return log_fold(second ^ length, log_fold(low ^ second, high ^ seed));
}

LOG_INLINE void log_table_add(log_table *table, const uint8_t *key, uint32_t length, uint64_t hash) {
    for (uint64_t at = hash & table->mask;; at = (at + 1) & table->mask) {
        log_slot *slot = &table->slots[at];
        if (slot->count == 0) return log_table_insert(table, key, length, hash, 1);
        if (slot->hash == hash && slot->length == length && memcmp(table->keys + slot->offset, key, length) == 0) {
            slot->count++;
            return;
        }
    }
}

// --- keys in batches, so that a batch's slots come from memory side by side
typedef struct {
    const uint8_t *key;
    uint64_t hash;
    uint32_t length;
} log_pending;

LOG_INLINE log_pending log_prepare(const log_table *table, const uint8_t *key, size_t length) {
    log_pending pending = {key, log_hash(key, length), (uint32_t)length};
    __builtin_prefetch(&table->slots[pending.hash & table->mask]);
    return pending;
}

// --- chunks of a file
// What one worker holds; the readers put their own behind it.
typedef struct {
    uint64_t lines, bad, bytes;
    uint64_t status[1000];
    log_table keys[2];
    log_pending pending[2][LOG_BATCH];
    uint32_t pending_count;
    // How many of `keys` are used.
    uint32_t key_count;
    // Lines by minute since 1970, from `first_minute`; those outside are not counted.
    uint64_t *minutes;
    int64_t first_minute;
} log_counts;

enum { LOG_MINUTES = 1 << 20 };

LOG_INLINE void log_flush(log_counts *counts) {
    for (uint32_t kind = 0; kind < counts->key_count; kind++) {
        for (uint32_t i = 0; i < counts->pending_count; i++) {
            log_pending *pending = &counts->pending[kind][i];
            log_table_add(&counts->keys[kind], pending->key, pending->length, pending->hash);
        }
    }
    counts->pending_count = 0;
}

// Reads the lines that begin in `from ..< limit`; the last ends before `end`, whose byte before is a line feed. What it
// leaves pending is flushed by the caller before the bytes go.
typedef void log_reader(log_counts *counts, void *memory, uint8_t *from, const uint8_t *limit, const uint8_t *end);

// Runs a reader over a file in chunks that `workers` threads claim; `memory_size` bytes, zeroed, are each worker's own.
lim_log_tally log_scan_chunks(
    const char *path, int workers, size_t chunk, log_reader *reader, size_t memory_size, uint32_t key_count);

#endif
