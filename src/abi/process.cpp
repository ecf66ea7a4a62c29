// SPDX-License-Identifier: MIT
#include "abi/process.h"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <new>

#include "abi/wiring.h"
#include "notify/sigevent_notifier.h"
#include "sys/config.h"
#include "sys/pages.h"

namespace aiox::abi {
namespace {

// On pages of its own and never destroyed: threads use it until the process is gone, and static
// destructors may call into AIO (invariant 9).
struct ProcessState {
  notify::SigeventNotifier notifier;
  Engine engine{backend(), notifier, sys::config()};

  explicit operator bool() const noexcept {
    return static_cast<bool>(notifier) && static_cast<bool>(engine);
  }
};

// release in engine(), acquire in engine_if_any(): who finds the state sees it constructed.
constinit std::atomic<ProcessState*> state{nullptr};

// A child has none of the threads and may find any lock held: it starts without a state (invariant
// 8). The old one stays where it is; the parent's requests are the parent's.
void forget_parent() noexcept { state.store(nullptr, std::memory_order_relaxed); }

void register_fork_handler_once() noexcept {
  static constinit std::atomic<bool> registered{false};
  if (!registered.exchange(true, std::memory_order_relaxed) &&
      pthread_atfork(nullptr, nullptr, forget_parent) != 0) {
    registered.store(false, std::memory_order_relaxed);
  }
}

void discard(ProcessState* unused) noexcept {
  unused->~ProcessState();
  sys::unmap_pages(unused, sizeof(ProcessState));
}

}  // namespace

Engine* engine_if_any() noexcept {
  ProcessState* const present = state.load(std::memory_order_acquire);
  return present != nullptr ? &present->engine : nullptr;
}

Engine* engine() noexcept {
  if (Engine* const present = engine_if_any(); present != nullptr) {
    return present;
  }
  register_fork_handler_once();
  void* const pages = sys::map_pages(sizeof(ProcessState));
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
  if (!state.compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) {
    discard(fresh);  // another thread was faster
  }
  return engine_if_any();
}

}  // namespace aiox::abi
