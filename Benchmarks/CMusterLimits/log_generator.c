// Logs to measure with: paths and addresses by Zipf's law, times that go on, escapes, a few bad lines; the same for the
// same seed.
#define _GNU_SOURCE 1
#include "CMusterLimits.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATHS = 100000, ADDRESSES = 200000, AGENTS = 13 };

// --- chance

static uint64_t scramble(uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

typedef struct {
    uint64_t state;
} dice;

static uint64_t throw(dice *dice) { return scramble(dice->state++); }
// From 0 up to, not including, 1.
static double part(dice *dice) { return (double)(throw(dice) >> 11) * 0x1p-53; }

// Draws of ranks by Zipf's law in constant time: each column keeps a rank and lends the rest of its height to another
// (Walker's alias method).
typedef struct {
    uint32_t count;
    double *kept;
    uint32_t *other;
} zipf;

static zipf zipf_open(uint32_t count, double exponent) {
    zipf made = {count, calloc(count, sizeof(double)), calloc(count, sizeof(uint32_t))};
    uint32_t *low = calloc(count, sizeof(uint32_t)), *high = calloc(count, sizeof(uint32_t));
    uint32_t low_count = 0, high_count = 0;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += made.kept[i] = pow(i + 1.0, -exponent);
    for (uint32_t i = 0; i < count; i++) {
        made.kept[i] *= count / sum;
        if (made.kept[i] < 1) low[low_count++] = i;
        else high[high_count++] = i;
    }
    while (low_count > 0 && high_count > 0) {
        uint32_t poor = low[--low_count], rich = high[high_count - 1];
        made.other[poor] = rich;
        made.kept[rich] -= 1 - made.kept[poor];
        if (made.kept[rich] < 1) {
            high_count--;
            low[low_count++] = rich;
        }
    }
    while (low_count > 0) made.kept[low[--low_count]] = 1;
    while (high_count > 0) made.kept[high[--high_count]] = 1;
    free(low);
    free(high);
    return made;
}

static void zipf_close(zipf *zipf) {
    free(zipf->kept);
    free(zipf->other);
}

static uint32_t draw(dice *dice, const zipf *zipf) {
    uint32_t column = (uint32_t)((throw(dice) >> 32) * zipf->count >> 32);
    return part(dice) < zipf->kept[column] ? column : zipf->other[column];
}

// One of several, by weights that end with what is left.
typedef struct {
    double weight;
    const char *text;
} choice;

static const char *choose(dice *dice, const choice *choices) {
    double at = part(dice);
    while (choices->weight > 0 && at >= choices->weight) at -= (choices++)->weight;
    return choices->text;
}

// --- what stands in a line

static const choice methods[] = {{.86, "GET"}, {.10, "POST"}, {.02, "HEAD"}, {.01, "PUT"}, {.005, "DELETE"}, {0, "OPTIONS"}};
static const choice protocols[] = {{.7, "HTTP/1.1"}, {.28, "HTTP/2.0"}, {0, "HTTP/1.0"}};
static const choice statuses[] = {
    {.82, "200"}, {.06, "304"}, {.03, "301"}, {.02, "302"}, {.005, "206"}, {.04, "404"}, {.005, "403"},
    {.005, "401"}, {.003, "400"}, {.005, "500"}, {.004, "502"}, {.002, "503"}, {0, "499"},
};
static const choice users[] = {{.97, "-"}, {0, "alice"}};
// As nginx and Apache escape them.
static const choice agents[] = {
    {.34, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"},
    {.14, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15"},
    {.15, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148"},
    {.07, "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"},
    {.13, "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.82 Mobile Safari/537.36"},
    {.05, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    {.03, "curl/8.5.0"}, {.02, "python-requests/2.31.0"}, {.02, "Go-http-client/2.0"},
    {.03, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"},
    {.004, "Strange \\x22Agent\\x22/1.0 (\\x22quoted\\x22)"}, {.004, "OddBot \\\"quoted\\\" 2.1 [x]"}, {0, "-"},
};
static const choice outer_sites[] = {
    {.50, "https://www.google.com/"}, {.20, "https://www.bing.com/"}, {.15, "https://duckduckgo.com/"},
    {.10, "https://news.example.org/item?id=9"}, {0, "https://evil.example/\\x22><script>"},
};
static const char *const words[] = {
    "api", "v1", "v2", "users", "orders", "static", "assets", "img", "products", "search", "cart", "blog", "posts",
    "category", "media", "download", "docs", "help", "account", "login", "checkout", "feed", "news", "tags", "archive",
    "admin",
};
static const char *const endings[] = {".html", ".js", ".css", ".png", ".jpg", "", ".json", "", "", ".svg", ".php", "/"};

// A path of its own for each rank.
static size_t write_path(char *to, uint32_t rank) {
    uint64_t chance = scramble(rank + 77);
    size_t length = 0;
    for (uint64_t left = 1 + (chance & 3); left > 0; left--) {
        chance = scramble(chance);
        length += (size_t)sprintf(to + length, "/%s", words[chance % 26]);
    }
    length += (size_t)sprintf(to + length, "/%s-%u%s", words[(chance >> 8) % 26], rank, endings[(chance >> 16) % 12]);
    if ((chance >> 32) % 16 < 3) {
        length += (size_t)sprintf(to + length, "?id=%u&ref=%06x", rank, (unsigned)(chance >> 40));
    }
    return length;
}

// An address of its own for each rank, 6 % of them IPv6.
static void write_address(char *to, uint32_t rank) {
    uint64_t chance = scramble(rank + 991);
    if (chance % 100 < 6) {
        sprintf(to, "2001:db8:%x:%x::%x", (unsigned)(chance >> 8 & 0xffff), (unsigned)(chance >> 24 & 0xffff), rank);
    } else {
        sprintf(
            to, "%u.%u.%u.%u", 1 + (unsigned)(chance >> 32) % 223, (unsigned)(chance >> 24 & 255), rank >> 8 & 255,
            rank & 255);
    }
}

// --- the log

typedef struct {
    dice dice;
    zipf path_ranks, address_ranks;
    char (*paths)[96];
    // Seconds since the log began.
    double time;
    int64_t told_second;
    char clf_time[32], iso_time[32];
    // What the next line is made of.
    const char *path, *agent, *status;
    char address[48], referrer[160];
    uint64_t bytes;
} generator;

static void move_time(generator *g) {
    g->time += -log(1 - part(&g->dice)) * 0.0173;
    int64_t second = 1767225600 + (int64_t)g->time;  // 2026-01-01
    if (second == g->told_second) return;
    g->told_second = second;
    struct tm parts;
    gmtime_r(&(time_t){second}, &parts);
    strftime(g->clf_time, sizeof g->clf_time, "%d/%b/%Y:%H:%M:%S +0000", &parts);
    strftime(g->iso_time, sizeof g->iso_time, "%Y-%m-%dT%H:%M:%S", &parts);
}

static void choose_referrer(generator *g) {
    double chance = part(&g->dice);
    if (chance < .45) {
        strcpy(g->referrer, "-");
    } else if (chance < .8) {
        sprintf(g->referrer, "https://www.example.com%s", g->paths[draw(&g->dice, &g->path_ranks)]);
    } else {
        strcpy(g->referrer, choose(&g->dice, outer_sites));
    }
}

static void choose_line(generator *g) {
    move_time(g);
    g->path = g->paths[draw(&g->dice, &g->path_ranks)];
    write_address(g->address, draw(&g->dice, &g->address_ranks));
    g->status = choose(&g->dice, statuses);
    bool is_empty = strcmp(g->status, "304") == 0 || strcmp(g->status, "499") == 0;
    double size = part(&g->dice) * 7 + part(&g->dice) * 2;
    g->bytes = is_empty ? 0 : g->status[0] == '2' ? (uint64_t)exp(5 + size) : 150 + (uint64_t)(size * 60);
    g->agent = choose(&g->dice, agents);
    choose_referrer(g);
}

// 0.04 % end in the middle of the request, 0.02 % are no log lines; 0.03 % are the greeting of a TLS client, which is a
// good line with an odd request.
static int write_combined(generator *g, char *to) {
    double chance = part(&g->dice);
    const char *method = choose(&g->dice, methods), *protocol = choose(&g->dice, protocols);
    if (chance < .0002) return sprintf(to, "garbage %016llx no log\n", (unsigned long long)throw(&g->dice));
    if (chance < .0006) return sprintf(to, "%s - - [%s] \"%s %s\n", g->address, g->clf_time, method, g->path);
    if (chance < .0009) {
        return sprintf(to, "%s - - [%s] \"\\x16\\x03\\x01\\x02\" 400 157 \"-\" \"-\"\n", g->address, g->clf_time);
    }
    return sprintf(
        to, "%s - %s [%s] \"%s %s %s\" %s %llu \"%s\" \"%s\"\n", g->address, choose(&g->dice, users), g->clf_time, method,
        g->path, protocol, g->status, (unsigned long long)g->bytes, g->referrer, g->agent);
}

// With the escapes of JSON; the values are ASCII without controls.
static const char *quoted(char *to, const char *text) {
    char *at = to;
    for (; *text != 0; text++) {
        if (*text == '\\' || *text == '"') *at++ = '\\';
        *at++ = *text;
    }
    *at = 0;
    return to;
}

// 0.04 % end in the middle of a value, 0.02 % are no JSON.
static int write_json(generator *g, char *to) {
    double chance = part(&g->dice);
    if (chance < .0002) return sprintf(to, "garbage %016llx no log\n", (unsigned long long)throw(&g->dice));
    if (chance < .0006) return sprintf(to, "{\"ts\":\"%s.000Z\",\"level\":\"inf\n", g->iso_time);
    const char *level = g->status[0] == '5' ? "error" : g->status[0] == '4' ? "warn" : "info";
    char referrer[320], agent[320];
    return sprintf(
        to,
        "{\"ts\":\"%s.%03uZ\",\"level\":\"%s\",\"remote_addr\":\"%s\",\"method\":\"%s\",\"path\":\"%s\","
        "\"proto\":\"%s\",\"status\":%s,\"bytes\":%llu,\"duration_ms\":%.3f,\"referrer\":\"%s\",\"user_agent\":\"%s\","
        "\"tags\":{\"dc\":\"eu-%u\",\"path\":\"x\"},\"request_id\":\"%016llx\"}\n",
        g->iso_time, (unsigned)((g->time - floor(g->time)) * 1000), level, g->address, choose(&g->dice, methods), g->path,
        choose(&g->dice, protocols), g->status, (unsigned long long)g->bytes, exp(part(&g->dice) * 7),
        quoted(referrer, g->referrer), quoted(agent, g->agent), (unsigned)(throw(&g->dice) % 4),
        (unsigned long long)throw(&g->dice));
}

int lim_generate_log(enum lim_log_kind kind, uint64_t bytes, uint64_t seed, const char *path) {
    FILE *file = fopen(path, "we");
    if (file == NULL) return -errno;
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    generator g = {.dice = {scramble(seed)}, .path_ranks = zipf_open(PATHS, 1), .address_ranks = zipf_open(ADDRESSES, .8)};
    g.paths = calloc(PATHS, sizeof g.paths[0]);
    for (uint32_t rank = 0; rank < PATHS; rank++) write_path(g.paths[rank], rank);
    char line[2048];
    for (uint64_t written = 0; written < bytes;) {
        choose_line(&g);
        int length = kind == LIM_COMBINED ? write_combined(&g, line) : write_json(&g, line);
        fwrite(line, 1, (size_t)length, file);
        written += (uint64_t)length;
    }
    free(g.paths);
    zipf_close(&g.path_ranks);
    zipf_close(&g.address_ranks);
    bool failed = ferror(file) != 0;
    return fclose(file) != 0 || failed ? (errno != 0 ? -errno : -EIO) : 0;
}
