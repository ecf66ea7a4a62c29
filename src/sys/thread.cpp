// SPDX-License-Identifier: MIT
#include "sys/thread.h"

#include <link.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

namespace aiox::sys {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define AIOX_LARGE_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define AIOX_LARGE_FRAMES 1
#endif
#endif

#if defined(AIOX_LARGE_FRAMES)
constexpr std::size_t kOwnStack =
    std::size_t{512} * 1024;  // instrumented frames are several times larger
#else
constexpr std::size_t kOwnStack = std::size_t{64} * 1024;
#endif

constexpr std::size_t kLargestStack = std::size_t{8} * 1024 * 1024;

// glibc's thread descriptor, its reserve for objects loaded later, and alignment.
constexpr std::size_t kThreadDescriptor = std::size_t{16} * 1024;

int add_tls_of_object(dl_phdr_info* object, std::size_t /*size*/, void* total) noexcept {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type == PT_TLS) {
      *static_cast<std::size_t*>(total) += segment.p_memsz + segment.p_align;
    }
  }
  return 0;
}

// An upper bound: an object loaded late may have its TLS elsewhere.
std::size_t static_tls_size() noexcept {
  std::size_t total = kThreadDescriptor;
  dl_iterate_phdr(add_tls_of_object, &total);
  return total;
}

int create_detached(std::size_t stack_size, void* (*entry)(void*), void* argument) noexcept {
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) {
    return error;
  }
  error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (error == 0) {
    error = pthread_attr_setstacksize(&attributes, stack_size);
  }
  if (error == 0) {
    pthread_t thread;
    error = pthread_create(&thread, &attributes, entry, argument);
  }
  pthread_attr_destroy(&attributes);
  return error;
}

}  // namespace

int start_thread(void* (*entry)(void*), void* argument, const SignalsBlocked& proof) noexcept {
  if (!proof.may_create_threads()) {
    return EAGAIN;
  }
  // EINVAL means that the stack is too small for what glibc puts into it.
  for (std::size_t stack_size = kOwnStack + static_tls_size();; stack_size *= 2) {
    const int error = create_detached(stack_size, entry, argument);
    if (error != EINVAL || stack_size >= kLargestStack) {
      return error;
    }
  }
}

void name_thread(const char* role) noexcept {
  char name[16];
  std::snprintf(name, sizeof name, "aiox/%s", role);
  prctl(PR_SET_NAME, name, 0, 0, 0);
}

void name_thread(const char* role, unsigned number) noexcept {
  char name[16];
  std::snprintf(name, sizeof name, "aiox/%s-%u", role, number);
  prctl(PR_SET_NAME, name, 0, 0, 0);
}

}  // namespace aiox::sys
