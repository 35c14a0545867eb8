// A server whose hosts take their time.
#include "clients.h"

#include <sys/timerfd.h>

typedef struct {
    int64_t due;
    int fd;
} owed;

// Answers that are owed, the next one first: a heap.
typedef struct {
    owed *items;
    size_t count, capacity;
} agenda;

static void swap(owed *a, owed *b) {
    owed kept = *a;
    *a = *b;
    *b = kept;
}

static bool put(agenda *agenda, owed item) {
    if (agenda->count == agenda->capacity) {
        size_t capacity = agenda->capacity == 0 ? 1024 : 2 * agenda->capacity;
        owed *grown = realloc(agenda->items, capacity * sizeof *grown);
        if (grown == NULL) return false;
        agenda->items = grown;
        agenda->capacity = capacity;
    }
    size_t at = agenda->count++;
    agenda->items[at] = item;
    for (; at > 0 && agenda->items[at].due < agenda->items[(at - 1) / 2].due; at = (at - 1) / 2)
        swap(&agenda->items[at], &agenda->items[(at - 1) / 2]);
    return true;
}

static owed take_first(agenda *agenda) {
    owed first = agenda->items[0];
    agenda->items[0] = agenda->items[--agenda->count];
    for (size_t at = 0;;) {
        size_t least = at, left = 2 * at + 1;
        for (size_t child = left; child < left + 2 && child < agenda->count; child++)
            if (agenda->items[child].due < agenda->items[least].due) least = child;
        if (least == at) return first;
        swap(&agenda->items[at], &agenda->items[least]);
        at = least;
    }
}

static uint32_t index_of(int fd) {
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return 0;
    uint32_t value = ntohl(address.sin_addr.s_addr);
    return ((value >> 16 & 255) - 10) * 50000 + (value >> 8 & 255) * 250 + (value & 255) - 1;
}

// A client that has all ends by a reset, so nothing is left behind; one that went early is noticed here.
static void answer(int fd) {
    send(fd, "ok\n", 3, MSG_NOSIGNAL);
    close(fd);
}

static void set_alarm(int timer, const agenda *agenda) {
    struct itimerspec at = {0};
    if (agenda->count > 0) {
        at.it_value.tv_sec = agenda->items[0].due / 1000000000;
        at.it_value.tv_nsec = agenda->items[0].due % 1000000000;
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void take_connections(int listener, enum lim_delays delays, uint32_t stall_ms, agenda *agenda) {
    for (int i = 0; i < 256; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int64_t delay = lim_delay_ns(delays, stall_ms, index_of(fd));
        if (delay == 0 || !put(agenda, (owed){lim_now_ns() + delay, fd})) answer(fd);
    }
}

int lim_serve_paced(enum lim_delays delays, uint32_t stall_ms, int seconds) {
    lim_lifeline(seconds);
    lim_hurry();
    lim_raise_descriptor_limit();
    uint16_t port;
    int listener = lim_open_server(SOCK_STREAM, &port);
    if (listener < 0 || listen(listener, 65535) < 0) return errno;
    int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    watch(epoll, listener, EPOLLIN, 0);
    watch(epoll, timer, EPOLLIN | EPOLLET, 1);
    agenda agenda = {0};
    lim_announce(port);
    struct epoll_event events[EVENTS];
    while (true) {
        int64_t first = agenda.count > 0 ? agenda.items[0].due : 0;
        int found = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < found; i++)
            if (events[i].data.u64 == 0) take_connections(listener, delays, stall_ms, &agenda);
        int64_t now = lim_now_ns();
        while (agenda.count > 0 && agenda.items[0].due <= now) answer(take_first(&agenda).fd);
        if (agenda.count > 0 && agenda.items[0].due != first) set_alarm(timer, &agenda);
    }
}
