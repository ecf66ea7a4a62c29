// SPDX-License-Identifier: MIT
//
// The doors: every exported name of the eight calls and of aio_init(), a line each. What they do
// stands in abi/calls.h; which names there are, in libaiox.map.
//
// aiocb and aiocb64 are one layout (sys/aiocb.h asserts it). The aiox_ names are what <aiox/aio.h>
// redirects to. A call that a cancellation unwinds through is not noexcept.
#include <aio.h>

#include "abi/calls.h"

#define AIOX_EXPORT extern "C" [[gnu::visibility("default")]]

namespace abi = aiox::abi;
using aiox::Opcode;

namespace {

aiocb& plain(aiocb64* block) noexcept { return *reinterpret_cast<aiocb*>(block); }
const aiocb& plain(const aiocb64* block) noexcept { return *reinterpret_cast<const aiocb*>(block); }

}  // namespace

AIOX_EXPORT int aio_read(aiocb* block) noexcept { return abi::submit(*block, Opcode::kRead); }
AIOX_EXPORT int aio_read64(aiocb64* block) noexcept {
  return abi::submit(plain(block), Opcode::kRead);
}
AIOX_EXPORT int aiox_aio_read(aiocb* block) noexcept { return abi::submit(*block, Opcode::kRead); }

AIOX_EXPORT int aio_write(aiocb* block) noexcept { return abi::submit(*block, Opcode::kWrite); }
AIOX_EXPORT int aio_write64(aiocb64* block) noexcept {
  return abi::submit(plain(block), Opcode::kWrite);
}
AIOX_EXPORT int aiox_aio_write(aiocb* block) noexcept {
  return abi::submit(*block, Opcode::kWrite);
}

AIOX_EXPORT int aio_fsync(int op, aiocb* block) noexcept { return abi::submit_sync(op, *block); }
AIOX_EXPORT int aio_fsync64(int op, aiocb64* block) noexcept {
  return abi::submit_sync(op, plain(block));
}
AIOX_EXPORT int aiox_aio_fsync(int op, aiocb* block) noexcept {
  return abi::submit_sync(op, *block);
}

AIOX_EXPORT int aio_error(const aiocb* block) noexcept { return abi::error_status(*block); }
AIOX_EXPORT int aio_error64(const aiocb64* block) noexcept {
  return abi::error_status(plain(block));
}
AIOX_EXPORT int aiox_aio_error(const aiocb* block) noexcept { return abi::error_status(*block); }

AIOX_EXPORT ssize_t aio_return(aiocb* block) noexcept { return abi::return_status(*block); }
AIOX_EXPORT ssize_t aio_return64(aiocb64* block) noexcept {
  return abi::return_status(plain(block));
}
AIOX_EXPORT ssize_t aiox_aio_return(aiocb* block) noexcept { return abi::return_status(*block); }

AIOX_EXPORT int aio_cancel(int fildes, aiocb* block) noexcept { return abi::cancel(fildes, block); }
AIOX_EXPORT int aio_cancel64(int fildes, aiocb64* block) noexcept {
  return abi::cancel(fildes, reinterpret_cast<aiocb*>(block));
}
AIOX_EXPORT int aiox_aio_cancel(int fildes, aiocb* block) noexcept {
  return abi::cancel(fildes, block);
}

AIOX_EXPORT int aio_suspend(const aiocb* const list[], int nent, const timespec* timeout) {
  return abi::suspend(list, nent, timeout);
}
AIOX_EXPORT int aio_suspend64(const aiocb64* const list[], int nent, const timespec* timeout) {
  return abi::suspend(reinterpret_cast<const aiocb* const*>(list), nent, timeout);
}
AIOX_EXPORT int aiox_aio_suspend(const aiocb* const list[], int nent, const timespec* timeout) {
  return abi::suspend(list, nent, timeout);
}

AIOX_EXPORT int lio_listio(int mode, aiocb* const list[], int nent, sigevent* event) noexcept {
  return abi::list_io(mode, list, nent, event);
}
AIOX_EXPORT int lio_listio64(int mode, aiocb64* const list[], int nent, sigevent* event) noexcept {
  return abi::list_io(mode, reinterpret_cast<aiocb* const*>(list), nent, event);
}
AIOX_EXPORT int aiox_lio_listio(int mode, aiocb* const list[], int nent, sigevent* event) noexcept {
  return abi::list_io(mode, list, nent, event);
}

AIOX_EXPORT void aio_init(const aioinit* wishes) noexcept { abi::initialise(*wishes); }
AIOX_EXPORT void aiox_aio_init(const aioinit* wishes) noexcept { abi::initialise(*wishes); }
