// What a loop runs on: clocks, its thread, epoll and eventfd.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static inline int64_t result(int64_t value) { return value < 0 ? -errno : value; }

// --- clocks and threads

static __thread __attribute__((tls_model("initial-exec"))) const int64_t *own_clock;
void cml_clock_set(const int64_t *clock) { own_clock = clock; }

int64_t cml_now_ns(void) {
    if (__builtin_expect(own_clock != NULL, 0)) return *own_clock;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t cml_asleep_ns(void) {
    if (own_clock) return 0;
    struct timespec with, without;
    clock_gettime(CLOCK_MONOTONIC, &without);
    clock_gettime(CLOCK_BOOTTIME, &with);
    return ((int64_t)with.tv_sec - without.tv_sec) * 1000000000 + with.tv_nsec - without.tv_nsec;
}

double cml_wall_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Read several times a check: the model that needs no call.
static __thread __attribute__((tls_model("initial-exec"))) void *current_loop;
void *cml_loop_get(void) { return current_loop; }
void cml_loop_set(void *loop) { current_loop = loop; }
void cml_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int64_t cml_cpu_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

// --- epoll and eventfd

int cml_epoll_create(void) { return (int)result(epoll_create1(EPOLL_CLOEXEC)); }

int cml_epoll_add(int epoll, int fd, uint32_t events, uint32_t slot) {
    struct epoll_event event = {.events = events, .data.u64 = slot};
    return (int)result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int cml_epoll_remove(int epoll, int fd) { return (int)result(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL)); }

int cml_epoll_wait(int epoll, cml_event *events, int count, int milliseconds) {
    struct epoll_event raw[512];
    if (count > 512) count = 512;
    int found = epoll_wait(epoll, raw, count, milliseconds);
    if (found < 0) return -errno;
    for (int i = 0; i < found; i++) events[i] = (cml_event){raw[i].events, (uint32_t)raw[i].data.u64};
    return found;
}

int cml_eventfd(void) { return (int)result(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

void cml_eventfd_signal(int fd) {
    uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void cml_eventfd_drain(int fd) {
    uint64_t value;
    while (read(fd, &value, sizeof value) < 0 && errno == EINTR) {}
}
