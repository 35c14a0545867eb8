// Sockets, what came back about their packets, and datagrams in batches.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"
#include "addresses.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static inline int64_t result(int64_t value) { return value < 0 ? -errno : value; }

int cml_socket(bool v6, bool stream) {
    return (int)result(
        socket(v6 ? AF_INET6 : AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int cml_bind_port(int fd, bool v6, uint16_t port) {
    address at;
    socklen_t length = to_address(v6, 0, 0, port, &at);
    return (int)result(bind(fd, &at.any, length));
}

int cml_connect(int fd, bool v6, uint64_t high, uint64_t low, uint16_t port) {
    address to;
    socklen_t length = to_address(v6, high, low, port, &to);
    return (int)result(connect(fd, &to.any, length));
}

int cml_disconnect(int fd) {
    static const struct sockaddr none = {.sa_family = AF_UNSPEC};
    return (int)result(connect(fd, &none, sizeof none));
}

int cml_shutdown_write(int fd) { return (int)result(shutdown(fd, SHUT_WR)); }

int cml_socket_error(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return errno;
    return error;
}

int64_t cml_send(int fd, const void *bytes, size_t count) { return result(send(fd, bytes, count, MSG_NOSIGNAL)); }

int64_t cml_recv(int fd, void *bytes, size_t count) { return result(recv(fd, bytes, count, 0)); }

void cml_tcp_facts_of(int fd, cml_tcp_facts *facts) {
    struct tcp_info info;
    socklen_t length = offsetof(struct tcp_info, tcpi_total_retrans) + sizeof info.tcpi_total_retrans;
    memset(facts, 0, sizeof *facts);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) return;
    *facts = (cml_tcp_facts){
        .round_trip = info.tcpi_rtt, .unacknowledged = info.tcpi_unacked, .retransmitted = info.tcpi_retrans,
        .total_retransmitted = info.tcpi_total_retrans,
        .state = info.tcpi_state, .timeouts = info.tcpi_retransmits};
}

void cml_linger_reset(int fd) {
    struct linger linger = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

int cml_close(int fd) { return (int)result(close(fd)); }

// --- what came back about our packets

// The beginning of the packet it is about goes to `packet`; `count` says how much there may be, and is.
static int take_notice(int fd, cml_notice *notice, void *packet, size_t *count) {
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)) + CMSG_SPACE(64)];
    } control;
    address destination;
    struct iovec part = {packet, *count};
    struct msghdr head = {
        .msg_name = &destination, .msg_namelen = sizeof destination, .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = &control, .msg_controllen = sizeof control};
    memset(notice, 0, sizeof *notice);
    memset(&destination, 0, sizeof destination);
    ssize_t length = recvmsg(fd, &head, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (length < 0) return errno == EAGAIN ? 0 : -errno;
    *count = (size_t)length < *count ? (size_t)length : *count;
    if (head.msg_namelen > 0) from_address(&destination, &notice->destination);
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&head); part; part = CMSG_NXTHDR(&head, part)) {
        bool v4 = part->cmsg_level == SOL_IP && part->cmsg_type == IP_RECVERR;
        bool v6 = part->cmsg_level == SOL_IPV6 && part->cmsg_type == IPV6_RECVERR;
        size_t least = CMSG_LEN(sizeof(struct sock_extended_err) + (v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)));
        if ((!v4 && !v6) || part->cmsg_len < least) continue;
        struct sock_extended_err error;
        memcpy(&error, CMSG_DATA(part), sizeof error);
        address sender;
        memset(&sender, 0, sizeof sender);
        memcpy(&sender, CMSG_DATA(part) + sizeof error, v6 ? sizeof sender.v6 : sizeof sender.v4);
        notice->error = (int)error.ee_errno;
        notice->origin = error.ee_origin;
        notice->type = error.ee_type;
        notice->code = error.ee_code;
        if (sender.any.sa_family == AF_INET || sender.any.sa_family == AF_INET6) from_address(&sender, &notice->sender);
    }
    return 1;
}

int cml_take_notice(int fd, cml_notice *notice) {
    char packet[64];
    size_t count = sizeof packet;
    return take_notice(fd, notice, packet, &count);
}

int cml_take_datagram_notice(int fd, cml_notice *notice, uint16_t *id) {
    uint8_t packet[2];
    size_t count = sizeof packet;
    int outcome = take_notice(fd, notice, packet, &count);
    if (outcome != 1 || count < sizeof packet) return outcome;
    *id = (uint16_t)(packet[0] << 8 | packet[1]);
    return 2;
}

void cml_receive_room(int fd, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

int cml_receive_notices(int fd, bool v6, bool on) {
    int value = on;
    return (int)result(v6 ? setsockopt(fd, SOL_IPV6, IPV6_RECVERR, &value, sizeof value)
                          : setsockopt(fd, SOL_IP, IP_RECVERR, &value, sizeof value));
}

bool cml_is_own_address(const cml_endpoint *where) {
    int fd = cml_socket(where->is_v6, false);
    if (fd < 0) return false;
    // Only what is local can be bound to, unless the machine allows more; then nothing can be said this way.
    int off = 0;
    setsockopt(fd, SOL_IP, IP_FREEBIND, &off, sizeof off);
    address at;
    socklen_t length = to_address(where->is_v6, where->high, where->low, 0, &at);
    bool own = bind(fd, &at.any, length) == 0;
    close(fd);
    return own;
}

int cml_source_address(const cml_endpoint *to, cml_endpoint *from) {
    int fd = cml_socket(to->is_v6, false);
    if (fd < 0) return fd;
    // Connecting a datagram socket sends nothing, but chooses route and source.
    address at;
    socklen_t length = to_address(to->is_v6, to->high, to->low, 53, &at);
    int outcome = connect(fd, &at.any, length) < 0 ? -errno : cml_local_endpoint(fd, from);
    close(fd);
    return outcome;
}

uint32_t cml_interface_index(const char *name) { return if_nametoindex(name); }

// --- datagram batches

int cml_send_batch(int fd, const void *arena, const uint32_t *offsets, const uint32_t *lengths, int count) {
    struct mmsghdr messages[CML_BATCH];
    struct iovec parts[CML_BATCH];
    if (count > CML_BATCH) count = CML_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        parts[i] = (struct iovec){(char *)arena + offsets[i], lengths[i]};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    return (int)result(sendmmsg(fd, messages, (unsigned)count, MSG_NOSIGNAL));
}

int cml_recv_batch(int fd, void *const *buffers, uint32_t size, uint32_t *lengths, int count) {
    struct mmsghdr messages[CML_BATCH];
    struct iovec parts[CML_BATCH];
    if (count > CML_BATCH) count = CML_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        parts[i] = (struct iovec){buffers[i], size};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int found = recvmmsg(fd, messages, (unsigned)count, 0, NULL);
    if (found < 0) return -errno;
    for (int i = 0; i < found; i++) lengths[i] = messages[i].msg_len;
    return found;
}
