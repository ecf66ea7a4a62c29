// SPDX-License-Identifier: MIT
//
// What can be refused at the call, and what is found out about the file on the way.
#pragma once

#include <aio.h>
#include <sys/types.h>

#include <cstddef>
#include <limits>

#include "request/operation.h"

namespace aiox {

/// Which file it is, through whatever descriptor.
struct FileIdentity {
  dev_t device;
  ino_t inode;

  bool operator==(const FileIdentity&) const noexcept = default;
};

struct FileTraits {
  FileKind kind;
  bool append;        // O_APPEND is set
  bool direct;        // O_DIRECT is set
  FileIdentity file;  // of a read, perhaps none
};

/// No write starts there: EFBIG.
inline constexpr off_t kOffsetMaximum = std::numeric_limits<off_t>::max();

/// Checks what POSIX lets a call refuse before anything is queued. Returns 0 with `traits`,
/// EBADF (not open, or not for this access; a sync asks only for an open file),
/// EINVAL (aio_reqprio, aio_nbytes above SSIZE_MAX, a negative aio_offset where the file has
/// positions; a sync of what has nothing to be synchronised) or EFBIG (a write that starts at the
/// offset maximum).
/// Of a sync only aio_fildes is looked at. Costs two system calls, as a rule.
[[nodiscard]] int check_arguments(const aiocb& control_block, Opcode opcode,
                                  FileTraits& traits) noexcept;

/// What may be tried first on that descriptor. Three system calls.
[[nodiscard]] Shortcut look_for_shortcut(int fildes) noexcept;

/// Whether aio_reqprio and aio_nbytes are in range.
inline bool has_valid_values(const aiocb& control_block) noexcept {
  return control_block.aio_reqprio >= 0 && control_block.aio_reqprio <= kReqprioMax &&
         control_block.aio_nbytes <= static_cast<std::size_t>(std::numeric_limits<ssize_t>::max());
}

/// 0, or EBADF for a number that is no open descriptor.
[[nodiscard]] int check_open(int fildes) noexcept;

}  // namespace aiox
