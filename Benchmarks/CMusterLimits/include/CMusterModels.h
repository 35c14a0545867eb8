// Concurrency models: what an item of work is, the same for every contender; models in plain C; what a run leaves for
// whoever measures it.
#ifndef CMUSTERMODELS_H
#define CMUSTERMODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- work
enum lim_work_kind {
    LIM_WORK_NOTHING,
    // A connection to host `index`, which says `ok` after its delay.
    LIM_WORK_TCP,
    // A query for the address of host `index`; from a socket of its own, but with muster and the limit.
    LIM_WORK_DNS,
    // A request to host `index`.
    LIM_WORK_HTTP,
    // A small log of a tree (`path` is its folder), and a piece of a large one (`path`).
    LIM_WORK_FILES,
    LIM_WORK_PIECES,
    // As TCP, but each eighth item is a piece of a log.
    LIM_WORK_MIXED,
    // A read that blocks its thread for 5 ms.
    LIM_WORK_READS,
    // Nothing, but each hundredth item ends its process.
    LIM_WORK_CRASHES,
};

// How long a host takes to answer.
enum lim_delays {
    LIM_DELAY_NONE,
    // 10 ms.
    LIM_DELAY_FIXED,
    // Lognormal with a median of 8 ms, at most 200 ms.
    LIM_DELAY_LOGNORMAL,
    // 1 ms, one host in a hundred `stall_ms`.
    LIM_DELAY_STALLS,
};

typedef struct {
    uint32_t kind, delays, stall_ms, timeout_ms;
    uint32_t items, window;
    // The server's port, and that of a black hole, which each tenth host is behind; 0: none is.
    uint32_t port, hole_port;
    // Bytes of a small log or of a piece.
    uint32_t size;
    // Whether a heartbeat is kept beside the work.
    uint32_t beats;
    char path[256];
} lim_work;

enum lim_item { LIM_ITEM_NOTHING, LIM_ITEM_DIALOGUE, LIM_ITEM_LOG, LIM_ITEM_READ, LIM_ITEM_CRASH };
enum lim_item lim_item_of(const lim_work *work, uint32_t index);
// Whether an item's host is one that never answers.
bool lim_is_behind_hole(const lim_work *work, uint32_t index);
// How long an item has to wait for others, whatever is done about it: nanoseconds.
int64_t lim_wait_ns(const lim_work *work, uint32_t index);
// Does an item in this thread, which waits; whether it went well. `value`: lines of a log.
bool lim_perform(const lim_work *work, uint32_t index, uint32_t *value);

// --- dialogues: an item on the network, by steps that do not wait
typedef struct {
    int fd;
    uint32_t index, count;
    uint16_t id;
    bool is_asked;
    char bytes[512];
} lim_dialogue;
// What it waits for, or how it ended.
enum lim_step { LIM_STEP_READ = 1, LIM_STEP_WRITE = 4, LIM_STEP_UP = 16, LIM_STEP_DOWN = 32 };
enum lim_step lim_dialogue_begin(const lim_work *work, uint32_t index, lim_dialogue *dialogue);
// The same with the socket of a dialogue that went well and was dissolved: TCP and HTTP.
enum lim_step lim_dialogue_again(const lim_work *work, uint32_t index, lim_dialogue *dialogue);
enum lim_step lim_dialogue_advance(const lim_work *work, lim_dialogue *dialogue);
void lim_dialogue_end(lim_dialogue *dialogue);
// Registers a descriptor for its next event alone; 0 or -errno. The event's slot is the descriptor. `is_new`: for the first
// time.
int lim_arm(int epoll, int fd, enum lim_step step, bool is_new);

// --- the record of a run: a file that is shared by who works and who measures, so that it outlives a crash
enum { LIM_NOTE_SIZE = 256 };
typedef struct {
    lim_work work;
    // Monotonic; 0 where it did not come so far.
    int64_t begun_ns, ended_ns;
    // At the beginning and at the end, of the process and of those that it collected: user and system time in nanoseconds,
    // voluntary and involuntary switches.
    int64_t before[4], after[4];
    // How late heartbeats came at their 99th percentile; -1 where there was none.
    int64_t heartbeat_ns;
    // What another program told as a whole: items that went well, that failed, lines. -1: it tells items one by one.
    int64_t told_done, told_failed, told_lines;
    char note[LIM_NOTE_SIZE];
} lim_record;
typedef struct {
    int64_t started_ns, ended_ns;
    uint32_t value;
    // 0: never answered for, 1: well, 2: failed.
    uint32_t state;
} lim_entry;
// Makes the file for this work; NULL where that fails.
lim_record *lim_record_create(const char *path, const lim_work *work);
// Opens one that was made; NULL where it is none.
lim_record *lim_record_open(const char *path);
void lim_record_close(lim_record *record);
lim_entry *lim_record_entry(lim_record *record, uint32_t index);
void lim_record_begin(lim_record *record);
void lim_record_end(lim_record *record);
void lim_record_note(lim_record *record, const char *text);
void lim_item_begin(lim_record *record, uint32_t index);
void lim_item_end(lim_record *record, uint32_t index, bool is_up, uint32_t value);
// Both, around lim_perform.
void lim_item_perform(lim_record *record, uint32_t index);

// --- models in C; 0 or -errno
int lim_run_loop(lim_record *record, int cores);
int lim_run_threads(lim_record *record, int threads);
int lim_run_process_pool(lim_record *record);
// A program for each item: `arguments`, and after them the item's index.
int lim_run_processes(lim_record *record, const char *const *arguments);

// A heartbeat of 1 ms on a thread of its own; `lim_heart_stop` says how late the beats came at their 99th percentile.
typedef struct lim_heart lim_heart;
lim_heart *lim_heart_start(void);
int64_t lim_heart_stop(lim_heart *heart);

// --- who measures
typedef struct {
    // Bytes (proportional set sizes) and numbers, the greatest seen, of all processes together.
    int64_t memory;
    int32_t threads, descriptors;
    int32_t looks;
} lim_sight;
// Waits for the end of a process and looks at it and, where `follows`, at those that it started. `others`: at those alone.
// After `seconds` it is ended by force. The signal or exit code as in lim_usage; all that is left of its group is ended.
int lim_observe(int process, bool follows, bool others, int seconds, lim_sight *sight, lim_usage *usage);
// Makes this process the head of a group that ends when standard input does; after `seconds` the head ends in any case.
void lim_lead_group(int seconds);

// --- a server whose hosts take their time: host `index` says `ok` after its delay. Announced and ended as the others.
int lim_serve_paced(enum lim_delays delays, uint32_t stall_ms, int seconds);
int64_t lim_delay_ns(enum lim_delays delays, uint32_t stall_ms, uint32_t index);

#endif
