// Sockets of servers: the lab's and the tests'.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"
#include "addresses.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef IP_MINTTL
#define IP_MINTTL 21
#endif
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif
#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

static inline int64_t result(int64_t value) { return value < 0 ? -errno : value; }

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

static int endpoint(int (*ask)(int, struct sockaddr *, socklen_t *), int fd, cml_endpoint *to) {
    address from;
    socklen_t length = sizeof from;
    if (ask(fd, &from.any, &length) < 0) return -errno;
    from_address(&from, to);
    return 0;
}

int cml_local_endpoint(int fd, cml_endpoint *to) { return endpoint(getsockname, fd, to); }
int cml_peer_endpoint(int fd, cml_endpoint *to) { return endpoint(getpeername, fd, to); }

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
