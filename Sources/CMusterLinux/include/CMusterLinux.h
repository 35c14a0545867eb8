// What Swift's Glibc module lacks or cannot express: epoll, eventfd, packet batches, socket options of Linux.
// Every function returns its value or -errno, so that no caller has to read errno across a call.
#ifndef CMUSTERLINUX_H
#define CMUSTERLINUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An address without the padding and byte order of the sockaddr family: IPv4 in `low` (host order), IPv6 in both halves.
// A link-local one has the index of its interface in the lower half of `high`.
typedef struct {
    uint64_t high;
    uint64_t low;
    uint16_t port;
    bool is_v6;
} cml_endpoint;

// --- clocks and threads
// Monotonic. On a thread that has a clock of its own, what that says.
int64_t cml_now_ns(void);
// Makes what it points to this thread's clock; NULL: the system's again.
void cml_clock_set(const int64_t *clock);
// How long the machine has slept, suspended, since it was started.
int64_t cml_asleep_ns(void);
double cml_wall_seconds(void);
void *cml_loop_get(void);
void cml_loop_set(void *loop);
void cml_thread_name(const char *name);
int64_t cml_cpu_ns(void);

// --- epoll and eventfd
typedef struct {
    uint32_t events;
    uint32_t slot;
} cml_event;
enum {
    CML_IN = 0x001,
    CML_PRI = 0x002,
    CML_OUT = 0x004,
    CML_ERR = 0x008,
    CML_HUP = 0x010,
    CML_RDHUP = 0x2000,
    CML_EDGE = 1u << 31,
};
int cml_epoll_create(void);
int cml_epoll_add(int epoll, int fd, uint32_t events, uint32_t slot);
int cml_epoll_remove(int epoll, int fd);
int cml_epoll_wait(int epoll, cml_event *events, int count, int milliseconds);
int cml_eventfd(void);
void cml_eventfd_signal(int fd);
void cml_eventfd_drain(int fd);

// --- sockets
int cml_socket(bool v6, bool stream);
// Binds to a port of all addresses.
int cml_bind_port(int fd, bool v6, uint16_t port);
int cml_connect(int fd, bool v6, uint64_t high, uint64_t low, uint16_t port);
int cml_disconnect(int fd);
int cml_shutdown_write(int fd);
int cml_socket_error(int fd);
int64_t cml_send(int fd, const void *bytes, size_t count);
int64_t cml_recv(int fd, void *bytes, size_t count);
// What TCP_INFO says; zeros where it says nothing.
typedef struct {
    uint32_t round_trip;
    uint32_t unacknowledged;
    uint32_t retransmitted;
    uint32_t total_retransmitted;
    uint8_t state;
    uint8_t timeouts;
} cml_tcp_facts;
void cml_tcp_facts_of(int fd, cml_tcp_facts *facts);
void cml_linger_reset(int fd);
int cml_close(int fd);

// --- what came back about our packets
enum { CML_ORIGIN_LOCAL = 1, CML_ORIGIN_ICMP = 2, CML_ORIGIN_ICMP6 = 3 };
typedef struct {
    // Who sent the ICMP message; zeros where unknown.
    cml_endpoint sender;
    // Where the packet that it is about was going.
    cml_endpoint destination;
    int error;
    uint8_t origin, type, code;
} cml_notice;
// Takes the oldest message from a socket's error queue: 1, 0 where it is empty, -errno.
int cml_take_notice(int fd, cml_notice *notice);
// The same for a datagram socket: 2 where the first two bytes of the datagram it is about are known (a DNS query's id).
int cml_take_datagram_notice(int fd, cml_notice *notice, uint16_t *id);
// Whether ICMP messages go to the error queue of a socket, with their sender (IP_RECVERR, IPV6_RECVERR).
int cml_receive_notices(int fd, bool v6, bool on);
// Asks for a receive buffer of so many bytes; the kernel gives what it allows.
void cml_receive_room(int fd, int bytes);
// Whether the kernel takes packets to this address for its own.
bool cml_is_own_address(const cml_endpoint *address);
// The address that the kernel would send from to another one (its port is of no meaning): 0, or -errno without a route.
int cml_source_address(const cml_endpoint *to, cml_endpoint *from);
// 0 where no interface has the name.
uint32_t cml_interface_index(const char *name);

// --- the way to an address
typedef struct {
    // Where the gateway is, if there is one.
    cml_endpoint gateway;
    // Why there is no way, 0 where there is one: ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL.
    int error;
    uint32_t interface;
    char name[16];
    // The address is one of ours.
    bool is_local;
    bool has_gateway;
    bool is_up;
    bool has_carrier;
    // Its neighbour entry is FAILED or INCOMPLETE.
    bool is_gateway_silent;
} cml_way;
// Asks the kernel, without waiting: 0, or -errno where it does not tell.
int cml_way_to(const cml_endpoint *to, cml_way *way);
// A descriptor that becomes readable when a link, an address, a route or a neighbour changes.
int cml_network_changes(void);

// --- datagram batches: message i of `count` lies at offsets[i], lengths[i]
enum { CML_BATCH = 64 };
int cml_send_batch(int fd, const void *arena, const uint32_t *offsets, const uint32_t *lengths, int count);
int cml_recv_batch(int fd, void *const *buffers, uint32_t size, uint32_t *lengths, int count);

// --- servers (the lab and the tests)
enum {
    CML_LISTEN_STREAM = 1,
    CML_LISTEN_LOOPBACK_DEVICE = 2,
    CML_LISTEN_REUSE_PORT = 4,
    CML_LISTEN_BLACK_HOLE = 8,
    CML_LISTEN_V6ONLY = 16,
};
int cml_listen(const cml_endpoint *where, int flags, int backlog);
int cml_accept(int fd);
int cml_local_endpoint(int fd, cml_endpoint *result);
int cml_peer_endpoint(int fd, cml_endpoint *result);
// Steers a SO_REUSEPORT group by IPv4 destination: an address from starts[i] up to starts[i + 1] goes to members[i].
// `starts` ascends from 0; at most CML_STEER_MAX intervals fit a classic BPF program.
enum { CML_STEER_MAX = 1300 };
int cml_steer(int fd, const uint32_t *starts, const uint8_t *members, int count);
typedef struct {
    cml_endpoint source;
    cml_endpoint destination;
    uint32_t length;
} cml_datagram;
int cml_server_recv(int fd, void *arena, uint32_t stride, cml_datagram *datagrams, int count);
int cml_server_send(int fd, const void *arena, uint32_t stride, const cml_datagram *datagrams, int count);

// --- process
int64_t cml_descriptor_limit(void);
int64_t cml_raise_descriptor_limit(void);
int cml_terminal_width(int fd);
int cml_terminal_height(int fd);
// Has keys of the terminal that is standard input come one by one until `cml_terminal_restore` or exit; 0 where it is none.
int cml_terminal_take_keys(void);
void cml_terminal_restore(void);
// Never waits.
long cml_terminal_read_keys(uint8_t *keys, size_t count);
// The first SIGINT, SIGTERM or SIGHUP (unless that is ignored) makes the returned eventfd readable, the second SIGINT or
// SIGTERM ends the process as by default.
int cml_catch_interrupts(void);
// Whether one of these signals came.
int cml_is_interrupted(void);
// Leaves SIGINT, SIGTERM and SIGHUP to others.
void cml_ignore_interrupts(void);
void cml_ignore_broken_pipes(void);

// Whether so many threads (64 at most) and as many bytes of address space can be had at once: 0, else an errno.
int cml_try_threads(int count, size_t bytes);
// RLIMIT_AS in bytes; below 0 where there is none.
int64_t cml_address_space_limit(void);
// Lets threads share one heap: each of its own takes 64 MB of address space.
void cml_share_arenas(void);

// Who sets the pace of what is written to a descriptor: nobody (a file, a device), or its reader.
#define CML_PACE_OWN 0
#define CML_PACE_PIPE 1
#define CML_PACE_SOCKET 2
#define CML_PACE_TERMINAL 3
int cml_pace_of(int fd);
// A pipe or terminal opened once more, so that it can be O_NONBLOCK for us alone. -errno where it cannot.
int cml_open_again(int fd);
// Waits until something can be written: above 0 then, 0 where it cannot in that time, -errno.
int cml_await_room(int fd, int milliseconds);
// Writes a part that fits at once, after cml_await_room; -errno.
int64_t cml_write_paced(int fd, int pace, const void *bytes, size_t count);
// Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that nothing of ours becomes one of them; reading
// and writing them stays an error (EBADF). -errno where it cannot.
int cml_hold_standard_descriptors(void);
int cml_core_count(void);
void cml_random(void *bytes, size_t count);
size_t cml_error_text(int error, void *text, size_t capacity);

// --- files that are read
enum { CML_KIND_REGULAR, CML_KIND_DIRECTORY, CML_KIND_STREAM };
typedef struct {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    // Names it has; 0 where it was deleted.
    uint64_t links;
    // When its content last changed, in seconds since 1970.
    int64_t modified;
    int kind;
} cml_file_facts;
// For reading, without waiting for a FIFO's writer.
int cml_file_open(const char *path);
int cml_file_facts_of(int fd, cml_file_facts *facts);
// Follows symbolic links.
int cml_path_facts(const char *path, cml_file_facts *facts);
void cml_file_sequential(int fd);
// Until `count` bytes are there or the file ends.
int64_t cml_file_read_at(int fd, void *bytes, size_t count, int64_t offset);

/// Where something stands at an offset or behind it, a hole being passed over; -ENXIO where nothing follows. It moves the
/// descriptor's place.
int64_t cml_file_next_data(int fd, int64_t offset);
/// Bytes of holes before an offset, of each those beyond its first `least`: of `most` holes, and all that lies behind those.
/// It moves the descriptor's place.
int64_t cml_file_holes(int fd, int64_t size, int64_t least, int most);
// Once; -EAGAIN where nothing is there yet.
int64_t cml_file_read(int fd, void *bytes, size_t count);
// How far the open file was read, by whomever.
int64_t cml_file_position(int fd);
// Waits until one of two descriptors (-1: none) can be read or has ended: bit 0 the first, bit 1 the second, 0 neither.
int cml_wait_readable(int first, int second, int milliseconds);
// Starts a program that reads `input` and writes into pipes; returns its id. `arguments` ends with NULL.
int cml_spawn_filter(const char *program, char *const *arguments, int input, int *output, int *error);
// 1 where the child has ended and was reaped, with its exit status or the negated signal; 0 while it runs.
int cml_child_ended(int child, int *status);
// Ends and reaps a child that was not reaped before.
void cml_child_end(int child);

// --- memory
// Moves the pages of a private mapping to another one, at its beginning; both begin with a page. False where the kernel
// refuses: nothing is moved then.
bool cml_move_pages(void *from, size_t size, void *to);

// --- gzip members
typedef struct cml_inflate cml_inflate;
// NULL where there is no memory.
cml_inflate *cml_inflate_create(void);
void cml_inflate_destroy(cml_inflate *state);
// Makes it ready for the next member.
int cml_inflate_reset(cml_inflate *state);
// Inflates from `input` into `output`; the counts say what is there and are set to what was taken and given. Returns 1 at
// the end of the member, 0 where more input or more room is needed, -EBADMSG where the data is corrupt, -ENOMEM.
int cml_inflate_step(cml_inflate *state, const uint8_t *input, uint32_t *input_count, uint8_t *output,
                     uint32_t *output_count);
// CRC-32 of what the member gave, once it has ended.
uint32_t cml_inflate_checksum(const cml_inflate *state);

typedef struct cml_deflate cml_deflate;
// Level 1 to 9, memory 1 to 9 (zlib's memLevel); NULL where there is no memory.
cml_deflate *cml_deflate_create(int level, int memory);
void cml_deflate_destroy(cml_deflate *state);
// Begins a member whose head has a name (NULL: none; what exceeds CML_GZIP_NAME bytes is left out) and a time.
enum { CML_GZIP_NAME = 255 };
void cml_deflate_begin(cml_deflate *state, const char *name, uint32_t modified);
// Deflates from `input` into `output`, counts as above. Returns 1 where the member has ended, which it does only when
// `finish` says that no more follows, 0 before, -EINVAL where nothing was begun.
int cml_deflate_step(cml_deflate *state, const uint8_t *input, uint32_t *input_count, uint8_t *output,
                     uint32_t *output_count, bool finish);
// CRC-32 of what was taken since the beginning of the member.
uint32_t cml_deflate_checksum(const cml_deflate *state);

// CRC-32 of bytes behind others whose CRC-32 is `before` (0: none).
uint32_t cml_crc32(uint32_t before, const void *bytes, size_t count);
// CRC-32 of two pieces, one behind the other; `count` is the second one's length.
uint32_t cml_crc32_joined(uint32_t first, uint32_t second, int64_t count);

// --- directories held open and the files in them: a rotation's work. No name here is followed where it is a link.
enum { CML_ENTRY_REGULAR, CML_ENTRY_DIRECTORY, CML_ENTRY_LINK, CML_ENTRY_OTHER };
typedef struct {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t access_seconds;
    int64_t access_nanoseconds;
    int64_t modification_seconds;
    int64_t modification_nanoseconds;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t links;
    int kind;
} cml_entry_facts;
// The directory of a path that has no link in it: else -ELOOP. -ENOSYS or -EPERM where the kernel cannot tell.
int cml_disk_open_directory(const char *path);
// Opens one that is held for what is in it.
int cml_disk_open_held(int directory);
// With just this mode (and the group of its parent where that is set), whatever the umask. -ESTALE where somebody put
// something else in its place meanwhile.
int cml_disk_make_directory(int parent, const char *name, uint32_t mode);
// 1 where others than the owner of a directory may change its names: by its mode or by an access list. Groups that are
// root's, or of the caller alone, do not count.
int cml_disk_is_shared(int fd);
int cml_disk_facts(int fd, cml_entry_facts *facts);
int cml_disk_facts_at(int directory, const char *name, cml_entry_facts *facts);
// -EEXIST where the new name is taken. Where the file system cannot tell (EINVAL), it is a link and an unlink.
int cml_disk_rename(int directory, const char *name, int other_directory, const char *other);
// That way of renaming alone.
int cml_disk_rename_by_link(int directory, const char *name, int other_directory, const char *other);
int cml_disk_replace(int directory, const char *name, const char *other);
int cml_disk_remove(int directory, const char *name);
// A new file for writing and reading with just this mode, whatever the umask.
int cml_disk_create(int directory, const char *name, uint32_t mode);
// A regular file: -EISDIR for a directory, -ELOOP for a link, -EINVAL for anything else.
int cml_disk_open(int directory, const char *name, bool writing);
// Writes all of it.
int cml_disk_write_at(int fd, const void *bytes, size_t count, int64_t offset);
int cml_disk_truncate(int fd, int64_t size);
int cml_disk_set_mode(int fd, uint32_t mode);
int cml_disk_set_owner(int fd, uint32_t user, uint32_t group);
int cml_disk_set_times(int fd, const cml_entry_facts *facts);
int cml_disk_synchronize(int fd);
void cml_disk_begin_synchronizing(int fd);
// 1 where the lock is ours now, 0 where somebody else holds it.
int cml_disk_lock(int fd);
// What a directory holds, without `.` and `..`: a stream of names, NULL with an error in `outcome`.
void *cml_names_open(int directory, int *outcome);
// Fills the buffer with names, each ended by a zero; returns the bytes, 0 at the end. It holds CML_NAMES_ROOM at least.
enum { CML_NAMES_ROOM = 1100 };
int64_t cml_names_next(void *stream, char *buffer, size_t capacity);
void cml_names_close(void *stream);

// --- places that outputs go to: a name in a folder that is held open. No name here is followed where it is a link.
enum {
    CML_PLACE_REGULAR,
    CML_PLACE_FOLDER,
    CML_PLACE_LINK,
    CML_PLACE_FIFO,
    CML_PLACE_SOCKET,
    // /dev/null, /dev/full or a terminal.
    CML_PLACE_DEVICE,
    CML_PLACE_FOREIGN_DEVICE,
};
typedef struct {
    uint64_t device;
    uint64_t inode;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
    uint32_t links;
    int kind;
} cml_place_facts;
// Holds what is there, a link too, without opening it: only for facts and names.
int cml_place_open(int folder, const char *name);
// The same for a folder; -ENOTDIR for anything else, a link too unless it is to be followed.
int cml_place_enter(int folder, const char *name, bool follows);
int cml_place_make_folder(int folder, const char *name, uint32_t mode);
// Where a link that is held leads; not terminated.
int64_t cml_place_target(int link, char *buffer, size_t capacity);
bool cml_place_is_in_proc(int folder);
// Whether it is /proc/self/fd.
bool cml_place_has_our_descriptors(int folder);
// A copy of a descriptor that we were started with. -EBADF: it is none, or none that can be written to.
int cml_place_descriptor(int number);
int cml_place_facts_of(int fd, cml_place_facts *facts);
int cml_place_facts_at(int folder, const char *name, cml_place_facts *facts);
int cml_place_may_write(int folder, const char *name);
// What is there for writing, neither emptied nor waited for.
int cml_place_write(int folder, const char *name);
// The same for reading and appending.
int cml_place_append(int folder, const char *name);
// A new file.
int cml_place_create(int folder, const char *name, uint32_t mode, bool appends);
// A new file without a name, gone with its descriptor; an error where there is none such, or no way to name it later.
int cml_place_create_nameless(int folder, uint32_t mode);
int cml_place_name(int fd, int folder, const char *name);
void cml_place_synchronize_folder(int folder);

// --- access control lists (acl(5)). Entries may be open, or only held.
// Gives a file the list of an entry, and takes its own away where that has none: it may have got one from its folder, and
// would be more open by it. 1 where there is one now, which grants nobody but the owner anything until the mode is set;
// -ENOTSUP where the file's disk knows none.
int cml_list_copy(int entry, int to);
int cml_list_drop(int fd);
// True also where that cannot be told.
bool cml_list_is_there(int entry);
// The bytes of a path's list, the path itself no link that is followed; 0 where there is none.
int64_t cml_list_read(const char *path, void *bytes, size_t capacity);

// --- accounts
// 1 where the user is known, 0 where not.
int cml_account_user(const char *name, uint32_t *user, uint32_t *group);
int cml_account_user_number(uint32_t number, uint32_t *group);
int cml_account_group(const char *name, uint32_t *group);
// 1 where a user is in a group and nobody else but root is.
int cml_account_is_own_group(uint32_t group, uint32_t user);

// --- a process that works with a user's rights, and messages to it
// Where that process has its socket.
enum { CML_SERVER_SOCKET = 3 };
// Two ends that keep messages apart (SOCK_SEQPACKET), above all descriptors that a child is given by number.
int cml_message_pair(int ends[2]);
bool cml_is_message_socket(int fd);
// Sends a message, with a descriptor where that is not -1. -EAGAIN where there is no room and it shall not wait.
int cml_message_send(int fd, const void *bytes, size_t count, int descriptor, bool waits);
// Takes a message and the descriptor that came with it (-1: none). 0 at the end; -EPROTO where it is too long or has more
// descriptors, which are closed then.
int64_t cml_message_receive(int fd, void *bytes, size_t capacity, int *descriptor);
// Whether a descriptor is what cml_disk_open gives: to read, or to read and write, at any place.
bool cml_file_is_for(int fd, bool writing);
// Starts a program with a socket as descriptor CML_SERVER_SOCKET, nothing else of ours and no terminal; returns its id.
int cml_spawn_server(const char *program, char *const *arguments, char *const *environment, int socket);
bool cml_child_is_stopped(int child);
// Becomes a user for good, with the groups of that name (empty: the one group). -EPERM where that could be undone.
int cml_become(uint32_t user, uint32_t group, const char *name);
// Ignores the signals that end a run, and makes files with just the mode they are asked with.
void cml_serve_quietly(void);

// --- what a process gives up for good
// Those that it may use, a bit each.
uint64_t cml_capabilities(void);
// Gives up all others, also for the programs it starts. Of this thread, and those that it starts later.
int cml_capabilities_keep(uint64_t kept);
int cml_no_new_privileges(void);
// The version of Landlock that the kernel has; 0: none.
int cml_landlock_abi(void);
// A set of rules, as a descriptor: without rules no file is reached (files), no port connected to (connect).
int cml_landlock_begin(int abi, bool files, bool connect);
// What a path is good for, with all that is below it: names of folders; reading; starting programs; writing to a file; making
// and replacing files in a folder.
enum { CML_REACH_LIST, CML_REACH_READ, CML_REACH_RUN, CML_REACH_WRITE, CML_REACH_REPLACE };
int cml_landlock_path(int set, int abi, const char *path, int reach);
int cml_landlock_port(int set, uint16_t port);
// Of this thread, and those that it starts later.
int cml_landlock_enforce(int set);
bool cml_seccomp_is_known(void);
// What a run needs: to start programs, to make sockets, to write files and give them modes and owners.
typedef struct {
    bool programs, internet, files;
} cml_needs;
// Leaves a run the calls that it has a use for; where it starts programs, refuses those that no program needs.
int cml_seccomp_refuse(cml_needs needs);
// Refuses all calls but those of a disk server.
int cml_seccomp_serve_disk(void);
// Debug builds only: what something comes to, as an error number or 0. -1 behind the last call.
int cml_trial_call(int index, const char **name);
// The same with a file that is ours, though it may not be opened, and with what passes by Landlock.
int cml_trial_bypass(int index, const char *path, const char **name);
int cml_trial_open(const char *path, bool writing);
int cml_trial_socket(int family, int type, int protocol);
int cml_trial_memory(void);

#endif
