// What the kernel knows of the way to an address, by rtnetlink(7): route, link and the gateway's neighbour entry.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    struct nlmsghdr head;
    union {
        struct rtmsg route;
        struct ndmsg neighbour;
        struct ifinfomsg link;
    } body;
    char attributes[64];
} request;

// Long enough for one link with all its attributes.
enum { ANSWER_ROOM = 16384 };

static void begin(request *asked, uint16_t type, size_t body) {
    memset(asked, 0, sizeof *asked);
    asked->head.nlmsg_type = type;
    asked->head.nlmsg_flags = NLM_F_REQUEST;
    asked->head.nlmsg_len = NLMSG_LENGTH((uint32_t)body);
}

static void add_address(request *asked, uint16_t type, const cml_endpoint *address) {
    struct rtattr *attribute = (struct rtattr *)((char *)asked + NLMSG_ALIGN(asked->head.nlmsg_len));
    uint8_t bytes[16];
    size_t size = address->is_v6 ? 16 : 4;
    for (size_t i = 0; i < size; i++) {
        uint64_t half = address->is_v6 && i < 8 ? address->high : address->low;
        bytes[i] = (uint8_t)(half >> (8 * ((size - 1 - i) % 8)));
    }
    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(size);
    memcpy(RTA_DATA(attribute), bytes, size);
    asked->head.nlmsg_len = NLMSG_ALIGN(asked->head.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
}

static bool read_address(const void *data, size_t size, cml_endpoint *address) {
    if (size != 4 && size != 16) return false;
    const uint8_t *bytes = data;
    *address = (cml_endpoint){.is_v6 = size == 16};
    for (size_t i = 0; i < size; i++) {
        if (size == 16 && i < 8) {
            address->high = address->high << 8 | bytes[i];
        } else {
            address->low = address->low << 8 | bytes[i];
        }
    }
    return true;
}

// Sends one request and takes its one answer, which the kernel gives at once: never waits. 0 or -errno.
static int ask(int fd, request *asked, void *answer, size_t *length) {
    static uint32_t last;
    uint32_t number = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    asked->head.nlmsg_seq = number;
    if (send(fd, asked, asked->head.nlmsg_len, 0) < 0) return -errno;
    for (int tries = 0; tries < 8; tries++) {
        ssize_t got = recv(fd, answer, ANSWER_ROOM, MSG_DONTWAIT | MSG_TRUNC);
        if (got < 0) return -errno;
        if (got > ANSWER_ROOM) return -EMSGSIZE;
        const struct nlmsghdr *head = answer;
        if (!NLMSG_OK(head, (size_t)got)) return -EPROTO;
        if (head->nlmsg_seq != number) continue;
        if (head->nlmsg_type == NLMSG_ERROR) {
            if (head->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) return -EPROTO;
            int error = ((const struct nlmsgerr *)NLMSG_DATA(head))->error;
            return error != 0 ? error : -EPROTO;
        }
        *length = head->nlmsg_len;
        return 0;
    }
    return -EPROTO;
}

static void read_route(const void *answer, size_t length, cml_way *way) {
    const struct rtmsg *route = NLMSG_DATA((struct nlmsghdr *)answer);
    switch (route->rtm_type) {
    case RTN_LOCAL: way->is_local = true; break;
    case RTN_UNREACHABLE: way->error = EHOSTUNREACH; break;
    case RTN_PROHIBIT: way->error = EACCES; break;
    case RTN_BLACKHOLE: way->error = EINVAL; break;
    default: break;
    }
    int left = (int)(length - NLMSG_LENGTH(sizeof *route));
    for (struct rtattr *at = RTM_RTA(route); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        const void *data = RTA_DATA(at);
        size_t size = RTA_PAYLOAD(at);
        if (at->rta_type == RTA_OIF && size == sizeof(uint32_t)) memcpy(&way->interface, data, size);
        if (at->rta_type == RTA_GATEWAY) way->has_gateway = read_address(data, size, &way->gateway);
        // An IPv4 route through an IPv6 neighbour: a family before the address.
        if (at->rta_type == RTA_VIA && size > 2) {
            way->has_gateway = read_address((const char *)data + 2, size - 2, &way->gateway);
        }
    }
}

static void ask_link(int fd, void *answer, cml_way *way) {
    request asked;
    size_t length;
    begin(&asked, RTM_GETLINK, sizeof asked.body.link);
    asked.body.link.ifi_index = (int)way->interface;
    // Where nothing can be known nothing is wrong.
    way->is_up = way->has_carrier = true;
    if (ask(fd, &asked, answer, &length) != 0 || length < NLMSG_LENGTH(sizeof(struct ifinfomsg))) return;
    const struct ifinfomsg *link = NLMSG_DATA((struct nlmsghdr *)answer);
    way->is_up = (link->ifi_flags & IFF_UP) != 0;
    way->has_carrier = (link->ifi_flags & IFF_RUNNING) != 0;
    int left = (int)(length - NLMSG_LENGTH(sizeof *link));
    for (struct rtattr *at = IFLA_RTA(link); RTA_OK(at, left); at = RTA_NEXT(at, left)) {
        if (at->rta_type != IFLA_IFNAME) continue;
        size_t size = RTA_PAYLOAD(at) < sizeof way->name ? RTA_PAYLOAD(at) : sizeof way->name;
        memcpy(way->name, RTA_DATA(at), size);
        way->name[sizeof way->name - 1] = 0;
    }
}

static void ask_neighbour(int fd, void *answer, cml_way *way) {
    request asked;
    size_t length;
    begin(&asked, RTM_GETNEIGH, sizeof asked.body.neighbour);
    asked.body.neighbour.ndm_family = way->gateway.is_v6 ? AF_INET6 : AF_INET;
    asked.body.neighbour.ndm_ifindex = (int)way->interface;
    add_address(&asked, NDA_DST, &way->gateway);
    if (ask(fd, &asked, answer, &length) != 0 || length < NLMSG_LENGTH(sizeof(struct ndmsg))) return;
    const struct ndmsg *neighbour = NLMSG_DATA((struct nlmsghdr *)answer);
    way->is_gateway_silent = (neighbour->ndm_state & (NUD_FAILED | NUD_INCOMPLETE)) != 0;
}

int cml_way_to(const cml_endpoint *to, cml_way *way) {
    memset(way, 0, sizeof *way);
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -errno;
    void *answer = malloc(ANSWER_ROOM);
    size_t length = 0;
    request asked;
    begin(&asked, RTM_GETROUTE, sizeof asked.body.route);
    asked.body.route.rtm_family = to->is_v6 ? AF_INET6 : AF_INET;
    asked.body.route.rtm_dst_len = to->is_v6 ? 128 : 32;
    add_address(&asked, RTA_DST, to);
    int outcome = answer == NULL ? -ENOMEM : ask(fd, &asked, answer, &length);
    switch (outcome) {
    case 0:
        if (length < NLMSG_LENGTH(sizeof(struct rtmsg))) {
            outcome = -EPROTO;
            break;
        }
        read_route(answer, length, way);
        if (way->error == 0 && !way->is_local) {
            ask_link(fd, answer, way);
            if (way->has_gateway) ask_neighbour(fd, answer, way);
        }
        break;
    // What the kernel says where it has no way: an answer too.
    case -ENETUNREACH:
    case -EHOSTUNREACH:
    case -ENETDOWN:
    case -EACCES:
    case -EINVAL:
        way->error = -outcome;
        outcome = 0;
        break;
    default: break;
    }
    free(answer);
    close(fd);
    return outcome;
}

int cml_network_changes(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0) return -errno;
    struct sockaddr_nl local = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                     RTMGRP_IPV6_ROUTE,
    };
    if (bind(fd, (struct sockaddr *)&local, sizeof local) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}
