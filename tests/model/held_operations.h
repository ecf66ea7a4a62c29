// SPDX-License-Identifier: MIT
//
// The model's back-end: holds every operation until the driver ends it with a result of its choice.
// Nothing is read or written.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <set>

#include "io/backend.h"

namespace aiox::test {

class HeldOperations final : public io::Backend {
 public:
  /// How an operation is known: by its buffer, or a sync by its descriptor.
  struct Key {
    const void* buffer = nullptr;
    int fildes = -1;
    auto operator<=>(const Key&) const = default;
  };

  static Key key_of(const Operation& operation) {
    return operation.buffer != nullptr ? Key{.buffer = operation.buffer, .fildes = -1}
                                       : Key{.buffer = nullptr, .fildes = operation.fildes};
  }

  Result perform(const Operation& operation) noexcept override;

  /// Not called: the model has only files.
  io::Attempt attempt(const Operation& operation,
                      const sys::SignalsBlocked& proof) noexcept override;

  /// Nothing is there at once.
  io::Attempt attempt_file(const Operation& operation, Shortcut shortcut) noexcept override;

  /// Those that are held now.
  std::multiset<Key> held() const;

  /// Waits until at least that many are held; gives up after long.
  void wait_held(std::size_t count) const;

  /// Ends one that is held and has that key.
  void end(const Key& key, Result result);

 private:
  struct Held {
    Key key;
    std::optional<Result> result;
  };

  std::size_t count() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::list<Held> held_;
};

/// The one behind the process's calls.
HeldOperations& held_operations();

}  // namespace aiox::test
