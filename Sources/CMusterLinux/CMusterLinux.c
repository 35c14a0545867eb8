#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <malloc.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif
#ifndef IP_MINTTL
#define IP_MINTTL 21
#endif
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

static inline int64_t result(int64_t value) { return value < 0 ? -errno : value; }

// --- clocks and threads

static __thread __attribute__((tls_model("initial-exec"))) const int64_t *own_clock;
void cml_clock_set(const int64_t *clock) { own_clock = clock; }

int64_t cml_now_ns(void) {
    if (__builtin_expect(own_clock != NULL, 0)) return *own_clock;
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t cml_asleep_ns(void) {
    if (own_clock) return 0;
    struct timespec with, without;
    clock_gettime(CLOCK_MONOTONIC, &without);
    clock_gettime(CLOCK_BOOTTIME, &with);
    return ((int64_t)with.tv_sec - without.tv_sec) * 1000000000 + with.tv_nsec - without.tv_nsec;
}

double cml_wall_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Read several times a check: the model that needs no call.
static __thread __attribute__((tls_model("initial-exec"))) void *current_loop;
void *cml_loop_get(void) { return current_loop; }
void cml_loop_set(void *loop) { current_loop = loop; }
void cml_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

int64_t cml_cpu_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

// --- epoll and eventfd

int cml_epoll_create(void) { return (int)result(epoll_create1(EPOLL_CLOEXEC)); }

int cml_epoll_add(int epoll, int fd, uint32_t events, uint32_t slot) {
    struct epoll_event event = {.events = events, .data.u64 = slot};
    return (int)result(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

int cml_epoll_remove(int epoll, int fd) { return (int)result(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL)); }

int cml_epoll_wait(int epoll, cml_event *events, int count, int milliseconds) {
    struct epoll_event raw[512];
    if (count > 512) count = 512;
    int found = epoll_wait(epoll, raw, count, milliseconds);
    if (found < 0) return -errno;
    for (int i = 0; i < found; i++) events[i] = (cml_event){raw[i].events, (uint32_t)raw[i].data.u64};
    return found;
}

int cml_eventfd(void) { return (int)result(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

void cml_eventfd_signal(int fd) {
    uint64_t one = 1;
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

void cml_eventfd_drain(int fd) {
    uint64_t value;
    while (read(fd, &value, sizeof value) < 0 && errno == EINTR) {}
}

// --- sockets

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

// A link-local address carries its interface in bits that are zero on the wire.
static bool is_link_local(const struct in6_addr *a) { return a->s6_addr[0] == 0xfe && (a->s6_addr[1] & 0xc0) == 0x80; }

static socklen_t to_address(bool v6, uint64_t high, uint64_t low, uint16_t port, address *to) {
    memset(to, 0, sizeof *to);
    if (!v6) {
        to->v4.sin_family = AF_INET;
        to->v4.sin_port = htons(port);
        to->v4.sin_addr.s_addr = htonl((uint32_t)low);
        return sizeof to->v4;
    }
    to->v6.sin6_family = AF_INET6;
    to->v6.sin6_port = htons(port);
    for (int i = 0; i < 8; i++) {
        to->v6.sin6_addr.s6_addr[i] = (uint8_t)(high >> (56 - 8 * i));
        to->v6.sin6_addr.s6_addr[8 + i] = (uint8_t)(low >> (56 - 8 * i));
    }
    if (is_link_local(&to->v6.sin6_addr)) {
        to->v6.sin6_scope_id = (uint32_t)high;
        memset(&to->v6.sin6_addr.s6_addr[4], 0, 4);
    }
    return sizeof to->v6;
}

static void from_address(const address *from, cml_endpoint *to) {
    memset(to, 0, sizeof *to);
    if (from->any.sa_family == AF_INET) {
        to->low = ntohl(from->v4.sin_addr.s_addr);
        to->port = ntohs(from->v4.sin_port);
        return;
    }
    to->is_v6 = true;
    to->port = ntohs(from->v6.sin6_port);
    for (int i = 0; i < 8; i++) {
        to->high = to->high << 8 | from->v6.sin6_addr.s6_addr[i];
        to->low = to->low << 8 | from->v6.sin6_addr.s6_addr[8 + i];
    }
    if (is_link_local(&from->v6.sin6_addr)) to->high |= from->v6.sin6_scope_id;
}

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

// --- servers

int cml_listen(const cml_endpoint *where, int flags, int backlog) {
    bool stream = flags & CML_LISTEN_STREAM;
    int fd = cml_socket(where->is_v6, stream);
    if (fd < 0) return fd;
    int one = 1, most = 255, ok = 0;
    if (stream) ok |= setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (flags & CML_LISTEN_REUSE_PORT) ok |= setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (flags & CML_LISTEN_LOOPBACK_DEVICE) ok |= setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
    if (where->is_v6 && flags & CML_LISTEN_V6ONLY) ok |= setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (flags & CML_LISTEN_BLACK_HOLE) {
        ok |= where->is_v6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &most, sizeof most)
                           : setsockopt(fd, IPPROTO_IP, IP_MINTTL, &most, sizeof most);
    }
    if (!stream) {
        int size = 8 << 20;
        if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
            setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        ok |= where->is_v6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof one)
                           : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    }
    address at;
    socklen_t length = to_address(where->is_v6, where->high, where->low, where->port, &at);
    if (ok < 0 || bind(fd, &at.any, length) < 0 || (stream && listen(fd, backlog) < 0)) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int cml_accept(int fd) { return (int)result(accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)); }

int cml_local_endpoint(int fd, cml_endpoint *to) {
    address from;
    socklen_t length = sizeof from;
    if (getsockname(fd, &from.any, &length) < 0) return -errno;
    from_address(&from, to);
    return 0;
}

int cml_peer_endpoint(int fd, cml_endpoint *to) {
    address from;
    socklen_t length = sizeof from;
    if (getpeername(fd, &from.any, &length) < 0) return -errno;
    from_address(&from, to);
    return 0;
}

// A binary search tree over intervals in classic BPF. Conditional jumps reach 255 instructions at most, so an inner node
// falls through to its left half and reaches the right one by an unconditional jump.
typedef struct {
    struct sock_filter *code;
    int used;
} program;

static void emit(program *p, uint16_t code, uint8_t yes, uint8_t no, uint32_t value) {
    p->code[p->used++] = (struct sock_filter){code, yes, no, value};
}

static void emit_search(program *p, const uint32_t *starts, const uint8_t *members, int low, int high) {
    if (high - low == 1) {
        emit(p, BPF_RET | BPF_K, 0, 0, members[low]);
        return;
    }
    int middle = (low + high) / 2;
    emit(p, BPF_JMP | BPF_JGE | BPF_K, 0, 1, starts[middle]);
    int jump = p->used;
    emit(p, BPF_JMP | BPF_JA, 0, 0, 0);
    emit_search(p, starts, members, low, middle);
    p->code[jump].k = (uint32_t)(p->used - jump - 1);
    emit_search(p, starts, members, middle, high);
}

int cml_steer(int fd, const uint32_t *starts, const uint8_t *members, int count) {
    if (count < 1 || count > CML_STEER_MAX) return -E2BIG;
    program p = {calloc((size_t)count * 3 + 1, sizeof(struct sock_filter)), 0};
    if (!p.code) return -ENOMEM;
    emit(&p, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)SKF_NET_OFF + 16);
    emit_search(&p, starts, members, 0, count);
    struct sock_fprog filter = {(unsigned short)p.used, p.code};
    int outcome = (int)result(setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter));
    free(p.code);
    return outcome;
}

typedef union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
} control;

int cml_server_recv(int fd, void *arena, uint32_t stride, cml_datagram *datagrams, int count) {
    struct mmsghdr messages[CML_BATCH];
    struct iovec parts[CML_BATCH];
    address sources[CML_BATCH];
    control controls[CML_BATCH];
    if (count > CML_BATCH) count = CML_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        parts[i] = (struct iovec){(char *)arena + (size_t)i * stride, stride};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = &sources[i], .msg_namelen = sizeof sources[i], .msg_iov = &parts[i], .msg_iovlen = 1,
            .msg_control = &controls[i], .msg_controllen = sizeof controls[i]};
    }
    int found = recvmmsg(fd, messages, (unsigned)count, 0, NULL);
    if (found < 0) return -errno;
    for (int i = 0; i < found; i++) {
        from_address(&sources[i], &datagrams[i].source);
        memset(&datagrams[i].destination, 0, sizeof datagrams[i].destination);
        datagrams[i].length = messages[i].msg_len;
        for (struct cmsghdr *head = CMSG_FIRSTHDR(&messages[i].msg_hdr); head;
             head = CMSG_NXTHDR(&messages[i].msg_hdr, head)) {
            if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_PKTINFO) {
                struct in_pktinfo info;
                memcpy(&info, CMSG_DATA(head), sizeof info);
                datagrams[i].destination.low = ntohl(info.ipi_addr.s_addr);
            } else if (head->cmsg_level == IPPROTO_IPV6 && head->cmsg_type == IPV6_PKTINFO) {
                address local = {.v6 = {.sin6_family = AF_INET6}};
                struct in6_pktinfo info;
                memcpy(&info, CMSG_DATA(head), sizeof info);
                local.v6.sin6_addr = info.ipi6_addr;
                from_address(&local, &datagrams[i].destination);
            }
        }
    }
    return found;
}

int cml_server_send(int fd, const void *arena, uint32_t stride, const cml_datagram *datagrams, int count) {
    struct mmsghdr messages[CML_BATCH];
    struct iovec parts[CML_BATCH];
    address targets[CML_BATCH];
    control controls[CML_BATCH];
    int used = 0;
    if (count > CML_BATCH) count = CML_BATCH;
    memset(messages, 0, sizeof messages[0] * (size_t)count);
    memset(controls, 0, sizeof controls[0] * (size_t)count);
    for (int i = 0; i < count; i++) {
        if (datagrams[i].length == 0) continue;
        const cml_endpoint *to = &datagrams[i].source, *from = &datagrams[i].destination;
        parts[used] = (struct iovec){(char *)arena + (size_t)i * stride, datagrams[i].length};
        struct msghdr *head = &messages[used].msg_hdr;
        *head = (struct msghdr){
            .msg_name = &targets[used], .msg_namelen = to_address(to->is_v6, to->high, to->low, to->port, &targets[used]),
            .msg_iov = &parts[used], .msg_iovlen = 1, .msg_control = &controls[used], .msg_controllen = sizeof controls[used]};
        struct cmsghdr *control = CMSG_FIRSTHDR(head);
        if (!to->is_v6) {
            struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)from->low)};
            control->cmsg_level = IPPROTO_IP;
            control->cmsg_type = IP_PKTINFO;
            control->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(control), &info, sizeof info);
            head->msg_controllen = CMSG_SPACE(sizeof info);
        } else {
            address local;
            to_address(true, from->high, from->low, 0, &local);
            struct in6_pktinfo info = {.ipi6_addr = local.v6.sin6_addr};
            control->cmsg_level = IPPROTO_IPV6;
            control->cmsg_type = IPV6_PKTINFO;
            control->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(control), &info, sizeof info);
            head->msg_controllen = CMSG_SPACE(sizeof info);
        }
        used++;
    }
    int sent = 0;
    while (sent < used) {
        int count = sendmmsg(fd, messages + sent, (unsigned)(used - sent), MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)) return sent;
        // What cannot be sent, to port 0 or from a broadcast address, must not cost the others their answer.
        sent += count > 0 ? count : 1;
    }
    return sent;
}

// --- process

int64_t cml_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

int64_t cml_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max > 1048576 ? 1048576 : limit.rlim_max;
        if (limit.rlim_cur > before) setrlimit(RLIMIT_NOFILE, &limit);
    }
    return cml_descriptor_limit();
}

int cml_terminal_width(int fd) {
    struct winsize size;
    if (!isatty(fd)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

int cml_terminal_height(int fd) {
    struct winsize size;
    if (!isatty(fd)) return 0;
    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0) return 24;
    return size.ws_row;
}

static volatile int interrupt_fd = -1;
static volatile sig_atomic_t interrupts;

static void on_interrupt(int number) {
    int saved = errno;
    if (interrupts == 0) {
        interrupts = 1;
        cml_eventfd_signal(interrupt_fd);
    } else if (number != SIGHUP) {
        // A terminal that goes away sends SIGHUP, and then so does its shell: nobody means to end us by that.
        signal(number, SIG_DFL);
        raise(number);
    }
    errno = saved;
}

int cml_catch_interrupts(void) {
    int fd = cml_eventfd();
    if (fd < 0) return fd;
    interrupt_fd = fd;
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // Who starts us with nohup(1) wants us to outlive the terminal.
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) < 0 || before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL);
    return fd;
}

int cml_is_interrupted(void) { return interrupts != 0; }

void cml_ignore_broken_pipes(void) { signal(SIGPIPE, SIG_IGN); }

void cml_ignore_interrupts(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

// --- room to run in

static void *pause_at(void *gate) {
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

int cml_try_threads(int count, size_t bytes) {
    enum { MOST = 64 };
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[MOST];
    int started = 0, error = 0;
    pthread_mutex_lock(&gate);
    while (started < count && started < MOST && error == 0) {
        error = pthread_create(&threads[started], NULL, pause_at, &gate);
        if (error == 0) started++;
    }
    if (error == 0) {
        void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room == MAP_FAILED) error = ENOMEM;
        else munmap(room, bytes);
    }
    pthread_mutex_unlock(&gate);
    for (int index = 0; index < started; index++) pthread_join(threads[index], NULL);
    return error;
}

int64_t cml_address_space_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY) return -1;
    return limit.rlim_cur > INT64_MAX ? -1 : (int64_t)limit.rlim_cur;
}

void cml_share_arenas(void) { mallopt(M_ARENA_MAX, 1); }

// --- output whose reader sets the pace

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

int cml_hold_standard_descriptors(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) continue;
        // The wrong way round: using it stays the fault that it is.
        int opened = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
        if (opened != fd) return opened < 0 ? -errno : -EBADF;
    }
    return 0;
}

int cml_core_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0) return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}

void cml_random(void *bytes, size_t count) {
    size_t filled = 0;
    while (filled < count) {
        ssize_t got = getrandom((char *)bytes + filled, count - filled, 0);
        if (got > 0) filled += (size_t)got;
    }
}

size_t cml_error_text(int error, void *text, size_t capacity) {
    char buffer[256];
    const char *reason = strerror_r(error, buffer, sizeof buffer);
    size_t length = strlen(reason);
    if (length > capacity) length = capacity;
    memcpy(text, reason, length);
    return length;
}
