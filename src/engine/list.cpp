// SPDX-License-Identifier: MIT
//
// lio_listio().
#include <algorithm>
#include <cerrno>

#include "engine/engine.h"
#include "sys/aiocb.h"

namespace aiox {

using sys::SignalsBlocked;

int Engine::submit_list(int mode, aiocb* const entries[], std::size_t nent,
                        const sigevent* event) noexcept {
  IoList* list = nullptr;
  bool failed = false;
  bool exhausted = false;
  {
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
    list->notice = notice;
    auto room = static_cast<std::size_t>(config_.get(sys::Option::kImmediateCallMax));
    for (std::size_t i = 0; i < nent; ++i) {
      if (entries[i] != nullptr && entries[i]->aio_lio_opcode != LIO_NOP) {
        const int error = submit_entry(*entries[i], *list, room, proof);
        failed |= error != 0;
        exhausted |= error == EAGAIN;
      }
    }
  }
  int error = 0;
  if (mode == LIO_WAIT) {
    error = wait_for(*list);
    // relaxed: wait_for() has synchronised with each request's letting go.
    failed |= list->failed.load(std::memory_order_relaxed);
  }
  const SignalsBlocked proof;
  let_go(*list, false, proof);
  look_after_the_queue(proof);
  if (error != 0) {
    return error;
  }
  return exhausted ? EAGAIN : failed ? EIO : 0;
}

// `room` is for how many bytes an attempt in the caller may be made.
int Engine::submit_entry(aiocb& entry, IoList& list, std::size_t& room,
                         const SignalsBlocked& proof) noexcept {
  const int lio_opcode = entry.aio_lio_opcode;
  int error = EINVAL;
  if (lio_opcode == LIO_READ || lio_opcode == LIO_WRITE) {
    const Opcode opcode = lio_opcode == LIO_READ ? Opcode::kRead : Opcode::kWrite;
    const std::size_t nbytes = entry.aio_nbytes;
    const Tried tried = try_in_caller(entry, opcode, room);
    room -= std::min(room, tried.is_done ? nbytes : tried.moved);
    if (tried.is_done) {
      return 0;
    }
    // relaxed: the caller holds the list, too, and lets go of it last.
    list.holders.fetch_add(1, std::memory_order_relaxed);
    error = submit(entry, opcode, &list, tried.moved, proof);
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

// Signals are not blocked here: one that is handled ends the wait.
int Engine::wait_for(IoList& list) noexcept {
  const std::size_t number = WaitWords::of_this_thread();
  for (;;) {
    const std::uint32_t seen = wait_words_.read(number);
    WaitWords::watch(list.waiters, number);
    // acquire: pairs with the release in let_go().
    if (list.holders.load(std::memory_order_acquire) == 1) {
      return 0;
    }
    if (wait_words_.sleep(number, seen, sys::kForever) == EINTR) {
      return EINTR;
    }
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
