// SPDX-License-Identifier: MIT
#include "abi/calls.h"

#include <fcntl.h>

#include <cerrno>

#include "abi/process.h"
#include "abi/reply.h"
#include "engine/arguments.h"
#include "sys/aiocb.h"
#include "sys/config.h"

namespace aiox::abi {
namespace {

int status_of(const aiocb& control_block, int& status) noexcept {
  if (const Engine* const present = engine_if_any(); present != nullptr) {
    return present->status(control_block, status);
  }
  status = sys::AiocbPrivate(control_block).status();
  return status == EINPROGRESS ? EINVAL : 0;
}

}  // namespace

int submit(aiocb& control_block, Opcode opcode) noexcept {
  const Reply reply;
  if (Engine* const present = engine(); present != nullptr) {
    return reply.with(present->submit(control_block, opcode));
  }
  sys::AiocbPrivate fields(control_block);
  fields.refuse(fields.ticket(), EAGAIN);
  return reply.with(EAGAIN);
}

int submit_sync(int operation, aiocb& control_block) noexcept {
  if (operation != O_SYNC && operation != O_DSYNC) {
    return Reply().with(EINVAL);
  }
  return submit(control_block, operation == O_SYNC ? Opcode::kSync : Opcode::kDataSync);
}

int error_status(const aiocb& control_block) noexcept {
  const Reply reply;
  int status = 0;
  const int error = status_of(control_block, status);
  return reply.with(error, status);
}

ssize_t return_status(aiocb& control_block) noexcept {
  const Reply reply;
  int status = 0;
  if (const int error = status_of(control_block, status); error != 0 || status == EINPROGRESS) {
    return reply.with(error != 0 ? error : EINPROGRESS);
  }
  ssize_t value = 0;
  if (const int error = sys::AiocbPrivate(control_block).retrieve(value); error != 0) {
    return reply.with(error);
  }
  return value == -1 ? reply.with(status) : reply.with(0, value);
}

int cancel(int fildes, const aiocb* control_block) noexcept {
  const Reply reply;
  if (const int error = check_open(fildes); error != 0) {
    return reply.with(error);
  }
  if (control_block != nullptr && control_block->aio_fildes != fildes) {
    return reply.with(EINVAL);
  }
  Engine* const present = engine_if_any();
  if (present == nullptr) {
    return reply.with(0, int{AIO_ALLDONE});
  }
  int result = AIO_ALLDONE;
  const int error = control_block != nullptr ? present->cancel(fildes, *control_block, result)
                                             : present->cancel_all(fildes, result);
  return reply.with(error, result);
}

int list_io(int mode, aiocb* const list[], int nent, const sigevent* event) noexcept {
  const Reply reply;
  const long limit = sys::config().get(sys::Option::kMaxRequests);
  if ((mode != LIO_WAIT && mode != LIO_NOWAIT) || nent < 0 || nent > limit) {
    return reply.with(EINVAL);
  }
  Engine* const present = engine();
  if (present == nullptr) {
    Engine::refuse_all(list, static_cast<std::size_t>(nent));
    return reply.with(EAGAIN);
  }
  const sigevent* const used = mode == LIO_NOWAIT ? event : nullptr;
  return reply.with(present->submit_list(mode, list, static_cast<std::size_t>(nent), used));
}

void initialise(const aioinit& wishes) noexcept {
  sys::Config& config = sys::config();
  config.set(sys::Option::kMaxWorkers, wishes.aio_threads);
  config.set(sys::Option::kExpected, wishes.aio_num);
  if (wishes.aio_idle_time > 0) {
    config.set(sys::Option::kIdleMs, wishes.aio_idle_time * 1'000L);
  }
  if (Engine* const present = engine_if_any(); present != nullptr) {
    present->reserve(static_cast<std::size_t>(config.get(sys::Option::kExpected)));
    present->reconfigure();
  }
}

}  // namespace aiox::abi
