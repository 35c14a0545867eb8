#include "clients.h"

// A socket a check: socket, connect, epoll_ctl, getsockopt(SO_ERROR), close.
static lim_outcome check_plain(uint16_t port, uint32_t count, uint32_t window) {
    lim_outcome outcome = {0};
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    uint32_t next = 0, in_flight = 0;
    while (next < count || in_flight > 0) {
        while (in_flight < window && next < count) {
            int fd = connect_new(next++, port);
            if (fd < 0) {
                outcome.error = errno;
                continue;
            }
            watch(epoll, fd, EPOLLOUT | EPOLLONESHOT, (uint32_t)fd);
            in_flight++;
        }
        if (in_flight == 0) break;
        int found;
        if (!next_events(epoll, events, &found, &outcome)) break;
        for (int i = 0; i < found; i++) {
            int fd = (int)events[i].data.u64;
            if (pending_error(fd) == 0) outcome.up++;
            close(fd);
            in_flight--;
        }
    }
    close(epoll);
    outcome.failed = count - outcome.up;
    return outcome;
}

// A socket a place in the window, dissolved and used again; SO_ERROR is read only where epoll reports trouble.
static lim_outcome check_recycled(uint16_t port, uint32_t count, uint32_t window) {
    lim_outcome outcome = {0};
    struct epoll_event events[EVENTS];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (window > count) window = count;
    int *sockets = calloc(window, sizeof *sockets);
    bool *busy = calloc(window, sizeof *busy);
    uint32_t *free_slots = calloc(window, sizeof *free_slots);
    uint32_t free_count = 0, next = 0, in_flight = 0;
    for (uint32_t slot = window; slot-- > 0;) {
        sockets[slot] = -1;
        free_slots[free_count++] = slot;
    }
    while (next < count || in_flight > 0) {
        while (free_count > 0 && next < count) {
            uint32_t slot = free_slots[--free_count];
            uint32_t index = next++;
            if (sockets[slot] < 0) {
                int fd = connect_new(index, port);
                if (fd < 0) {
                    outcome.error = errno;
                    free_slots[free_count++] = slot;
                    continue;
                }
                sockets[slot] = fd;
                watch(epoll, fd, EPOLLOUT | EPOLLET, slot);
            } else {
                struct sockaddr_in address = host_address(index, port);
                if (connect(sockets[slot], (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
                    outcome.error = errno;
                    free_slots[free_count++] = slot;
                    continue;
                }
            }
            busy[slot] = true;
            in_flight++;
        }
        if (in_flight == 0) break;
        int found;
        if (!next_events(epoll, events, &found, &outcome)) break;
        for (int i = 0; i < found; i++) {
            uint32_t slot = (uint32_t)events[i].data.u64;
            // The HUP of the dialogue before.
            if (!busy[slot]) continue;
            bool failed = events[i].events & (EPOLLERR | EPOLLHUP) && pending_error(sockets[slot]) != 0;
            if (!failed && !(events[i].events & EPOLLOUT)) continue;
            if (!failed) outcome.up++;
            dissolve(sockets[slot]);
            busy[slot] = false;
            free_slots[free_count++] = slot;
            in_flight--;
        }
    }
    for (uint32_t slot = 0; slot < window; slot++)
        if (sockets[slot] >= 0) close(sockets[slot]);
    close(epoll);
    free(sockets);
    free(busy);
    free(free_slots);
    outcome.failed = count - outcome.up;
    return outcome;
}

lim_outcome lim_check_tcp(uint16_t port, uint32_t count, uint32_t window, bool recycled) {
    return recycled ? check_recycled(port, count, window) : check_plain(port, count, window);
}
