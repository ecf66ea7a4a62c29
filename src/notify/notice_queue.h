// SPDX-License-Identifier: MIT
//
// Notices in the order of their arrival, linked through themselves.
#pragma once

#include <cstddef>

#include "request/notice.h"

namespace aiox::notify {

/// All-zero bytes are an empty queue. Not synchronised: its owner says which lock guards it.
class NoticeQueue {
 public:
  std::size_t size() const noexcept { return size_; }

  void push_back(Notice& notice) noexcept {
    notice.next = nullptr;
    (last_ != nullptr ? last_->next : first_) = &notice;
    last_ = &notice;
    ++size_;
  }

  void push_front(Notice& notice) noexcept {
    notice.next = first_;
    first_ = &notice;
    last_ = last_ != nullptr ? last_ : &notice;
    ++size_;
  }

  /// nullptr where there is none.
  Notice* pop_front() noexcept {
    Notice* const notice = first_;
    if (notice != nullptr) {
      first_ = notice->next;
      last_ = first_ != nullptr ? last_ : nullptr;
      --size_;
    }
    return notice;
  }

 private:
  Notice* first_ = nullptr;
  Notice* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace aiox::notify
