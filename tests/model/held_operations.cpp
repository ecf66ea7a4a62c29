// SPDX-License-Identifier: MIT
#include "held_operations.h"

#include <algorithm>

#include "abi/wiring.h"
#include "support/patience.h"

namespace aiox::test {

Result HeldOperations::perform(const Operation& operation) noexcept {
  std::unique_lock lock(mutex_);
  const auto self = held_.insert(held_.end(), Held{.key = key_of(operation), .result = {}});
  changed_.notify_all();
  changed_.wait(lock, [&] { return self->result.has_value(); });
  const Result result = *self->result;
  held_.erase(self);
  return result;
}

io::Attempt HeldOperations::attempt_file(const Operation& /*operation*/,
                                         Shortcut /*shortcut*/) noexcept {
  return {.outcome = io::Attempt::Outcome::kNotReady, .result = {}};
}

io::Attempt HeldOperations::attempt(const Operation& /*operation*/,
                                    const sys::SignalsBlocked& /*proof*/) noexcept {
  return {.outcome = io::Attempt::Outcome::kCannot, .result = {}};
}

std::multiset<HeldOperations::Key> HeldOperations::held() const {
  const std::lock_guard lock(mutex_);
  std::multiset<Key> keys;
  for (const Held& held : held_) {
    if (!held.result) {
      keys.insert(held.key);
    }
  }
  return keys;
}

std::size_t HeldOperations::count() const {
  return static_cast<std::size_t>(
      std::count_if(held_.begin(), held_.end(), [](const Held& held) { return !held.result; }));
}

void HeldOperations::wait_held(std::size_t expected) const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return count() >= expected; })) {
    give_up("the start of an operation that the model says runs");
  }
}

void HeldOperations::end(const Key& key, Result result) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
    return !held.result && held.key == key;
  });
  if (found == held_.end()) {
    give_up("an operation that is held");
  }
  found->result = result;
  changed_.notify_all();
}

HeldOperations& held_operations() {
  // Never destroyed: workers may be held in it until the process is gone.
  static HeldOperations& instance = *new HeldOperations;
  return instance;
}

}  // namespace aiox::test

namespace aiox::abi {

io::Backend& backend() noexcept { return test::held_operations(); }

}  // namespace aiox::abi
