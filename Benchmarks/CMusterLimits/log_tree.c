// A tree of logs to rotate, the same for the same source, and whether it was rotated right.
#define _GNU_SOURCE 1
#include "CMusterLimits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

// --- the source, in pieces that end with a line

typedef struct {
    const char *bytes;
    size_t count;
} text;

static int map_source(text *source, const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    struct stat status;
    int outcome = fstat(file, &status) < 0 ? -errno : 0;
    if (outcome == 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
        if (bytes == MAP_FAILED) outcome = -errno;
        *source = (text){bytes, (size_t)status.st_size};
    }
    close(file);
    return outcome;
}

// Where the first line begins that does so at this place or after it.
static size_t line_start(text source, size_t place) {
    if (place == 0) return 0;
    if (place > source.count) return source.count;
    const char *end = memchr(source.bytes + place - 1, '\n', source.count - place + 1);
    return end == NULL ? source.count : (size_t)(end - source.bytes) + 1;
}

static text piece(text source, lim_tree tree, uint32_t log) {
    size_t start = line_start(source, (size_t)log * tree.size);
    size_t end = line_start(source, ((size_t)log + 1) * tree.size);
    return (text){source.bytes + start, end - start};
}

// --- names

size_t lim_tree_path(char *path, size_t capacity, const char *folder, lim_tree tree, uint32_t log) {
    int length = snprintf(
        path, capacity, "%s/service-%03u/access-%05u.log", folder, log / tree.per_directory, log % tree.per_directory);
    return length > 0 && (size_t)length < capacity ? (size_t)length : 0;
}

static uint32_t directory_count(lim_tree tree) { return (tree.files + tree.per_directory - 1) / tree.per_directory; }

static int directory_path(char *path, size_t capacity, const char *folder, uint32_t place) {
    return snprintf(path, capacity, "%s/service-%03u", folder, place) < (int)capacity ? 0 : -ENAMETOOLONG;
}

// --- making it

static int write_log(const char *path, text text) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (file < 0) return -errno;
    ssize_t written = write(file, text.bytes, text.count);
    int outcome = written < 0 ? -errno : (size_t)written < text.count ? -ENOSPC : 0;
    close(file);
    return outcome;
}

int lim_plant_tree(const char *folder, const char *source, lim_tree tree) {
    text all;
    int outcome = map_source(&all, source);
    if (outcome < 0) return outcome;
    char path[4096];
    if (mkdir(folder, 0755) < 0) outcome = -errno;
    for (uint32_t place = 0; outcome == 0 && place < directory_count(tree); place++) {
        outcome = directory_path(path, sizeof path, folder, place);
        if (outcome == 0 && mkdir(path, 0755) < 0) outcome = -errno;
    }
    for (uint32_t log = 0; outcome == 0 && log < tree.files; log++) {
        outcome = lim_tree_path(path, sizeof path, folder, tree, log) == 0 ? -ENAMETOOLONG
                                                                           : write_log(path, piece(all, tree, log));
    }
    munmap((void *)all.bytes, all.count);
    if (outcome < 0) return outcome;
    // What is still to be written is nobody's work but ours.
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return -errno;
    if (syncfs(root) < 0) outcome = -errno;
    close(root);
    return outcome;
}

// --- looking at it

// Whether a file has this size.
static bool has_size(const char *path, size_t size) {
    struct stat status;
    return lstat(path, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size == size;
}

// Whether a gzip file holds this text and nothing after it.
static bool holds(const char *path, text text, char *room, size_t capacity) {
    gzFile file = gzopen(path, "rbe");
    if (file == NULL) return false;
    int got = gzread(file, room, (unsigned)capacity);
    // A file that ends too early is told of by gzclose only.
    bool is_whole = gzclose(file) == Z_OK;
    return is_whole && got >= 0 && (size_t)got == text.count && memcmp(room, text.bytes, text.count) == 0;
}

static enum lim_tree_state log_state(const char *log, text text, char *room, size_t capacity) {
    char compressed[4112];
    snprintf(compressed, sizeof compressed, "%s.1.gz", log);
    struct stat status;
    if (lstat(compressed, &status) < 0) return has_size(log, text.count) ? LIM_NOT_ROTATED : LIM_NOT_COMPRESSED;
    if (!has_size(log, 0)) return LIM_NOT_RENEWED;
    return holds(compressed, text, room, capacity) ? LIM_ROTATED : LIM_NOT_WHOLE;
}

// How many entries a folder has, both dots left out.
static int64_t entry_count(const char *path) {
    DIR *stream = opendir(path);
    if (stream == NULL) return -1;
    int64_t count = -2;
    while (readdir(stream) != NULL) count++;
    closedir(stream);
    return count;
}

// Whether folders hold so many entries a log and no others.
static bool is_tidy(const char *folder, lim_tree tree, int each) {
    char path[4096];
    int64_t found = 0;
    for (uint32_t place = 0; place < directory_count(tree); place++) {
        if (directory_path(path, sizeof path, folder, place) < 0) return false;
        found += entry_count(path);
    }
    return found == (int64_t)tree.files * each;
}

enum lim_tree_state lim_check_tree(
    const char *folder, const char *source, lim_tree tree, enum lim_tree_state wanted, uint32_t *log
) {
    text all;
    *log = 0;
    if (map_source(&all, source) < 0) return LIM_UNREADABLE;
    // A line may be longer than what is left of a piece; whoever has more is wrong anyway.
    size_t capacity = (size_t)tree.size + (64 << 10);
    char path[4096], *room = malloc(capacity);
    enum lim_tree_state state = wanted;
    for (; room != NULL && *log < tree.files; ++*log) {
        lim_tree_path(path, sizeof path, folder, tree, *log);
        state = log_state(path, piece(all, tree, *log), room, capacity);
        if (state != wanted) break;
    }
    if (room == NULL) state = LIM_UNREADABLE;
    free(room);
    munmap((void *)all.bytes, all.count);
    if (state == wanted && !is_tidy(folder, tree, wanted == LIM_ROTATED ? 2 : 1)) return LIM_UNTIDY;
    return state;
}

// --- where it is

size_t lim_file_system(const char *path, char *text, size_t capacity) {
    static const struct { long magic; const char *name; } known[] = {
        {0x01021994, "tmpfs"}, {0xef53, "ext4"}, {0x58465342, "xfs"}, {0x9123683e, "btrfs"}, {0xf2f52010, "f2fs"},
        {0x2fc12fc1, "zfs"}, {0x794c7630, "overlayfs"}, {0x6969, "nfs"},
    };
    struct statfs status;
    if (statfs(path, &status) < 0) return 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].magic == (long)status.f_type) return (size_t)snprintf(text, capacity, "%s", known[i].name);
    }
    return (size_t)snprintf(text, capacity, "file system %lx", (unsigned long)status.f_type);
}

size_t lim_state_date(char *text, size_t capacity) {
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    return strftime(text, capacity, "%Y-%-m-%-d-%-H:%-M:%-S", &parts);
}
