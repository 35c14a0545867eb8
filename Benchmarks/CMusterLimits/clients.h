// What the check loops share.
#ifndef CLIENTS_H
#define CLIENTS_H
#define _GNU_SOURCE 1
#include "CMusterLimits.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

// Where nothing happens for so long, what is still in flight has failed.
enum { PATIENCE_MS = 10000, EVENTS = 512 };

// --- what a dialogue consists of
enum { QUERY_SIZE = 64 };
typedef struct {
    uint32_t index;
    uint32_t length;
    uint16_t id;
    unsigned char query[QUERY_SIZE];
} question;
// A query for the address of a host; its length.
uint32_t lim_write_query(unsigned char *to, uint16_t id, uint32_t index);
// Whether an answer is to this query, without fault, and gives the host's address.
bool lim_is_right(const unsigned char *answer, uint32_t length, const question *question);
// Asks for the addresses of so many hosts, from the first one on, by one socket and in batches. `record`: where each is
// noted; NULL: nowhere.
lim_outcome lim_ask(uint16_t port, uint32_t first, uint32_t count, uint32_t window, lim_record *record);
// A request to a host; its length.
size_t lim_write_request(char *to, uint32_t index, uint16_t port);
// A socket for all of 127.0.0.0/8 on a port of the system's choice; -1 where there is none.
int lim_open_server(int type, uint16_t *port);
enum verdict { NEED_MORE, UP, DOWN };
enum verdict lim_judge_response(const char *bytes, size_t count);

static inline struct sockaddr_in host_address(uint32_t index, uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(lim_address(index))};
}

// A new socket on its way to the host; negative where it cannot even start.
static inline int connect_new(uint32_t index, uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    struct sockaddr_in address = host_address(index, port);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

// The next events; whether the loop may go on.
static inline bool next_events(int epoll, struct epoll_event *events, int *found, lim_outcome *outcome) {
    do *found = epoll_wait(epoll, events, EVENTS, PATIENCE_MS);
    while (*found < 0 && errno == EINTR);
    if (*found > 0) return true;
    outcome->error = *found == 0 ? ETIMEDOUT : errno;
    return false;
}

static inline int watch(int epoll, int fd, uint32_t events, uint32_t slot) {
    struct epoll_event event = {.events = events, .data.u64 = slot};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline int pending_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

static inline void dissolve(int fd) {
    static const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    connect(fd, &nowhere, sizeof nowhere);
}

// Decimal digits without leading zeros; the end of what was written.
static inline char *write_number(char *to, uint32_t number) {
    char digits[10];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count > 0) *to++ = digits[--count];
    return to;
}

static inline char *write_text(char *to, const char *text, size_t count) {
    memcpy(to, text, count);
    return to + count;
}

#endif
