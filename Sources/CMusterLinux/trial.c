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
