#define _GNU_SOURCE
#include "CMusterLinux.h"

#include <sys/mman.h>

bool cml_move_pages(void *from, size_t size, void *to) {
    return mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to;
}
