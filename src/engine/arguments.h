// SPDX-License-Identifier: MIT
//
// What can be refused at the call, and what is found out about the file on the way.
#pragma once

#include <aio.h>
#include <sys/types.h>

#include "request/operation.h"

namespace aiox {

struct FileTraits {
  FileKind kind;
  bool append;   // O_APPEND is set
  dev_t device;  // with the inode: which file it is
  ino_t inode;

  bool is_same_file(const FileTraits& other) const noexcept {
    return device == other.device && inode == other.inode;
  }
};

/// Checks what POSIX lets a call refuse before anything is queued. Returns 0 with `traits`,
/// EBADF (not open, or not for this access; a sync asks only for an open file) or
/// EINVAL (aio_reqprio, aio_nbytes above SSIZE_MAX, a negative aio_offset where the file has
/// positions; a sync of what has nothing to be synchronised).
/// Of a sync only aio_fildes is looked at. Costs two system calls, as a rule.
[[nodiscard]] int check_arguments(const aiocb& control_block, Opcode opcode,
                                  FileTraits& traits) noexcept;

/// 0, or EBADF for a number that is no open descriptor.
[[nodiscard]] int check_open(int fildes) noexcept;

/// Finds out which file `fildes` is. Returns 0 or EBADF.
[[nodiscard]] int look_at(int fildes, FileTraits& traits) noexcept;

}  // namespace aiox
