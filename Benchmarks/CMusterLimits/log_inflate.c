// What inflating alone costs.
#include "CMusterLimits.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { INPUT_BYTES = 256 << 10, OUTPUT_BYTES = 1 << 20 };

// Inflates what is in the stream's input; whether the data is sound so far.
static bool drain(z_stream *stream, uint8_t *output, int64_t *total) {
    while (stream->avail_in > 0) {
        stream->next_out = output;
        stream->avail_out = OUTPUT_BYTES;
        int outcome = inflate(stream, Z_NO_FLUSH);
        *total += OUTPUT_BYTES - (int64_t)stream->avail_out;
        // Another member may follow.
        if (outcome == Z_STREAM_END && inflateReset(stream) != Z_OK) return false;
        if (outcome != Z_OK && outcome != Z_STREAM_END) return outcome == Z_BUF_ERROR && stream->avail_in == 0;
    }
    return true;
}

int64_t lim_inflate(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    uint8_t *input = malloc(INPUT_BYTES), *output = malloc(OUTPUT_BYTES);
    z_stream stream = {.next_in = NULL};
    int64_t total = 0;
    bool is_sound = input != NULL && output != NULL && inflateInit2(&stream, 15 + 16) == Z_OK;
    while (is_sound) {
        ssize_t got = read(file, input, INPUT_BYTES);
        if (got <= 0) break;
        stream.next_in = input;
        stream.avail_in = (unsigned)got;
        is_sound = drain(&stream, output, &total);
    }
    inflateEnd(&stream);
    free(input);
    free(output);
    close(file);
    return is_sound ? total : -1;
}
