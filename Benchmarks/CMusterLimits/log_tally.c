#define _GNU_SOURCE 1
#include "log_tally.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// A limit that lacks memory measures nothing.
static void *need(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

// --- tables

void log_table_open(log_table *table, uint64_t capacity) {
    *table = (log_table){.slots = need(calloc(capacity, sizeof(log_slot))), .mask = capacity - 1, .key_capacity = 1 << 20};
    table->keys = need(malloc(table->key_capacity));
}

void log_table_close(log_table *table) {
    free(table->slots);
    free(table->keys);
}

static void place(log_slot *slots, uint64_t mask, log_slot slot) {
    uint64_t at = slot.hash & mask;
    while (slots[at].count != 0) at = (at + 1) & mask;
    slots[at] = slot;
}

static void grow(log_table *table) {
    uint64_t mask = table->mask * 2 + 1;
    log_slot *slots = need(calloc(mask + 1, sizeof(log_slot)));
    for (uint64_t i = 0; i <= table->mask; i++) {
        if (table->slots[i].count != 0) place(slots, mask, table->slots[i]);
    }
    free(table->slots);
    table->slots = slots;
    table->mask = mask;
}

__attribute__((noinline)) void log_table_insert(
    log_table *table, const uint8_t *key, uint32_t length, uint64_t hash, uint64_t count) {
    if ((table->used + 1) * 4 > (table->mask + 1) * 3) grow(table);
    if (table->key_bytes + length > table->key_capacity) {
        while (table->key_bytes + length > table->key_capacity) table->key_capacity *= 2;
        table->keys = need(realloc(table->keys, table->key_capacity));
    }
    memcpy(table->keys + table->key_bytes, key, length);
    place(table->slots, table->mask, (log_slot){hash, count, length, 0, table->key_bytes});
    table->key_bytes += length;
    table->used++;
}

void log_table_merge(log_table *table, const log_table *other) {
    for (uint64_t i = 0; i <= other->mask; i++) {
        const log_slot *from = &other->slots[i];
        if (from->count == 0) continue;
        const uint8_t *key = other->keys + from->offset;
        uint64_t at = from->hash & table->mask;
        while (table->slots[at].count != 0) {
            log_slot *slot = &table->slots[at];
            if (slot->hash == from->hash && slot->length == from->length &&
                memcmp(table->keys + slot->offset, key, from->length) == 0)
                break;
            at = (at + 1) & table->mask;
        }
        if (table->slots[at].count != 0) {
            table->slots[at].count += from->count;
        } else {
            log_table_insert(table, key, from->length, from->hash, from->count);
        }
    }
}

void log_table_top(const log_table *table, uint64_t top[10]) {
    memset(top, 0, 10 * sizeof top[0]);
    for (uint64_t i = 0; i <= table->mask; i++) {
        uint64_t count = table->slots[i].count;
        if (count <= top[9]) continue;
        int at = 9;
        for (; at > 0 && top[at - 1] < count; at--) top[at] = top[at - 1];
        top[at] = count;
    }
}

// --- workers

typedef struct {
    int file;
    uint64_t size;
    size_t chunk;
    log_reader *reader;
    _Atomic uint64_t next;
    _Atomic int error;
} shared_scan;

typedef struct {
    shared_scan *scan;
    log_counts counts;
    void *memory;
    pthread_t thread;
} worker;

// Fills `buffer` from `offset`; the number of bytes, fewer at the file's end.
static size_t fill(shared_scan *scan, uint8_t *buffer, size_t wanted, uint64_t offset) {
    size_t got = 0;
    while (got < wanted) {
        ssize_t count = pread(scan->file, buffer + got, wanted - got, (off_t)(offset + got));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) scan->error = errno;
        if (count <= 0) break;
        got += (size_t)count;
    }
    return got;
}

// A chunk's lines are those that begin in it. It is read with the byte before it, which tells whether a line begins at its
// first byte, and with an overhang for its last line; what is longer is cut.
static void scan_chunk(worker *me, uint8_t *buffer, uint64_t start) {
    shared_scan *scan = me->scan;
    uint64_t stop = start + scan->chunk < scan->size ? start + scan->chunk : scan->size;
    uint64_t offset = start > 0 ? start - 1 : 0;
    uint64_t wanted = stop - offset + LOG_OVERHANG;
    if (offset + wanted > scan->size) wanted = scan->size - offset;
    size_t got = fill(scan, buffer, wanted, offset);
    if (got == 0) return;
    const uint8_t *limit = buffer + (stop - offset < got ? stop - offset : got);
    if (buffer[got - 1] != '\n') buffer[got++] = '\n';
    memset(buffer + got, 0, LOG_PADDING);
    const uint8_t *end = buffer + got;
    uint8_t *from = buffer;
    if (start > 0) from += log_line_end(buffer, end) - buffer + 1;
    scan->reader(&me->counts, me->memory, from, limit, end);
    log_flush(&me->counts);
}

static void *work(void *argument) {
    worker *me = argument;
    uint8_t *buffer = need(malloc(1 + me->scan->chunk + LOG_OVERHANG + 1 + LOG_PADDING));
    while (true) {
        uint64_t start = atomic_fetch_add(&me->scan->next, 1) * me->scan->chunk;
        if (start >= me->scan->size) break;
        scan_chunk(me, buffer, start);
    }
    free(buffer);
    return NULL;
}

// --- all together

static void open_counts(log_counts *counts, uint32_t key_count) {
    counts->key_count = key_count;
    for (uint32_t kind = 0; kind < key_count; kind++) log_table_open(&counts->keys[kind], 1 << 16);
    // Touched only where there are lines.
    counts->minutes = need(calloc(LOG_MINUTES, sizeof counts->minutes[0]));
    counts->first_minute = INT64_MIN;
}

static void close_counts(log_counts *counts) {
    for (uint32_t kind = 0; kind < counts->key_count; kind++) log_table_close(&counts->keys[kind]);
    free(counts->minutes);
}

static void merge_minutes(log_counts *all, const log_counts *part) {
    if (part->first_minute == INT64_MIN) return;
    if (all->first_minute == INT64_MIN) all->first_minute = part->first_minute;
    for (int64_t i = 0; i < LOG_MINUTES; i++) {
        int64_t at = i + part->first_minute - all->first_minute;
        if (part->minutes[i] != 0 && at >= 0 && at < LOG_MINUTES) all->minutes[at] += part->minutes[i];
    }
}

static void merge_counts(log_counts *all, const log_counts *part) {
    all->lines += part->lines;
    all->bad += part->bad;
    all->bytes += part->bytes;
    for (int i = 0; i < 1000; i++) all->status[i] += part->status[i];
    for (uint32_t kind = 0; kind < all->key_count; kind++) log_table_merge(&all->keys[kind], &part->keys[kind]);
    merge_minutes(all, part);
}

static lim_log_tally tally(const log_counts *counts) {
    lim_log_tally made = {.lines = counts->lines, .bad = counts->bad, .bytes = counts->bytes};
    memcpy(made.status, counts->status, sizeof made.status);
    made.urls = counts->keys[0].used;
    log_table_top(&counts->keys[0], made.top_urls);
    if (counts->key_count > 1) {
        made.addresses = counts->keys[1].used;
        log_table_top(&counts->keys[1], made.top_addresses);
    }
    for (int i = 0; i < LOG_MINUTES; i++) made.minutes += counts->minutes[i] != 0;
    return made;
}

lim_log_tally log_scan_chunks(
    const char *path, int workers, size_t chunk, log_reader *reader, size_t memory_size, uint32_t key_count) {
    shared_scan scan = {.file = open(path, O_RDONLY | O_CLOEXEC), .chunk = chunk, .reader = reader};
    if (scan.file < 0) return (lim_log_tally){.error = errno};
    struct stat status;
    if (fstat(scan.file, &status) == 0) scan.size = (uint64_t)status.st_size;
    worker *all = need(aligned_alloc(128, sizeof(worker) * (size_t)workers / 128 * 128 + 128));
    for (int i = 0; i < workers; i++) {
        memset(&all[i], 0, sizeof all[i]);
        all[i].scan = &scan;
        all[i].memory = need(calloc(1, memory_size));
        open_counts(&all[i].counts, key_count);
    }
    int started = 1;
    while (started < workers && pthread_create(&all[started].thread, NULL, work, &all[started]) == 0) started++;
    work(&all[0]);
    for (int i = 1; i < started; i++) pthread_join(all[i].thread, NULL);
    for (int i = 1; i < workers; i++) merge_counts(&all[0].counts, &all[i].counts);
    lim_log_tally made = tally(&all[0].counts);
    made.error = scan.error;
    for (int i = 0; i < workers; i++) {
        free(all[i].memory);
        close_counts(&all[i].counts);
    }
    free(all);
    close(scan.file);
    return made;
}
