// SPDX-License-Identifier: MIT
//
// libFuzzer's way in: the same decoder, fed with bytes that reach new code.
#include "driver.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  aiox::test::Driver({bytes, size}).run();
  return 0;
}
