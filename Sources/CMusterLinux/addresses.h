// Addresses as the kernel takes them, to and from endpoints.
#ifndef CML_ADDRESSES_H
#define CML_ADDRESSES_H

#include "CMusterLinux.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

// A link-local address carries its interface in bits that are zero on the wire.
static inline bool is_link_local(const struct in6_addr *a) { return a->s6_addr[0] == 0xfe && (a->s6_addr[1] & 0xc0) == 0x80; }

static inline socklen_t to_address(bool v6, uint64_t high, uint64_t low, uint16_t port, address *to) {
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

static inline void from_address(const address *from, cml_endpoint *to) {
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

#endif
