// Access control lists (acl(5)) as the kernel stores them.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <stdio.h>
#include <sys/xattr.h>

static const char list_name[] = "system.posix_acl_access";

static bool is_without(int error) { return error == ENODATA || error == ENOTSUP; }

// An entry that is only held answers by its path alone.
static ssize_t read_list(int entry, void *bytes, size_t capacity) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", entry);
    ssize_t size = fgetxattr(entry, list_name, bytes, capacity);
    return size < 0 && errno == EBADF ? getxattr(path, list_name, bytes, capacity) : size;
}

bool cml_list_is_there(int entry) { return read_list(entry, NULL, 0) >= 0 || !is_without(errno); }

int cml_list_drop(int fd) {
    // To look is cheaper than to remove.
    if (fgetxattr(fd, list_name, NULL, 0) < 0 && is_without(errno)) return 0;
    return fremovexattr(fd, list_name) == 0 || is_without(errno) ? 0 : -errno;
}

// Takes away what a change of mode gives back (acl(5), "Correspondence between ACL entries and file permission bits").
static void close_list(uint8_t *list, size_t size) {
    enum { head = 4, entry = 8, group = 0x04, mask = 0x10, other = 0x20 };
    bool has_mask = false;
    for (size_t at = head; at + entry <= size; at += entry) has_mask |= list[at] == mask;
    for (size_t at = head; at + entry <= size; at += entry) {
        if (list[at] == other || list[at] == (has_mask ? mask : group)) list[at + 2] = 0;
    }
}

int cml_list_copy(int entry, int to) {
    // The kernel's limit of any attribute.
    uint8_t list[65536];
    ssize_t size = read_list(entry, list, sizeof list);
    if (size > 0) close_list(list, (size_t)size);
    if (size < 0) return is_without(errno) ? cml_list_drop(to) : -errno;
    return fsetxattr(to, list_name, list, (size_t)size, 0) == 0 ? 1 : -errno;
}

int64_t cml_list_read(const char *path, void *bytes, size_t capacity) {
    ssize_t size = lgetxattr(path, list_name, bytes, capacity);
    if (size < 0) return is_without(errno) ? 0 : -errno;
    return size;
}
