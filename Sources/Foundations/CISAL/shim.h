#ifndef SWIFTLET_CISAL_SHIM_H
#define SWIFTLET_CISAL_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/crc64.h>
#include <isa-l/igzip_lib.h>

// The stream states hold arrays too large for Swift to import, and the sizes of the level buffers are macros over
// sizeof: so the states are made and stepped here, and Swift sees pointers.

/// Scratch memory that `isal_deflate` wants for a level from 0 to 3.
static inline uint32_t cisal_level_buffer_size(uint32_t level) {
    switch (level) {
    case 1: return ISAL_DEF_LVL1_DEFAULT;
    case 2: return ISAL_DEF_LVL2_DEFAULT;
    case 3: return ISAL_DEF_LVL3_DEFAULT;
    default: return 0;
    }
}

/// A new decompression state, or NULL when memory is short. Free it with `free`.
static inline struct inflate_state *cisal_inflate_new(void) {
    return (struct inflate_state *)calloc(1, sizeof(struct inflate_state));
}

/// Prepares for the deflate data and trailer (CRC-32 and length, both verified) of one gzip member.
static inline void cisal_inflate_start_member(struct inflate_state *state) {
    isal_inflate_init(state);
    state->crc_flag = ISAL_GZIP_NO_HDR_VER;
}

/// Prepares for one zlib stream: header, deflate data, and Adler-32, which is verified.
static inline void cisal_inflate_start_zlib(struct inflate_state *state) {
    isal_inflate_init(state);
    state->crc_flag = ISAL_ZLIB;
}

/// Advances by what the two buffers allow and says how much of each was used.
static inline int cisal_inflate_step(struct inflate_state *state, const uint8_t *input, uint32_t input_size,
                                     uint8_t *output, uint32_t output_size, uint32_t *consumed, uint32_t *produced) {
    state->next_in = (uint8_t *)input;
    state->avail_in = input_size;
    state->next_out = output;
    state->avail_out = output_size;
    int result = isal_inflate(state);
    *consumed = input_size - state->avail_in;
    *produced = output_size - state->avail_out;
    return result;
}

/// Nonzero once the member's trailer has been read and all its output handed out.
static inline int cisal_inflate_finished(const struct inflate_state *state) {
    return state->block_state == ISAL_BLOCK_FINISH && state->tmp_out_processed == state->tmp_out_valid;
}

/// A new compression state, or NULL when memory is short. Free it with `free`.
static inline struct isal_zstream *cisal_deflate_new(void) {
    return (struct isal_zstream *)calloc(1, sizeof(struct isal_zstream));
}

/// Compresses one block as deflate data that ends on a byte boundary (sync flush) and is not final.
///
/// `dictionary` is what came before the block (at most 32 KiB count); `scratch` holds `cisal_level_buffer_size(level)`
/// bytes. Returns the size of the output, or -1 when it does not fit.
static inline int64_t cisal_deflate_block(struct isal_zstream *stream, uint32_t level, uint8_t *scratch,
                                          const uint8_t *dictionary, uint32_t dictionary_size, const uint8_t *input,
                                          uint32_t input_size, uint8_t *output, uint32_t output_size) {
    isal_deflate_init(stream);
    stream->level = level;
    stream->level_buf = scratch;
    stream->level_buf_size = cisal_level_buffer_size(level);
    stream->gzip_flag = IGZIP_DEFLATE;
    stream->flush = SYNC_FLUSH;
    stream->end_of_stream = 0;
    if (dictionary_size > 0 && isal_deflate_set_dict(stream, (uint8_t *)dictionary, dictionary_size) != COMP_OK)
        return -1;
    stream->next_in = (uint8_t *)input;
    stream->avail_in = input_size;
    stream->next_out = output;
    stream->avail_out = output_size;
    if (isal_deflate(stream) != COMP_OK || stream->avail_in != 0 || stream->avail_out == 0
        || stream->internal_state.state != ZSTATE_NEW_HDR)
        return -1;
    return (int64_t)output_size - (int64_t)stream->avail_out;
}

#endif
