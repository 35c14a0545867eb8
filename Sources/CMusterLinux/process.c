// The process: its limits, signals, standard descriptors and what else the system says of it.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

int64_t cml_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

int64_t cml_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max > 1048576 ? 1048576 : limit.rlim_max;
        if (limit.rlim_cur > before) setrlimit(RLIMIT_NOFILE, &limit);
    }
    return cml_descriptor_limit();
}

int cml_terminal_width(int fd) {
    struct winsize size;
    if (!isatty(fd)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

int cml_terminal_height(int fd) {
    struct winsize size;
    if (!isatty(fd)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0) return 24;
    return size.ws_row;
}

static volatile int interrupt_fd = -1;
static volatile sig_atomic_t interrupts;

static void on_interrupt(int number) {
    int saved = errno;
    if (interrupts == 0) {
        interrupts = 1;
        cml_eventfd_signal(interrupt_fd);
    } else if (number != SIGHUP) {
        // A terminal that goes away sends SIGHUP, and then so does its shell: nobody means to end us by that.
        signal(number, SIG_DFL);
        raise(number);
    }
    errno = saved;
}

int cml_catch_interrupts(void) {
    int fd = cml_eventfd();
    if (fd < 0) return fd;
    interrupt_fd = fd;
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // Who starts us with nohup(1) wants us to outlive the terminal.
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) < 0 || before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL);
    return fd;
}

int cml_is_interrupted(void) { return interrupts != 0; }

void cml_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

void cml_ignore_interrupts(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

int cml_hold_standard_descriptors(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) continue;
        // The wrong way round: using it stays the fault that it is.
        int opened = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
        if (opened != fd) return opened < 0 ? -errno : -EBADF;
    }
    return 0;
}

int cml_core_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

void cml_random(void *bytes, size_t count) {
    size_t filled = 0;
    while (filled < count) {
        ssize_t got = getrandom((char *)bytes + filled, count - filled, 0);
        if (got > 0) filled += (size_t)got;
    }
}

size_t cml_error_text(int error, void *text, size_t capacity) {
    char buffer[256];
    const char *reason = strerror_r(error, buffer, sizeof buffer);
    size_t length = strlen(reason);
    if (length > capacity) length = capacity;
    memcpy(text, reason, length);
    return length;
}

// --- room to run in

static void *pause_at(void *gate) {
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

int cml_try_threads(int count, size_t bytes) {
    enum { MOST = 64 };
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[MOST];
    int started = 0, error = 0;
    pthread_mutex_lock(&gate);
    while (started < count && started < MOST && error == 0) {
        error = pthread_create(&threads[started], NULL, pause_at, &gate);
        if (error == 0) started++;
    }
    if (error == 0) {
        void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room == MAP_FAILED) error = ENOMEM;
        else munmap(room, bytes);
    }
    pthread_mutex_unlock(&gate);
    for (int index = 0; index < started; index++) pthread_join(threads[index], NULL);
    return error;
}

int64_t cml_address_space_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
    return limit.rlim_cur > INT64_MAX ? -1 : (int64_t)limit.rlim_cur;
}

void cml_share_arenas(void) { mallopt(M_ARENA_MAX, 1); }
