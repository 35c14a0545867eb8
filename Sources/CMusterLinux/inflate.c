// gzip members through the system's zlib (RFC 1952).
#include "CMusterLinux.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

struct cml_inflate {
    z_stream stream;
};

cml_inflate *cml_inflate_create(void) {
    cml_inflate *state = calloc(1, sizeof *state);
    if (state == NULL) return NULL;
    // 16 more than the largest window: a gzip head and its checksum, nothing else.
    if (inflateInit2(&state->stream, MAX_WBITS + 16) == Z_OK) return state;
    free(state);
    return NULL;
}

void cml_inflate_destroy(cml_inflate *state) {
    inflateEnd(&state->stream);
    free(state);
}

int cml_inflate_reset(cml_inflate *state) { return inflateReset(&state->stream) == Z_OK ? 0 : -EINVAL; }

int cml_inflate_step(cml_inflate *state, const uint8_t *input, uint32_t *input_count, uint8_t *output,
                     uint32_t *output_count) {
    z_stream *stream = &state->stream;
    stream->next_in = (Bytef *)input;
    stream->avail_in = *input_count;
    stream->next_out = output;
    stream->avail_out = *output_count;
    int outcome = inflate(stream, Z_NO_FLUSH);
    *input_count -= stream->avail_in;
    *output_count -= stream->avail_out;
    switch (outcome) {
    case Z_STREAM_END: return 1;
    case Z_OK:
    case Z_BUF_ERROR: return 0;
    case Z_MEM_ERROR: return -ENOMEM;
    default: return -EBADMSG;
    }
}

uint32_t cml_inflate_checksum(const cml_inflate *state) { return (uint32_t)state->stream.adler; }
