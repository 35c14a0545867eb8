// Which of the next bytes are one of a few: what Swift's SIMD types cannot say in one instruction. Header only, so that
// every use is inlined. All functions read CMS_WIDTH bytes from `p`, however few of them mean something.
#ifndef CMUSTERSCAN_H
#define CMUSTERSCAN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CMS_INLINE static inline __attribute__((always_inline))

// One bit a byte, the first byte lowest.
#if defined(__AVX2__)
#include <immintrin.h>
enum { CMS_WIDTH = 32 };
typedef __m256i cms_vector;
#define CMS_LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define CMS_ALL(c) _mm256_set1_epi8((char)(c))
#define CMS_EQ(v, c) _mm256_cmpeq_epi8(v, CMS_ALL(c))
#define CMS_LESS(v, c) _mm256_cmpgt_epi8(CMS_ALL(c), v)
#define CMS_OR _mm256_or_si256
#define CMS_AND _mm256_and_si256
#define CMS_MASK(v) (uint32_t)_mm256_movemask_epi8(v)
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { CMS_WIDTH = 16 };
typedef __m128i cms_vector;
#define CMS_LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define CMS_ALL(c) _mm_set1_epi8((char)(c))
#define CMS_EQ(v, c) _mm_cmpeq_epi8(v, CMS_ALL(c))
#define CMS_LESS(v, c) _mm_cmpgt_epi8(CMS_ALL(c), v)
#define CMS_OR _mm_or_si128
#define CMS_AND _mm_and_si128
#define CMS_MASK(v) (uint32_t)_mm_movemask_epi8(v)
#endif

#if defined(__SSE2__)
CMS_INLINE uint64_t cms_match2(const uint8_t *p, uint8_t a, uint8_t b) {
    cms_vector v = CMS_LOAD(p);
    return CMS_MASK(CMS_OR(CMS_EQ(v, a), CMS_EQ(v, b)));
}
CMS_INLINE uint64_t cms_match3(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c) {
    cms_vector v = CMS_LOAD(p);
    return CMS_MASK(CMS_OR(CMS_OR(CMS_EQ(v, a), CMS_EQ(v, b)), CMS_EQ(v, c)));
}
// Bytes that are `a`, `b`, below 0x20 or above 0x7f: as a signed number that is negative, so below 0x20 too.
CMS_INLINE uint64_t cms_match_text(const uint8_t *p, uint8_t a, uint8_t b) {
    cms_vector v = CMS_LOAD(p);
    return CMS_MASK(CMS_OR(CMS_OR(CMS_EQ(v, a), CMS_EQ(v, b)), CMS_LESS(v, 0x20)));
}
// Bytes that are `a`, `b` or `c`, or that are less than `low` as signed numbers: what is above 0x7f is.
CMS_INLINE uint64_t cms_match3_low(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c, int8_t low) {
    cms_vector v = CMS_LOAD(p);
    return CMS_MASK(CMS_OR(CMS_OR(CMS_OR(CMS_EQ(v, a), CMS_EQ(v, b)), CMS_EQ(v, c)), CMS_LESS(v, low)));
}
// Where `a` stands from `p` and, at the same distance from `q`, `b`.
CMS_INLINE uint64_t cms_match_pair(const uint8_t *p, uint8_t a, const uint8_t *q, uint8_t b) {
    cms_vector v = CMS_LOAD(p), w = CMS_LOAD(q);
    return CMS_MASK(CMS_AND(CMS_EQ(v, a), CMS_EQ(w, b)));
}
#else
enum { CMS_WIDTH = 8 };
#define CMS_LOOP(test) \
    uint64_t mask = 0; \
    for (int i = 0; i < CMS_WIDTH; i++) { \
        uint8_t x = p[i]; \
        mask |= (uint64_t)(test) << i; \
    } \
    return mask
CMS_INLINE uint64_t cms_match2(const uint8_t *p, uint8_t a, uint8_t b) { CMS_LOOP(x == a || x == b); }
CMS_INLINE uint64_t cms_match3(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c) { CMS_LOOP(x == a || x == b || x == c); }
CMS_INLINE uint64_t cms_match_text(const uint8_t *p, uint8_t a, uint8_t b) {
    CMS_LOOP(x == a || x == b || x < 0x20 || x > 0x7f);
}
CMS_INLINE uint64_t cms_match3_low(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c, int8_t low) {
    CMS_LOOP(x == a || x == b || x == c || (int8_t)x < low);
}
CMS_INLINE uint64_t cms_match_pair(const uint8_t *p, uint8_t a, const uint8_t *q, uint8_t b) {
    CMS_LOOP(x == a && q[i] == b);
}
#endif

// Offset of the last `c` of `count` bytes, -1 where there is none; it is looked for from the end.
CMS_INLINE ptrdiff_t cms_find_last(const uint8_t *p, ptrdiff_t count, uint8_t c) {
    while (count > 0 && p[count - 1] != c) count--;
    return count - 1;
}

// Offset of the first place in `count` bytes where `needle` stands, -1 where there is none. `size` is 2 at least; `i` and `j`
// are two places in it, the rarest bytes best. Reads nothing beyond `count`.
CMS_INLINE ptrdiff_t cms_find(const uint8_t *p, ptrdiff_t count, const uint8_t *needle, ptrdiff_t size, ptrdiff_t i, ptrdiff_t j) {
    ptrdiff_t places = count - size + 1, at = 0;
    while (at < places) {
        // The last vector begins earlier, so that it ends with the places.
        ptrdiff_t from = at + CMS_WIDTH <= places ? at : places - CMS_WIDTH;
        if (from < 0) break;
        uint64_t mask = cms_match_pair(p + from + i, needle[i], p + from + j, needle[j]);
        for (; mask != 0; mask &= mask - 1) {
            const uint8_t *place = p + from + __builtin_ctzll(mask);
            if (memcmp(place, needle, size) == 0) return place - p;
        }
        at = from + CMS_WIDTH;
    }
    for (; at < places; at++)
        if (p[at + i] == needle[i] && memcmp(p + at, needle, size) == 0) return at;
    return -1;
}

CMS_INLINE void cms_prefetch(const void *p) { __builtin_prefetch(p); }

#endif
