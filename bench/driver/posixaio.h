// SPDX-License-Identifier: MIT
//
// What the two engines over <aio.h> share.
#pragma once

#include <aio.h>
#include <fcntl.h>

#include <cerrno>

#include "die.h"
#include "engine.h"

namespace bench::posixaio {

inline void describe(const Request& request, aiocb& block) {
  block.aio_fildes = request.fildes;
  block.aio_buf = request.buffer;
  block.aio_nbytes = request.nbytes;
  block.aio_offset = request.offset;
  block.aio_lio_opcode = request.operation == Operation::kRead ? LIO_READ : LIO_WRITE;
}

inline void submit(const Request& request, aiocb& block) {
  describe(request, block);
  int status = -1;
  switch (request.operation) {
    case Operation::kRead: status = aio_read(&block); break;
    case Operation::kWrite: status = aio_write(&block); break;
    case Operation::kFdatasync: status = aio_fsync(O_DSYNC, &block); break;
  }
  if (status != 0) {
    die("submitting by <aio.h>", errno);
  }
}

/// The request is complete.
inline void finish(Request& request, aiocb& block, int error) {
  request.result = aio_return(&block);
  if (error != 0) {
    request.result = -error;
  }
}

}  // namespace bench::posixaio
