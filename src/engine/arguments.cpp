// SPDX-License-Identifier: MIT
#include "engine/arguments.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

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

// POSIX asks for EFBIG where a write starts at the offset maximum; the kernel says EINVAL.
bool starts_at_offset_maximum(const aiocb& control_block, Opcode opcode,
                              const FileTraits& traits) noexcept {
  return opcode == Opcode::kWrite && traits.kind == FileKind::kFile && !traits.append &&
         control_block.aio_nbytes > 0 && control_block.aio_offset == kOffsetMaximum;
}

FileKind kind_of(mode_t mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFREG:
    case S_IFBLK:
    case S_IFDIR: return FileKind::kFile;
    case S_IFSOCK: return FileKind::kSocket;
    case S_IFIFO: return FileKind::kPipe;
    case S_IFCHR: return FileKind::kDevice;
    default: return FileKind::kOther;
  }
}

// Only what has blocks takes O_DIRECT, and pipes, where it means packets. The call costs half of an
// fstat().
bool is_direct_file(int fildes, int flags) noexcept {
  return (flags & O_DIRECT) != 0 && ::fcntl(fildes, F_GETPIPE_SZ) == -1 && errno == EBADF;
}

// Finds out which file it is. Returns 0 or EBADF.
int look_at(int fildes, FileTraits& traits) noexcept {
  struct stat file {};
  if (::fstat(fildes, &file) == -1) {
    return EBADF;
  }
  traits.kind = kind_of(file.st_mode);
  // A block device may have several names.
  const bool is_block_device = S_ISBLK(file.st_mode);
  traits.file = {.device = is_block_device ? file.st_rdev : file.st_dev,
                 .inode = is_block_device ? 0 : file.st_ino};
  return 0;
}

}  // namespace

int check_arguments(const aiocb& control_block, Opcode opcode, FileTraits& traits) noexcept {
  const int flags = ::fcntl(control_block.aio_fildes, F_GETFL);
  if (flags == -1 || !allows(flags, opcode)) {
    return EBADF;
  }
  if (opcode == Opcode::kRead && is_direct_file(control_block.aio_fildes, flags)) {
    traits.kind = FileKind::kFile;  // which one, only writes and syncs have to know
  } else if (look_at(control_block.aio_fildes, traits) != 0) {
    return EBADF;
  }
  traits.append = (flags & O_APPEND) != 0;
  traits.direct = (flags & O_DIRECT) != 0;
  if (is_sync(opcode)) {
    // A device may have something to synchronise; only its driver knows.
    const bool syncs = traits.kind == FileKind::kFile || traits.kind == FileKind::kDevice;
    return syncs ? 0 : EINVAL;
  }
  const bool valid = has_valid_values(control_block) &&
                     (control_block.aio_offset >= 0 || !has_position(control_block.aio_fildes));
  if (!valid) {
    return EINVAL;
  }
  return starts_at_offset_maximum(control_block, opcode, traits) ? EFBIG : 0;
}

Shortcut look_for_shortcut(int fildes) noexcept {
  const int flags = ::fcntl(fildes, F_GETFL);
  struct stat file {};
  if (flags == -1 || (flags & (O_PATH | O_DSYNC)) != 0 || ::fstat(fildes, &file) == -1 ||
      (!S_ISREG(file.st_mode) && !S_ISBLK(file.st_mode))) {
    return Shortcut::kNone;
  }
  // Files in memory alone have seals. (fstatfs() might ask a server that is dead.)
  if (::fcntl(fildes, F_GET_SEALS) != -1) {
    return Shortcut::kMemory;
  }
  // With O_DIRECT, RWF_NOWAIT does not keep the call from waiting for the device.
  return (flags & O_DIRECT) == 0 ? Shortcut::kCached : Shortcut::kNone;
}

int check_open(int fildes) noexcept { return ::fcntl(fildes, F_GETFD) == -1 ? EBADF : 0; }

}  // namespace aiox
