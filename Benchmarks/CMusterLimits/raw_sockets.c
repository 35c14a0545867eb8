#include "clients.h"

#include <sys/eventfd.h>

int lim_bell(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void lim_ring(int bell) { eventfd_write(bell, 1); }

int lim_epoll(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int lim_open(int epoll, uint32_t index, uint16_t port, uint32_t slot) {
    int fd = connect_new(index, port);
    if (fd < 0) return -errno;
    if (watch(epoll, fd, EPOLLIN | EPOLLOUT | EPOLLET, slot) < 0) {
        close(fd);
        return -errno;
    }
    return fd;
}

int lim_wait(int epoll, lim_event *events, int count, int milliseconds) {
    struct epoll_event raw[EVENTS];
    int found = epoll_wait(epoll, raw, count < EVENTS ? count : EVENTS, milliseconds);
    if (found < 0) return -errno;
    for (int i = 0; i < found; i++) events[i] = (lim_event){raw[i].events, (uint32_t)raw[i].data.u64};
    return found;
}

int64_t lim_send(int fd, const void *bytes, size_t count) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

int64_t lim_receive(int fd, void *bytes, size_t count) {
    ssize_t got = recv(fd, bytes, count, 0);
    return got < 0 ? -errno : got;
}

int lim_pending_error(int fd) { return pending_error(fd); }

void lim_close(int fd) {
    // A reset, so that runs of a hundred thousand handshakes leave no TIME_WAIT to slow down the next.
    struct linger reset = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
}
