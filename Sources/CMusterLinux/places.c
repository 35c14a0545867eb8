// Places that outputs go to: a name in a folder that is held open. No name here is followed where it is a link.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

static inline int result(int value) { return value < 0 ? -errno : value; }

static int open_at(int folder, const char *name, int flags, mode_t mode) {
    int fd;
    do {
        fd = openat(folder, name, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return result(fd);
}

// --- finding

int cml_place_open(int folder, const char *name) { return open_at(folder, name, O_PATH | O_NOFOLLOW, 0); }

int cml_place_enter(int folder, const char *name, bool follows) {
    // That it has to be a folder has the kernel mount what is mounted on demand.
    return open_at(folder, name, O_PATH | O_DIRECTORY | (follows ? 0 : O_NOFOLLOW), 0);
}

int cml_place_make_folder(int folder, const char *name, uint32_t mode) { return result(mkdirat(folder, name, mode)); }

int64_t cml_place_target(int link, char *buffer, size_t capacity) {
    ssize_t length = readlinkat(link, "", buffer, capacity);
    if (length < 0) return -errno;
    return (size_t)length < capacity ? length : -ENAMETOOLONG;
}

bool cml_place_is_in_proc(int folder) {
    struct statfs system;
    return fstatfs(folder, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

bool cml_place_has_our_descriptors(int folder) {
    static const char *const paths[] = {"/proc/self/fd", "/proc/thread-self/fd"};
    struct stat here, ours;
    if (fstat(folder, &here) < 0) return false;
    for (int i = 0; i < 2; i++) {
        if (stat(paths[i], &ours) == 0 && ours.st_dev == here.st_dev && ours.st_ino == here.st_ino) return true;
    }
    return false;
}

int cml_place_descriptor(int number) {
    int flags = fcntl(number, F_GETFD);
    if (flags < 0) return -errno;
    // What we were started with cannot have this flag; all that we open has it.
    if ((flags & FD_CLOEXEC) != 0) return -EBADF;
    int status = fcntl(number, F_GETFL);
    if (status < 0) return -errno;
    if ((status & O_PATH) != 0 || (status & O_ACCMODE) == O_RDONLY) return -EBADF;
    return result(fcntl(number, F_DUPFD_CLOEXEC, 3));
}

// --- looking

// Null, full, and terminals: consoles, serial lines, pseudo-terminals; not the master of these.
static int device_kind(dev_t device) {
    unsigned int kind = major(device), number = minor(device);
    switch (kind) {
    case 1: return number == 3 || number == 7 ? CML_PLACE_DEVICE : CML_PLACE_FOREIGN_DEVICE;
    case 5: return number <= 1 ? CML_PLACE_DEVICE : CML_PLACE_FOREIGN_DEVICE;
    case 4:
    case 136 ... 143:
    case 166:
    case 188:
    case 204:
    case 229: return CML_PLACE_DEVICE;
    default: return CML_PLACE_FOREIGN_DEVICE;
    }
}

static int kind_of(const struct stat *status) {
    switch (status->st_mode & S_IFMT) {
    case S_IFREG: return CML_PLACE_REGULAR;
    case S_IFDIR: return CML_PLACE_FOLDER;
    case S_IFLNK: return CML_PLACE_LINK;
    case S_IFIFO: return CML_PLACE_FIFO;
    case S_IFSOCK: return CML_PLACE_SOCKET;
    case S_IFCHR: return device_kind(status->st_rdev);
    default: return CML_PLACE_FOREIGN_DEVICE;
    }
}

static void note_facts(const struct stat *status, cml_place_facts *facts) {
    facts->device = status->st_dev;
    facts->inode = status->st_ino;
    facts->mode = status->st_mode & 07777;
    facts->user = status->st_uid;
    facts->group = status->st_gid;
    facts->links = (uint32_t)status->st_nlink;
    facts->kind = kind_of(status);
}

int cml_place_facts_of(int fd, cml_place_facts *facts) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    note_facts(&status, facts);
    return 0;
}

int cml_place_facts_at(int folder, const char *name, cml_place_facts *facts) {
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    note_facts(&status, facts);
    return 0;
}

int cml_place_may_write(int folder, const char *name) {
    return result(faccessat(folder, name, W_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW));
}

// --- opening

// Not waiting, for what is there may have become a FIFO since it was looked at.
int cml_place_write(int folder, const char *name) {
    return open_at(folder, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
}

int cml_place_append(int folder, const char *name) {
    return open_at(folder, name, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
}

int cml_place_create(int folder, const char *name, uint32_t mode, bool appends) {
    int flags = appends ? O_RDWR | O_APPEND : O_WRONLY;
    return open_at(folder, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY, mode);
}

int cml_place_create_nameless(int folder, uint32_t mode) {
    char path[32];
    int fd = open_at(folder, ".", O_TMPFILE | O_WRONLY, mode);
    if (fd < 0) return fd;
    // Where its name is to come from.
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (access(path, F_OK) == 0) return fd;
    close(fd);
    return -EOPNOTSUPP;
}

int cml_place_name(int fd, int folder, const char *name) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return result(linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW));
}

void cml_place_synchronize_folder(int folder) {
    // One that cannot be opened for reading can hold a file all the same; the name is then as safe as can be.
    int fd = open_at(folder, ".", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}
