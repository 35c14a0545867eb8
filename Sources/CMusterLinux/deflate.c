// Writing gzip members through the system's zlib (RFC 1952), and its checksum.
#include "CMusterLinux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct cml_deflate {
    z_stream stream;
    // Read by zlib until the head is written.
    gz_header head;
    char name[CML_GZIP_NAME + 1];
};

enum { OS_UNIX = 3 };

cml_deflate *cml_deflate_create(int level, int memory) {
    cml_deflate *state = calloc(1, sizeof *state);
    if (state == NULL) return NULL;
    // 16 more than the largest window: a gzip head and its checksum.
    if (deflateInit2(&state->stream, level, Z_DEFLATED, MAX_WBITS + 16, memory, Z_DEFAULT_STRATEGY) == Z_OK) return state;
    free(state);
    return NULL;
}

void cml_deflate_destroy(cml_deflate *state) {
    deflateEnd(&state->stream);
    free(state);
}

void cml_deflate_begin(cml_deflate *state, const char *name, uint32_t modified) {
    deflateReset(&state->stream);
    state->head = (gz_header){.time = modified, .os = OS_UNIX};
    if (name != NULL) {
        size_t length = strnlen(name, CML_GZIP_NAME);
        memcpy(state->name, name, length);
        state->name[length] = 0;
        state->head.name = (Bytef *)state->name;
    }
    deflateSetHeader(&state->stream, &state->head);
}

int cml_deflate_step(cml_deflate *state, const uint8_t *input, uint32_t *input_count, uint8_t *output,
                     uint32_t *output_count, bool finish) {
    z_stream *stream = &state->stream;
    stream->next_in = (Bytef *)input;
    stream->avail_in = *input_count;
    stream->next_out = output;
    stream->avail_out = *output_count;
    int outcome = deflate(stream, finish ? Z_FINISH : Z_NO_FLUSH);
    *input_count -= stream->avail_in;
    *output_count -= stream->avail_out;
    switch (outcome) {
    case Z_STREAM_END: return 1;
    case Z_OK:
    case Z_BUF_ERROR: return 0;
    default: return -EINVAL;
    }
}

uint32_t cml_deflate_checksum(const cml_deflate *state) { return (uint32_t)state->stream.adler; }

uint32_t cml_crc32(uint32_t before, const void *bytes, size_t count) {
    return (uint32_t)crc32_z(before, bytes, count);
}

uint32_t cml_crc32_joined(uint32_t first, uint32_t second, int64_t count) {
    return (uint32_t)crc32_combine(first, second, count);
}
