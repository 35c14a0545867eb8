#include "clients.h"

#include <poll.h>

enum { BATCH = 64, ANSWER_SIZE = 2048 };
static const uint32_t NONE = 0xFFFFFFFF;

// Ids nobody can guess, drawn in bulk.
typedef struct {
    uint16_t pool[2048];
    int used;
} id_source;

static uint16_t draw(id_source *source) {
    if (source->used == 2048) {
        while (getrandom(source->pool, sizeof source->pool, 0) != sizeof source->pool) {}
        source->used = 0;
    }
    return source->pool[source->used++];
}

// A query for `host000042.fleet.test`, type A, with EDNS0 and 1,232 bytes of payload.
uint32_t lim_write_query(unsigned char *to, uint16_t id, uint32_t index) {
    static const unsigned char head[12] = {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
    static const unsigned char tail[] = "\5fleet\4test\0\0\1\0\1\0\0\x29\4\xD0\0\0\0\0\0";
    memcpy(to, head, sizeof head);
    to[0] = (unsigned char)(id >> 8);
    to[1] = (unsigned char)id;
    unsigned char *at = to + sizeof head;
    *at++ = 10;
    memcpy(at, "host", 4);
    uint32_t number = index;
    for (int digit = 9; digit >= 4; digit--) {
        at[digit] = (unsigned char)('0' + number % 10);
        number /= 10;
    }
    at += 10;
    memcpy(at, tail, sizeof tail);
    return (uint32_t)(at + sizeof tail - to);
}

// Whether an answer is to this query, without fault, and gives the host's address.
bool lim_is_right(const unsigned char *answer, uint32_t length, const question *question) {
    uint32_t end = question->length - 11;
    if (length < end + 16 || !(answer[2] & 0x80) || (answer[2] & 2) || (answer[3] & 15) != 0) return false;
    if (answer[4] != 0 || answer[5] != 1 || answer[6] != 0 || answer[7] != 1) return false;
    for (uint32_t at = 12; at < end; at++) {
        unsigned char mine = question->query[at], theirs = answer[at];
        if (mine == theirs) continue;
        if ((mine | 32) != (theirs | 32) || (mine | 32) < 'a' || (mine | 32) > 'z') return false;
    }
    static const unsigned char record[] = {0xC0, 12, 0, 1, 0, 1};
    const unsigned char *at = answer + end;
    if (memcmp(at, record, sizeof record) != 0 || at[10] != 0 || at[11] != 4) return false;
    uint32_t address = (uint32_t)at[12] << 24 | (uint32_t)at[13] << 16 | (uint32_t)at[14] << 8 | at[15];
    return address == lim_address(question->index);
}

static void send_all(int fd, struct mmsghdr *messages, unsigned count) {
    unsigned sent = 0;
    while (sent < count) {
        int done = sendmmsg(fd, messages + sent, count - sent, 0);
        if (done > 0) {
            sent += (unsigned)done;
        } else if (errno == EAGAIN) {
            struct pollfd poller = {fd, POLLOUT, 0};
            poll(&poller, 1, 100);
        } else {
            return;
        }
    }
}

lim_outcome lim_ask(uint16_t port, uint32_t first, uint32_t count, uint32_t window, lim_record *record) {
    lim_outcome outcome = {0};
    if (count == 0) return outcome;
    if (window > count) window = count;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), size = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    connect(fd, (struct sockaddr *)&server, sizeof server);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, fd, EPOLLIN, 0);

    id_source *ids = calloc(1, sizeof *ids);
    ids->used = 2048;
    question *questions = calloc(window, sizeof *questions);
    uint32_t *free_slots = calloc(window, sizeof *free_slots), *by_id = malloc(65536 * sizeof *by_id);
    memset(by_id, 0xFF, 65536 * sizeof *by_id);
    unsigned char(*answers)[ANSWER_SIZE] = malloc(BATCH * sizeof *answers);
    struct mmsghdr outgoing[BATCH] = {0}, incoming[BATCH] = {0};
    struct iovec out_parts[BATCH], in_parts[BATCH];
    for (unsigned i = 0; i < BATCH; i++) {
        in_parts[i] = (struct iovec){answers[i], ANSWER_SIZE};
        incoming[i].msg_hdr = (struct msghdr){.msg_iov = &in_parts[i], .msg_iovlen = 1};
        outgoing[i].msg_hdr = (struct msghdr){.msg_iov = &out_parts[i], .msg_iovlen = 1};
    }
    uint32_t free_count = 0, next = 0, done = 0;
    for (uint32_t slot = window; slot-- > 0;) free_slots[free_count++] = slot;

    int silences = 0;
    while (done < count) {
        while (free_count > 0 && next < count) {
            unsigned batch = 0;
            while (batch < BATCH && free_count > 0 && next < count) {
                uint32_t slot = free_slots[--free_count];
                question *question = &questions[slot];
                do question->id = draw(ids);
                while (by_id[question->id] != NONE);
                by_id[question->id] = slot;
                question->index = first + next++;
                if (record != NULL) lim_item_begin(record, question->index);
                question->length = lim_write_query(question->query, question->id, question->index);
                out_parts[batch++] = (struct iovec){question->query, question->length};
            }
            send_all(fd, outgoing, batch);
        }
        int found = recvmmsg(fd, incoming, BATCH, 0, NULL);
        if (found <= 0) {
            struct epoll_event event;
            if (epoll_wait(epoll, &event, 1, 2000) > 0) continue;
            // Something was lost: whoever still waits asks again.
            if (++silences > 4) break;
            for (uint32_t id = 0; id < 65536; id++) {
                if (by_id[id] == NONE) continue;
                question *question = &questions[by_id[id]];
                out_parts[0] = (struct iovec){question->query, question->length};
                send_all(fd, outgoing, 1);
                outcome.repeated++;
            }
            continue;
        }
        silences = 0;
        for (int i = 0; i < found; i++) {
            uint32_t length = incoming[i].msg_len;
            if (length < 12) continue;
            uint16_t id = (uint16_t)(answers[i][0] << 8 | answers[i][1]);
            uint32_t slot = by_id[id];
            if (slot == NONE) continue;
            bool is_right = lim_is_right(answers[i], length, &questions[slot]);
            if (is_right) outcome.up++;
            if (record != NULL) lim_item_end(record, questions[slot].index, is_right, 0);
            by_id[id] = NONE;
            free_slots[free_count++] = slot;
            done++;
        }
    }
    close(fd);
    close(epoll);
    free(ids);
    free(questions);
    free(free_slots);
    free(by_id);
    free(answers);
    outcome.failed = count - outcome.up;
    return outcome;
}

lim_outcome lim_check_dns(uint16_t port, uint32_t count, uint32_t window) { return lim_ask(port, 0, count, window, NULL); }
