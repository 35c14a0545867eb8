// POSIX threads that take the next item, and a heartbeat.
#include "CMusterLimits.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    lim_record *record;
    _Atomic uint32_t next;
} crew;

static void *work(void *argument) {
    crew *crew = argument;
    uint32_t index;
    while ((index = atomic_fetch_add(&crew->next, 1)) < crew->record->work.items) lim_item_perform(crew->record, index);
    return NULL;
}

int lim_run_threads(lim_record *record, int count) {
    crew crew = {.record = record};
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    if (threads == NULL) return -ENOMEM;
    int started = 0, error = 0;
    while (started < count && error == 0) {
        error = pthread_create(&threads[started], NULL, work, &crew);
        if (error == 0) started++;
    }
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
    free(threads);
    return -error;
}

// --- heartbeat

enum { BEAT_NS = 1000000, BEATS = 1 << 17 };

struct lim_heart {
    pthread_t thread;
    _Atomic bool is_stopped;
    uint32_t count;
    int64_t delays[BEATS];
};

static void *beat(void *argument) {
    lim_heart *heart = argument;
    while (!atomic_load(&heart->is_stopped) && heart->count < BEATS) {
        int64_t due = lim_now_ns() + BEAT_NS;
        struct timespec at = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        // The beats that should have come meanwhile are late too.
        for (int64_t late = lim_now_ns() - due; late >= 0 && heart->count < BEATS; late -= BEAT_NS)
            heart->delays[heart->count++] = late;
    }
    return NULL;
}

lim_heart *lim_heart_start(void) {
    lim_heart *heart = calloc(1, sizeof *heart);
    if (heart != NULL && pthread_create(&heart->thread, NULL, beat, heart) != 0) {
        free(heart);
        return NULL;
    }
    return heart;
}

static int compare(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int64_t lim_heart_stop(lim_heart *heart) {
    if (heart == NULL) return -1;
    atomic_store(&heart->is_stopped, true);
    pthread_join(heart->thread, NULL);
    qsort(heart->delays, heart->count, sizeof heart->delays[0], compare);
    int64_t late = heart->count > 0 ? heart->delays[(heart->count * 99 + 99) / 100 - 1] : -1;
    free(heart);
    return late;
}
