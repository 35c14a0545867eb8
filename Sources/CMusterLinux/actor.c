// A process that works with a user's rights, and messages to it.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// --- messages

int cml_message_pair(int ends[2]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
    // None of those that a child is given by number.
    for (int i = 0; i < 2; i++) {
        if (ends[i] > CML_SERVER_SOCKET) continue;
        int high = fcntl(ends[i], F_DUPFD_CLOEXEC, CML_SERVER_SOCKET + 1);
        int error = errno;
        close(ends[i]);
        if (high < 0) {
            close(ends[1 - i]);
            return -error;
        }
        ends[i] = high;
    }
    return 0;
}

bool cml_is_message_socket(int fd) {
    int domain = 0, type = 0;
    socklen_t size = sizeof domain;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0) return false;
    size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && domain == AF_UNIX && type == SOCK_SEQPACKET;
}

int cml_message_send(int fd, const void *bytes, size_t count, int descriptor, bool waits) {
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control;
    memset(&control, 0, sizeof control);
    struct iovec piece = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.room;
        message.msg_controllen = sizeof control.room;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
    }
    ssize_t sent;
    do {
        sent = sendmsg(fd, &message, MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int64_t cml_message_receive(int fd, void *bytes, size_t capacity, int *descriptor) {
    // The padding behind one descriptor has room for a second; what there is no room for is never given to us.
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct iovec piece = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    *descriptor = -1;
    ssize_t got;
    do {
        got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    int found = 0;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++, found++) {
            int given;
            memcpy(&given, CMSG_DATA(head) + i * sizeof given, sizeof given);
            if (found == 0) {
                *descriptor = given;
            } else {
                close(given);
            }
        }
    }
    if (found <= 1 && (message.msg_flags & MSG_TRUNC) == 0) return got;
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
    return -EPROTO;
}

bool cml_file_is_for(int fd, bool writing) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & (O_PATH | O_APPEND | O_DIRECT)) != 0) return false;
    return (flags & O_ACCMODE) == (writing ? O_RDWR : O_RDONLY);
}

// --- the process

int cml_spawn_server(const char *program, char *const *arguments, char *const *environment, int socket) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = 0;
    int outcome = posix_spawn_file_actions_init(&actions);
    if (outcome != 0) return -outcome;
    outcome = posix_spawnattr_init(&attributes);
    if (outcome != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -outcome;
    }
    sigset_t none, normal;
    sigemptyset(&none);
    sigfillset(&normal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &normal);
    // No terminal: it would be a way to type for us.
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    outcome = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    if (outcome == 0) outcome = posix_spawn_file_actions_adddup2(&actions, 0, 1);
    if (outcome == 0) outcome = posix_spawn_file_actions_adddup2(&actions, 0, 2);
    if (outcome == 0) outcome = posix_spawn_file_actions_adddup2(&actions, socket, CML_SERVER_SOCKET);
    if (outcome == 0) outcome = posix_spawn_file_actions_addclosefrom_np(&actions, CML_SERVER_SOCKET + 1);
    if (outcome == 0) outcome = posix_spawn(&child, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return outcome != 0 ? -outcome : child;
}

bool cml_child_is_stopped(int child) {
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

// Nobody but who we are now: the ids that can be taken back are looked at, and taking root's back is tried.
static int check_identity(uid_t user, gid_t group) {
    uid_t users[3];
    gid_t groups[3];
    if (getresuid(&users[0], &users[1], &users[2]) < 0 || getresgid(&groups[0], &groups[1], &groups[2]) < 0) return -errno;
    for (int i = 0; i < 3; i++) {
        if (users[i] != user || groups[i] != group) return -EPERM;
    }
    if (user != 0 && (setuid(0) == 0 || seteuid(0) == 0 || setgroups(0, NULL) == 0)) return -EPERM;
    return 0;
}

int cml_become(uint32_t user, uint32_t group, const char *name) {
    if (user == UINT32_MAX || group == UINT32_MAX) return -EINVAL;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (geteuid() == 0) {
        gid_t only = group;
        if ((*name != '\0' ? initgroups(name, group) : setgroups(1, &only)) < 0) return -errno;
    }
    if (setresgid(group, group, group) < 0 || setresuid(user, user, user) < 0) return -errno;
    return check_identity(user, group);
}

void cml_serve_quietly(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(0);
}
