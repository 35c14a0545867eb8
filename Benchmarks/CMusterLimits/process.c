#define _GNU_SOURCE 1
#include "CMusterLimits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_ns(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t lim_now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
int64_t lim_cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

// --- cores

// What the process was allowed to begin with, before anybody pinned it.
static cpu_set_t allowed;

__attribute__((constructor)) static void note_allowed(void) { sched_getaffinity(0, sizeof allowed, &allowed); }

int lim_core(int position) {
    int found = -1;
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, &allowed)) continue;
        found = core;
        if (position == 0) break;
    }
    return found;
}

int lim_core_count(void) { return CPU_COUNT(&allowed); }

int lim_pin(int core) {
    if (core < 0) return 0;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -errno : 0;
}

// --- interruptions

static volatile sig_atomic_t is_interrupted;

static void note_interruption(int number) {
    (void)number;
    is_interrupted = 1;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

void lim_catch_interruptions(void) {
    // Who reads the tables may leave early; the files are written all the same.
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action = {.sa_handler = note_interruption, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

bool lim_is_interrupted(void) { return is_interrupted != 0; }

// A server that other programs push aside drops connections, which then cost a second each. Best effort.
void lim_hurry(void) { setpriority(PRIO_PROCESS, 0, -10); }

int64_t lim_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return (int64_t)limit.rlim_cur;
}

double lim_load_average(void) {
    double load = 0;
    return getloadavg(&load, 1) == 1 ? load : 0;
}

size_t lim_iso_date(char *text, size_t capacity) {
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    return strftime(text, capacity, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

// --- what a run holds and leaves

int64_t lim_resident_kb(bool anonymous) {
    long size, resident, shared;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    int found = fscanf(file, "%ld %ld %ld", &size, &resident, &shared);
    fclose(file);
    if (found != 3) return 0;
    return (int64_t)(anonymous ? resident - shared : resident) * (sysconf(_SC_PAGESIZE) / 1024);
}

int lim_descriptor_count(void) {
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL) return 0;
    int count = 0;
    while (readdir(directory) != NULL) count++;
    closedir(directory);
    // Both dots and the directory's own.
    return count - 3;
}

int lim_time_waits(uint16_t port) {
    FILE *file = fopen("/proc/net/tcp", "re");
    if (file == NULL) return 0;
    char line[512];
    int count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned local, remote, state;
        if (sscanf(line, "%*d: %*x:%x %*x:%x %x", &local, &remote, &state) != 3) continue;
        if (state == 6 && (local == port || remote == port)) count++;
    }
    fclose(file);
    return count;
}

size_t lim_program_directory(char *text, size_t capacity) {
    ssize_t length = readlink("/proc/self/exe", text, capacity);
    while (length > 0 && text[length - 1] != '/') length--;
    return length > 1 ? (size_t)length - 1 : 0;
}

// --- children

static void drop_stream(int stream, int flags) {
    int fd = open("/dev/null", flags);
    dup2(fd, stream);
}

int lim_spawn(const char *const *arguments, int core, int *input, int *output, bool quiet) {
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    if (input != NULL && pipe2(in, O_CLOEXEC) < 0) return -errno;
    if (output != NULL && pipe2(out, O_CLOEXEC) < 0) return -errno;
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child == 0) {
        // Only what is safe after a fork of a threaded process.
        if (input != NULL) dup2(in[0], 0); else drop_stream(0, O_RDONLY);
        if (output != NULL) dup2(out[1], 1); else drop_stream(1, O_WRONLY);
        if (quiet) drop_stream(2, O_WRONLY);
        signal(SIGPIPE, SIG_DFL);
        if (core >= 0) lim_pin(core); else sched_setaffinity(0, sizeof allowed, &allowed);
        execvp(arguments[0], (char *const *)arguments);
        _exit(127);
    }
    if (input != NULL) {
        close(in[0]);
        *input = in[1];
    }
    if (output != NULL) {
        close(out[1]);
        *output = out[0];
    }
    return child;
}

int lim_collect(int process, lim_usage *usage) {
    struct rusage resources;
    int status;
    pid_t ended;
    do ended = wait4(process, &status, 0, &resources);
    while (ended < 0 && errno == EINTR);
    if (ended < 0) return -errno;
    usage->cpu_ns = ((int64_t)resources.ru_utime.tv_sec + resources.ru_stime.tv_sec) * 1000000000 +
                    ((int64_t)resources.ru_utime.tv_usec + resources.ru_stime.tv_usec) * 1000;
    usage->peak_kb = resources.ru_maxrss;
    usage->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

int lim_run(const char *const *arguments, int core, lim_usage *usage) {
    int64_t started = lim_now_ns();
    int process = lim_spawn(arguments, core, NULL, NULL, true);
    if (process < 0) return process;
    int outcome = lim_collect(process, usage);
    usage->wall_ns = lim_now_ns() - started;
    return outcome;
}

int lim_run_tcp(uint16_t port, uint32_t count, uint32_t window, lim_usage *usage) {
    int64_t started = lim_now_ns();
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child == 0) _exit(lim_check_tcp(port, count, window, false).failed == 0 ? 0 : 1);
    int outcome = lim_collect(child, usage);
    usage->wall_ns = lim_now_ns() - started;
    return outcome;
}
