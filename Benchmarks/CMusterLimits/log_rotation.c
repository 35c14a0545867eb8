// What rotating a tree of logs takes and nothing else: names, new logs, deflate and synchronizing. No configuration, no
// state, no journal; what was written is not read again.
#define _GNU_SOURCE 1
#include "CMusterLimits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { PORTION = 128, INPUT_BYTES = 64 << 10, OUTPUT_BYTES = 64 << 10, NAME_BYTES = 288, LEVEL = 6 };

// --- what there is

typedef struct {
    int fd;
    uint32_t count;
    char **names;
} directory;

typedef struct {
    directory *directories;
    uint32_t count;
} tree;

static bool is_log(const char *name) {
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".log") == 0;
}

// Room for one more, doubled at powers of two.
static void *grow(void *items, uint32_t count, size_t size) {
    if ((count & (count - 1)) != 0) return items;
    return realloc(items, (count == 0 ? 1 : (size_t)count * 2) * size);
}

// The names of all logs in it. The descriptor stays open.
static int list_logs(directory *to, int fd) {
    *to = (directory){.fd = fd};
    // The stream closes the descriptor that it has.
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    DIR *stream = own < 0 ? NULL : fdopendir(own);
    if (stream == NULL) return -errno;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (!is_log(entry->d_name)) continue;
        to->names = grow(to->names, to->count, sizeof to->names[0]);
        to->names[to->count++] = strdup(entry->d_name);
    }
    closedir(stream);
    return 0;
}

static int open_tree(tree *tree, const char *folder) {
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return -errno;
    DIR *stream = fdopendir(root);
    if (stream == NULL) {
        int error = errno;
        close(root);
        return -error;
    }
    int outcome = 0;
    for (struct dirent *entry; outcome == 0 && (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        int fd = openat(root, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) {
            outcome = -errno;
            break;
        }
        tree->directories = grow(tree->directories, tree->count, sizeof tree->directories[0]);
        outcome = list_logs(&tree->directories[tree->count++], fd);
    }
    closedir(stream);
    return outcome;
}

static void close_tree(tree *tree) {
    for (uint32_t place = 0; place < tree->count; place++) {
        directory *directory = &tree->directories[place];
        for (uint32_t name = 0; name < directory->count; name++) free(directory->names[name]);
        free(directory->names);
        close(directory->fd);
    }
    free(tree->directories);
}

// --- one log

// What a thread works with.
typedef struct {
    z_stream stream;
    uint8_t input[INPUT_BYTES], output[OUTPUT_BYTES];
} tools;

// Mode and owner of the log, which the files that come of it have too.
typedef struct {
    mode_t mode;
    uid_t user;
    gid_t group;
} facts;

static int make_file(int fd, const char *name, facts facts) {
    int file = openat(fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return -errno;
    if (fchown(file, facts.user, facts.group) == 0 && fchmod(file, facts.mode) == 0) return file;
    int error = errno;
    close(file);
    return -error;
}

// The log becomes name.1 and a new one takes its place.
static int renew(int fd, const char *name, facts *facts) {
    struct stat status;
    if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    if (!S_ISREG(status.st_mode)) return -EINVAL;
    facts->mode = status.st_mode & 07777;
    facts->user = status.st_uid;
    facts->group = status.st_gid;
    char rotated[NAME_BYTES], fresh[NAME_BYTES];
    snprintf(rotated, sizeof rotated, "%s.1", name);
    snprintf(fresh, sizeof fresh, ".%s.new", name);
    if (renameat2(fd, name, fd, rotated, RENAME_NOREPLACE) < 0) return -errno;
    // Under another name until its owner and mode are right.
    int log = make_file(fd, fresh, *facts);
    if (log < 0) return log;
    close(log);
    return renameat2(fd, fresh, fd, name, RENAME_NOREPLACE) < 0 ? -errno : 0;
}

static int write_all(int file, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written < 0) return -errno;
        bytes += written;
        count -= (size_t)written;
    }
    return 0;
}

// Deflates what the one file holds into the other, and waits until it is on the device.
static int deflate_file(tools *tools, int input, int output) {
    z_stream *stream = &tools->stream;
    if (deflateReset(stream) != Z_OK) return -EINVAL;
    for (int outcome = Z_OK; outcome != Z_STREAM_END;) {
        ssize_t got = read(input, tools->input, INPUT_BYTES);
        if (got < 0) return -errno;
        stream->next_in = tools->input;
        stream->avail_in = (unsigned)got;
        do {
            stream->next_out = tools->output;
            stream->avail_out = OUTPUT_BYTES;
            outcome = deflate(stream, got == 0 ? Z_FINISH : Z_NO_FLUSH);
            int written = write_all(output, tools->output, OUTPUT_BYTES - stream->avail_out);
            if (written < 0) return written;
        } while (stream->avail_out == 0);
    }
    return fsync(output) < 0 ? -errno : 0;
}

// name.1 becomes name.1.gz as well, under another name until it is whole.
static int compress_log(tools *tools, int fd, const char *name, facts facts) {
    char rotated[NAME_BYTES], part[NAME_BYTES], whole[NAME_BYTES];
    snprintf(rotated, sizeof rotated, "%s.1", name);
    snprintf(part, sizeof part, ".%s.part", name);
    snprintf(whole, sizeof whole, "%s.1.gz", name);
    int input = openat(fd, rotated, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (input < 0) return -errno;
    int output = make_file(fd, part, facts);
    int outcome = output < 0 ? output : deflate_file(tools, input, output);
    close(input);
    if (output >= 0) close(output);
    if (outcome == 0 && renameat2(fd, part, fd, whole, RENAME_NOREPLACE) < 0) outcome = -errno;
    return outcome;
}

static int drop_plain(int fd, const char *name) {
    char rotated[NAME_BYTES];
    snprintf(rotated, sizeof rotated, "%s.1", name);
    return unlinkat(fd, rotated, 0) < 0 ? -errno : 0;
}

// --- all logs, a portion at a time: its directory is synchronized after each of three passes

static int rotate_portion(tools *tools, const directory *directory, uint32_t first) {
    facts facts[PORTION];
    uint32_t count = directory->count - first < PORTION ? directory->count - first : PORTION;
    char **names = directory->names + first;
    int fd = directory->fd, outcome = 0;
    for (uint32_t i = 0; outcome == 0 && i < count; i++) outcome = renew(fd, names[i], &facts[i]);
    if (outcome == 0 && fsync(fd) < 0) outcome = -errno;
    for (uint32_t i = 0; outcome == 0 && i < count; i++) outcome = compress_log(tools, fd, names[i], facts[i]);
    if (outcome == 0 && fsync(fd) < 0) outcome = -errno;
    for (uint32_t i = 0; outcome == 0 && i < count; i++) outcome = drop_plain(fd, names[i]);
    if (outcome == 0 && fsync(fd) < 0) outcome = -errno;
    return outcome;
}

typedef struct {
    const tree *tree;
    pthread_mutex_t lock;
    // Where the next portion begins.
    uint32_t place, first;
    atomic_int error;
} work;

// The next portion; NULL where there is none, or where one has failed.
static const directory *claim(work *work, uint32_t *first) {
    const directory *claimed = NULL;
    pthread_mutex_lock(&work->lock);
    while (work->place < work->tree->count && work->first >= work->tree->directories[work->place].count) {
        work->place++;
        work->first = 0;
    }
    if (work->place < work->tree->count && atomic_load(&work->error) == 0) {
        claimed = &work->tree->directories[work->place];
        *first = work->first;
        work->first += PORTION;
    }
    pthread_mutex_unlock(&work->lock);
    return claimed;
}

static void *rotate_portions(void *argument) {
    work *work = argument;
    tools *tools = calloc(1, sizeof *tools);
    // 16: with gzip's head and end.
    if (tools == NULL || deflateInit2(&tools->stream, LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        atomic_store(&work->error, -ENOMEM);
        free(tools);
        return NULL;
    }
    uint32_t first;
    for (const directory *directory; (directory = claim(work, &first)) != NULL;) {
        int outcome = rotate_portion(tools, directory, first);
        if (outcome < 0) atomic_store(&work->error, outcome);
    }
    deflateEnd(&tools->stream);
    free(tools);
    return NULL;
}

static int rotate_all(const tree *tree, int threads) {
    work work = {.tree = tree, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t others[64];
    int started = 0;
    while (started < threads - 1 && started < 64) {
        if (pthread_create(&others[started], NULL, rotate_portions, &work) != 0) break;
        started++;
    }
    rotate_portions(&work);
    for (int i = 0; i < started; i++) pthread_join(others[i], NULL);
    return atomic_load(&work.error);
}

int lim_rotate_tree(const char *folder, int threads, lim_usage *usage) {
    int64_t started = lim_now_ns(), worked = lim_cpu_ns();
    tree tree = {.count = 0};
    int outcome = open_tree(&tree, folder);
    if (outcome == 0) outcome = rotate_all(&tree, threads);
    close_tree(&tree);
    *usage = (lim_usage){.cpu_ns = lim_cpu_ns() - worked, .wall_ns = lim_now_ns() - started};
    return outcome;
}

int lim_stat_tree(const char *folder, lim_usage *usage) {
    int64_t started = lim_now_ns(), worked = lim_cpu_ns();
    tree tree = {.count = 0};
    int outcome = open_tree(&tree, folder), count = 0;
    for (uint32_t place = 0; outcome == 0 && place < tree.count; place++) {
        const directory *directory = &tree.directories[place];
        for (uint32_t name = 0; outcome == 0 && name < directory->count; name++, count++) {
            struct stat status;
            if (fstatat(directory->fd, directory->names[name], &status, AT_SYMLINK_NOFOLLOW) < 0) outcome = -errno;
        }
    }
    close_tree(&tree);
    *usage = (lim_usage){.cpu_ns = lim_cpu_ns() - worked, .wall_ns = lim_now_ns() - started};
    return outcome < 0 ? outcome : count;
}
