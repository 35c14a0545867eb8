// Keys of a terminal one by one, without Enter and without echo.
#include "CMusterLinux.h"

#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static volatile sig_atomic_t is_changed;

void cml_terminal_restore(void) {
    if (!is_changed) return;
    is_changed = 0;
    tcsetattr(0, TCSANOW, &before);
}

int cml_terminal_take_keys(void) {
    // A process in the background is stopped where it changes the terminal.
    if (is_changed || !isatty(0) || tcgetpgrp(0) != getpgrp() || tcgetattr(0, &before) < 0) return 0;
    struct termios changed = before;
    changed.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    changed.c_cc[VMIN] = 0;
    changed.c_cc[VTIME] = 0;
    if (atexit(cml_terminal_restore) != 0 || tcsetattr(0, TCSANOW, &changed) < 0) return 0;
    is_changed = 1;
    return 1;
}

long cml_terminal_read_keys(uint8_t *keys, size_t count) {
    return is_changed && tcgetpgrp(0) == getpgrp() ? read(0, keys, count) : 0;
}
