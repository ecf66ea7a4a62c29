// SPDX-License-Identifier: MIT
//
// What can be refused at the call.
#pragma once

#include <aio.h>

#include "request/operation.h"

namespace aiox {

/// Checks what POSIX lets a call refuse before anything is queued. Returns 0,
/// EBADF (not open, or not for this access; a sync asks only for an open file) or
/// EINVAL (aio_reqprio, aio_nbytes above SSIZE_MAX, a negative aio_offset where the file has
/// positions). Of a sync only aio_fildes is looked at. Costs one system call, as a rule.
[[nodiscard]] int check_arguments(const aiocb& control_block, Opcode opcode) noexcept;

/// 0, or EBADF for a number that is no open descriptor.
[[nodiscard]] int check_open(int fildes) noexcept;

}  // namespace aiox
