// What C can do with an epoll loop a core for dialogues, and with threads beside it for what computes or blocks.
#include "clients.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

// --- threads beside the loop: items go in by a queue, their number comes back by an eventfd

typedef struct {
    lim_record *record;
    int events;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t *queue;
    uint32_t put, taken;
    bool is_closed;
    pthread_t threads[64];
    int count;
} side;

static void *work_aside(void *argument) {
    side *side = argument;
    while (true) {
        pthread_mutex_lock(&side->lock);
        while (side->taken == side->put && !side->is_closed) pthread_cond_wait(&side->changed, &side->lock);
        bool has_item = side->taken < side->put;
        uint32_t index = has_item ? side->queue[side->taken++] : 0;
        pthread_mutex_unlock(&side->lock);
        if (!has_item) return NULL;
        lim_item_perform(side->record, index);
        eventfd_write(side->events, 1);
    }
}

static side *side_open(lim_record *record, int threads) {
    side *made = calloc(1, sizeof *made);
    made->record = record;
    made->events = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    made->queue = calloc(record->work.items, sizeof *made->queue);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    while (made->count < threads && made->count < 64 &&
           pthread_create(&made->threads[made->count], NULL, work_aside, made) == 0)
        made->count++;
    return made;
}

static void side_put(side *side, uint32_t index) {
    pthread_mutex_lock(&side->lock);
    side->queue[side->put++] = index;
    pthread_cond_signal(&side->changed);
    pthread_mutex_unlock(&side->lock);
}

static void side_close(side *side) {
    pthread_mutex_lock(&side->lock);
    side->is_closed = true;
    pthread_cond_broadcast(&side->changed);
    pthread_mutex_unlock(&side->lock);
    for (int i = 0; i < side->count; i++) pthread_join(side->threads[i], NULL);
    close(side->events);
    free(side->queue);
    free(side);
}

// --- the loop

typedef struct {
    lim_dialogue dialogue;
    int64_t deadline;
    bool is_busy;
} berth;

typedef struct {
    lim_record *record;
    // The next item, for all loops.
    _Atomic uint32_t *next;
    int epoll;
    uint32_t window, in_flight, free_count;
    // No deadline comes before it.
    int64_t next_look;
    berth *berths;
    uint32_t *free_berths;
    // Where there are logs to read.
    side *side;
} loop;

static const uint32_t ASIDE = 0xFFFFFFFF;

static void settle(loop *loop, uint32_t slot, enum lim_step step) {
    berth *berth = &loop->berths[slot];
    lim_item_end(loop->record, berth->dialogue.index, step == LIM_STEP_UP, 0);
    // What went well leaves a socket that can be used again, as muster does.
    if (step == LIM_STEP_UP) dissolve(berth->dialogue.fd);
    else lim_dialogue_end(&berth->dialogue);
    berth->is_busy = false;
    loop->free_berths[loop->free_count++] = slot;
    loop->in_flight--;
}

static void admit(loop *loop) {
    const lim_work *work = &loop->record->work;
    while (loop->in_flight < loop->window && *loop->next < work->items) {
        uint32_t index = (*loop->next)++;
        if (index >= work->items) return;
        loop->in_flight++;
        if (lim_item_of(work, index) != LIM_ITEM_DIALOGUE) {
            side_put(loop->side, index);
            continue;
        }
        uint32_t slot = loop->free_berths[--loop->free_count];
        berth *berth = &loop->berths[slot];
        berth->is_busy = true;
        lim_item_begin(loop->record, index);
        berth->deadline = lim_now_ns() + 1000000 * (int64_t)work->timeout_ms;
        if (berth->deadline < loop->next_look) loop->next_look = berth->deadline;
        bool is_new = berth->dialogue.fd < 0;
        enum lim_step step = is_new ? lim_dialogue_begin(work, index, &berth->dialogue)
                                    : lim_dialogue_again(work, index, &berth->dialogue);
        uint32_t wanted = EPOLLIN | EPOLLET | (step == LIM_STEP_WRITE ? (uint32_t)EPOLLOUT : 0);
        if (step == LIM_STEP_DOWN || (is_new && watch(loop->epoll, berth->dialogue.fd, wanted, slot) < 0))
            settle(loop, slot, LIM_STEP_DOWN);
    }
}

static void take_event(loop *loop, uint32_t slot, uint32_t events) {
    if (slot == ASIDE) {
        eventfd_t finished = 0;
        if (eventfd_read(loop->side->events, &finished) == 0) loop->in_flight -= (uint32_t)finished;
        return;
    }
    berth *berth = &loop->berths[slot];
    // What is writable and has asked waits for bytes.
    if (!berth->is_busy) return;
    if (berth->dialogue.is_asked && !(events & ~(uint32_t)EPOLLOUT)) return;
    enum lim_step step = lim_dialogue_advance(&loop->record->work, &berth->dialogue);
    if (step == LIM_STEP_READ && events & EPOLLIN) step = lim_dialogue_advance(&loop->record->work, &berth->dialogue);
    if (step == LIM_STEP_UP || step == LIM_STEP_DOWN) settle(loop, slot, step);
}

static void expire(loop *loop, int64_t now) {
    loop->next_look = INT64_MAX;
    for (uint32_t slot = 0; slot < loop->window; slot++) {
        if (!loop->berths[slot].is_busy) continue;
        int64_t deadline = loop->berths[slot].deadline;
        if (deadline <= now) settle(loop, slot, LIM_STEP_DOWN);
        else if (deadline < loop->next_look) loop->next_look = deadline;
    }
}

// Milliseconds until the next deadline, whole ones; -1 where there is none.
static int time_left(const loop *loop) {
    if (loop->next_look == INT64_MAX) return -1;
    int64_t left = (loop->next_look - lim_now_ns() + 999999) / 1000000;
    return left < 0 ? 0 : left > 1000 ? 1000 : (int)left;
}

static int run_loop(lim_record *record, _Atomic uint32_t *next, uint32_t window, int aside) {
    loop loop = {
        .record = record, .next = next, .epoll = epoll_create1(EPOLL_CLOEXEC), .window = window, .free_count = window,
        .next_look = INT64_MAX};
    if (loop.epoll < 0) return -errno;
    loop.berths = calloc(window, sizeof *loop.berths);
    loop.free_berths = calloc(window, sizeof *loop.free_berths);
    for (uint32_t slot = 0; slot < window; slot++) {
        loop.berths[slot].dialogue.fd = -1;
        loop.free_berths[slot] = window - 1 - slot;
    }
    if (aside > 0) {
        loop.side = side_open(record, aside);
        if (loop.side->count == 0) return -EAGAIN;
        watch(loop.epoll, loop.side->events, EPOLLIN, ASIDE);
    }
    struct epoll_event events[EVENTS];
    while (true) {
        admit(&loop);
        if (loop.in_flight == 0 && *next >= record->work.items) break;
        int found = epoll_wait(loop.epoll, events, EVENTS, time_left(&loop));
        for (int i = 0; i < found; i++) take_event(&loop, (uint32_t)events[i].data.u64, events[i].events);
        int64_t now = lim_now_ns();
        if (now >= loop.next_look) expire(&loop, now);
    }
    for (uint32_t slot = 0; slot < window; slot++) lim_dialogue_end(&loop.berths[slot].dialogue);
    if (loop.side != NULL) side_close(loop.side);
    close(loop.epoll);
    free(loop.berths);
    free(loop.free_berths);
    return 0;
}

// --- a loop a core

typedef struct {
    lim_record *record;
    _Atomic uint32_t *next;
    // The items of this loop, where these are fixed.
    uint32_t first, count;
    uint32_t window;
    int outcome;
    pthread_t thread;
} share;

static void *run_share(void *argument) {
    share *share = argument;
    if (share->record->work.kind == LIM_WORK_DNS) {
        // One socket for all of a loop's queries, as muster has it too.
        lim_ask((uint16_t)share->record->work.port, share->first, share->count, share->window, share->record);
    } else {
        share->outcome = run_loop(share->record, share->next, share->window, 0);
    }
    return NULL;
}

static int run_loops(lim_record *record, int cores) {
    const lim_work *work = &record->work;
    _Atomic uint32_t next = 0;
    share shares[16];
    uint32_t count = (uint32_t)cores < 1 ? 1 : cores > 16 ? 16 : (uint32_t)cores;
    if (count > work->window) count = work->window;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = (uint32_t)((uint64_t)work->items * i / count);
        uint32_t end = (uint32_t)((uint64_t)work->items * (i + 1) / count);
        uint32_t window = work->window / count + (i < work->window % count ? 1 : 0);
        shares[i] = (share){.record = record, .next = &next, .first = first, .count = end - first, .window = window};
    }
    uint32_t started = 1;
    while (started < count && pthread_create(&shares[started].thread, NULL, run_share, &shares[started]) == 0) started++;
    run_share(&shares[0]);
    int outcome = started < count ? -EAGAIN : shares[0].outcome;
    for (uint32_t i = 1; i < started; i++) {
        pthread_join(shares[i].thread, NULL);
        if (shares[i].outcome < 0) outcome = shares[i].outcome;
    }
    return outcome;
}

int lim_run_loop(lim_record *record, int cores) {
    switch (record->work.kind) {
    case LIM_WORK_TCP:
    case LIM_WORK_DNS:
    case LIM_WORK_HTTP: return run_loops(record, cores);
    case LIM_WORK_MIXED: {
        _Atomic uint32_t next = 0;
        return run_loop(record, &next, record->work.window, cores);
    }
    case LIM_WORK_FILES:
    case LIM_WORK_PIECES: return lim_run_threads(record, cores);
    case LIM_WORK_READS: return lim_run_threads(record, (int)record->work.window);
    default:
        for (uint32_t index = 0; index < record->work.items; index++) lim_item_perform(record, index);
        return 0;
    }
}
