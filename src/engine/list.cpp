// SPDX-License-Identifier: MIT
//
// lio_listio().
#include <cerrno>

#include "engine/engine.h"
#include "sys/aiocb.h"

namespace aiox {

using sys::SignalsBlocked;

int Engine::submit_list(int mode, aiocb* const entries[], std::size_t nent,
                        const sigevent* event) noexcept {
  IoList* list = nullptr;
  if (const int error = open_list(entries, nent, event, list); error != 0) {
    return error;
  }
  ListCall call(*list, mode == LIO_WAIT,
                static_cast<std::size_t>(config_.get(sys::Option::kImmediateCallMax)));
  submit_entries(call, entries, nent);
  const int error = mode == LIO_WAIT ? wait_for(*list, call.is_interrupted()) : 0;
  if (wait_words_.are_gone()) {
    return EINTR;  // in a child: its parent's locks may be held, and its workers have no threads
  }
  // relaxed: wait_for() has synchronised with each request's letting go. Who does not wait is told
  // of what became of the call.
  call.note_failure(mode == LIO_WAIT && list->failed.load(std::memory_order_relaxed),
                    list->exhausted.load(std::memory_order_relaxed));
  const SignalsBlocked proof;
  let_go(*list, false, proof);
  look_after_the_queue(proof);
  return error != 0 ? error : call.answer();
}

// A list, held by its caller. EINVAL: of `event`; EAGAIN: all entries are refused.
int Engine::open_list(aiocb* const entries[], std::size_t nent, const sigevent* event,
                      IoList*& list) noexcept {
  const SignalsBlocked proof;
  Notice* notice = nullptr;
  if (const int error = event != nullptr ? notifier_.prepare(*event, notice) : 0; error != 0) {
    return error;
  }
  list = lists_.take();
  if (list == nullptr) {
    if (notice != nullptr) {
      notifier_.discard(*notice);
    }
    refuse_all(entries, nent);
    return EAGAIN;
  }
  list->holders.store(1, std::memory_order_relaxed);
  list->waiters.store(0, std::memory_order_relaxed);
  list->failed.store(false, std::memory_order_relaxed);
  list->exhausted.store(false, std::memory_order_relaxed);
  list->notice = notice;
  return 0;
}

// In portions, between which signals have their turn. No handler finds something collected: only
// its own thread would hand that in, and it may wait for its end, or close the descriptor. In a
// child that a handler makes nothing more is submitted: all of this is its parent's.
void Engine::submit_entries(ListCall& call, aiocb* const entries[], std::size_t nent) noexcept {
  for (std::size_t next = 0;;) {
    const SignalsBlocked proof;
    if (wait_words_.are_gone()) {
      return;
    }
    next = submit_portion(call, entries, next, nent, proof);
    while (call.has_direct() && !proof.is_signal_due()) {
      call.note_room(kernel_.await_room(ListCall::kRest, proof));
      next = submit_portion(call, entries, next, nent, proof);
    }
    if (next == nent && !call.has_direct()) {
      return;
    }
    if (call.waits() && proof.is_interruption_due()) {
      call.interrupt();
    }
    hand_in(call, true, proof);
  }
}

// Submits entries from `next` on, and says how far it has come. What the entries have left is done,
// but for what the caller has to wait with until the kernel has room for it.
std::size_t Engine::submit_portion(ListCall& call, aiocb* const entries[], std::size_t next,
                                   std::size_t nent, const SignalsBlocked& proof) noexcept {
  call.forget_what_is_known();
  bool has_room = flush(call, proof);
  for (; next < nent && has_room; ++next) {
    aiocb* const entry = entries[next];
    if (entry == nullptr || entry->aio_lio_opcode == LIO_NOP) {
      continue;
    }
    if (call.wants_new_portion(entry->aio_nbytes)) {
      call.begin_portion();
      break;
    }
    call.note(submit_entry(call, *entry, proof));
    has_room = !call.is_full() || flush(call, proof);
  }
  flush(call, proof);
  return next;
}

// One call of the kernel and one of the pool for what several entries have left. False: the kernel
// has no room, and the caller, who waits anyway, will try again.
bool Engine::flush(ListCall& call, const SignalsBlocked& proof) noexcept {
  const bool goes =
      !call.has_direct() || !call.waits_for_room() || kernel_.has_room(call.directs(), proof);
  hand_in(call, goes, proof);
  return goes;
}

// With what is for the kernel, whether there is room or not, or without.
void Engine::hand_in(ListCall& call, bool with_direct, const SignalsBlocked& proof) noexcept {
  Aftermath aftermath;
  aftermath.queued = call.take_queued();
  if (with_direct) {
    submit_to_kernel(call.take_direct(), aftermath, proof);
  }
  settle(aftermath, proof);
}

int Engine::submit_entry(ListCall& call, aiocb& entry, const SignalsBlocked& proof) noexcept {
  const int lio_opcode = entry.aio_lio_opcode;
  int error = EINVAL;
  if (lio_opcode == LIO_READ || lio_opcode == LIO_WRITE) {
    const Opcode opcode = lio_opcode == LIO_READ ? Opcode::kRead : Opcode::kWrite;
    const std::size_t nbytes = entry.aio_nbytes;
    const Tried tried = try_in_caller(entry, opcode, call.room());
    call.use_room(tried.is_done ? nbytes : tried.moved);
    if (tried.is_done) {
      return 0;
    }
    IoList& list = call.list();
    // relaxed: the caller holds the list, too, and lets go of it last.
    list.holders.fetch_add(1, std::memory_order_relaxed);
    error = submit(entry, opcode, &call, tried.moved, proof);
    if (error != 0) {
      list.holders.fetch_sub(1, std::memory_order_relaxed);
    }
  } else if (in_progress(entry)) {
    error = EBUSY;
  } else {
    sys::AiocbPrivate(entry).publish(EINVAL, -1);
  }
  if (error != 0 && error != EBUSY) {
    tell_refusal(entry, proof);
  }
  return error;
}

void Engine::refuse_all(aiocb* const entries[], std::size_t nent) noexcept {
  for (std::size_t i = 0; i < nent; ++i) {
    if (entries[i] != nullptr && entries[i]->aio_lio_opcode != LIO_NOP) {
      sys::AiocbPrivate fields(*entries[i]);
      if (fields.status() != EINPROGRESS) {
        fields.refuse(fields.ticket(), EAGAIN);
      }
    }
  }
}

// The entry is over as far as the program can see: what it asked to be told with is made.
void Engine::tell_refusal(const aiocb& entry, const SignalsBlocked& proof) noexcept {
  Notice* notice = nullptr;
  if (notifier_.prepare(entry.aio_sigevent, notice) == 0 && notice != nullptr) {
    notifier_.deliver(*notice, proof);
    look_after_the_queue(proof);
  }
}

// Signals are not blocked here: one that is handled ends the wait, and so it does in a child that
// its handler makes, to which no end of a request is ever told.
int Engine::wait_for(IoList& list, bool is_interrupted) noexcept {
  const std::size_t number = WaitWords::of_this_thread();
  for (int error = is_interrupted ? EINTR : 0;;) {
    const std::uint32_t seen = wait_words_.read(number);
    WaitWords::watch(list.waiters, number);
    // acquire: pairs with the release in let_go().
    if (list.holders.load(std::memory_order_acquire) == 1) {
      return 0;
    }
    if (error == EINTR || error == ESRCH) {
      return EINTR;
    }
    error = wait_words_.sleep(number, seen, sys::kForever);
  }
}

void Engine::let_go(IoList& list, bool muted, const SignalsBlocked& proof) noexcept {
  // acq_rel: the last holder sees what the others did, and its waiter the requests' failures.
  switch (list.holders.fetch_sub(1, std::memory_order_acq_rel)) {
    case 1: {
      Notice* const notice = list.notice;
      lists_.give_back(list);
      notify(notice, muted, proof);
      break;
    }
    case 2:
      // Only the caller is left. If it is gone and the record another's, this is a wake for no
      // reason.
      wait_words_.wake(list.waiters);
      break;
    default: break;
  }
}

}  // namespace aiox
