// SPDX-License-Identifier: MIT
#include "support/gate.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "io/blocking.h"
#include "support/patience.h"

namespace aiox::test {
namespace {

char name_of(const Operation& operation) {
  switch (operation.opcode) {
    case Opcode::kSync: return 's';
    case Opcode::kDataSync: return 'd';
    default: return operation.nbytes == 0 ? '0' : *static_cast<const char*>(operation.buffer);
  }
}

}  // namespace

Result Gate::perform(const Operation& operation) noexcept {
  std::optional<Result> answer;
  {
    std::unique_lock lock(mutex_);
    const char name = name_of(operation);
    const std::size_t number = started_.size();
    started_ += name;
    most_inside_ = std::max(most_inside_, ++inside_);
    changed_.notify_all();
    changed_.wait(lock, [&] { return may_pass(number, name); });
    if (const auto found = answers_.find(name); found != answers_.end()) {
      answer = found->second;
    }
  }
  io::Blocking real;
  const Result result = answer ? *answer : real.perform(operation);
  const std::lock_guard lock(mutex_);
  --inside_;
  return result;
}

io::Attempt Gate::attempt(const Operation& operation, const sys::SignalsBlocked& proof) noexcept {
  return io::Blocking().attempt(operation, proof);
}

void Gate::offer(std::size_t nbytes) {
  const std::lock_guard lock(mutex_);
  offered_ = nbytes;
}

void Gate::wait_for_a_device() {
  const std::lock_guard lock(mutex_);
  waits_for_device_ = true;
}

std::size_t Gate::file_attempts() const {
  const std::lock_guard lock(mutex_);
  return file_attempts_;
}

io::Attempt Gate::attempt_file(const Operation& operation, Shortcut /*shortcut*/) noexcept {
  constexpr std::chrono::microseconds kSlowDevice{1000};
  const std::lock_guard lock(mutex_);
  ++file_attempts_;
  if (waits_for_device_) {
    std::this_thread::sleep_for(kSlowDevice);
  }
  Operation first = operation;
  first.nbytes = std::min(offered_, operation.nbytes);
  const bool reads = operation.opcode == Opcode::kRead && first.nbytes != 0;
  const Result result = reads ? io::Blocking().perform(first) : Result::success(0);
  return {.outcome = io::Attempt::Outcome::kNotReady, .result = result};
}

bool Gate::may_pass(std::size_t number, char name) const {
  return open_ || number < passes_ || let_go_.contains(name);
}

void Gate::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  passes_ = started_.size();
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::let_through(std::size_t count) {
  const std::lock_guard lock(mutex_);
  passes_ += count;
  changed_.notify_all();
}

void Gate::let_go(char name) {
  const std::lock_guard lock(mutex_);
  let_go_.insert(name);
  changed_.notify_all();
}

void Gate::answer(char name, Result result) {
  const std::lock_guard lock(mutex_);
  answers_.insert_or_assign(name, result);
}

void Gate::wait_started(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return started_.size() >= count; })) {
    give_up("the start of an operation");
  }
}

std::string Gate::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

std::size_t Gate::most_inside() const {
  const std::lock_guard lock(mutex_);
  return most_inside_;
}

Gate& process_gate() {
  // Never destroyed: workers may be held in it until the process is gone.
  static Gate& gate = *new Gate;
  return gate;
}

}  // namespace aiox::test
