// SPDX-License-Identifier: MIT
#include "ledger.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <vector>

#include "injector.h"
#include "support/events.h"
#include "support/patience.h"
#include "support/process.h"

namespace aiox::test {
namespace {

std::atomic<bool> right{true};
std::atomic<const char*> current{"nothing yet"};

void ring(sigval value) { static_cast<Bell*>(value.sival_ptr)->rung++; }

void on_signal(int /*signo*/, siginfo_t* info, void* /*context*/) { ring(info->si_value); }

int signal_of_ours() {
  static const int signo = [] {
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(SIGRTMIN + 1, &action, nullptr);
    return SIGRTMIN + 1;
  }();
  return signo;
}

pthread_attr_t* attributes_of_ours() {
  static pthread_attr_t attributes;
  static const int once = ::pthread_attr_init(&attributes);
  static_cast<void>(once);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  return &attributes;
}

// What a call may say that accepts nothing: no resources, or what the file's own call said when the
// descriptor was looked at.
bool may_refuse(int error) {
  return plan().injected > 0 && (error == EAGAIN || error == EBADF || error == EINVAL);
}

// What the file or the exhaustion may have made of an accepted request.
bool may_fail(const Order& order) {
  return (order.may_be_canceled && order.error == ECANCELED) ||
         (plan().injected > 0 && (order.error == EAGAIN || plan().had(order.error)));
}

std::uint64_t submitted_ever() {
  const aiox_statistics all = statistics();
  return all.read.submitted + all.write.submitted + all.fsync.submitted;
}

std::uint64_t ended(const aiox_operation_statistics& operation) {
  return operation.completed + operation.failed + operation.cancelled;
}

std::string say(int error) { return std::string(" (") + std::strerror(error) + ")"; }

}  // namespace

void wrong(const std::string& what) {
  std::cerr << "not so, while " << current.load() << ": " << what << std::endl;
  right = false;
}

bool is_all_right() { return right; }

void doing(const char* what) { current = what; }
const char* what_is_done() { return current; }

sigevent Bell::event(Tell how) {
  sigval value{};
  value.sival_ptr = this;
  sigevent made = no_event();
  switch (how) {
    case Tell::kNot: return made;
    case Tell::kSignal: made = signal_event(signal_of_ours()); break;
    case Tell::kThreadSignal:
      made = signal_event_to(static_cast<pid_t>(::syscall(SYS_gettid)), signal_of_ours());
      break;
    case Tell::kCallback: return thread_event(ring, value);
    case Tell::kCallbackWithAttributes: return thread_event(ring, value, attributes_of_ours());
  }
  made.sigev_value = value;
  return made;
}

Order::Order(int fildes, std::size_t nbytes, off_t offset, Tell how)
    : Transfer(fildes, nbytes, offset), tells(how != Tell::kNot) {
  aio_sigevent = bell.event(how);
}

Order::Order(int fildes, std::string_view bytes, off_t offset, Tell how)
    : Transfer(fildes, bytes, offset), tells(how != Tell::kNot) {
  aio_sigevent = bell.event(how);
}

Ledger::Ledger() : before_(submitted_ever()) {}

// The bells stay: who is told too often or too late shall not meet other memory.
Ledger::~Ledger() {
  new std::deque<Order>(std::move(orders_));
  new std::deque<ListBell>(std::move(lists_));
}

Order& Ledger::unsent_read(int fildes, std::size_t nbytes, off_t offset, Tell how) {
  return orders_.emplace_back(fildes, nbytes, offset, how);
}

Order& Ledger::unsent_write(int fildes, std::string_view bytes, off_t offset, Tell how) {
  return orders_.emplace_back(fildes, bytes, offset, how);
}

Order& Ledger::read(int fildes, std::size_t nbytes, off_t offset, Tell how) {
  Order& order = unsent_read(fildes, nbytes, offset, how);
  const int result = ::aio_read(&order);
  sent(order, result, errno);
  return order;
}

Order& Ledger::write(int fildes, std::string_view bytes, off_t offset, Tell how) {
  Order& order = unsent_write(fildes, bytes, offset, how);
  const int result = ::aio_write(&order);
  sent(order, result, errno);
  return order;
}

Order& Ledger::sync(int fildes, int operation, Tell how) {
  Order& order = unsent_write(fildes, {}, 0, how);
  const int result = ::aio_fsync(operation, &order);
  sent(order, result, errno);
  return order;
}

void Ledger::sent(Order& order, int result, int error) {
  order.accepted = result == 0;
  if (order.accepted) {
    return;
  }
  order.done = true;
  order.error = error;
  if (!may_refuse(error)) {
    wrong("a call fails with EAGAIN if anything is short" + say(error));
  }
  if (const int status = ::aio_error(&order); status != error) {
    wrong("what is refused has its error as status" + say(status));
  }
}

void Ledger::list(int mode, std::initializer_list<Order*> orders, Tell how) {
  ListBell& told = lists_.emplace_back();
  sigevent event = told.bell.event(how);
  std::vector<aiocb*> entries(orders.begin(), orders.end());
  const std::uint64_t before = submitted_ever();
  const int result = list_io(mode, entries, how == Tell::kNot ? nullptr : &event);
  const int error = result == 0 ? 0 : errno;
  if (error != 0 && !(error == EINTR && mode == LIO_WAIT) && error != EIO && !may_refuse(error)) {
    wrong("a list fails with EAGAIN, EIO or EINTR" + say(error));
  }
  told.owed = result == 0 && how != Tell::kNot;
  // Whether an entry was refused, or accepted and failed, its status does not tell: they are
  // counted.
  const std::uint64_t taken = submitted_ever() - before;
  accepted_in_lists_ += taken;
  for (Order* const order : orders) {
    order->in_list = true;
    order->done = taken == 0 && error != 0;
    order->error = error;
  }
}

void Ledger::finish(Order& order) {
  if (order.done) {
    return;
  }
  const aiocb* const list[] = {&order};
  int status = ::aio_error(&order);
  for (; status == EINPROGRESS; status = ::aio_error(&order)) {
    constexpr timespec kPatient{.tv_sec = 100, .tv_nsec = 0};
    if (::aio_suspend(list, 1, &kPatient) != 0 && errno != EINTR) {
      wrong("aio_suspend() waits" + say(errno));
    }
  }
  order.done = true;
  order.error = status;
  order.value = ::aio_return(&order);
  if (status == -1 || (status != 0 && order.value != -1)) {
    wrong("a request that has failed returns -1");
  }
  if (status != 0 && !may_fail(order) && !(order.in_list && may_refuse(status))) {
    wrong("a request fails as its file does" + say(status));
  }
  if (status == 0 && order.value != static_cast<ssize_t>(order.aio_nbytes)) {
    wrong("a request moves all of its bytes: " + std::to_string(order.value));
  }
}

void Ledger::finish_all() {
  for (Order& order : orders_) {
    finish(order);
  }
}

bool Ledger::all_told() const {
  for (const Order& order : orders_) {
    const bool owed = order.in_list ? order.succeeded() : order.accepted;
    if (order.tells && owed && order.bell.rung == 0) {
      return false;
    }
  }
  for (const ListBell& list : lists_) {
    if (list.owed && list.bell.rung == 0) {
      return false;
    }
  }
  return true;
}

void Ledger::settle() {
  finish_all();
  const bool was_armed = plan().armed.exchange(false);
  const int file = ::open("/proc/self/exe", O_RDONLY);
  std::uint64_t driven = 0;
  do {
    if (read_in_passing(file, 1) != success(1)) {
      wrong("the library works when everything is there again");
    }
    ++driven;
    ::sched_yield();
  } while (!all_told());
  ::close(file);
  wait_for_quiet();
  plan().armed = was_armed;
  std::uint64_t accepted = accepted_in_lists_;
  for (const Order& order : orders_) {
    accepted += order.accepted ? 1 : 0;
    const int most = order.tells && (order.accepted || order.in_list) ? 1 : 0;
    if (order.bell.rung > most) {
      wrong("nothing is told twice, nor what was refused");
    }
  }
  for (const ListBell& list : lists_) {
    if (list.bell.rung > 1) {
      wrong("of a list is told once");
    }
  }
  const std::uint64_t submitted = submitted_ever() - before_ - driven;
  if (submitted != accepted) {
    wrong("what was accepted is what the library has queued: " + std::to_string(accepted) +
          " and " + std::to_string(submitted));
  }
  if (const aiox_statistics all = statistics();
      ended(all.read) + ended(all.write) + ended(all.fsync) != submitted_ever()) {
    wrong("every accepted request is over once");
  }
}

}  // namespace aiox::test
