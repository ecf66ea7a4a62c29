// SPDX-License-Identifier: MIT
#include "driver.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "support/patience.h"
#include "support/process.h"
#include "sys/config.h"

namespace aiox::test {
namespace {

sigevent event_of(int notice) {
  sigevent event{};
  event.sigev_notify = notice != 0 ? SIGEV_SIGNAL : SIGEV_NONE;
  event.sigev_signo = Driver::notice_signal();
  event.sigev_value.sival_int = notice;
  return event;
}

int submit_to_library(aiocb& block, Opcode opcode) {
  switch (opcode) {
    case Opcode::kRead: return aio_read(&block);
    case Opcode::kWrite: return aio_write(&block);
    case Opcode::kSync: return aio_fsync(O_SYNC, &block);
    case Opcode::kDataSync: return aio_fsync(O_DSYNC, &block);
  }
  return -1;
}

}  // namespace

Driver::Driver(std::span<const std::uint8_t> bytes)
    : bytes_(bytes), counters_before_(end_counters()) {
  block_signals();
  for (std::unique_ptr<aiocb>& block : blocks_) {
    block = std::make_unique<aiocb>();
  }
  for (int& file : files_) {
    file = ::memfd_create("model", MFD_CLOEXEC);
  }
  // Time does not count: nothing grows old, and idle workers stay unless a call says otherwise.
  sys::config().set(sys::Option::kAgingMs, 86'400'000);
  sys::config().set(sys::Option::kIdleMs, 86'400'000);
  change_workers();
}

Driver::~Driver() {
  for (const int file : files_) {
    ::close(file);
  }
}

void Driver::run() {
  settle();
  while (!bytes_.empty()) {
    step();
    settle();
  }
  while (model_.outstanding() != 0) {
    end_one();
    settle();
  }
}

void Driver::step() {
  switch (bytes_.below(24)) {
    case 0: return submit_wrongly();
    case 1: return cancel_all();
    case 2: return copy();
    case 3: return clear();
    case 4: return change_workers();
    case 5: return change_idle_time();
    case 6: return suspend();
    case 7: return retrieve();
    case 8: return ask_status();
    case 9:
    case 10: return list();
    case 11:
    case 12: return cancel_one();
    case 13:
    case 14:
    case 15:
    case 16: return end_one();
    default: return submit();
  }
}

Reference::Wish Driver::wish() {
  constexpr Opcode kOpcodes[] = {Opcode::kRead,  Opcode::kWrite, Opcode::kWrite,
                                 Opcode::kWrite, Opcode::kSync,  Opcode::kDataSync};
  return {.opcode = kOpcodes[bytes_.below(std::size(kOpcodes))],
          .file = bytes_.below(Reference::kFiles),
          .reqprio = static_cast<int>(bytes_.below(3)) * 10,
          .notice = bytes_.coin() ? next_notice_++ : 0};
}

// The private fields stay as they are: that is what the library has to live with.
void Driver::fill(std::size_t number, const Reference::Wish& wish) {
  aiocb& block = *blocks_[number];
  block.aio_fildes = files_[wish.file];
  block.aio_buf = buffers_[number].data();
  block.aio_nbytes = buffers_[number].size();
  block.aio_offset = 0;
  block.aio_reqprio = wish.reqprio;
  block.aio_sigevent = event_of(wish.notice);
}

void Driver::submit() {
  const std::size_t number = bytes_.below(Reference::kSlots);
  const Reference::Wish wanted = wish();
  say("submit", number);
  if (model_.slot(number).in_progress()) {
    errno = 0;
    expect(submit_to_library(*blocks_[number], wanted.opcode), -1, "a second submission");
    expect(errno, EINVAL, "errno of a second submission");
    return;
  }
  fill(number, wanted);
  expect(submit_to_library(*blocks_[number], wanted.opcode), 0, "a submission");
  model_.submit(number, wanted);
}

void Driver::submit_wrongly() {
  const std::size_t number = bytes_.below(Reference::kSlots);
  if (model_.slot(number).in_progress()) {
    return;
  }
  say("submit wrongly", number);
  fill(number, {.opcode = Opcode::kWrite, .file = 0, .reqprio = 0, .notice = 0});
  aiocb& block = *blocks_[number];
  int error = EINVAL;
  switch (bytes_.below(4)) {
    case 0:
      block.aio_fildes = -1;
      error = EBADF;
      break;
    case 1: block.aio_reqprio = 21; break;
    case 2: block.aio_offset = -1; break;
    default: block.aio_sigevent.sigev_notify = 12345; break;
  }
  errno = 0;
  expect(aio_write(&block), -1, "a wrong submission");
  expect(errno, error, "errno of a wrong submission");
  model_.refuse(number, error);
}

Result Driver::some_result(Opcode opcode, std::size_t nbytes) {
  constexpr int kErrors[] = {EIO, ENOSPC, EINTR};
  const std::size_t choice = bytes_.below(6);
  if (choice < 2) {
    return Result::failure(kErrors[bytes_.below(std::size(kErrors))]);
  }
  return Result::success(is_sync(opcode) ? 0 : static_cast<ssize_t>(bytes_.below(nbytes + 1)));
}

HeldOperations::Key Driver::key_of(std::size_t number) const {
  const Slot& slot = model_.slot(number);
  return is_sync(slot.opcode)
             ? HeldOperations::Key{.buffer = nullptr, .fildes = files_[slot.file]}
             : HeldOperations::Key{.buffer = buffers_[number].data(), .fildes = -1};
}

void Driver::end_one() {
  const std::set<std::size_t> running = model_.running();
  if (running.empty()) {
    return;
  }
  const std::size_t number =
      *std::next(running.begin(), static_cast<std::ptrdiff_t>(bytes_.below(running.size())));
  say("end", number);
  end_running(number, some_result(model_.slot(number).opcode, buffers_[number].size()));
}

// Syncs on one descriptor look all the same to a back-end: which one has ended is seen afterwards.
void Driver::end_running(std::size_t number, Result result) {
  const HeldOperations::Key key = key_of(number);
  std::vector<std::size_t> candidates;
  for (const std::size_t other : model_.running()) {
    if (key_of(other) == key) {
      candidates.push_back(other);
    }
  }
  held_operations().end(key, result);
  std::size_t ended = Reference::kSlots;
  wait_until(
      [&] {
        for (const std::size_t candidate : candidates) {
          if (aio_error(blocks_[candidate].get()) != EINPROGRESS) {
            ended = candidate;
          }
        }
        return ended != Reference::kSlots;
      },
      "the end of an operation");
  model_.finish(ended, result);
}

void Driver::cancel_one() {
  const std::size_t number = bytes_.below(Reference::kSlots);
  say("cancel", number);
  aiocb& block = *blocks_[number];
  if (model_.slot(number).life == Life::kFresh || bytes_.below(8) == 0) {
    const int other = files_[0] == block.aio_fildes ? files_[1] : files_[0];
    errno = 0;
    expect(aio_cancel(other, &block), -1, "aio_cancel() with another descriptor");
    expect(errno, EINVAL, "errno of aio_cancel() with another descriptor");
    return;
  }
  const int error = block.aio_fildes < 0 ? EBADF : 0;
  errno = 0;
  const int answer = aio_cancel(block.aio_fildes, &block);
  expect(answer, error != 0 ? -1 : model_.cancel(number), "aio_cancel()");
  expect(errno, error, "errno of aio_cancel()");
}

void Driver::cancel_all() {
  const std::size_t file = bytes_.below(Reference::kFiles);
  say("cancel all of file", file);
  expect(aio_cancel(files_[file], nullptr), model_.cancel_all(file), "aio_cancel() of all");
}

void Driver::ask_status() {
  say("ask all");
  compare_statuses();
}

void Driver::retrieve() {
  const std::size_t number = bytes_.below(Reference::kSlots);
  say("return", number);
  errno = 0;
  const ssize_t value = aio_return(blocks_[number].get());
  const int error = errno;
  const Result expected = model_.retrieve(number);
  expect(value, expected.value, "aio_return()");
  expect(error, expected.error, "errno of aio_return()");
}

void Driver::suspend() {
  say("suspend");
  std::vector<const aiocb*> list{nullptr};  // which is ignored
  bool any = false;
  bool over = false;
  for (std::size_t left = bytes_.below(5); left > 0; --left) {
    const std::size_t number = bytes_.below(Reference::kSlots + 1);
    list.push_back(number < Reference::kSlots ? blocks_[number].get() : nullptr);
    if (number < Reference::kSlots) {
      any = true;
      over |= !model_.slot(number).in_progress();
    }
  }
  const timespec at_once{};
  const bool done = over || !any;
  errno = 0;
  expect(aio_suspend(list.data(), static_cast<int>(list.size()), &at_once), done ? 0 : -1,
         "aio_suspend()");
  expect(errno, done ? 0 : EAGAIN, "errno of aio_suspend()");
}

void Driver::copy() {
  const std::size_t from = bytes_.below(Reference::kSlots);
  const std::size_t to = bytes_.below(Reference::kSlots);
  if (model_.slot(to).in_progress()) {
    return;
  }
  say("copy from", from);
  say("copy to", to);
  *blocks_[to] = *blocks_[from];
  model_.copy(from, to);
}

void Driver::clear() {
  const std::size_t number = bytes_.below(Reference::kSlots);
  if (!model_.slot(number).in_progress()) {
    say("clear", number);
    *blocks_[number] = aiocb{};
    model_.clear(number);
  }
}

void Driver::change_workers() {
  const std::size_t workers = bytes_.below(4) + 1;
  say("change workers", workers);
  aioinit wishes{};
  wishes.aio_threads = static_cast<int>(workers);
  aio_init(&wishes);
  // One of the surplus that is just about to take a request still may.
  const std::size_t most = std::max(workers, model_.running().size());
  wait_until([&] { return statistics().workers <= most; }, "the leaving of the surplus");
  model_.set_workers(workers);
}

void Driver::change_idle_time() {
  const bool none = bytes_.coin();
  say("change idle time", none ? 0 : 1);
  sys::config().set(sys::Option::kIdleMs, none ? 0 : 86'400'000);
}

// Where some entries start at once and others do not, it depends on the workers' speed whether an
// urgent one still overtakes; so those are of one priority.
void Driver::list() {
  struct Entry {
    std::size_t number;
    Reference::Wish wish;
    int opcode;
  };
  const int notice = bytes_.coin() ? next_notice_++ : 0;
  std::vector<Entry> entries(bytes_.below(5));
  std::vector<aiocb*> list{
      nullptr};  // which is ignored, and makes it an array also without entries
  for (Entry& entry : entries) {
    entry = {.number = bytes_.below(Reference::kSlots), .wish = wish(), .opcode = LIO_NOP};
    constexpr int kOpcodes[] = {LIO_READ, LIO_WRITE, LIO_WRITE, LIO_NOP, 77};
    entry.opcode = kOpcodes[bytes_.below(std::size(kOpcodes))];
    entry.wish.opcode = entry.opcode == LIO_READ ? Opcode::kRead : Opcode::kWrite;
    if (model_.room() > 0 && model_.room() < entries.size()) {
      entry.wish.reqprio = 10;
    }
  }
  say("list");
  std::set<std::size_t> filled;
  for (const Entry& entry : entries) {
    // An aiocb in progress is the library's; of one that is there twice, the first mention counts.
    if (!model_.slot(entry.number).in_progress() && filled.insert(entry.number).second) {
      fill(entry.number, entry.wish);
      blocks_[entry.number]->aio_lio_opcode = entry.opcode;
    }
    list.push_back(blocks_[entry.number].get());
  }
  sigevent event = event_of(notice);
  errno = 0;
  const int answer = lio_listio(LIO_NOWAIT, list.data(), static_cast<int>(list.size()), &event);
  const int error = errno;

  bool failed = false;
  const int id = model_.begin_list(notice);
  for (const Entry& entry : entries) {
    const aiocb& block = *blocks_[entry.number];
    const int told = block.aio_sigevent.sigev_notify == SIGEV_NONE
                         ? 0
                         : block.aio_sigevent.sigev_value.sival_int;
    if (block.aio_lio_opcode == LIO_NOP) {
      continue;
    }
    if (model_.slot(entry.number).in_progress()) {
      failed = true;
    } else if (block.aio_lio_opcode == 77) {
      failed = true;
      model_.refuse(entry.number, EINVAL);
      model_.tell(told);
    } else {
      Reference::Wish used = entry.wish;
      used.opcode = block.aio_lio_opcode == LIO_READ ? Opcode::kRead : Opcode::kWrite;
      used.reqprio = block.aio_reqprio;
      used.notice = told;
      for (std::size_t file = 0; file < Reference::kFiles; ++file) {
        used.file = files_[file] == block.aio_fildes ? file : used.file;
      }
      model_.submit(entry.number, used, id);
    }
  }
  model_.seal_list(id);
  expect(answer, failed ? -1 : 0, "lio_listio()");
  expect(error, failed ? EIO : 0, "errno of lio_listio()");
}

}  // namespace aiox::test
