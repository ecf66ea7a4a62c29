// SPDX-License-Identifier: MIT
#include "thread_creation.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>

namespace {

using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

std::atomic<bool> refuse_all{false};
std::atomic<std::size_t> smallest_stack{0};
std::atomic<std::size_t> refused{0};
std::atomic<std::size_t> stack_of_last{0};
std::atomic<bool> hold_all{false};
std::atomic<std::size_t> held_now{0};
thread_local bool is_never_held{false};
thread_local std::size_t asked_for{0};

}  // namespace

// A sanitizer's own, where it is part of the program.
extern "C" [[gnu::weak]] Create __interceptor_pthread_create;

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  ++asked_for;
  if (!is_never_held) {
    held_now.fetch_add(1);
    hold_all.wait(true);
    held_now.fetch_sub(1);
  }
  if (refuse_all.load()) {
    refused.fetch_add(1);
    return EAGAIN;
  }
  std::size_t stack = 0;
  if (attributes != nullptr && pthread_attr_getstacksize(attributes, &stack) == 0) {
    stack_of_last.store(stack);
    if (stack < smallest_stack.load()) {
      refused.fetch_add(1);
      return EINVAL;
    }
  }
  static Create* const real = __interceptor_pthread_create != nullptr
                                  ? __interceptor_pthread_create
                                  : reinterpret_cast<Create*>(::dlsym(RTLD_NEXT, "pthread_create"));
  return real(thread, attributes, start, argument);
}

namespace aiox::test {

void ThreadCreation::refuse() { refuse_all.store(true); }

void ThreadCreation::allow() {
  refuse_all.store(false);
  smallest_stack.store(0);
}

void ThreadCreation::ask_for_stack(std::size_t bytes) { smallest_stack.store(bytes); }

void ThreadCreation::hold() { hold_all.store(true); }

void ThreadCreation::hold_others() {
  is_never_held = true;
  hold();
}

void ThreadCreation::let_go() {
  is_never_held = false;
  hold_all.store(false);
  hold_all.notify_all();
}

std::size_t ThreadCreation::held() { return hold_all.load() ? held_now.load() : 0; }

std::size_t ThreadCreation::asked_for_here() { return asked_for; }

std::size_t ThreadCreation::refusals() { return refused.load(); }

std::size_t ThreadCreation::last_stack() { return stack_of_last.load(); }

}  // namespace aiox::test
