// SPDX-License-Identifier: MIT
//
// The way of a request from submission to completion.
//
//   submit: check -> admit -> enter its descriptor -> queue -> kick the pool
//   serve:  take (worker_pool) -> perform (io) -> finish
//   finish: under the descriptor's lock: kDone, leave the descriptor, publish the status;
//           then, without it: wake the waiters, free the slot, notify, let go of the list
//
// Publishing under the descriptor's lock makes aio_cancel() exact: who holds the lock finds a
// request either on the descriptor and in progress, or off it with its final status visible.
//
// Lock order: Descriptor::mutex, then the run queue's; the pool's and the notifier's are leaves and
// taken with none of these held.
#pragma once

#include <aio.h>

#include <cstddef>

#include "engine/descriptor.h"
#include "engine/run_queue.h"
#include "engine/wait_words.h"
#include "engine/worker_pool.h"
#include "io/backend.h"
#include "notify/notifier.h"
#include "request/io_list.h"
#include "request/request_table.h"
#include "sys/config.h"

namespace aiox {

class Engine final : private Server {
 public:
  /// The parts must outlive the engine. Check operator bool before anything else.
  Engine(io::Backend& backend, notify::Notifier& notifier, const sys::Config& config) noexcept;

  /// Nothing may be outstanding any more. The process's own engine is never destroyed (invariant
  /// 9).
  ~Engine() = default;

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// False where there was no memory for its tables.
  explicit operator bool() const noexcept { return table_ && lists_ && descriptors_ && queue_; }

  /// Submits what `control_block` describes. Returns 0, or EAGAIN, EBADF or EINVAL with nothing
  /// queued: the aiocb then has the error as its final status, unless it is still in progress with
  /// an earlier request and must not be touched.
  [[nodiscard]] int submit(aiocb& control_block, Opcode opcode) noexcept;

  /// lio_listio() with checked arguments; `event` is nullptr for LIO_WAIT and for no notification.
  /// Returns 0, EAGAIN, EIO, EINVAL (`event`) or EINTR (LIO_WAIT).
  [[nodiscard]] int submit_list(int mode, aiocb* const entries[], std::size_t nent,
                                const sigevent* event) noexcept;

  /// The error status, or EINPROGRESS, in `status`; returns EINVAL for an aiocb that claims to be
  /// in progress and is not (a copy, or one inherited over fork). Async-signal-safe.
  [[nodiscard]] int status(const aiocb& control_block, int& status) const noexcept;

  /// Cancels one request of an open descriptor, with AIO_CANCELED, AIO_NOTCANCELED or AIO_ALLDONE
  /// in `result`. Returns 0, or EINVAL where it was submitted for another descriptor.
  [[nodiscard]] int cancel(int fildes, const aiocb& control_block, int& result) noexcept;

  /// The same for all requests of the descriptor. Returns 0.
  [[nodiscard]] int cancel_all(int fildes, int& result) noexcept;

  /// Has the wait word `number` woken when the request of that aiocb completes. False when it is
  /// not in progress (any more). Async-signal-safe.
  [[nodiscard]] bool watch(const aiocb& control_block, std::size_t number) noexcept;

  WaitWords& wait_words() noexcept { return wait_words_; }
  const Counters& counters() const noexcept { return table_.counters; }
  std::size_t outstanding() const noexcept { return table_.outstanding(); }
  std::size_t workers() const noexcept { return pool_.workers(); }

  /// Makes memory ready for that many requests (aio_init()'s aio_num).
  void reserve(std::size_t requests) noexcept { table_.reserve(requests); }

  /// To be called after the settings have changed.
  void reconfigure() noexcept;

 private:
  void serve(Request& request, const sys::SignalsBlocked& proof) noexcept override;
  bool owes() const noexcept override { return notifier_.owes(); }
  void tidy(const sys::SignalsBlocked& proof) noexcept override {
    if (owes()) {
      notifier_.retry(proof);
    }
  }

  bool in_progress(const aiocb& control_block) const noexcept;

  // In engine.cpp. EBUSY stands for "still in progress" here, and becomes EINVAL for the program.
  int submit(aiocb& control_block, Opcode opcode, IoList* list,
             const sys::SignalsBlocked& proof) noexcept;
  int admit(aiocb& control_block, Opcode opcode, IoList* list, std::uint64_t seen,
            const sys::SignalsBlocked& proof) noexcept;
  int enter(aiocb& control_block, Request& request, std::uint64_t seen,
            const sys::SignalsBlocked& proof) noexcept;
  bool withdraw(aiocb& control_block, Request& request, Descriptor& descriptor,
                std::uint32_t generation, const sys::SignalsBlocked& proof) noexcept;
  void finish(Request& request, Result result, const sys::SignalsBlocked& proof) noexcept;
  bool conclude(Request& request, std::uint32_t generation, Descriptor& descriptor, State from,
                Result result, bool& released, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(descriptor.mutex);
  void tell(Request& request, const sys::SignalsBlocked& proof) noexcept;
  void follow_up(const sys::SignalsBlocked& proof) noexcept;

  // In cancel.cpp.
  int cancel(Request& request, std::uint32_t generation, Descriptor& descriptor, bool& released,
             const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);

  // In list.cpp.
  int submit_entry(aiocb& entry, IoList& list, const sys::SignalsBlocked& proof) noexcept;
  void tell_refusal(const aiocb& entry, const sys::SignalsBlocked& proof) noexcept;
  int wait_for(IoList& list) noexcept;
  void let_go(IoList& list, const sys::SignalsBlocked& proof) noexcept;

  io::Backend& backend_;
  notify::Notifier& notifier_;
  const sys::Config& config_;
  RequestTable table_;
  SlabPool<IoList, 64, 131'072> lists_;
  DescriptorTable descriptors_;
  WaitWords wait_words_;
  RunQueue queue_;
  WorkerPool pool_;  // last: its threads use all of the above
};

}  // namespace aiox
