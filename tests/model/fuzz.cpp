// SPDX-License-Identifier: MIT
//
// libFuzzer's way in: the same decoder, fed with bytes that reach new code.
#include "driver.h"

// Before libFuzzer starts threads of its own, which notifications would otherwise end.
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  aiox::test::Driver::block_signals();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  aiox::test::Driver({bytes, size}).run();
  return 0;
}
