// What a process that gave something up may still do: in debug builds only.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#ifdef DEBUG
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int cml_trial_call(int index, const char **name) {
    static const struct {
        const char *name;
        long number, first;
    } calls[] = {
        {"ptrace", SYS_ptrace, 3}, {"unshare", SYS_unshare, 0x10000000}, {"setns", SYS_setns, 0}, {"bpf", SYS_bpf, 0},
        {"keyctl", SYS_keyctl, 0}, {"userfaultfd", SYS_userfaultfd, 0}, {"mount", SYS_mount, 0}, {"io_uring", 425, 1},
        {"process_vm_readv", SYS_process_vm_readv, 0}, {"kexec", SYS_kexec_load, 0}, {"module", SYS_init_module, 0},
        {"setuid", SYS_setuid, 0}, {"clone3", 435, 0},
    };
    if ((size_t)index >= sizeof calls / sizeof *calls) return -1;
    *name = calls[index].name;
    return syscall(calls[index].number, calls[index].first, 0, 0, 0, 0) < 0 ? errno : 0;
}

int cml_trial_bypass(int index, const char *path, const char **name) {
    const long file = (long)path, parent = getppid();
    const struct {
        const char *name;
        long number, given[4];
    } calls[] = {
        {"chmod", SYS_fchmodat, {AT_FDCWD, file, 0600}},
        {"chown", SYS_fchownat, {AT_FDCWD, file, -1, -1}},
        {"setxattr", SYS_setxattr, {file, (long)"user.trial", (long)"1", 1}},
        {"lsetxattr", SYS_lsetxattr, {file, (long)"user.trial", (long)"1", 1}},
        {"removexattr", SYS_removexattr, {file, (long)"user.trial"}},
        {"truncate", SYS_truncate, {file, 1}},
        {"utimensat", SYS_utimensat, {AT_FDCWD, file, 0, 0}},
        {"assuming-file", SYS_openat, {AT_FDCWD, file, O_WRONLY | O_CREAT, 04700}},
        {"assuming-mode", SYS_fchmod, {-1, 02700}},
        {"fchmodat2", 452, {AT_FDCWD, file, 0600}},
        {"setxattrat", 463, {AT_FDCWD, file}},
        {"file_setattr", 469, {AT_FDCWD, file}},
        {"openat2", 437, {AT_FDCWD, file}},
        {"fast-open", SYS_sendto, {-1, 0, 0, 0x20000000}},
        {"fast-open-message", SYS_sendmsg, {-1, 0, 0x20000000}},
        {"fast-open-messages", SYS_sendmmsg, {-1, 0, 0, 0x20000000}},
        {"socketpair", SYS_socketpair, {AF_UNIX, SOCK_DGRAM, 0, 0}},
        {"limits-of-parent", SYS_prlimit64, {parent, 7}},
        {"own-parent", SYS_fcntl, {-1, F_SETOWN, parent}},
        {"shmget", SYS_shmget, {0x7472, 1}},
        {"msgget", SYS_msgget, {0x7472, 0}},
        // Where programs are started these three stay open.
        {"listen", SYS_listen, {-1, 1}},
        {"signal-to-parent", SYS_kill, {parent, 0}},
        {"chdir", SYS_chdir, {(long)"."}},
    };
    if ((size_t)index >= sizeof calls / sizeof *calls) return -1;
    *name = calls[index].name;
    const long *given = calls[index].given;
    return syscall(calls[index].number, given[0], given[1], given[2], given[3], 0) < 0 ? errno : 0;
}

int cml_trial_open(const char *path, bool writing) {
    int fd = open(path, (writing ? O_WRONLY | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0) return errno;
    close(fd);
    return 0;
}

int cml_trial_socket(int family, int type, int protocol) {
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    if (fd < 0) return errno;
    close(fd);
    return 0;
}

int cml_trial_memory(void) {
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return errno;
    munmap(memory, 4096);
    return 0;
}
#endif
