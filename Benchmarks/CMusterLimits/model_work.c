// An item of work, done in the thread that asks for it.
#include "clients.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/timerfd.h>

enum { READ_MS = 5, LOG_SHARE = 8, HOLE_SHARE = 10, CRASH_SHARE = 100, STALL_SHARE = 100, OVERHANG = 1 << 16 };

static uint64_t scramble(uint64_t x) {
    x += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

// --- which items there are

enum lim_item lim_item_of(const lim_work *work, uint32_t index) {
    switch (work->kind) {
    case LIM_WORK_TCP:
    case LIM_WORK_DNS:
    case LIM_WORK_HTTP: return LIM_ITEM_DIALOGUE;
    case LIM_WORK_FILES:
    case LIM_WORK_PIECES: return LIM_ITEM_LOG;
    case LIM_WORK_MIXED: return index % LOG_SHARE == 0 ? LIM_ITEM_LOG : LIM_ITEM_DIALOGUE;
    case LIM_WORK_READS: return LIM_ITEM_READ;
    case LIM_WORK_CRASHES: return index % CRASH_SHARE == CRASH_SHARE / 2 ? LIM_ITEM_CRASH : LIM_ITEM_NOTHING;
    default: return LIM_ITEM_NOTHING;
    }
}

static double part(uint64_t chance) { return ((double)(chance >> 11) + 0.5) / 9007199254740992.0; }

int64_t lim_delay_ns(enum lim_delays delays, uint32_t stall_ms, uint32_t index) {
    switch (delays) {
    case LIM_DELAY_FIXED: return 10000000;
    case LIM_DELAY_LOGNORMAL: {
        // Box and Muller; a median of 8 ms and a tail that has a tenth above 22 ms.
        double normal =
            sqrt(-2 * log(part(scramble(index)))) * cos(2 * M_PI * part(scramble(index + 0x100000000ull)));
        double ms = 8 * exp(0.8 * normal);
        return (int64_t)(1e6 * (ms < 200 ? ms : 200));
    }
    case LIM_DELAY_STALLS: return 1000000 * (int64_t)(index % STALL_SHARE == STALL_SHARE / 3 ? stall_ms : 1);
    default: return 0;
    }
}

bool lim_is_behind_hole(const lim_work *work, uint32_t index) {
    return work->hole_port != 0 && index % HOLE_SHARE == HOLE_SHARE / 2;
}

int64_t lim_wait_ns(const lim_work *work, uint32_t index) {
    switch (lim_item_of(work, index)) {
    case LIM_ITEM_DIALOGUE:
        if (work->kind == LIM_WORK_DNS || work->kind == LIM_WORK_HTTP) return 0;
        return lim_is_behind_hole(work, index) ? 1000000 * (int64_t)work->timeout_ms
                                               : lim_delay_ns(work->delays, work->stall_ms, index);
    case LIM_ITEM_READ: return 1000000 * READ_MS;
    default: return 0;
    }
}

// --- dialogues

static enum lim_step begin_query(const lim_work *work, lim_dialogue *dialogue) {
    unsigned char query[QUERY_SIZE];
    dialogue->id = (uint16_t)scramble((uint64_t)lim_now_ns() ^ dialogue->index);
    uint32_t length = lim_write_query(query, dialogue->id, dialogue->index);
    dialogue->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)work->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (dialogue->fd < 0 || connect(dialogue->fd, (struct sockaddr *)&server, sizeof server) < 0 ||
        send(dialogue->fd, query, length, MSG_NOSIGNAL) != (ssize_t)length)
        return LIM_STEP_DOWN;
    return LIM_STEP_READ;
}

static uint16_t port_of(const lim_work *work, uint32_t index) {
    return (uint16_t)(lim_is_behind_hole(work, index) ? work->hole_port : work->port);
}

enum lim_step lim_dialogue_begin(const lim_work *work, uint32_t index, lim_dialogue *dialogue) {
    dialogue->index = index;
    dialogue->count = 0;
    dialogue->is_asked = work->kind != LIM_WORK_HTTP;
    if (work->kind == LIM_WORK_DNS) return begin_query(work, dialogue);
    dialogue->fd = connect_new(index, port_of(work, index));
    if (dialogue->fd < 0) return LIM_STEP_DOWN;
    // A refusal makes a socket readable too.
    return dialogue->is_asked ? LIM_STEP_READ : LIM_STEP_WRITE;
}

enum lim_step lim_dialogue_again(const lim_work *work, uint32_t index, lim_dialogue *dialogue) {
    dialogue->index = index;
    dialogue->count = 0;
    dialogue->is_asked = work->kind != LIM_WORK_HTTP;
    struct sockaddr_in address = host_address(index, port_of(work, index));
    if (connect(dialogue->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
        return LIM_STEP_DOWN;
    return dialogue->is_asked ? LIM_STEP_READ : LIM_STEP_WRITE;
}

static enum lim_step ask(const lim_work *work, lim_dialogue *dialogue) {
    char request[256];
    if (pending_error(dialogue->fd) != 0) return LIM_STEP_DOWN;
    size_t count = lim_write_request(request, dialogue->index, (uint16_t)work->port);
    if (send(dialogue->fd, request, count, MSG_NOSIGNAL) != (ssize_t)count)
        return errno == EAGAIN ? LIM_STEP_WRITE : LIM_STEP_DOWN;
    dialogue->is_asked = true;
    return LIM_STEP_READ;
}

static enum lim_step judge_answer(const lim_dialogue *dialogue) {
    question question = {.index = dialogue->index, .id = dialogue->id};
    question.length = lim_write_query(question.query, question.id, question.index);
    const unsigned char *answer = (const unsigned char *)dialogue->bytes;
    bool is_ours = dialogue->count >= 12 && answer[0] == question.id >> 8 && answer[1] == (question.id & 255);
    return is_ours && lim_is_right(answer, dialogue->count, &question) ? LIM_STEP_UP : LIM_STEP_DOWN;
}

enum lim_step lim_dialogue_advance(const lim_work *work, lim_dialogue *dialogue) {
    if (!dialogue->is_asked) return ask(work, dialogue);
    ssize_t got =
        recv(dialogue->fd, dialogue->bytes + dialogue->count, sizeof dialogue->bytes - dialogue->count, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return LIM_STEP_READ;
    if (got <= 0) return LIM_STEP_DOWN;
    dialogue->count += (uint32_t)got;
    if (work->kind == LIM_WORK_DNS) return judge_answer(dialogue);
    if (work->kind != LIM_WORK_HTTP) return dialogue->bytes[0] == 'o' ? LIM_STEP_UP : LIM_STEP_DOWN;
    switch (lim_judge_response(dialogue->bytes, dialogue->count)) {
    case NEED_MORE: return dialogue->count < sizeof dialogue->bytes ? LIM_STEP_READ : LIM_STEP_DOWN;
    case UP: return LIM_STEP_UP;
    default: return LIM_STEP_DOWN;
    }
}

void lim_dialogue_end(lim_dialogue *dialogue) {
    if (dialogue->fd >= 0) lim_close(dialogue->fd);
    dialogue->fd = -1;
}

int lim_arm(int epoll, int fd, enum lim_step step, bool is_new) {
    struct epoll_event event = {.events = (uint32_t)step | EPOLLONESHOT, .data.u64 = (uint32_t)fd};
    return epoll_ctl(epoll, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0 ? 0 : -errno;
}

static bool converse(const lim_work *work, uint32_t index) {
    lim_dialogue dialogue;
    int64_t deadline = lim_now_ns() + 1000000 * (int64_t)work->timeout_ms;
    enum lim_step step = lim_dialogue_begin(work, index, &dialogue);
    while (step == LIM_STEP_READ || step == LIM_STEP_WRITE) {
        int64_t left = deadline - lim_now_ns();
        struct pollfd poller = {dialogue.fd, step == LIM_STEP_READ ? POLLIN : POLLOUT, 0};
        int found = left > 0 ? poll(&poller, 1, (int)((left + 999999) / 1000000)) : 0;
        if (found < 0 && errno == EINTR) continue;
        step = found > 0 ? lim_dialogue_advance(work, &dialogue) : LIM_STEP_DOWN;
    }
    lim_dialogue_end(&dialogue);
    return step == LIM_STEP_UP;
}

// --- logs

// Where the answers go, so that no compiler finds out that nobody needs them.
static _Atomic uint64_t answers;

typedef struct {
    uint64_t bytes, urls;
    uint32_t lines, status[1000];
} log_answers;

static const char *hash_until(char mark, const char *at, const char *end, uint64_t *hash) {
    for (; at < end && *at != mark; at++) *hash = (*hash ^ (unsigned char)*at) * 0x100000001b3;
    return at;
}

// `address … "GET /path HTTP/1.1" 200 1234 "referrer" "agent"`: all fields by their hashes, status and bytes counted.
static void read_log_line(const char *line, const char *end, log_answers *to) {
    to->lines++;
    uint64_t hash = 0xcbf29ce484222325;
    const char *at = hash_until('"', line, end, &hash);
    if (at < end) at = hash_until('"', at + 1, end, &hash);
    if (end - at < 7) return;
    hash_until('\n', at, end, &hash);
    unsigned hundreds = at[2] - 48u, tens = at[3] - 48u, ones = at[4] - 48u;
    if (hundreds > 9 || tens > 9 || ones > 9) return;
    to->status[hundreds * 100 + tens * 10 + ones]++;
    to->urls ^= hash;
    uint64_t bytes = 0;
    for (at += 6; at < end && *at - 48u <= 9; at++) bytes = bytes * 10 + (*at - 48u);
    to->bytes += bytes;
}

// The lines that begin in a piece of a file.
static bool read_log(const char *path, uint64_t offset, uint64_t size, uint32_t *lines) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    uint64_t from = offset > 0 ? offset - 1 : 0;
    size_t capacity = (size_t)(offset - from + size + OVERHANG), count = 0;
    char *bytes = malloc(capacity);
    ssize_t got = 1;
    while (bytes != NULL && count < capacity && got > 0) {
        got = pread(file, bytes + count, capacity - count, (off_t)(from + count));
        if (got > 0) count += (size_t)got;
    }
    close(file);
    if (bytes == NULL || got < 0) {
        free(bytes);
        return false;
    }
    log_answers found = {0};
    const char *at = bytes, *end = bytes + count;
    const char *stop = bytes + (offset - from) + size;
    if (offset > 0) {
        const char *first = memchr(at, '\n', count);
        at = first == NULL ? end : first + 1;
    }
    while (at < end && at < stop) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        if (next == NULL) next = end;
        read_log_line(at, next, &found);
        at = next + 1;
    }
    free(bytes);
    for (int i = 0; i < 1000; i++) found.urls += found.status[i] * (uint64_t)i;
    atomic_fetch_add_explicit(&answers, found.urls ^ found.bytes, memory_order_relaxed);
    *lines = found.lines;
    return true;
}

static bool read_item(const lim_work *work, uint32_t index, uint32_t *lines) {
    if (work->kind != LIM_WORK_FILES) {
        uint64_t piece = work->kind == LIM_WORK_MIXED ? index / LOG_SHARE : index;
        return read_log(work->path, piece * work->size, work->size, lines);
    }
    char path[512];
    lim_tree tree = {work->items, 1000, work->size};
    if (lim_tree_path(path, sizeof path, work->path, tree, index) == 0) return false;
    return read_log(path, 0, 2 * (uint64_t)work->size, lines);
}

// --- all of them

static bool block(void) {
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timer < 0) return false;
    struct itimerspec due = {.it_value = {0, READ_MS * 1000000}};
    uint64_t passed;
    bool is_done = timerfd_settime(timer, 0, &due, NULL) == 0 && read(timer, &passed, sizeof passed) == sizeof passed;
    close(timer);
    return is_done;
}

bool lim_perform(const lim_work *work, uint32_t index, uint32_t *value) {
    *value = 0;
    switch (lim_item_of(work, index)) {
    case LIM_ITEM_DIALOGUE: return converse(work, index);
    case LIM_ITEM_LOG: return read_item(work, index, value);
    case LIM_ITEM_READ: return block();
    case LIM_ITEM_CRASH:
        // As whoever takes too much memory is ended; it leaves no core behind.
        kill(getpid(), SIGKILL);
        return false;
    default: return true;
    }
}
