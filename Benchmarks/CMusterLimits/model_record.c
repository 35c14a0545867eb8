// What a run leaves for whoever measures it: a shared file.
#include "CMusterLimits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t record_size(uint32_t items) { return sizeof(lim_record) + items * sizeof(lim_entry); }

static lim_record *map_record(int file, size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

lim_record *lim_record_create(const char *path, const lim_work *work) {
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return NULL;
    if (ftruncate(file, (off_t)record_size(work->items)) < 0) {
        close(file);
        return NULL;
    }
    lim_record *record = map_record(file, record_size(work->items));
    if (record == NULL) return NULL;
    record->work = *work;
    record->heartbeat_ns = record->told_done = record->told_failed = record->told_lines = -1;
    return record;
}

lim_record *lim_record_open(const char *path) {
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return NULL;
    struct stat status;
    lim_record head;
    if (fstat(file, &status) < 0 || pread(file, &head, sizeof head, 0) != sizeof head ||
        (size_t)status.st_size != record_size(head.work.items)) {
        close(file);
        return NULL;
    }
    return map_record(file, (size_t)status.st_size);
}

void lim_record_close(lim_record *record) { munmap(record, record_size(record->work.items)); }

lim_entry *lim_record_entry(lim_record *record, uint32_t index) { return (lim_entry *)(record + 1) + index; }

static void note_usage(int64_t to[4]) {
    memset(to, 0, 4 * sizeof to[0]);
    static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
    for (int i = 0; i < 2; i++) {
        struct rusage usage;
        if (getrusage(whose[i], &usage) < 0) continue;
        to[0] += (int64_t)usage.ru_utime.tv_sec * 1000000000 + usage.ru_utime.tv_usec * 1000;
        to[1] += (int64_t)usage.ru_stime.tv_sec * 1000000000 + usage.ru_stime.tv_usec * 1000;
        to[2] += usage.ru_nvcsw;
        to[3] += usage.ru_nivcsw;
    }
}

void lim_record_begin(lim_record *record) {
    note_usage(record->before);
    record->begun_ns = lim_now_ns();
}

void lim_record_end(lim_record *record) {
    int64_t now = lim_now_ns();
    note_usage(record->after);
    record->ended_ns = now;
}

void lim_record_note(lim_record *record, const char *text) {
    strncpy(record->note, text, LIM_NOTE_SIZE - 1);
}

void lim_item_begin(lim_record *record, uint32_t index) {
    lim_record_entry(record, index)->started_ns = lim_now_ns();
}

void lim_item_end(lim_record *record, uint32_t index, bool is_up, uint32_t value) {
    lim_entry *entry = lim_record_entry(record, index);
    entry->ended_ns = lim_now_ns();
    entry->value = value;
    entry->state = is_up ? 1 : 2;
}

void lim_item_perform(lim_record *record, uint32_t index) {
    uint32_t value;
    lim_item_begin(record, index);
    bool is_up = lim_perform(&record->work, index, &value);
    lim_item_end(record, index, is_up, value);
}
