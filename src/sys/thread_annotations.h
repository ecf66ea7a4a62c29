// SPDX-License-Identifier: MIT
//
// Clang's thread safety attributes, by which -Wthread-safety checks who guards what.
#pragma once

#if defined(__clang__)
#define AIOX_THREAD_ANNOTATION(attribute) __attribute__((attribute))
#else
#define AIOX_THREAD_ANNOTATION(attribute)
#endif

#define AIOX_CAPABILITY(name) AIOX_THREAD_ANNOTATION(capability(name))
#define AIOX_SCOPED_CAPABILITY AIOX_THREAD_ANNOTATION(scoped_lockable)
#define AIOX_GUARDED_BY(mutex) AIOX_THREAD_ANNOTATION(guarded_by(mutex))
#define AIOX_REQUIRES(...) AIOX_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define AIOX_ACQUIRE(...) AIOX_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define AIOX_RELEASE(...) AIOX_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
