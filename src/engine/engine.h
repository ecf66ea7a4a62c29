// SPDX-License-Identifier: MIT
//
// The way of a request from submission to completion.
//
//   submit:    check -> admit -> enter its descriptor -> its turn -> queue, or one attempt -> kick
//   serve:     take (worker_pool) -> perform (io) -> conclude
//   ready:     a descriptor's first requests are attempted; those that get through are concluded
//   conclude:  under the descriptor's lock: kDone, off the descriptor, the status is published
//   settle:    without it: barriers opened, waiters woken, slots freed, notifications, lists
//
// Publishing under the descriptor's lock makes aio_cancel() exact: who holds the lock finds a
// request either on the descriptor and in progress, or off it with its final status visible.
//
// Lock order: Descriptor::mutex (one at a time), then the run queue's; the pool's and the
// notifier's are leaves and taken with none of these held.
#pragma once

#include <aio.h>

#include <cstddef>
#include <span>

#include "engine/arguments.h"
#include "engine/barrier.h"
#include "engine/descriptor_table.h"
#include "engine/list_call.h"
#include "engine/run_queue.h"
#include "engine/wait_words.h"
#include "engine/worker_pool.h"
#include "io/backend.h"
#include "io/kernel_aio.h"
#include "io/readiness.h"
#include "notify/notifier.h"
#include "request/io_list.h"
#include "request/request_table.h"
#include "sys/config.h"
#include "sys/stays.h"

namespace aiox {

class Engine final : private Server, private io::ReadinessListener, private io::CompletionListener {
 public:
  /// The parts must outlive the engine. Check operator bool before anything else.
  Engine(io::Backend& backend, notify::Notifier& notifier, const sys::Config& config) noexcept;

  /// Nothing may be outstanding any more. The process's own is never destroyed (invariant 9).
  ~Engine() = default;

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// False where there was no memory for its tables.
  explicit operator bool() const noexcept {
    return table_ && lists_ && coverages_ && barriers_ && descriptors_ && queue_ && wait_words_;
  }

  /// Submits what `control_block` describes. Returns 0, or EAGAIN, EBADF or EINVAL with nothing
  /// queued: the aiocb then has the error as its final status, unless it is still in progress with
  /// an earlier request and must not be touched.
  [[nodiscard]] int submit(aiocb& control_block, Opcode opcode) noexcept;

  /// lio_listio() with checked arguments; `event` is nullptr for LIO_WAIT and for no notification.
  /// Returns 0, EAGAIN, EIO, EINVAL (`event`) or EINTR (LIO_WAIT).
  [[nodiscard]] int submit_list(int mode, aiocb* const entries[], std::size_t nent,
                                const sigevent* event) noexcept;

  /// What is left of a list for which there is no memory: entries that have EAGAIN as their final
  /// status, but those that say that they are still in progress.
  static void refuse_all(aiocb* const entries[], std::size_t nent) noexcept;

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

  /// The context of the kernel's AIO that serves the request of that aiocb, kNoContext where none
  /// does. Async-signal-safe.
  [[nodiscard]] std::uint32_t kernel_context(const aiocb& control_block) const noexcept;

  /// Whether the end of that request may depend on an event of the kernel's AIO. Who waits for it
  /// asks for its status now and then. Async-signal-safe.
  [[nodiscard]] bool depends_on_kernel(const aiocb& control_block) const noexcept;
  io::KernelAio& kernel() noexcept { return kernel_; }

  /// Whether a request was submitted on that number since it was last closed: if not, it can be
  /// closed without further ado. Async-signal-safe: two loads.
  [[nodiscard]] bool is_used(int fildes) noexcept;

  /// To be called before the numbers from `first` to `last` are closed or stand for other files.
  /// Until it returns none of them takes a request (EBADF), and then nothing of ours touches them
  /// any more: reads and what waits are cancelled, accepted writes and syncs on files are carried
  /// out or cancelled (AIOX_CLOSE), within AIOX_CLOSE_TIMEOUT_MS.
  /// `proof` forbids to create threads: the caller may be in a handler that has interrupted libc.
  void prepare_close(int first, int last, const sys::SignalsBlocked& proof) noexcept;

  /// The number of the library's own descriptor, or -1.
  [[nodiscard]] int own_descriptor() const noexcept { return readiness_.descriptor(); }
  [[nodiscard]] bool owns(int fildes) const noexcept {
    return fildes >= 0 && fildes == own_descriptor();
  }

  /// Closes it in a child of fork(), where this engine is only a memory.
  void close_inherited() noexcept { readiness_.close_inherited(); }

  /// Has it moved away from that number.
  void vacate(int fildes) noexcept { readiness_.vacate(fildes); }

  /// At exit: carries out accepted writes and syncs on files, within AIOX_EXIT_TIMEOUT_MS. Nothing
  /// is told of meanwhile, and no further write or sync is accepted (EAGAIN).
  /// `proof` as for prepare_close().
  void drain(const sys::SignalsBlocked& proof) noexcept;

  /// Whether a thread that waits may spin for a moment.
  bool may_spin() const noexcept { return pool_.may_spin(); }

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
      const sys::Stay stay(creating_);
      notifier_.retry(proof);
    }
  }

  bool in_progress(const aiocb& control_block) const noexcept;

  /// What a critical section leaves to be done when its lock is released.
  struct Aftermath {
    Descriptor::List over;          // concluded: to be told of
    Descriptor::Barriers opened;    // to be counted off
    bool queued = false;            // something is in the run queue for somebody
    Descriptor* watched = nullptr;  // a descriptor that the readiness thread watches from now on
    Descriptor* left = nullptr;     // a descriptor whose end is waited for has one less
    bool muted = false;             // exit had begun: nothing is told of
  };

  /// What an attempt in the caller came to.
  struct Tried {
    bool is_done;
    std::size_t moved;  // else: the first bytes, that need not be moved any more
  };

  // In immediate.cpp. No lock is taken, and as a rule no signal blocked, on this way.
  Tried try_in_caller(aiocb& control_block, Opcode opcode, std::size_t room) noexcept;
  io::Attempt attempt_in_caller(const aiocb& control_block, Opcode opcode,
                                Shortcut shortcut) noexcept;
  Shortcut shortcut_of(int fildes) noexcept;
  Shortcut learn_shortcut(int fildes) noexcept;
  bool is_small_enough(std::size_t nbytes, std::size_t room) const noexcept;

  // In submit.cpp. EBUSY stands for "still in progress" here, and becomes EINVAL for the program.
  int submit(aiocb& control_block, Opcode opcode, ListCall* call, std::size_t moved,
             const sys::SignalsBlocked& proof) noexcept;
  int admit(aiocb& control_block, Opcode opcode, ListCall* call, std::size_t moved,
            std::uint64_t seen, const sys::SignalsBlocked& proof) noexcept;
  std::uint32_t closes_of(int fildes) noexcept;
  void fill(Request& request, const aiocb& control_block, Opcode opcode, ListCall* call,
            const FileTraits& traits) noexcept;
  int enter(aiocb& control_block, Request& request, ListCall* call, const FileIdentity& file,
            std::uint64_t seen, const sys::SignalsBlocked& proof) noexcept;
  int enter_line(aiocb& control_block, Request& request, const FileIdentity& file,
                 Descriptor& descriptor, std::uint64_t seen, Aftermath& aftermath,
                 const sys::SignalsBlocked& proof) noexcept;
  bool withdraw(aiocb& control_block, Request& request, Descriptor& descriptor,
                std::uint32_t generation, const sys::SignalsBlocked& proof) noexcept;

  // In direct.cpp: what the kernel's AIO serves.
  std::uint32_t kernel_context_for(Opcode opcode, const FileTraits& traits,
                                   const sys::SignalsBlocked& proof) noexcept;
  void submit_to_kernel(std::span<io::Order> orders, Aftermath& aftermath,
                        const sys::SignalsBlocked& proof) noexcept;
  std::span<const io::Order> start(std::span<io::Order> orders) noexcept;
  void queue_instead(const io::Order& order, Aftermath& aftermath,
                     const sys::SignalsBlocked& proof) noexcept;
  void completed(std::uint64_t cookie, Result result,
                 const sys::SignalsBlocked& proof) noexcept override;
  bool is_plain(std::uint64_t cookie) const noexcept override;
  bool poll_kernel(const Request& request) const noexcept;
  void rely_on(Request& request, io::Reliance how) noexcept;
  void rely_on(const aiocb& control_block, Request& request, std::uint32_t generation) noexcept;
  void rely_on_all(Descriptor& descriptor) noexcept AIOX_REQUIRES(descriptor.mutex);
  void rely_no_more(Request& request) noexcept;

  // In turn.cpp: the requests of a descriptor whose turn it is.
  void give_turn(Request& request, Descriptor& descriptor, Aftermath& aftermath,
                 const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);
  void advance(Descriptor& descriptor, Opcode direction, io::Interests event, Aftermath& aftermath,
               const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);
  bool attempt(Request& request, Descriptor& descriptor, io::Interests event, Aftermath& aftermath,
               const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);
  static bool is_through(Request& request, Result& result) noexcept;
  static Result cut_short(const Request& request, int error) noexcept;
  static Operation rest_of(const Request& request) noexcept;
  void park(Request& request, Descriptor& descriptor, io::Interests how, Aftermath& aftermath,
            const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);
  void go_on(Request& request, Descriptor& descriptor, int error, Aftermath& aftermath,
             const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);
  void hand_to_worker(Request& request, Aftermath& aftermath,
                      const sys::SignalsBlocked& proof) noexcept;
  void stop_watching_in_vain(Descriptor& descriptor, int fildes) noexcept
      AIOX_REQUIRES(descriptor.mutex);
  bool watch(const Request& request, Descriptor& descriptor, io::Interests how,
             Aftermath& aftermath) noexcept AIOX_REQUIRES(descriptor.mutex);
  void wait_unwatched(Request& request, Descriptor& descriptor, int error, Aftermath& aftermath,
                      const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);
  void end_unwatchable(Descriptor& descriptor, Aftermath& aftermath,
                       const sys::SignalsBlocked& proof) noexcept;
  void lost(const sys::SignalsBlocked& proof) noexcept override;
  void ready(int fildes, io::Interests interests,
             const sys::SignalsBlocked& proof) noexcept override;

  // In finish.cpp.
  void finish(Request& request, Result result, const sys::SignalsBlocked& proof) noexcept;
  bool conclude(Request& request, std::uint32_t generation, Descriptor& descriptor, State from,
                Result result, Aftermath& aftermath, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(descriptor.mutex);
  void leave(Request& request, Descriptor& descriptor, int error, Aftermath& aftermath) noexcept
      AIOX_REQUIRES(descriptor.mutex);
  void end(Request& request, Descriptor& descriptor, State from, Result result,
           Aftermath& aftermath, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(descriptor.mutex);
  void settle(Aftermath& aftermath, const sys::SignalsBlocked& proof) noexcept;
  void wake_closers(Aftermath& aftermath) noexcept;
  void tell(Request& request, bool muted, const sys::SignalsBlocked& proof) noexcept;
  void notify(Notice* notice, bool muted, const sys::SignalsBlocked& proof) noexcept;
  void drop(Request& request) noexcept;
  Result perform_here(const Operation& operation, const sys::SignalsBlocked& proof) noexcept;
  Result serve_stranded(const Request& request, const sys::SignalsBlocked& proof) noexcept;
  void look_after_the_queue(const sys::SignalsBlocked& proof) noexcept;
  Request* take_stranded(const sys::SignalsBlocked& proof) noexcept;

  // In cover.cpp: what a sync waits for.
  Coverage* begin_coverage(Request& sync) noexcept;
  int cover(Coverage& coverage, const FileIdentity& file, Aftermath& aftermath,
            const sys::SignalsBlocked& proof) noexcept;
  int set_barrier(Coverage& coverage, int fildes, const FileIdentity& file,
                  const sys::SignalsBlocked& proof) noexcept;
  void pass(Barrier& barrier, Aftermath& aftermath, const sys::SignalsBlocked& proof) noexcept;
  void open_one(Coverage& coverage, Aftermath& aftermath,
                const sys::SignalsBlocked& proof) noexcept;
  void end_uncovered(const Coverage& coverage, Aftermath& aftermath,
                     const sys::SignalsBlocked& proof) noexcept;
  void release(Coverage& coverage) noexcept;

  // In cancel.cpp.
  int cancel(Request& request, std::uint32_t generation, Descriptor& descriptor,
             Aftermath& aftermath, const sys::SignalsBlocked& proof) noexcept
      AIOX_REQUIRES(descriptor.mutex);

  int cancel_all(Descriptor& descriptor, bool keep_writes, Aftermath& aftermath,
                 const sys::SignalsBlocked& proof) noexcept AIOX_REQUIRES(descriptor.mutex);

  // In close.cpp.
  struct Ending {
    sys::AtEnd writes;
    sys::Nanoseconds deadline;
    bool closes;          // the number will stand for another file, or for none
    std::uint64_t begun;  // only descriptors in use before that are concerned
  };
  void end_requests(int first, int last, const Ending& ending,
                    const sys::SignalsBlocked& proof) noexcept;
  void wait_for_end(int fildes, Descriptor& descriptor, const Ending& ending,
                    const sys::SignalsBlocked& proof) noexcept;
  bool is_held_up() const noexcept;
  void help(Descriptor& descriptor, const sys::SignalsBlocked& proof) noexcept;
  void help_with(Descriptor& descriptor, const sys::SignalsBlocked& proof) noexcept;
  Request* take_queued(Descriptor& descriptor, const sys::SignalsBlocked& proof) noexcept;
  /// What is left to be waited for: nothing, what may run for ever, or what a file will end.
  enum class Rest { kNothing, kEndless, kOfFile };
  static Rest rest_on(Descriptor& descriptor, const Ending& ending) noexcept
      AIOX_REQUIRES(descriptor.mutex);
  void abandon(Descriptor& descriptor, Aftermath& aftermath) noexcept
      AIOX_REQUIRES(descriptor.mutex);

  // In list.cpp.
  int open_list(aiocb* const entries[], std::size_t nent, const sigevent* event,
                IoList*& list) noexcept;
  void submit_entries(ListCall& call, aiocb* const entries[], std::size_t nent) noexcept;
  std::size_t submit_portion(ListCall& call, aiocb* const entries[], std::size_t next,
                             std::size_t nent, const sys::SignalsBlocked& proof) noexcept;
  int submit_entry(ListCall& call, aiocb& entry, const sys::SignalsBlocked& proof) noexcept;
  bool flush(ListCall& call, const sys::SignalsBlocked& proof) noexcept;
  void hand_in(ListCall& call, bool with_direct, const sys::SignalsBlocked& proof) noexcept;
  void tell_refusal(const aiocb& entry, const sys::SignalsBlocked& proof) noexcept;
  int wait_for(IoList& list, bool is_interrupted) noexcept;
  void let_go(IoList& list, bool muted, const sys::SignalsBlocked& proof) noexcept;

  io::Backend& backend_;
  notify::Notifier& notifier_;
  const sys::Config& config_;
  RequestTable table_;
  SlabPool<IoList, 64, 131'072> lists_;
  SlabPool<Coverage, 64, 131'072> coverages_;
  SlabPool<Barrier, 64, 131'072> barriers_;
  DescriptorTable descriptors_;
  WaitWords wait_words_;
  const bool immediate_;
  const std::size_t immediate_max_;
  sys::Stays creating_;                 // in what may create a thread, to tell or to listen
  std::atomic<bool> draining_ = false;  // at exit; relaxed: a flag by itself
  RunQueue queue_;
  std::atomic<unsigned> direct_requests_ = 0;  // relaxed: a number by itself
  mutable io::KernelAio kernel_;
  io::Readiness readiness_;
  WorkerPool pool_;  // these three last: their threads use all of the above
};

}  // namespace aiox
