// Output whose reader sets the pace.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static inline int64_t result(int64_t value) { return value < 0 ? -errno : value; }

int cml_pace_of(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return CML_PACE_OWN;
    if (S_ISFIFO(status.st_mode)) return CML_PACE_PIPE;
    if (S_ISSOCK(status.st_mode)) return CML_PACE_SOCKET;
    return S_ISCHR(status.st_mode) && isatty(fd) ? CML_PACE_TERMINAL : CML_PACE_OWN;
}

int cml_open_again(int fd) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return (int)result(open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

int cml_await_room(int fd, int milliseconds) {
    struct pollfd poller = {.fd = fd, .events = POLLOUT};
    return (int)result(poll(&poller, 1, milliseconds));
}

int64_t cml_write_paced(int fd, int pace, const void *bytes, size_t count) {
    if (pace == CML_PACE_SOCKET) return result(send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL));
    // Room for so much is what POLLOUT promises; less on a terminal, where text can grow on its way.
    size_t limit = pace == CML_PACE_TERMINAL ? 128 : PIPE_BUF;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count < limit ? count : limit};
    // Another process can take the room that poll(2) saw; where the kernel can, it does not wait for more.
    ssize_t written = pwritev2(fd, &part, 1, -1, RWF_NOWAIT);
    if (written < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS)) written = writev(fd, &part, 1);
    return result(written);
}
