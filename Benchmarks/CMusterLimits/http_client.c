#include "clients.h"

// The same bytes as muster's own request.
size_t lim_write_request(char *to, uint32_t index, uint16_t port) {
    static const char head[] = "GET /health HTTP/1.1\r\nHost: ";
    static const char tail[] = "\r\nUser-Agent: muster/0.1\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    uint32_t address = lim_address(index);
    char *at = write_text(to, head, sizeof head - 1);
    for (int shift = 24; shift >= 0; shift -= 8) {
        at = write_number(at, address >> shift & 255);
        *at++ = shift > 0 ? '.' : ':';
    }
    at = write_number(at, port);
    at = write_text(at, tail, sizeof tail - 1);
    return (size_t)(at - to);
}

static inline bool is_token(unsigned char byte) {
    return (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z') ||
           (byte != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

// Reads a response whole: status line, every field's name and value, the body's length, the body.
enum verdict lim_judge_response(const char *bytes, size_t count) {
    const char *end = bytes + count;
    if (count < 12) return NEED_MORE;
    if (memcmp(bytes, "HTTP/1.", 7) != 0 || (bytes[7] != '0' && bytes[7] != '1') || bytes[8] != ' ') return DOWN;
    int status = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0';
    const char *line = memchr(bytes, '\n', count);
    if (line == NULL) return NEED_MORE;
    long length = -1;
    for (line++;;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        if (next == NULL) return NEED_MORE;
        if (next - line <= 1) {
            line = next + 1;
            break;
        }
        const char *colon = line;
        while (is_token((unsigned char)*colon)) colon++;
        if (colon == line || *colon != ':') return DOWN;
        const char *value = colon + 1;
        while (*value == ' ' || *value == '\t') value++;
        for (const char *at = value; at < next - 1; at++)
            if ((unsigned char)*at < 32 && *at != '\t') return DOWN;
        if (colon - line == 14 && strncasecmp(line, "Content-Length", 14) == 0) length = strtol(value, NULL, 10);
        line = next + 1;
    }
    if (length < 0 || status != 200) return DOWN;
    if (end - line < length) return NEED_MORE;
    return memmem(line, (size_t)length, "ok", 2) != NULL ? UP : DOWN;
}

typedef struct {
    int fd;
    uint32_t index;
    enum { IDLE, CONNECTING, WAITING } state;
    // What came so far, where a response comes in pieces.
    char *kept;
    size_t kept_count;
} place;

typedef struct {
    int epoll;
    uint16_t port;
    char buffer[65536];
} loop;

// Takes an event of a place; whether its check has come to an end.
static bool advance(loop *loop, place *place, uint32_t events, bool always_ask, bool *up) {
    char request[256];
    *up = false;
    if (place->state == CONNECTING) {
        if (always_ask || events & (EPOLLERR | EPOLLHUP)) {
            if (pending_error(place->fd) != 0) return true;
        }
        if (!(events & EPOLLOUT)) return false;
        size_t count = lim_write_request(request, place->index, loop->port);
        if (send(place->fd, request, count, MSG_NOSIGNAL) != (ssize_t)count) return true;
        place->state = WAITING;
        if (!(events & EPOLLIN)) return false;
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return false;
    while (true) {
        if (place->kept_count > 0) memcpy(loop->buffer, place->kept, place->kept_count);
        ssize_t got = recv(place->fd, loop->buffer + place->kept_count, sizeof loop->buffer - place->kept_count, 0);
        if (got < 0 && errno == EAGAIN) return false;
        if (got <= 0) return true;
        size_t count = place->kept_count + (size_t)got;
        enum verdict verdict = lim_judge_response(loop->buffer, count);
        if (verdict != NEED_MORE) {
            *up = verdict == UP;
            return true;
        }
        place->kept = realloc(place->kept, count);
        memcpy(place->kept, loop->buffer, count);
        place->kept_count = count;
    }
}

lim_outcome lim_check_http(uint16_t port, uint32_t count, uint32_t window, bool recycled) {
    lim_outcome outcome = {0};
    struct epoll_event events[EVENTS];
    if (window > count) window = count;
    loop *loop = malloc(sizeof *loop);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->port = port;
    place *places = calloc(window, sizeof *places);
    uint32_t *free_slots = calloc(window, sizeof *free_slots);
    uint32_t free_count = 0, next = 0, in_flight = 0;
    for (uint32_t slot = window; slot-- > 0;) {
        places[slot].fd = -1;
        free_slots[free_count++] = slot;
    }
    while (next < count || in_flight > 0) {
        while (free_count > 0 && next < count) {
            uint32_t slot = free_slots[--free_count];
            place *place = &places[slot];
            place->index = next++;
            bool started = true;
            if (place->fd < 0) {
                place->fd = connect_new(place->index, port);
                started = place->fd >= 0;
                if (started) watch(loop->epoll, place->fd, EPOLLIN | EPOLLOUT | EPOLLET, slot);
            } else {
                struct sockaddr_in address = host_address(place->index, port);
                started =
                    connect(place->fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS;
            }
            if (!started) {
                outcome.error = errno;
                free_slots[free_count++] = slot;
                continue;
            }
            place->state = CONNECTING;
            in_flight++;
        }
        if (in_flight == 0) break;
        int found;
        if (!next_events(loop->epoll, events, &found, &outcome)) break;
        for (int i = 0; i < found; i++) {
            uint32_t slot = (uint32_t)events[i].data.u64;
            place *place = &places[slot];
            bool up;
            if (place->state == IDLE || !advance(loop, place, events[i].events, !recycled, &up)) continue;
            if (up) outcome.up++;
            place->state = IDLE;
            place->kept_count = 0;
            if (recycled) {
                dissolve(place->fd);
            } else {
                close(place->fd);
                place->fd = -1;
            }
            free_slots[free_count++] = slot;
            in_flight--;
        }
    }
    for (uint32_t slot = 0; slot < window; slot++) {
        if (places[slot].fd >= 0) close(places[slot].fd);
        free(places[slot].kept);
    }
    close(loop->epoll);
    free(places);
    free(free_slots);
    free(loop);
    outcome.failed = count - outcome.up;
    return outcome;
}
