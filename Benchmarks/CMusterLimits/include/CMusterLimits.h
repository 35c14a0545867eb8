// What the kernel lets anybody reach: check loops in plain C to measure ours against, servers light enough to serve both,
// and what a benchmark asks of the system. Loopback only.
#ifndef CMUSTERLIMITS_H
#define CMUSTERLIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// --- the fleet: host `index` is 127.10.0.1 and up, 250 addresses a block, 200 blocks a second octet
static inline uint32_t lim_address(uint32_t index) {
    return 127u << 24 | (10 + index / 50000) << 16 | (index / 250 % 200) << 8 | (index % 250 + 1);
}

// --- check loops. Each asks hosts 0 ..< count with `window` checks in flight and says how many were up.
typedef struct {
    uint32_t up;
    uint32_t failed;
    // Queries sent once more because an answer was lost (DNS only).
    uint32_t repeated;
    // errno of a check that could not start, ETIMEDOUT where nothing happened any more; 0 otherwise.
    int error;
} lim_outcome;

// `recycled`: sockets are dissolved by connect(AF_UNSPEC) and registered once, edge-triggered; otherwise each check has
// its socket, connect, epoll_ctl, getsockopt(SO_ERROR), close.
lim_outcome lim_check_tcp(uint16_t port, uint32_t count, uint32_t window, bool recycled);
// The same with a request, its response parsed whole, status 200 and `ok` in the body.
lim_outcome lim_check_http(uint16_t port, uint32_t count, uint32_t window, bool recycled);
// One socket, batches of 64; id, question, response code and address of every answer are checked.
lim_outcome lim_check_dns(uint16_t port, uint32_t count, uint32_t window);

// --- a raw socket loop's steps, for the loop that makes TLS handshakes. Values or -errno.
typedef struct {
    uint32_t events;
    uint32_t slot;
} lim_event;
enum { LIM_IN = 0x001, LIM_OUT = 0x004, LIM_ERR = 0x008, LIM_HUP = 0x010 };
// Readable once it was rung; negative where there is none.
int lim_bell(void);
void lim_ring(int bell);
int lim_epoll(void);
// A socket on its way to host `index`, registered edge-triggered under `slot`.
int lim_open(int epoll, uint32_t index, uint16_t port, uint32_t slot);
int lim_wait(int epoll, lim_event *events, int count, int milliseconds);
int64_t lim_send(int fd, const void *bytes, size_t count);
int64_t lim_receive(int fd, void *bytes, size_t count);
int lim_pending_error(int fd);
void lim_close(int fd);

// --- servers. They announce their port on standard output and end with standard input or after `seconds`.
enum lim_service { LIM_TCP, LIM_HTTP, LIM_DNS, LIM_SILENT, LIM_BLACK_HOLE };
int lim_serve(enum lim_service service, int seconds);
void lim_announce(uint16_t port);
// Ends this process when standard input does, or after `seconds`.
void lim_lifeline(int seconds);

// --- logs: what reading them costs in C
typedef struct {
    // Lines that are not blank, bad ones included.
    uint64_t lines;
    uint64_t bad;
    // The sum of the field bytes.
    uint64_t bytes;
    // How many are different.
    uint64_t urls, addresses, minutes;
    uint64_t status[1000];
    // The ten largest counts, largest first.
    uint64_t top_urls[10], top_addresses[10];
    // errno of what could not be read; 0 otherwise.
    int error;
} lim_log_tally;
// Lines of the combined format: url, address, status and minute counted exactly, bytes summed. `workers` threads claim
// chunks of so many bytes. A line of more than 64 KiB is cut.
int lim_scan_log(const char *path, int workers, size_t chunk, lim_log_tally *tally);
// JSON lines: `path` and `status` at the top level counted exactly, `bytes` summed.
int lim_scan_json(const char *path, int workers, size_t chunk, lim_log_tally *tally);
// The bytes that a gzip file holds, inflated and dropped; -1 where it is none.
int64_t lim_inflate(const char *path);
// Writes a log of at least `bytes` bytes that is the same for the same seed, 0.06 % of its lines bad. 0 or -errno.
enum lim_log_kind { LIM_COMBINED, LIM_JSON };
int lim_generate_log(enum lim_log_kind kind, uint64_t bytes, uint64_t seed, const char *path);

// --- what work used
typedef struct {
    int64_t cpu_ns;
    int64_t wall_ns;
    int64_t peak_kb;
    int status;
} lim_usage;

// --- rotating logs: a tree of small ones, and what rotating them costs in C
typedef struct {
    // Logs, and how many of them lie in one folder.
    uint32_t files, per_directory;
    // Bytes of a log, to the end of a line.
    uint32_t size;
} lim_tree;
// The path of a log; the length written, 0 where there is no room.
size_t lim_tree_path(char *path, size_t capacity, const char *folder, lim_tree tree, uint32_t log);
// Makes a tree in a new folder of pieces of a source, which has to hold `files` times `size` bytes, and waits until it is
// on the device. 0 or -errno.
int lim_plant_tree(const char *folder, const char *source, lim_tree tree);
enum lim_tree_state {
    // All logs are empty, each with all of it in a gzip file beside it.
    LIM_ROTATED,
    // As they were made.
    LIM_NOT_ROTATED,
    // A log that is neither.
    LIM_NOT_COMPRESSED, LIM_NOT_RENEWED, LIM_NOT_WHOLE,
    // There are other entries beside logs.
    LIM_UNTIDY,
    LIM_UNREADABLE,
};
// Whether all logs are in one of the first two states, every gzip file being inflated. What was found and, where a log
// differs, which.
enum lim_tree_state lim_check_tree(
    const char *folder, const char *source, lim_tree tree, enum lim_tree_state wanted, uint32_t *log);
// Rotates all logs of a tree: names, new logs, gzip at level 6, everything synchronized, a folder once a pass over 128
// logs. Its time and processor time, not that of the process around it. 0 or -errno.
int lim_rotate_tree(const char *folder, int threads, lim_usage *usage);
// Opens and lists all folders of a tree and asks for the facts of each log (lstat). How many there are, or -errno.
int lim_stat_tree(const char *folder, lim_usage *usage);
// The name of the file system that a path is on; the length written, 0 where there is no such path.
size_t lim_file_system(const char *path, char *text, size_t capacity);
// Local time as in logrotate's state file, `2026-11-25-14:5:0`; the length written.
size_t lim_state_date(char *text, size_t capacity);

// --- the process
int64_t lim_now_ns(void);
// Processor time of this process, user and system, to the nanosecond.
int64_t lim_cpu_ns(void);
// A core of those this process may use: 0 is the first, -1 the last. -1 where the system does not tell.
int lim_core(int position);
int lim_core_count(void);
int lim_pin(int core);
void lim_hurry(void);
int64_t lim_raise_descriptor_limit(void);
// From now on the first SIGINT, SIGTERM or SIGHUP is only noted, and the next one ends the process; a pipe without a reader does
// not.
void lim_catch_interruptions(void);
bool lim_is_interrupted(void);
double lim_load_average(void);
// Date and time in UTC by ISO 8601, to the second: `2026-11-23T18:06:00Z`; the length written.
size_t lim_iso_date(char *text, size_t capacity);

// Memory of this process in KiB: all that is resident, or without what files back.
int64_t lim_resident_kb(bool anonymous);
int lim_descriptor_count(void);
// Connections in TIME_WAIT with this port at either end.
int lim_time_waits(uint16_t port);
// The directory of this program, without a slash at its end; the length written.
size_t lim_program_directory(char *text, size_t capacity);

// Starts a program on a core (-1: any). `input` and `output` take our ends of its standard streams, or are NULL for
// /dev/null; `quiet` silences its standard error. The process id or -errno.
int lim_spawn(const char *const *arguments, int core, int *input, int *output, bool quiet);
int lim_collect(int process, lim_usage *usage);
// A program from start to end, its output dropped.
int lim_run(const char *const *arguments, int core, lim_usage *usage);
// lim_check_tcp in a process of its own.
int lim_run_tcp(uint16_t port, uint32_t count, uint32_t window, lim_usage *usage);

#include "CMusterModels.h"

#endif
