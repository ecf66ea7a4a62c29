// SPDX-License-Identifier: MIT
//
// A C++ program that has a Boost.Lockfree of its own, exceptions and RTTI beside libaiox.a.
#include <boost/lockfree/queue.hpp>
#include <stdexcept>
#include <thread>

extern "C" {
#include "calls.h"
}

namespace {

int through_a_queue() {
  boost::lockfree::queue<int, boost::lockfree::capacity<4>> queue;
  std::thread([&queue] { queue.push(calls()); }).join();
  int result = 1;
  if (!queue.pop(result)) throw std::runtime_error("the queue lost it");
  return result;
}

}  // namespace

int main() {
  try {
    return through_a_queue();
  } catch (const std::exception&) {
    return 1;
  }
}
