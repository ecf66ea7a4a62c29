// SPDX-License-Identifier: MIT
#include "client.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "support/patience.h"

namespace aiox::test {
namespace {

int notice_signal() { return SIGRTMIN + 5; }

sigset_t notice_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, notice_signal());
  return set;
}

void add(Tally& sum, const Tally& other) {
  sum.accepted += other.accepted;
  sum.completed += other.completed;
  sum.cancelled += other.cancelled;
}

}  // namespace

void Tallies::add(const Tallies& other) {
  test::add(read, other.read);
  test::add(write, other.write);
  test::add(sync, other.sync);
}

Client::Client(std::deque<StampedFile>& files, std::size_t number, std::uint32_t seed,
               const Habits& habits)
    : files_(files), number_(number), random_(seed + number), habits_(habits) {}

void Client::block_signals() {
  const sigset_t set = notice_set();
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &set, nullptr), 0);
}

// A sanitizer that puts off handlers keeps one signal of a number, so there is none for these. A
// signal to the process may be for another client.
void Client::take_signals() {
  const sigset_t set = notice_set();
  const timespec at_once{};
  siginfo_t info;
  while (::sigtimedwait(&set, &info, &at_once) != -1) {
    EXPECT_EQ(info.si_code, SI_ASYNCIO);
    static_cast<Expectation*>(info.si_value.sival_ptr)->tell();
  }
}

void Client::on_callback(sigval value) { static_cast<Expectation*>(value.sival_ptr)->tell(); }

void Client::run(int calls) {
  thread_ = ::gettid();
  for (int i = 0; i < calls; ++i) {
    step();
  }
  drain();
}

void Client::step() {
  switch (below(64)) {
    case 0: return below(8) == 0 ? cancel_all() : suspend();
    case 1: return change_workers();
    case 2:
    case 3:
    case 4: return submit_list();
    case 5:
    case 6:
    case 7:
    case 8: return suspend();
    default: break;
  }
  Slot& slot = any_slot();
  if (slot.in_flight && !harvest(slot)) {
    if (below(16) == 0) {
      cancel(slot);
    }
  } else if (!slot.in_flight) {
    submit(slot);
  }
}

void Client::choose_event(sigevent& event, Expectation& expectation, bool& tells) {
  event = {};
  event.sigev_value.sival_ptr = &expectation;
  event.sigev_signo = notice_signal();
  const std::size_t choice = below(16);
  tells = choice < 8;
  if (choice < 4) {
    event.sigev_notify = SIGEV_SIGNAL;
  } else if (choice < 6) {
    event.sigev_notify = SIGEV_THREAD_ID;
    event._sigev_un._tid = thread_;
  } else if (choice < 8) {
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = on_callback;
    event.sigev_notify_attributes = nullptr;
  } else {
    event.sigev_notify = SIGEV_NONE;
  }
  if (tells) {
    expectation.expect();
  }
}

void Client::prepare(Slot& slot, bool may_sync) {
  const auto place = static_cast<std::size_t>(&slot - slots_.data());
  slot.file = below(files_.size());
  slot.block = files_[slot.file].block_of(number_, place);
  const std::size_t choice = below(16);
  slot.opcode = choice == 0 && may_sync ? LIO_NOP : choice < 8 ? LIO_READ : LIO_WRITE;
  slot.aio_fildes = files_[slot.file].fildes();
  slot.aio_lio_opcode = slot.opcode;
  slot.aio_reqprio = static_cast<int>(below(21));
  slot.aio_buf = &slot.buffer;
  slot.aio_nbytes = sizeof slot.buffer;
  slot.aio_offset = static_cast<off_t>(slot.block * sizeof slot.buffer);
  slot.buffer = slot.opcode == LIO_WRITE ? files_[slot.file].next(slot.block) : Block{};
  choose_event(slot.aio_sigevent, slot.notification, slot.tells);
}

Tally& Client::tally_of(const Slot& slot) {
  return slot.opcode == LIO_READ    ? tallies_.read
         : slot.opcode == LIO_WRITE ? tallies_.write
                                    : tallies_.sync;
}

void Client::submit(Slot& slot) {
  prepare(slot, true);
  const int answer = slot.opcode == LIO_READ ? aio_read(&slot)
                     : slot.opcode == LIO_WRITE
                         ? aio_write(&slot)
                         : aio_fsync(below(2) == 0 ? O_SYNC : O_DSYNC, &slot);
  if (answer == 0) {
    slot.in_flight = true;
    tally_of(slot).accepted++;
  } else {
    EXPECT_EQ(errno, EAGAIN);
    if (slot.tells) {
      slot.notification.forget();
    }
  }
}

// An entry that is refused is notified of like any other, and has EAGAIN as its status.
void Client::submit_list() {
  if (!list_notification_.is_met()) {
    return;
  }
  std::vector<aiocb*> list{nullptr};
  for (std::size_t left = below(8); left > 0; --left) {
    Slot& slot = any_slot();
    if (!slot.in_flight) {
      prepare(slot, false);
      slot.in_flight = true;
      tally_of(slot).accepted++;
      list.push_back(&slot);
    }
  }
  const bool waits = below(2) == 0;
  sigevent event;
  bool tells = false;
  if (!waits) {
    choose_event(event, list_notification_, tells);
  }
  const int answer = lio_listio(waits ? LIO_WAIT : LIO_NOWAIT, list.data(),
                                static_cast<int>(list.size()), waits ? nullptr : &event);
  if (answer != 0) {
    EXPECT_TRUE(errno == EAGAIN || errno == EIO || errno == EINTR) << errno;
  }
  for (aiocb* const entry : list) {
    if (waits && answer == 0 && entry != nullptr) {
      EXPECT_EQ(aio_error(entry), 0);
    }
  }
}

void Client::cancel(Slot& slot) {
  const int answer = aio_cancel(slot.aio_fildes, &slot);
  EXPECT_TRUE(answer == AIO_CANCELED || answer == AIO_NOTCANCELED || answer == AIO_ALLDONE);
  if (answer == AIO_CANCELED) {
    EXPECT_EQ(aio_error(&slot), ECANCELED);
  } else if (answer == AIO_ALLDONE) {
    EXPECT_NE(aio_error(&slot), EINPROGRESS);
  }
}

void Client::cancel_all() {
  EXPECT_GE(aio_cancel(files_[below(files_.size())].fildes(), nullptr), 0);
}

void Client::suspend() {
  std::vector<const aiocb*> list;
  for (std::size_t left = below(6) + 1; left > 0; --left) {
    const Slot& slot = any_slot();
    list.push_back(slot.in_flight ? &slot : nullptr);
  }
  const timespec shortly{.tv_sec = 0, .tv_nsec = static_cast<long>(below(100'000))};
  const bool blocks = habits_.block_in_suspend && below(2) == 0;
  if (aio_suspend(list.data(), static_cast<int>(list.size()), blocks ? nullptr : &shortly) == -1) {
    EXPECT_TRUE(errno == EINTR || (errno == EAGAIN && !blocks)) << errno;
    return;
  }
  bool any = false;
  bool over = false;
  for (const aiocb* const entry : list) {
    any |= entry != nullptr;
    over |= entry != nullptr && aio_error(entry) != EINPROGRESS;
  }
  EXPECT_TRUE(over || !any) << "aio_suspend() returned 0 with everything in progress";
}

void Client::change_workers() {
  if (habits_.change_workers) {
    aioinit wishes{};
    wishes.aio_threads = static_cast<int>(below(8)) + 1;
    aio_init(&wishes);
  }
}

// Takes account of a request that is over and told of. False when it is not yet.
bool Client::harvest(Slot& slot) {
  take_signals();
  const bool told = slot.notification.is_met();  // before the status, or it proves nothing
  const int status = aio_error(&slot);
  if (status == EINPROGRESS || !told) {
    EXPECT_TRUE(!slot.tells || !told) << "told of before its status is final";
    return false;
  }
  slot.in_flight = false;
  EXPECT_EQ(aio_return(&slot), status != 0              ? -1
                               : slot.opcode == LIO_NOP ? 0
                                                        : static_cast<ssize_t>(sizeof slot.buffer));
  EXPECT_EQ(aio_return(&slot), -1) << "retrieved twice";
  Tally& tally = tally_of(slot);
  switch (status) {
    case 0:
      tally.completed++;
      if (slot.opcode == LIO_WRITE) {
        files_[slot.file].written(slot.block);
      } else if (slot.opcode == LIO_READ) {
        EXPECT_EQ(slot.buffer, files_[slot.file].expected(slot.block));
      }
      break;
    case ECANCELED: tally.cancelled++; break;
    case EAGAIN: tally.accepted--; break;  // an entry of a list that was refused
    default: ADD_FAILURE() << "error status " << status;
  }
  return true;
}

void Client::drain() {
  for (Slot& slot : slots_) {
    wait_until([&] { return aio_error(&slot) != EINPROGRESS; }, "the end of a request");
    wait_until([&] { return !slot.in_flight || harvest(slot); }, "the notification of a request");
  }
  const auto list_is_told_of = [&] {
    take_signals();
    return list_notification_.is_met();
  };
  wait_until(list_is_told_of, "the notification of a list");
}

bool Client::was_told_too_often() const {
  return list_notification_.is_exceeded() ||
         std::any_of(slots_.begin(), slots_.end(),
                     [](const Slot& slot) { return slot.notification.is_exceeded(); });
}

}  // namespace aiox::test
