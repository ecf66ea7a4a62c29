// SPDX-License-Identifier: MIT
//
// How a call answers: a value and errno as it was, or -1 and the error in errno.
#pragma once

#include <cerrno>
#include <concepts>

namespace aiox::abi {

/// Made first thing in a call. Trivially destructible, for the frames that a cancellation unwinds.
class Reply {
 public:
  Reply() noexcept : errno_before_(errno) {}

  template <std::signed_integral Value = int>
  Value with(int error, Value value = 0) const noexcept {
    errno = error != 0 ? error : errno_before_;
    return error != 0 ? static_cast<Value>(-1) : value;
  }

 private:
  int errno_before_;
};

}  // namespace aiox::abi
