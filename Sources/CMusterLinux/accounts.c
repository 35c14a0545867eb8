// Users and groups by name.
#include "CMusterLinux.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

// A group of very many members needs more; there is an end to it.
enum { FIRST_ROOM = 4096, LAST_ROOM = 16 << 20 };

// Finds a user by name, or by number where there is no name.
static int find_user(const char *name, uint32_t number, uint32_t *user, uint32_t *group) {
    for (size_t room = FIRST_ROOM; room <= LAST_ROOM; room *= 4) {
        char *buffer = malloc(room);
        if (buffer == NULL) return -ENOMEM;
        struct passwd entry, *found = NULL;
        int error = name != NULL ? getpwnam_r(name, &entry, buffer, room, &found)
                                 : getpwuid_r(number, &entry, buffer, room, &found);
        if (found != NULL) {
            *user = found->pw_uid;
            *group = found->pw_gid;
        }
        free(buffer);
        if (error != ERANGE) return found != NULL;
    }
    return -ERANGE;
}

int cml_account_user(const char *name, uint32_t *user, uint32_t *group) { return find_user(name, 0, user, group); }

int cml_account_user_number(uint32_t number, uint32_t *group) {
    uint32_t user;
    return find_user(NULL, number, &user, group);
}

int cml_account_group(const char *name, uint32_t *group) {
    for (size_t room = FIRST_ROOM; room <= LAST_ROOM; room *= 4) {
        char *buffer = malloc(room);
        if (buffer == NULL) return -ENOMEM;
        struct group entry, *found = NULL;
        int error = getgrnam_r(name, &entry, buffer, room, &found);
        if (found != NULL) *group = found->gr_gid;
        free(buffer);
        if (error != ERANGE) return found != NULL;
    }
    return -ERANGE;
}
