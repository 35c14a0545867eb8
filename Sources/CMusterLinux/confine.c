// What a process gives up for good: capabilities, paths and ports (Landlock), system calls (seccomp).
// Constants stand here, not only in the kernel's headers, which may be older than the kernel that runs.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// --- capabilities

static bool read_capabilities(struct __user_cap_data_struct data[2]) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    return syscall(SYS_capget, &header, data) == 0;
}

uint64_t cml_capabilities(void) {
    struct __user_cap_data_struct data[2] = {{0}};
    if (!read_capabilities(data)) return 0;
    return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

int cml_capabilities_keep(uint64_t kept) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};
    if (!read_capabilities(data)) return -errno;
    // Who may not change the bounding set cannot gain by it either: no_new_privs stands before it.
    if (data[0].effective & (1u << CAP_SETPCAP)) {
        for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++) {
            if (i > 63 || !(kept >> i & 1)) prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
        }
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= (uint32_t)(kept >> (32 * i));
        data[i].effective &= data[i].permitted;
        data[i].inheritable = 0;
    }
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int cml_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0; }

// --- Landlock (landlock(7)); the numbers of its calls are the same everywhere

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446 };
enum {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_REG = 1 << 8,
    FS_TRUNCATE = 1 << 14,
    FS_IOCTL_DEV = 1 << 15,
    FS_OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
    NET_CONNECT_TCP = 1 << 1,
    RULE_PATH = 1,
    RULE_PORT = 2,
};

struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};

int cml_landlock_abi(void) {
    // CREATE_RULESET_VERSION
    long version = syscall(CREATE_RULESET, NULL, 0, 1);
    return version > 0 ? (int)version : 0;
}

// All rights over files that a version knows.
static uint64_t files_of(int abi) {
    return abi >= 5 ? 0xffff : abi >= 3 ? 0x7fff : abi >= 2 ? 0x3fff : 0x1fff;
}

int cml_landlock_begin(int abi, bool files, bool connect) {
    struct ruleset set = {.files = files ? files_of(abi) : 0};
    // To listen is never needed; to connect only where the ports are known.
    if (abi >= 4) set.network = connect ? 3 : 1;
    // Abstract sockets and processes of others.
    if (abi >= 6) set.scoped = 3;
    size_t size = abi >= 6 ? sizeof set : abi >= 4 ? 16 : 8;
    long fd = syscall(CREATE_RULESET, &set, size, 0);
    return fd < 0 ? -errno : (int)fd;
}

int cml_landlock_path(int set, int abi, const char *path, int reach) {
    static const uint64_t rights[] = {
        [CML_REACH_LIST] = FS_READ_DIR,
        [CML_REACH_READ] = FS_READ_FILE | FS_READ_DIR,
        [CML_REACH_RUN] = FS_READ_FILE | FS_READ_DIR | FS_EXECUTE,
        [CML_REACH_WRITE] = FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
        [CML_REACH_REPLACE] = FS_WRITE_FILE | FS_READ_DIR | FS_TRUNCATE | FS_MAKE_REG | FS_REMOVE_FILE,
    };
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return -errno;
    struct stat status;
    if (fstat(fd, &status) < 0) memset(&status, 0, sizeof status);
    struct __attribute__((packed)) {
        uint64_t rights;
        int32_t parent;
    } rule = {.rights = rights[reach] & files_of(abi), .parent = fd};
    if (!S_ISDIR(status.st_mode)) rule.rights &= FS_OF_FILES;
    long outcome = rule.rights == 0 ? 0 : syscall(ADD_RULE, set, RULE_PATH, &rule, 0);
    int error = errno;
    close(fd);
    return outcome < 0 ? -error : 0;
}

int cml_landlock_port(int set, uint16_t port) {
    struct {
        uint64_t rights;
        uint64_t port;
    } rule = {NET_CONNECT_TCP, port};
    return syscall(ADD_RULE, set, RULE_PORT, &rule, 0) < 0 ? -errno : 0;
}

int cml_landlock_enforce(int set) { return syscall(RESTRICT_SELF, set, 0) < 0 ? -errno : 0; }

// --- seccomp (seccomp(2))

#if defined(__x86_64__)
#define OUR_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE AUDIT_ARCH_AARCH64
#endif

#define ARGUMENT(i) (offsetof(struct seccomp_data, args) + 8 * (i))
#define LOAD(offset) {BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(offset)}
#define KEEP(bits) {BPF_ALU | BPF_AND | BPF_K, 0, 0, (uint32_t)(bits)}
#define SKIP(count) {BPF_JMP | BPF_JA, 0, 0, (count)}
#define SKIP_EITHER(value, equal, other) {BPF_JMP | BPF_JEQ | BPF_K, equal, other, (uint32_t)(value)}
#define UNLESS(value, skip) SKIP_EITHER(value, 0, skip)
#define IF(value, skip) SKIP_EITHER(value, skip, 0)
#define UNLESS_ANY(bits, skip) {BPF_JMP | BPF_JSET | BPF_K, 0, skip, (uint32_t)(bits)}
#define RETURN(value) {BPF_RET | BPF_K, 0, 0, (uint32_t)(value)}
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define ALLOW RETURN(SECCOMP_RET_ALLOW)

enum { FILTER_LIMIT = 1024 };
struct program {
    struct sock_filter code[FILTER_LIMIT];
    unsigned short count;
};

static void append(struct program *program, const struct sock_filter *code, size_t count) {
    if (program->count + count > FILTER_LIMIT) __builtin_trap();
    memcpy(program->code + program->count, code, count * sizeof *code);
    program->count += count;
}

#define APPEND(program, ...)                                                          \
    do {                                                                              \
        const struct sock_filter code_[] = {__VA_ARGS__};                             \
        append(program, code_, sizeof code_ / sizeof *code_);                         \
    } while (0)

bool cml_seccomp_is_known(void) {
#ifdef OUR_MACHINE
    uint32_t action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
#else
    return false;
#endif
}

#ifdef OUR_MACHINE
static int install(struct program *program) {
    struct sock_fprog filter = {.len = program->count, .filter = program->code};
    // All threads; and speculation stays as it was, which would cost more than all else.
    const unsigned long all = SECCOMP_FILTER_FLAG_TSYNC;
    long outcome = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, all | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter);
    // Before Linux 4.17 the second flag is not known.
    if (outcome < 0 && errno == EINVAL) outcome = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, all, &filter);
    if (outcome > 0) return -ESRCH;
    return outcome < 0 ? -errno : 0;
}

// Calls of another machine's numbers would pass by the rest.
static void begin(struct program *program) {
    program->count = 0;
    APPEND(program, LOAD(offsetof(struct seccomp_data, arch)), IF(OUR_MACHINE, 1), RETURN(SECCOMP_RET_KILL_PROCESS),
           LOAD(offsetof(struct seccomp_data, nr)));
#ifdef __x86_64__
    // x32
    APPEND(program, {BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000u}, REFUSE(ENOSYS));
#endif
}

// IPv4 and IPv6 by TCP and UDP, and routes of netlink. Other protocols would pass by Landlock's ports (MPTCP, SCTP).
static void refuse_sockets(struct program *program, bool internet) {
    if (!internet) {
        APPEND(program, UNLESS(SYS_socket, 1), REFUSE(EPERM));
        return;
    }
    APPEND(program, UNLESS(SYS_socket, 18), LOAD(ARGUMENT(0)), IF(AF_INET, 5), IF(AF_INET6, 4), UNLESS(AF_NETLINK, 12),
           LOAD(ARGUMENT(2)), UNLESS(NETLINK_ROUTE, 10), ALLOW,
           // The type without its flags.
           LOAD(ARGUMENT(1)), KEEP(0xf), IF(SOCK_DGRAM, 3), UNLESS(SOCK_STREAM, 5),  //
           LOAD(ARGUMENT(2)), SKIP_EITHER(IPPROTO_TCP, 4, 2),                        //
           LOAD(ARGUMENT(2)), SKIP_EITHER(IPPROTO_UDP, 2, 0),                        //
           IF(0, 1), REFUSE(EPERM), ALLOW);
}

// No connection by the first bytes sent: Landlock does not see it.
static void refuse_fast_open(struct program *program) {
    APPEND(program, IF(SYS_sendto, 4), IF(SYS_sendmmsg, 3), UNLESS(SYS_sendmsg, 6), LOAD(ARGUMENT(2)), SKIP(1),
           LOAD(ARGUMENT(3)), UNLESS_ANY(0x20000000 /* MSG_FASTOPEN */, 1), REFUSE(EPERM), ALLOW);
}

// No memory that can be written and run.
static void refuse_writable_code(struct program *program) {
    APPEND(program, IF(SYS_mmap, 2), IF(SYS_mprotect, 1), UNLESS(SYS_pkey_mprotect, 5), LOAD(ARGUMENT(2)),
           KEEP(PROT_WRITE | PROT_EXEC), UNLESS(PROT_WRITE | PROT_EXEC, 1), REFUSE(EACCES), ALLOW);
}

// Modes that make whoever runs a file its owner or its group.
enum { ASSUMING = 06000 };

// Nothing is made with such a mode, nor given one. What is not written is given none at all: Landlock does not hold the mode,
// the owner and the attributes of a file, which its owner changes whatever else he may.
static void refuse_modes(struct program *program, bool files) {
    enum { MAKING = O_CREAT | (O_TMPFILE & ~O_DIRECTORY) };
    APPEND(program, UNLESS(SYS_openat, 6), LOAD(ARGUMENT(2)), UNLESS_ANY(MAKING, 3), LOAD(ARGUMENT(3)),
           UNLESS_ANY(ASSUMING, 1), REFUSE(EPERM), ALLOW);
#ifdef __x86_64__
    APPEND(program, UNLESS(SYS_open, 6), LOAD(ARGUMENT(1)), UNLESS_ANY(MAKING, 3), LOAD(ARGUMENT(2)),
           UNLESS_ANY(ASSUMING, 1), REFUSE(EPERM), ALLOW);
#endif
    // Its mode lies in memory.
    APPEND(program, UNLESS(437 /* openat2 */, 1), REFUSE(ENOSYS));
    if (!files) return;
    APPEND(program, UNLESS(SYS_fchmod, 4), LOAD(ARGUMENT(1)), UNLESS_ANY(ASSUMING, 1), REFUSE(EPERM), ALLOW);
    APPEND(program, IF(SYS_fchown, 2), IF(SYS_fsetxattr, 1), UNLESS(SYS_fremovexattr, 1), ALLOW);
}

// Limits and signals of other processes, by whatever way.
static void refuse_others(struct program *program) {
    const uint32_t us = (uint32_t)getpid();
    APPEND(program, UNLESS(SYS_prlimit64, 5), LOAD(ARGUMENT(0)), IF(0, 2), IF(us, 1), REFUSE(EPERM), ALLOW);
    APPEND(program, UNLESS(SYS_fcntl, 6), LOAD(ARGUMENT(1)), IF(F_SETOWN, 2), IF(F_SETOWN_EX, 1), UNLESS(F_SETSIG, 1),
           REFUSE(EPERM), ALLOW);
    // Nobody types for the one who sits at the terminal either.
    APPEND(program, UNLESS(SYS_ioctl, 7), LOAD(ARGUMENT(1)), IF(TIOCSTI, 3), IF(0x541c /* TIOCLINUX */, 2),
           IF(FIOSETOWN, 1), UNLESS(SIOCSPGRP, 1), REFUSE(EPERM), ALLOW);
}

enum {
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
    // What the kernel has beside these is newer than this list: a library goes on without it.
    FIRST_UNKNOWN = 450,
};

static void refuse_arguments(struct program *program, cml_needs needs) {
    APPEND(program, {BPF_JMP | BPF_JGE | BPF_K, 0, 1, FIRST_UNKNOWN}, REFUSE(ENOSYS));
    refuse_sockets(program, needs.internet);
    refuse_fast_open(program);
    refuse_writable_code(program);
    refuse_modes(program, needs.files);
    refuse_others(program);
    // It hides what it asks for.
    APPEND(program, UNLESS(435 /* clone3 */, 1), REFUSE(ENOSYS));
}

// Reading, writing, and what is known of files and their names.
static const int files_allowed[] = {
    SYS_recvmsg, SYS_sendmsg, SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_close,
    436 /* close_range */, SYS_dup, SYS_fcntl, SYS_flock, SYS_lseek, SYS_ftruncate, SYS_fallocate, SYS_fsync,
    SYS_fdatasync, SYS_syncfs, SYS_sync_file_range, SYS_sendfile, SYS_copy_file_range, SYS_fadvise64, SYS_openat,
    SYS_fstat, SYS_newfstatat, SYS_statx, SYS_fstatfs, SYS_statfs, SYS_getdents64, SYS_readlinkat, SYS_faccessat,
    439 /* faccessat2 */, SYS_renameat2, SYS_renameat, SYS_linkat, SYS_unlinkat, SYS_getcwd, SYS_umask, SYS_fgetxattr,
    SYS_flistxattr, SYS_getxattr, SYS_listxattr, SYS_lgetxattr, SYS_llistxattr, SYS_getsockopt,
#ifdef __x86_64__
    SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_rename, SYS_link, SYS_unlink, SYS_readlink,
#endif
};

// The runtime: memory, locks, clocks, signals, who we are, the end.
static const int runtime_allowed[] = {
    SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_futex, SYS_membarrier, SYS_rseq, SYS_set_robust_list,
    SYS_sched_yield, SYS_sched_getaffinity, SYS_getrandom, SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep,
    SYS_gettimeofday, SYS_ppoll, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
    SYS_restart_syscall, SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getgroups,
    SYS_getresuid, SYS_getresgid, SYS_uname, SYS_sysinfo, SYS_exit, SYS_exit_group,
#ifdef __x86_64__
    SYS_poll, SYS_time,
#endif
};

// A disk's names, owners, modes, times and attributes, as the user whom the server has become.
static const int disk_allowed[] = {
    437 /* openat2 */, SYS_mkdirat, SYS_symlinkat, SYS_fchmod, SYS_fchmodat, 452 /* fchmodat2 */, SYS_fchown,
    SYS_fchownat, SYS_utimensat, SYS_fsetxattr, SYS_fremovexattr, SYS_setxattr, SYS_removexattr, SYS_tgkill,
#ifdef __x86_64__
    SYS_mkdir, SYS_rmdir,
#endif
};

// Threads that wait for much at once, and sockets; to make one, and to connect, is told apart.
static const int work_allowed[] = {
    SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait, 441 /* epoll_pwait2 */, SYS_eventfd2, SYS_timerfd_create,
    SYS_timerfd_settime, SYS_timerfd_gettime, SYS_signalfd4, SYS_pselect6, SYS_pipe2, SYS_dup3, SYS_preadv, SYS_pwritev,
    SYS_preadv2, SYS_pwritev2, SYS_splice, SYS_tee, SYS_vmsplice, SYS_readahead, SYS_ioctl, SYS_sendto, SYS_sendmmsg,
    SYS_recvfrom, SYS_recvmmsg, SYS_getsockname, SYS_getpeername, SYS_setsockopt, SYS_shutdown, SYS_mincore, SYS_msync,
    SYS_mlock, SYS_munlock, SYS_mlock2, 449 /* futex_waitv */, SYS_get_robust_list, SYS_set_tid_address,
    SYS_sched_getparam, SYS_sched_getscheduler, SYS_sched_get_priority_max, SYS_sched_get_priority_min, SYS_getpriority,
    SYS_clock_getres, SYS_getitimer, SYS_setitimer, SYS_timer_create, SYS_timer_settime, SYS_timer_gettime,
    SYS_timer_getoverrun, SYS_timer_delete, SYS_rt_sigsuspend, SYS_rt_sigpending, SYS_rt_sigtimedwait, SYS_getppid,
    SYS_getpgid, SYS_getsid, SYS_getcpu, SYS_getrusage, SYS_times, SYS_getrlimit, SYS_setrlimit, SYS_prctl, SYS_capget,
    SYS_wait4, SYS_waitid,
#ifdef __x86_64__
    SYS_epoll_create, SYS_epoll_wait, SYS_eventfd, SYS_select, SYS_pipe, SYS_dup2, SYS_getdents, SYS_getpgrp, SYS_pause,
    SYS_alarm, SYS_arch_prctl,
#endif
};

static void allow(struct program *program, const int *calls, size_t count) {
    for (size_t i = 0; i < count; i++) APPEND(program, UNLESS(calls[i], 1), ALLOW);
}

#define ALLOW_ALL(program, calls) allow(program, calls, sizeof calls / sizeof *calls)

// Whoever starts no other program is left these calls, and no other.
static void allow_work(struct program *program, cml_needs needs) {
    const uint32_t us = (uint32_t)getpid();
    // Threads, not processes.
    APPEND(program, UNLESS(SYS_clone, 5), LOAD(ARGUMENT(0)), KEEP(NAMESPACES | CLONE_THREAD), IF(CLONE_THREAD, 1),
           REFUSE(EPERM), ALLOW);
    APPEND(program, IF(SYS_kill, 1), UNLESS(SYS_tgkill, 4), LOAD(ARGUMENT(0)), UNLESS(us, 1), ALLOW, REFUSE(EPERM));
    // The runtime sets a thread's own.
    APPEND(program, UNLESS(SYS_setpriority, 6), LOAD(ARGUMENT(0)), UNLESS(0, 3), LOAD(ARGUMENT(1)), UNLESS(0, 1), ALLOW,
           REFUSE(EPERM));
    if (needs.internet) APPEND(program, IF(SYS_connect, 1), UNLESS(SYS_bind, 1), ALLOW);
    ALLOW_ALL(program, files_allowed);
    ALLOW_ALL(program, runtime_allowed);
    ALLOW_ALL(program, work_allowed);
    APPEND(program, REFUSE(EPERM));
}

// Whoever starts programs, which may make any call, is refused these.
static void refuse_calls(struct program *program, cml_needs needs) {
    static const int refused[] = {
        SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, 438 /* pidfd_getfd */,
        440 /* process_madvise */, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, 428 /* open_tree */,
        429 /* move_mount */, 430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */,
        442 /* mount_setattr */, SYS_bpf, SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
        SYS_keyctl, SYS_add_key, SYS_request_key, SYS_userfaultfd, SYS_setns, SYS_unshare, 425 /* io_uring_setup */,
        426 /* io_uring_enter */, 427 /* io_uring_register */, SYS_perf_event_open, SYS_fanotify_init,
        SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_acct, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_settimeofday,
        SYS_clock_settime, SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname, SYS_setdomainname, SYS_syslog,
        SYS_quotactl, 443 /* quotactl_fd */, SYS_personality, SYS_vhangup, SYS_mknodat, SYS_setuid, SYS_setgid,
        SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_setfsuid, SYS_setfsgid,
        // By path, whoever made the file; and what Landlock's first versions leave open.
        SYS_fchmodat, SYS_fchownat, SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_utimensat,
        SYS_truncate, SYS_socketpair, SYS_shmget, SYS_shmat, SYS_semget, SYS_msgget, SYS_mq_open, SYS_mq_unlink,
#ifdef SYS_lookup_dcookie
        SYS_lookup_dcookie,
#endif
#ifdef SYS_kexec_file_load
        SYS_kexec_file_load,
#endif
#ifdef __x86_64__
        SYS_mknod, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_creat, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime,
        SYS_utimes, SYS_futimesat,
#endif
    };
    APPEND(program, UNLESS(SYS_clone, 4), LOAD(ARGUMENT(0)), UNLESS_ANY(NAMESPACES, 1), REFUSE(EPERM), ALLOW);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        APPEND(program, UNLESS(refused[i], 1), REFUSE(EPERM));
    }
    if (!needs.files) {
        APPEND(program, IF(SYS_fchmod, 3), IF(SYS_fchown, 2), IF(SYS_fsetxattr, 1), UNLESS(SYS_fremovexattr, 1),
               REFUSE(EPERM));
    }
    APPEND(program, ALLOW);
}

int cml_seccomp_refuse(cml_needs needs) {
    struct program program;
    begin(&program);
    refuse_arguments(&program, needs);
    if (needs.programs) {
        refuse_calls(&program, needs);
    } else {
        allow_work(&program, needs);
    }
    return install(&program);
}

int cml_seccomp_serve_disk(void) {
    struct program program;
    begin(&program);
    refuse_writable_code(&program);
    ALLOW_ALL(&program, files_allowed);
    ALLOW_ALL(&program, runtime_allowed);
    ALLOW_ALL(&program, disk_allowed);
    APPEND(&program, REFUSE(EPERM));
    return install(&program);
}
#else
int cml_seccomp_refuse(cml_needs needs) { return -ENOSYS; }
int cml_seccomp_serve_disk(void) { return -ENOSYS; }
#endif
