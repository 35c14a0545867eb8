// Looks at a process, and at those that it started, while it works.
#include "CMusterLimits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 4096, TEXT = 4096 };

// A small file of /proc as text; empty where it has gone.
static size_t read_text(const char *path, char *text) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? 0 : read(file, text, TEXT - 1);
    if (file >= 0) close(file);
    if (got < 0) got = 0;
    text[got] = 0;
    return (size_t)got;
}

static int64_t proportional_bytes(int process) {
    char path[64], text[TEXT];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", process);
    read_text(path, text);
    const char *line = strstr(text, "\nPss:");
    return line == NULL ? 0 : 1024 * strtoll(line + 5, NULL, 10);
}

// The 18th value after the name, which may hold anything.
static int thread_count(int process) {
    char path[64], text[TEXT];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    read_text(path, text);
    const char *at = strrchr(text, ')');
    for (int i = 0; at != NULL && i < 18; i++) at = strchr(at + 1, ' ');
    return at == NULL ? 0 : atoi(at + 1);
}

static int descriptor_count(int process) {
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/fd", process);
    // Since Linux 6.2 the size is their number.
    if (stat(path, &status) == 0 && status.st_size > 0) return (int)status.st_size;
    DIR *directory = opendir(path);
    if (directory == NULL) return 0;
    int count = 0;
    while (readdir(directory) != NULL) count++;
    closedir(directory);
    return count > 2 ? count - 2 : 0;
}

// Appends the processes that one started.
static int add_children(int process, int *list, int count) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *threads = opendir(path);
    if (threads == NULL) return count;
    const struct dirent *entry;
    while ((entry = readdir(threads)) != NULL) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", process, entry->d_name);
        // As many as there are: more than one reading gives.
        FILE *children = fopen(path, "re");
        if (children == NULL) continue;
        while (count < PROCESSES && fscanf(children, "%d", &list[count]) == 1) count++;
        fclose(children);
    }
    closedir(threads);
    return count;
}

static void look(int process, bool follows, bool others, lim_sight *sight) {
    static int list[PROCESSES];
    int count = 1;
    list[0] = process;
    if (follows) for (int i = 0; i < count; i++) count = add_children(list[i], list, count);
    lim_sight now = {0};
    for (int i = others ? 1 : 0; i < count; i++) {
        now.memory += proportional_bytes(list[i]);
        // Its lifeline is the suite's, not the model's.
        now.threads += thread_count(list[i]) - (i == 0);
        now.descriptors += descriptor_count(list[i]);
    }
    if (now.memory > sight->memory) sight->memory = now.memory;
    if (now.threads > sight->threads) sight->threads = now.threads;
    if (now.descriptors > sight->descriptors) sight->descriptors = now.descriptors;
    sight->looks++;
}

// Often at first, for what is short, then every 8 ms; never so often that looking takes more than a twentieth of the time.
int lim_observe(int process, bool follows, bool others, int seconds, lim_sight *sight, lim_usage *usage) {
    *sight = (lim_sight){0};
    int64_t started = lim_now_ns(), next_look = started;
    int handle = (int)syscall(SYS_pidfd_open, process, 0);
    bool is_forced = false;
    while (handle >= 0) {
        int64_t pause = (next_look - lim_now_ns() + 999999) / 1000000;
        struct pollfd poller = {handle, POLLIN, 0};
        int found = poll(&poller, 1, (int)(pause < 1 ? 1 : pause < 200 ? pause : 200));
        if (found < 0 && errno == EINTR) continue;
        if (found != 0) break;
        int64_t before = lim_now_ns();
        if (!is_forced && before - started > seconds * 1000000000ll) {
            is_forced = true;
            kill(-process, SIGKILL);
            kill(process, SIGKILL);
        }
        if (before < next_look) continue;
        look(process, follows, others, sight);
        int64_t after = lim_now_ns();
        next_look = after + 20 * (after - before) + (sight->looks < 30 ? 1000000 : 8000000);
    }
    if (handle >= 0) close(handle);
    int outcome = lim_collect(process, usage);
    usage->wall_ns = lim_now_ns() - started;
    kill(-process, SIGKILL);
    return is_forced ? -ETIMEDOUT : outcome;
}

static void *watch_input(void *unused) {
    char byte;
    ssize_t got;
    do got = read(0, &byte, 1);
    while (got > 0 || (got < 0 && errno == EINTR));
    kill(0, SIGKILL);
    return unused;
}

void lim_lead_group(int seconds) {
    pthread_t thread;
    setpgid(0, 0);
    alarm((unsigned)seconds);
    pthread_create(&thread, NULL, watch_input, NULL);
}
