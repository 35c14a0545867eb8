// Work in directories that are held open, on entries that are no links.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int result(int value) { return value < 0 ? -errno : value; }

// Closes a descriptor and returns an error that came before.
static int closed(int fd, int error) {
    close(fd);
    return -error;
}

static int open_at(int directory, const char *name, int flags, mode_t mode) {
    int fd;
    do {
        fd = openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, mode);
    } while (fd < 0 && errno == EINTR);
    return result(fd);
}

// --- directories

// Whether others than its owner may write it. With an access list the group's bits are its mask: without them it grants
// nobody anything.
static bool is_shared(int fd, const struct stat *status) {
    if ((status->st_mode & S_IWOTH) != 0) return true;
    if ((status->st_mode & S_IWGRP) == 0) return false;
    bool is_own_group = status->st_gid == 0 || (geteuid() != 0 && status->st_gid == getegid());
    return !is_own_group || cml_list_is_there(fd);
}

int cml_disk_is_shared(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    return is_shared(fd, &status);
}

int cml_disk_open_directory(const char *path) {
    if (*path == 0) return -ENOENT;
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS};
    long fd;
    do {
        fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    } while (fd < 0 && errno == EINTR);
    return fd < 0 ? -errno : (int)fd;
}

int cml_disk_open_held(int directory) { return open_at(directory, ".", O_RDONLY | O_DIRECTORY, 0); }

// Whether a new folder is the one that was made: ours, and nothing in it.
static int check_new(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    if (status.st_uid != geteuid()) return -ESTALE;
    int outcome = 0;
    DIR *names = cml_names_open(fd, &outcome);
    if (names == NULL) return outcome;
    char buffer[2 * CML_NAMES_ROOM];
    int64_t found = cml_names_next(names, buffer, sizeof buffer);
    cml_names_close(names);
    return found > 0 ? -ESTALE : (int)found;
}

int cml_disk_make_directory(int parent, const char *name, uint32_t mode) {
    if (mkdirat(parent, name, mode) < 0) return -errno;
    int fd = open_at(parent, name, O_RDONLY | O_DIRECTORY, 0);
    int outcome = fd < 0 ? fd : check_new(fd);
    struct stat status;
    if (outcome == 0 && fstat(fd, &status) < 0) outcome = -errno;
    if (outcome == 0) {
        mode_t wanted = mode | (status.st_mode & S_ISGID);
        if ((status.st_mode & 07777) != wanted && fchmod(fd, wanted) < 0) outcome = -errno;
    }
    if (fd >= 0) close(fd);
    if (outcome < 0) unlinkat(parent, name, AT_REMOVEDIR);
    return outcome;
}

static void note_facts(const struct stat *status, cml_entry_facts *facts) {
    facts->device = status->st_dev;
    facts->inode = status->st_ino;
    facts->size = status->st_size;
    facts->access_seconds = status->st_atim.tv_sec;
    facts->access_nanoseconds = status->st_atim.tv_nsec;
    facts->modification_seconds = status->st_mtim.tv_sec;
    facts->modification_nanoseconds = status->st_mtim.tv_nsec;
    facts->mode = status->st_mode & 07777;
    facts->user = status->st_uid;
    facts->group = status->st_gid;
    facts->links = (uint32_t)status->st_nlink;
    facts->kind = S_ISREG(status->st_mode)   ? CML_ENTRY_REGULAR
                  : S_ISDIR(status->st_mode) ? CML_ENTRY_DIRECTORY
                  : S_ISLNK(status->st_mode) ? CML_ENTRY_LINK
                                             : CML_ENTRY_OTHER;
}

int cml_disk_facts(int fd, cml_entry_facts *facts) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    note_facts(&status, facts);
    return 0;
}

int cml_disk_facts_at(int directory, const char *name, cml_entry_facts *facts) {
    struct stat status;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    note_facts(&status, facts);
    return 0;
}

int cml_disk_rename_by_link(int directory, const char *name, int other_directory, const char *other) {
    if (linkat(directory, name, other_directory, other, 0) < 0) return -errno;
    if (unlinkat(directory, name, 0) == 0) return 0;
    int error = errno;
    unlinkat(other_directory, other, 0);
    return -error;
}

int cml_disk_rename(int directory, const char *name, int other_directory, const char *other) {
    if (renameat2(directory, name, other_directory, other, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -errno;
    return cml_disk_rename_by_link(directory, name, other_directory, other);
}

int cml_disk_replace(int directory, const char *name, const char *other) {
    return result(renameat(directory, other, directory, name));
}

int cml_disk_remove(int directory, const char *name) { return result(unlinkat(directory, name, 0)); }

void *cml_names_open(int directory, int *outcome) {
    // A descriptor of its own has a place of its own, so that threads do not take names from each other.
    int fd = open_at(directory, ".", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        *outcome = fd;
        return NULL;
    }
    DIR *stream = fdopendir(fd);
    *outcome = stream == NULL ? closed(fd, errno) : 0;
    return stream;
}

int64_t cml_names_next(void *stream, char *buffer, size_t capacity) {
    size_t filled = 0;
    while (capacity - filled >= CML_NAMES_ROOM) {
        errno = 0;
        struct dirent *entry = readdir(stream);
        if (entry == NULL) {
            if (errno != 0) return -errno;
            break;
        }
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
        size_t length = strlen(name) + 1;
        if (length > CML_NAMES_ROOM) return -ENAMETOOLONG;
        memcpy(buffer + filled, name, length);
        filled += length;
    }
    return (int64_t)filled;
}

void cml_names_close(void *stream) { closedir(stream); }

// --- files

int cml_disk_create(int directory, const char *name, uint32_t mode) {
    int fd = open_at(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, mode);
    if (fd < 0) return fd;
    struct stat status;
    // To read it again is no access that anybody asks about. Who may not say so does without.
    fcntl(fd, F_SETFL, O_NONBLOCK | O_NOATIME);
    if (fstat(fd, &status) == 0 && ((status.st_mode & 07777) == mode || fchmod(fd, mode) == 0)) return fd;
    int error = errno;
    unlinkat(directory, name, 0);
    return closed(fd, error);
}

int cml_disk_open(int directory, const char *name, bool writing) {
    // Not waiting, for what is there may be a FIFO.
    int flags = (writing ? O_RDWR : O_RDONLY) | O_NONBLOCK;
    int fd = open_at(directory, name, flags | O_NOATIME, 0);
    // Its owner and root alone may leave the time of the last access as it is.
    if (fd == -EPERM) fd = open_at(directory, name, flags, 0);
    if (fd < 0) return fd == -ENXIO ? -EINVAL : fd;
    struct stat status;
    if (fstat(fd, &status) < 0) return closed(fd, errno);
    if (S_ISREG(status.st_mode)) return fd;
    return closed(fd, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
}

int cml_disk_write_at(int fd, const void *bytes, size_t count, int64_t offset) {
    size_t written = 0;
    while (written < count) {
        ssize_t put = pwrite(fd, (const char *)bytes + written, count - written, offset + (int64_t)written);
        if (put == 0) return -EIO;
        if (put < 0 && errno != EINTR) return -errno;
        if (put > 0) written += (size_t)put;
    }
    return 0;
}

int cml_disk_truncate(int fd, int64_t size) {
    int outcome;
    do {
        outcome = ftruncate(fd, size);
    } while (outcome < 0 && errno == EINTR);
    return result(outcome);
}

int cml_disk_set_mode(int fd, uint32_t mode) { return result(fchmod(fd, mode)); }

int cml_disk_set_owner(int fd, uint32_t user, uint32_t group) { return result(fchown(fd, user, group)); }

int cml_disk_set_times(int fd, const cml_entry_facts *facts) {
    struct timespec times[2] = {{facts->access_seconds, facts->access_nanoseconds},
                                {facts->modification_seconds, facts->modification_nanoseconds}};
    return result(futimens(fd, times));
}

int cml_disk_synchronize(int fd) {
    int outcome;
    do {
        outcome = fsync(fd);
    } while (outcome < 0 && errno == EINTR);
    return result(outcome);
}

void cml_disk_begin_synchronizing(int fd) { sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); }

int cml_disk_lock(int fd) {
    int outcome;
    do {
        outcome = flock(fd, LOCK_EX | LOCK_NB);
    } while (outcome < 0 && errno == EINTR);
    if (outcome == 0) return 1;
    return errno == EWOULDBLOCK ? 0 : -errno;
}
