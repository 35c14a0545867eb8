// Users and groups by name.
#define _GNU_SOURCE 1
#include "CMusterLinux.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
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

// Looks through the members that a group names: notes whether the user is one; 0 where anybody else is, or nobody can say.
static int has_only(const struct group *entry, uint32_t user, int *is_member) {
    for (char **name = entry->gr_mem; *name != NULL; name++) {
        uint32_t member, group;
        if (find_user(*name, 0, &member, &group) != 1) return 0;
        if (member == user) *is_member = 1;
        if (member != user && member != 0) return 0;
    }
    return 1;
}

// The same for those that have the group in the first place.
static int is_first_of_only(uint32_t group, uint32_t user, int *is_member) {
    // All threads of the process have one place among the accounts.
    static pthread_mutex_t accounts = PTHREAD_MUTEX_INITIALIZER;
    char *buffer = malloc(LAST_ROOM);
    if (buffer == NULL) return 0;
    struct passwd entry, *found = NULL;
    int is_only = 1, error = 0;
    pthread_mutex_lock(&accounts);
    setpwent();
    while (is_only && (error = getpwent_r(&entry, buffer, LAST_ROOM, &found)) == 0) {
        if (entry.pw_gid != group) continue;
        if (entry.pw_uid == user) *is_member = 1;
        if (entry.pw_uid != user && entry.pw_uid != 0) is_only = 0;
    }
    endpwent();
    pthread_mutex_unlock(&accounts);
    free(buffer);
    return is_only && error == ENOENT;
}

int cml_account_is_own_group(uint32_t group, uint32_t user) {
    int is_member = 0;
    for (size_t room = FIRST_ROOM; room <= LAST_ROOM; room *= 4) {
        char *buffer = malloc(room);
        if (buffer == NULL) return 0;
        struct group entry, *found = NULL;
        int error = getgrgid_r(group, &entry, buffer, room, &found);
        int is_only = found != NULL && has_only(found, user, &is_member);
        free(buffer);
        if (error == ERANGE) continue;
        return is_only && is_first_of_only(group, user, &is_member) && is_member;
    }
    return 0;
}
