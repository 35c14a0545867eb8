#include "clients.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static const char RESPONSE[] =
    "HTTP/1.1 200 OK\r\nServer: limits\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\nContent-Type: text/plain\r\n"
    "Content-Length: 12\r\nConnection: close\r\n\r\nhealth: ok.\n";

// --- life

static void *watch_input(void *unused) {
    char byte;
    ssize_t got;
    do got = read(0, &byte, 1);
    while (got > 0 || (got < 0 && errno == EINTR));
    _exit(0);
    return unused;
}

void lim_lifeline(int seconds) {
    pthread_t thread;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    alarm((unsigned)seconds);
    pthread_create(&thread, NULL, watch_input, NULL);
}

void lim_announce(uint16_t port) {
    printf("%u\n", port);
    fflush(stdout);
}

// --- sockets

int lim_open_server(int type, uint16_t *port) {
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1, size = 8 << 20;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    // All of 127.0.0.0/8 and nothing from outside this machine.
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) < 0) return -1;
    if (type == SOCK_DGRAM) {
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
            setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_ANY};
    socklen_t length = sizeof address;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -1;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -1;
    *port = ntohs(address.sin_port);
    return fd;
}

// --- streams

// Reads the request and answers; whether the connection has to be watched because nothing came yet.
static bool answer_http(int fd) {
    char buffer[4096];
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return true;
    if (got > 0) send(fd, RESPONSE, sizeof RESPONSE - 1, MSG_NOSIGNAL);
    close(fd);
    return false;
}

static void take(enum lim_service service, int epoll, int fd) {
    switch (service) {
    case LIM_HTTP:
        if (answer_http(fd)) watch(epoll, fd, EPOLLIN, (uint32_t)fd);
        break;
    case LIM_SILENT: watch(epoll, fd, EPOLLRDHUP, (uint32_t)fd); break;
    default: close(fd);
    }
}

static int serve_streams(enum lim_service service) {
    uint16_t port;
    int listener = lim_open_server(SOCK_STREAM, &port);
    if (listener < 0 || listen(listener, 65535) < 0) return errno;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener, EPOLLIN, (uint32_t)listener);
    lim_announce(port);
    struct epoll_event events[EVENTS];
    while (true) {
        int found = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < found; i++) {
            int fd = (int)events[i].data.u64;
            if (fd == listener) {
                for (int k = 0; k < 256; k++) {
                    int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                    if (accepted < 0) break;
                    take(service, epoll, accepted);
                }
            } else if (service == LIM_HTTP) {
                answer_http(fd);
            } else {
                close(fd);
            }
        }
    }
}

// A listener whose queue is full: every further SYN is dropped.
static int serve_black_hole(void) {
    uint16_t port;
    int listener = lim_open_server(SOCK_STREAM, &port);
    if (listener < 0 || listen(listener, 0) < 0) return errno;
    for (uint32_t i = 0; i < 4; i++) connect_new(60000 + i, port);
    usleep(100000);
    lim_announce(port);
    while (true) pause();
}

// --- names

// Turns a query for `host000042.fleet.test` into its answer, in place; the new length, 0 for what is no such query.
static uint32_t answer_dns(unsigned char *message, uint32_t length) {
    if (length < 12 + 11 + 6 || message[12] != 10) return 0;
    uint32_t index = 0;
    for (int digit = 17; digit < 23; digit++) index = index * 10 + (message[digit] - '0');
    uint32_t end = 12;
    while (end < length && message[end] != 0) end += message[end] + 1u;
    end += 5;
    if (end > length || length - end > 64) return 0;
    uint32_t address = lim_address(index);
    const unsigned char record[16] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, (unsigned char)(address >> 24),
                                      (unsigned char)(address >> 16), (unsigned char)(address >> 8), (unsigned char)address};
    memmove(message + end + sizeof record, message + end, length - end);
    memcpy(message + end, record, sizeof record);
    message[2] |= 0x84;
    message[3] = 0x80;
    message[7] = 1;
    return length + (uint32_t)sizeof record;
}

static int serve_names(void) {
    enum { BATCH = 64, SIZE = 1024 };
    uint16_t port;
    int fd = lim_open_server(SOCK_DGRAM, &port);
    if (fd < 0) return errno;
    static unsigned char buffers[BATCH][SIZE];
    static struct sockaddr_in sources[BATCH];
    struct mmsghdr messages[BATCH], answers[BATCH];
    struct iovec parts[BATCH];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, fd, EPOLLIN, 0);
    lim_announce(port);
    while (true) {
        struct epoll_event event;
        epoll_wait(epoll, &event, 1, -1);
        for (int i = 0; i < BATCH; i++) {
            parts[i] = (struct iovec){buffers[i], SIZE - 64};
            messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &sources[i],
                                                       .msg_namelen = sizeof sources[i],
                                                       .msg_iov = &parts[i],
                                                       .msg_iovlen = 1}};
        }
        int found = recvmmsg(fd, messages, BATCH, 0, NULL), count = 0;
        for (int i = 0; i < found; i++) {
            uint32_t length = answer_dns(buffers[i], messages[i].msg_len);
            if (length == 0) continue;
            parts[i].iov_len = length;
            answers[count++] = messages[i];
        }
        for (int sent = 0; sent < count;) {
            int done = sendmmsg(fd, answers + sent, (unsigned)(count - sent), 0);
            if (done <= 0) break;
            sent += done;
        }
    }
}

int lim_serve(enum lim_service service, int seconds) {
    lim_lifeline(seconds);
    lim_hurry();
    lim_raise_descriptor_limit();
    switch (service) {
    case LIM_DNS: return serve_names();
    case LIM_BLACK_HOLE: return serve_black_hole();
    default: return serve_streams(service);
    }
}
