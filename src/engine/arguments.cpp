// SPDX-License-Identifier: MIT
#include "engine/arguments.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "engine/run_queue.h"

namespace aiox {
namespace {

bool allows(int flags, Opcode opcode) noexcept {
  if ((flags & O_PATH) != 0) {
    return false;
  }
  const int mode = flags & O_ACCMODE;
  return is_sync(opcode) || mode == O_RDWR ||
         mode == (opcode == Opcode::kRead ? O_RDONLY : O_WRONLY);
}

bool has_position(int fildes) noexcept { return ::lseek(fildes, 0, SEEK_CUR) != -1; }

}  // namespace

int check_arguments(const aiocb& control_block, Opcode opcode) noexcept {
  const int flags = ::fcntl(control_block.aio_fildes, F_GETFL);
  if (flags == -1 || !allows(flags, opcode)) {
    return EBADF;
  }
  if (is_sync(opcode)) {
    return 0;
  }
  const bool valid =
      control_block.aio_reqprio >= 0 && control_block.aio_reqprio <= RunQueue::kReqprioMax &&
      control_block.aio_nbytes <= static_cast<std::size_t>(std::numeric_limits<ssize_t>::max()) &&
      (control_block.aio_offset >= 0 || !has_position(control_block.aio_fildes));
  return valid ? 0 : EINVAL;
}

int check_open(int fildes) noexcept { return ::fcntl(fildes, F_GETFD) == -1 ? EBADF : 0; }

}  // namespace aiox
