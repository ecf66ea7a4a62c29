// SPDX-License-Identifier: MIT
//
// A doubly linked list through its elements: no allocation, O(1) removal from the middle.
#pragma once

#include "sys/assert.h"

namespace aiox {

template <typename T>
struct Link {
  T* previous = nullptr;
  T* next = nullptr;
};

/// All-zero bytes are an empty list. Not synchronised: its owner says which lock guards it.
template <typename T, Link<T> T::*kLink>
class IntrusiveList {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  T* front() const noexcept { return first_; }
  T* back() const noexcept { return last_; }
  static T* next(const T& element) noexcept { return (element.*kLink).next; }
  static T* previous(const T& element) noexcept { return (element.*kLink).previous; }

  void push_back(T& element) noexcept { insert_between(last_, element, nullptr); }
  void push_front(T& element) noexcept { insert_between(nullptr, element, first_); }

  void remove(T& element) noexcept {
    Link<T>& link = element.*kLink;
    AIOX_ASSERT(link.previous != nullptr ? (link.previous->*kLink).next == &element
                                         : first_ == &element);
    (link.previous != nullptr ? (link.previous->*kLink).next : first_) = link.next;
    (link.next != nullptr ? (link.next->*kLink).previous : last_) = link.previous;
    link = {};
  }

  T* pop_front() noexcept {
    T* const element = first_;
    if (element != nullptr) {
      remove(*element);
    }
    return element;
  }

 private:
  void insert_between(T* previous, T& element, T* next) noexcept {
    element.*kLink = {.previous = previous, .next = next};
    (previous != nullptr ? (previous->*kLink).next : first_) = &element;
    (next != nullptr ? (next->*kLink).previous : last_) = &element;
  }

  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace aiox
