/* SPDX-License-Identifier: MIT
 *
 * A pseudo-terminal that passes bytes as they are. A long write to it is carried out and cannot end
 * before the program has read from the other side.
 */
#pragma once

#include <poll.h>
#include <termios.h>

#include "conformance.h"

enum { MORE_THAN_A_TERMINAL_HOLDS = 1 << 20 };

struct terminal {
  int master;
  int slave;
};

static inline struct terminal raw_terminal(void) {
  struct terminal terminal;
  terminal.master = must(posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
  must(grantpt(terminal.master), "grantpt");
  must(unlockpt(terminal.master), "unlockpt");
  const char* const name = ptsname(terminal.master);
  check(name != NULL, "the terminal has a name");
  terminal.slave = must(open(name, O_RDWR | O_NOCTTY), "open");
  struct termios settings;
  must(tcgetattr(terminal.slave, &settings), "tcgetattr");
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  must(tcsetattr(terminal.slave, TCSANOW, &settings), "tcsetattr");
  return terminal;
}

/* A write to the terminal, without notification. */
static inline struct aiocb long_write(struct terminal terminal) {
  static char bytes[MORE_THAN_A_TERMINAL_HOLDS];
  return request(terminal.slave, bytes, sizeof bytes, 0);
}

/* Waits until the first of the bytes are there. */
static inline void await_begin(struct terminal terminal) {
  struct pollfd begun = {.fd = terminal.master, .events = POLLIN};
  must(poll(&begun, 1, -1), "poll");
}

/* Lets the write end. */
static inline void take_all(struct terminal terminal) {
  drain((struct channel){.reader = terminal.master}, MORE_THAN_A_TERMINAL_HOLDS);
}
