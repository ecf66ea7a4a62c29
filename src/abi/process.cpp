// SPDX-License-Identifier: MIT
#include "abi/process.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "abi/wiring.h"
#include "notify/sigevent_notifier.h"
#include "sys/config.h"
#include "sys/pages.h"
#include "sys/signals.h"

namespace aiox::abi {
namespace {

// On pages of its own and never destroyed: threads use it until the process is gone, and static
// destructors may call into AIO (invariant 9).
struct ProcessState {
  notify::SigeventNotifier notifier;
  Engine engine{backend(), notifier, sys::config()};
  pid_t owner = ::getpid();

  explicit operator bool() const noexcept {
    return static_cast<bool>(notifier) && static_cast<bool>(engine);
  }
};

}  // namespace

// On a page of its own that the kernel zeroes in every child, whatever made it: a child has none of
// the threads and may find any lock held, so it starts without a state (invariant 8). The old one
// stays where it is; the parent's requests are the parent's.
struct Anchor {
  // release in engine(), acquire in engine_if_any(): who finds the state sees it constructed.
  std::atomic<ProcessState*> state;
};
constinit std::atomic<Anchor*> anchor{nullptr};

namespace {

// The last state that was made, which a child finds as its parent left it.
constinit std::atomic<ProcessState*> latest{nullptr};  // release and acquire likewise

// Where the kernel cannot wipe the page (before Linux 4.14).
void forget_parent() noexcept {
  anchor.load(std::memory_order_relaxed)->state.store(nullptr, std::memory_order_relaxed);
}

// Whether the handler is registered and has not begun to run.
constinit std::atomic<bool> exit_handled{false};

void drain_at_exit() noexcept {
  exit_handled.store(false, std::memory_order_relaxed);
  if (Engine* const engine = engine_of_this_process(); engine != nullptr) {
    // exit() is called in handlers, too, whatever POSIX says.
    const sys::SignalsBlocked proof(sys::SignalsBlocked::Threads::kAreForbidden);
    engine->drain(proof);
  }
}

// Handlers run in the reverse order of their registration: this one before the destructors of what
// existed at the first request, whose buffers are still there. One that runs later and writes has
// it run again.
void see_to_the_exit() noexcept {
  if (!exit_handled.load(std::memory_order_relaxed) &&
      sys::config().at_end(sys::Option::kExit) == sys::AtEnd::kFinish &&
      !exit_handled.exchange(true, std::memory_order_relaxed)) {
    static_cast<void>(std::atexit(drain_at_exit));
  }
}

Anchor* drop_anchor() noexcept {
  if (Anchor* const present = anchor.load(std::memory_order_acquire); present != nullptr) {
    return present;
  }
  void* const page = sys::map_pages(sizeof(Anchor));
  if (page == nullptr) {
    return nullptr;
  }
  auto* const fresh = new (page) Anchor{};
  Anchor* expected = nullptr;
  if (!anchor.compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) {
    sys::unmap_pages(page, sizeof(Anchor));
    return expected;
  }
  if (!sys::wipe_on_fork(page, sizeof(Anchor))) {
    static_cast<void>(pthread_atfork(nullptr, nullptr, forget_parent));
  }
  return fresh;
}

void discard(ProcessState* unused) noexcept {
  unused->~ProcessState();
  sys::unmap_pages(unused, sizeof(ProcessState));
}

}  // namespace

Engine* engine_if_any() noexcept {
  const Anchor* const at = anchor.load(std::memory_order_acquire);
  ProcessState* const present = at != nullptr ? at->state.load(std::memory_order_acquire) : nullptr;
  return present != nullptr ? &present->engine : nullptr;
}

Engine* engine_of_this_process() noexcept {
  const Anchor* const at = anchor.load(std::memory_order_acquire);
  ProcessState* const present = at != nullptr ? at->state.load(std::memory_order_acquire) : nullptr;
  return present != nullptr && present->owner == ::getpid() ? &present->engine : nullptr;
}

Engine* engine() noexcept {
  see_to_the_exit();
  if (Engine* const present = engine_if_any(); present != nullptr) {
    return present;
  }
  Anchor* const at = drop_anchor();
  void* const pages = at != nullptr ? sys::map_pages(sizeof(ProcessState)) : nullptr;
  if (pages == nullptr) {
    return nullptr;
  }
  auto* const fresh = new (pages) ProcessState;
  if (!*fresh) {
    discard(fresh);
    return nullptr;
  }
  fresh->engine.reserve(static_cast<std::size_t>(sys::config().get(sys::Option::kExpected)));
  ProcessState* expected = nullptr;
  if (!at->state.compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) {
    discard(fresh);  // another thread was faster
  } else if (ProcessState* const before = latest.exchange(fresh, std::memory_order_acq_rel);
             before != nullptr) {
    before->engine.close_inherited();
  }
  return engine_if_any();
}

}  // namespace aiox::abi
