// Processes: a pool that is fed over pipes, and one for each item.
#include "clients.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>

// --- a pool

typedef struct {
    pid_t process;
    int input, output;
    uint32_t index;
    bool is_busy;
} worker;

typedef struct {
    uint32_t index, value, is_up;
} reply;

static void serve(const lim_work *work) {
    uint32_t index;
    while (read(0, &index, sizeof index) == sizeof index) {
        reply reply = {.index = index};
        reply.is_up = lim_perform(work, index, &reply.value);
        if (write(1, &reply, sizeof reply) != sizeof reply) break;
    }
    _exit(0);
}

static int start(const lim_record *record, int epoll, worker *worker, uint32_t slot) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0) return -errno;
    if (pipe2(out, O_CLOEXEC) < 0) return -errno;
    worker->process = fork();
    if (worker->process < 0) return -errno;
    if (worker->process == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        // The pipes of the others too, or those would never hear of their end.
        syscall(SYS_close_range, 3u, ~0u, 0u);
        serve(&record->work);
    }
    close(in[0]);
    close(out[1]);
    worker->input = in[1];
    worker->output = out[0];
    fcntl(worker->output, F_SETFL, O_NONBLOCK);
    return watch(epoll, worker->output, EPOLLIN, slot) < 0 ? -errno : 0;
}

static void feed(lim_record *record, worker *worker, uint32_t *next) {
    worker->is_busy = *next < record->work.items;
    if (!worker->is_busy) return;
    worker->index = (*next)++;
    lim_item_begin(record, worker->index);
    // One that has died meanwhile shows at its other pipe.
    if (write(worker->input, &worker->index, sizeof worker->index) < 0) return;
}

static void stop(worker *worker, int epoll) {
    // By hand: as long as another worker has not got so far as to close its copy, a close alone would leave it there.
    epoll_ctl(epoll, EPOLL_CTL_DEL, worker->output, NULL);
    close(worker->input);
    close(worker->output);
    waitpid(worker->process, NULL, 0);
    worker->process = 0;
}

enum news { NOTHING_NEW, ANSWERED, DIED };

// Takes what a worker has to say.
static enum news take_reply(lim_record *record, worker *worker) {
    reply reply;
    ssize_t got = read(worker->output, &reply, sizeof reply);
    if (got < 0 && errno == EAGAIN) return NOTHING_NEW;
    if (got != sizeof reply || reply.index >= record->work.items) return DIED;
    lim_item_end(record, reply.index, reply.is_up, reply.value);
    return ANSWERED;
}

int lim_run_process_pool(lim_record *record) {
    uint32_t count = record->work.window < record->work.items ? record->work.window : record->work.items;
    int epoll = epoll_create1(EPOLL_CLOEXEC), outcome = 0;
    worker *workers = calloc(count, sizeof *workers);
    uint32_t next = 0, busy = 0;
    signal(SIGPIPE, SIG_IGN);
    for (uint32_t slot = 0; slot < count && outcome == 0; slot++) {
        outcome = start(record, epoll, &workers[slot], slot);
        if (outcome < 0) break;
        feed(record, &workers[slot], &next);
        busy += workers[slot].is_busy;
    }
    struct epoll_event events[EVENTS];
    while (busy > 0 && outcome == 0) {
        int found = epoll_wait(epoll, events, EVENTS, PATIENCE_MS);
        if (found == 0) outcome = -ETIMEDOUT;
        for (int i = 0; i < found && outcome == 0; i++) {
            uint32_t slot = (uint32_t)events[i].data.u64;
            worker *worker = &workers[slot];
            enum news news = take_reply(record, worker);
            if (news == NOTHING_NEW) continue;
            if (news == DIED) {
                // Its item is lost, the others are not: another one takes its place.
                stop(worker, epoll);
                if (next < record->work.items) outcome = start(record, epoll, worker, slot);
                if (outcome < 0 || worker->process <= 0) {
                    busy--;
                    continue;
                }
            }
            feed(record, worker, &next);
            busy -= !worker->is_busy;
        }
    }
    for (uint32_t slot = 0; slot < count; slot++) if (workers[slot].process > 0) stop(&workers[slot], epoll);
    close(epoll);
    free(workers);
    return outcome;
}

// --- a process for each item

extern char **environ;

typedef struct {
    pid_t process;
    uint32_t index;
} item_process;

static int launch(const char *const *arguments, item_process *place) {
    const char *vector[16];
    char number[16];
    size_t count = 0;
    while (count < 14 && arguments[count] != NULL) {
        vector[count] = arguments[count];
        count++;
    }
    snprintf(number, sizeof number, "%u", place->index);
    vector[count] = number;
    vector[count + 1] = NULL;
    return -posix_spawn(&place->process, vector[0], NULL, NULL, (char *const *)vector, environ);
}

// Waits for one of them to end and notes how; its place.
static item_process *collect(lim_record *record, item_process *places, uint32_t window) {
    int status;
    pid_t ended;
    do ended = waitpid(-1, &status, 0);
    while (ended < 0 && errno == EINTR);
    for (uint32_t i = 0; i < window; i++) {
        if (places[i].process != ended) continue;
        if (WIFEXITED(status)) {
            uint32_t value = lim_record_entry(record, places[i].index)->value;
            lim_item_end(record, places[i].index, WEXITSTATUS(status) == 0, value);
        }
        places[i].process = 0;
        return &places[i];
    }
    return NULL;
}

int lim_run_processes(lim_record *record, const char *const *arguments) {
    uint32_t window = record->work.window, next = 0, running = 0;
    item_process *places = calloc(window, sizeof *places);
    int outcome = 0;
    while (outcome == 0 && (next < record->work.items || running > 0)) {
        for (uint32_t i = 0; i < window && next < record->work.items && running < window && outcome == 0; i++) {
            if (places[i].process != 0) continue;
            places[i].index = next++;
            lim_item_begin(record, places[i].index);
            outcome = launch(arguments, &places[i]);
            if (outcome == 0) running++;
        }
        if (running == 0) break;
        if (collect(record, places, window) == NULL) break;
        running--;
    }
    while (running > 0 && collect(record, places, window) != NULL) running--;
    free(places);
    return outcome;
}
