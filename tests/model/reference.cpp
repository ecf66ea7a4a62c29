// SPDX-License-Identifier: MIT
#include "reference.h"

#include <aio.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace aiox::test {

std::set<std::size_t> Reference::in(Life life) const {
  std::set<std::size_t> found;
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (slots_[i].life == life) {
      found.insert(i);
    }
  }
  return found;
}

std::size_t Reference::outstanding() const {
  return static_cast<std::size_t>(
      std::count_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.in_progress(); }));
}

Slot Reference::refused(int error) {
  Slot slot;
  slot.life = Life::kOver;
  slot.result = Result::failure(error);
  return slot;
}

void Reference::set_workers(std::size_t workers) {
  workers_ = workers;
  start();
}

void Reference::submit(std::size_t number, const Wish& wish, int list) {
  Slot slot;
  slot.opcode = wish.opcode;
  slot.file = wish.file;
  slot.reqprio = is_sync(wish.opcode) ? 0 : wish.reqprio;
  slot.notice = wish.notice;
  slot.list = list;
  if (is_sync(wish.opcode)) {
    for (std::size_t i = 0; i < kSlots; ++i) {
      const Slot& other = slots_[i];
      if (i != number && other.in_progress() && other.opcode == Opcode::kWrite &&
          other.file == wish.file) {
        slot.waits_for.insert(i);
      }
    }
  }
  slots_[number] = slot;
  counters_[is_sync(wish.opcode) ? 2 : static_cast<std::size_t>(wish.opcode)].submitted++;
  if (list >= 0) {
    lists_[static_cast<std::size_t>(list)].holders++;
  }
  if (slot.waits_for.empty()) {
    queue(number);
  } else {
    slots_[number].life = Life::kWaiting;
    waiting_.push_back(number);
  }
  start();
}

void Reference::queue(std::size_t number) {
  slots_[number].life = Life::kQueued;
  queue_.push_back(number);
}

// The most urgent first, in the order of queueing among equals.
void Reference::start() {
  while (!queue_.empty() && room() > 0) {
    const auto next = std::min_element(queue_.begin(), queue_.end(), [&](auto one, auto other) {
      return slots_[one].reqprio < slots_[other].reqprio;
    });
    slots_[*next].life = Life::kRunning;
    queue_.erase(next);
  }
}

void Reference::finish(std::size_t number, Result result) {
  end(number, result);
  start();
}

void Reference::end(std::size_t number, Result result) {
  Slot& slot = slots_[number];
  std::erase(queue_, number);
  std::erase(waiting_, number);
  if (is_sync(slot.opcode) && result.error == 0 && slot.covered_error != 0) {
    result = Result::failure(slot.covered_error);
  }
  slot.life = Life::kOver;
  slot.result = result;
  EndCounters& counters =
      counters_[is_sync(slot.opcode) ? 2 : static_cast<std::size_t>(slot.opcode)];
  (result.error == 0           ? counters.completed
   : result.error == ECANCELED ? counters.cancelled
                               : counters.failed)++;
  tell(slot.notice);
  if (const int list = std::exchange(slot.list, -1); list >= 0) {
    let_go(list);
  }
  for (const std::size_t sync : std::deque(waiting_)) {
    if (slots_[sync].waits_for.erase(number) != 0 && slots_[sync].covered_error == 0 &&
        result.error != ECANCELED) {
      slots_[sync].covered_error = result.error;
    }
    if (slots_[sync].waits_for.empty()) {
      std::erase(waiting_, sync);
      queue(sync);
    }
  }
}

int Reference::cancel(std::size_t number) {
  switch (slots_[number].life) {
    case Life::kWaiting:
    case Life::kQueued:
      end(number, Result::failure(ECANCELED));
      start();
      return AIO_CANCELED;
    case Life::kRunning: return AIO_NOTCANCELED;
    default: return AIO_ALLDONE;
  }
}

int Reference::cancel_all(std::size_t file) {
  bool any_running = false;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < kSlots; ++i) {
    if (slots_[i].in_progress() && slots_[i].file == file) {
      any_running |= slots_[i].life == Life::kRunning;
      if (slots_[i].life != Life::kRunning) {
        chosen.push_back(i);
      }
    }
  }
  // All at once, so none of them is set free by another.
  for (const std::size_t number : chosen) {
    slots_[number].waits_for.insert(kSlots);
  }
  for (const std::size_t number : chosen) {
    end(number, Result::failure(ECANCELED));
  }
  start();
  return any_running ? AIO_NOTCANCELED : chosen.empty() ? AIO_ALLDONE : AIO_CANCELED;
}

Result Reference::retrieve(std::size_t number) {
  Slot& slot = slots_[number];
  if (slot.in_progress()) {
    return Result::failure(EINPROGRESS);
  }
  if (slot.life == Life::kFresh) {
    return Result::success(0);
  }
  if (slot.life == Life::kStale || std::exchange(slot.retrieved, true)) {
    return Result::failure(EINVAL);
  }
  return slot.result;
}

void Reference::copy(std::size_t from, std::size_t to) {
  if (from == to) {
    return;
  }
  slots_[to] = slots_[from];
  if (slots_[from].in_progress()) {
    slots_[to].life = Life::kStale;
  }
}

int Reference::begin_list(int notice) {
  lists_.push_back({.notice = notice, .holders = 1});
  return static_cast<int>(lists_.size()) - 1;
}

void Reference::let_go(int list) {
  List& held = lists_[static_cast<std::size_t>(list)];
  if (--held.holders == 0) {
    tell(held.notice);
  }
}

void Reference::tell(int notice) {
  if (notice != 0) {
    told_.insert(notice);
  }
}

std::multiset<int> Reference::take_told() { return std::exchange(told_, {}); }

}  // namespace aiox::test
