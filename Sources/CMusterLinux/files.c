// Reading files, pipes and what programs make of them.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// --- files

int cml_file_open(const char *path) {
    int fd;
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : fd;
}

static void note_facts(const struct stat *status, cml_file_facts *facts) {
    facts->device = status->st_dev;
    facts->inode = status->st_ino;
    facts->size = status->st_size;
    facts->links = status->st_nlink;
    facts->modified = status->st_mtime;
    facts->kind = S_ISREG(status->st_mode)   ? CML_KIND_REGULAR
                  : S_ISDIR(status->st_mode) ? CML_KIND_DIRECTORY
                                             : CML_KIND_STREAM;
}

int cml_file_facts_of(int fd, cml_file_facts *facts) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    note_facts(&status, facts);
    return 0;
}

int cml_path_facts(const char *path, cml_file_facts *facts) {
    struct stat status;
    if (stat(path, &status) < 0) return -errno;
    note_facts(&status, facts);
    return 0;
}

void cml_file_sequential(int fd) { posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL); }

int64_t cml_file_read_at(int fd, void *bytes, size_t count, int64_t offset) {
    size_t filled = 0;
    while (filled < count) {
        ssize_t got = pread(fd, (char *)bytes + filled, count - filled, offset + (int64_t)filled);
        if (got == 0) break;
        if (got < 0 && errno != EINTR) return -errno;
        if (got > 0) filled += (size_t)got;
    }
    return (int64_t)filled;
}

int64_t cml_file_next_data(int fd, int64_t offset) {
    off_t next = lseek(fd, offset, SEEK_DATA);
    if (next >= 0) return next;
    // A file system that knows no holes.
    return errno == EINVAL || errno == ENOTSUP ? offset : -errno;
}

int64_t cml_file_holes(int fd, int64_t size, int64_t least, int most) {
    int64_t at = 0, holes = 0;
    for (; at < size && most > 0; most--) {
        off_t data = lseek(fd, at, SEEK_DATA);
        // Nothing follows.
        if (data < 0 && errno == ENXIO) break;
        if (data < 0) return errno == EINVAL || errno == ENOTSUP ? 0 : -errno;
        if (data >= size) break;
        if (data - at > least) holes += data - at - least;
        at = lseek(fd, data, SEEK_HOLE);
        // It was cut meanwhile.
        if (at < 0) return errno == ENXIO ? holes : -errno;
    }
    return size - at > least ? holes + size - at - least : holes;
}

int64_t cml_file_read(int fd, void *bytes, size_t count) {
    ssize_t got;
    do {
        got = read(fd, bytes, count);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int64_t cml_file_position(int fd) {
    off_t position = lseek(fd, 0, SEEK_CUR);
    return position < 0 ? -errno : position;
}

int cml_wait_readable(int first, int second, int milliseconds) {
    struct pollfd polled[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
    int found = poll(polled, 2, milliseconds);
    if (found < 0) return errno == EINTR ? 0 : -errno;
    return (polled[0].revents != 0) | (polled[1].revents != 0) << 1;
}

// --- programs

// A pipe whose ends are none of the three standard descriptors, so that putting them there overwrites none.
static int high_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    for (int i = 0; i < 2; i++) {
        if (ends[i] > 2) continue;
        int high = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
        int error = errno;
        close(ends[i]);
        if (high < 0) {
            close(ends[1 - i]);
            return -error;
        }
        ends[i] = high;
    }
    return 0;
}

// As if from a shell: no signal is blocked or ignored, and the terminal's Ctrl-C is left to us.
static int spawn(const char *program, char *const *arguments, int input, int output, int error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = 0;
    int outcome = posix_spawn_file_actions_init(&actions);
    if (outcome != 0) return -outcome;
    outcome = posix_spawnattr_init(&attributes);
    if (outcome != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -outcome;
    }
    sigset_t none, normal;
    sigemptyset(&none);
    sigemptyset(&normal);
    sigaddset(&normal, SIGPIPE);
    sigaddset(&normal, SIGINT);
    sigaddset(&normal, SIGTERM);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &normal);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, error, 2);
    outcome = posix_spawn(&child, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return outcome != 0 ? -outcome : child;
}

int cml_spawn_filter(const char *program, char *const *arguments, int input, int *output, int *error) {
    int data[2], complaint[2];
    int outcome = high_pipe(data);
    if (outcome < 0) return outcome;
    outcome = high_pipe(complaint);
    if (outcome < 0) {
        close(data[0]);
        close(data[1]);
        return outcome;
    }
    // Fewer changes between the two processes; a smaller pipe does as well.
    fcntl(data[0], F_SETPIPE_SZ, 1 << 20);
    fcntl(data[0], F_SETFL, O_NONBLOCK);
    fcntl(complaint[0], F_SETFL, O_NONBLOCK);
    outcome = spawn(program, arguments, input, data[1], complaint[1]);
    close(data[1]);
    close(complaint[1]);
    if (outcome < 0) {
        close(data[0]);
        close(complaint[0]);
        return outcome;
    }
    *output = data[0];
    *error = complaint[0];
    return outcome;
}

int cml_child_ended(int child, int *status) {
    int raw;
    pid_t found = waitpid(child, &raw, WNOHANG);
    if (found < 0) return errno == EINTR ? 0 : -errno;
    if (found == 0) return 0;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw);
    return 1;
}

void cml_child_end(int child) {
    kill(child, SIGKILL);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
}
