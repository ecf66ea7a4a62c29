// SPDX-License-Identifier: MIT
#include "notify/signal.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace aiox::notify {

bool is_valid_signal(int signo) noexcept {
  // Between the classic signals and SIGRTMIN lie those that libc uses internally.
  return (signo >= 1 && signo < __SIGRTMIN) || (signo >= SIGRTMIN && signo <= SIGRTMAX);
}

bool is_real_time(int signo) noexcept { return signo >= SIGRTMIN; }

bool is_own_thread(pid_t thread) noexcept {
  return thread > 0 && ::syscall(SYS_tgkill, ::getpid(), thread, 0) == 0;
}

bool queue_signal(const Notice& notice) noexcept {
  const pid_t process = ::getpid();
  const bool is_to_thread = notice.kind == Notice::Kind::kThreadSignal;
  siginfo_t info{};
  info.si_signo = notice.signo;
  info.si_code = SI_ASYNCIO;
  info.si_pid = process;
  info.si_uid = ::getuid();
  info.si_value = notice.value;
  long result = is_to_thread
                    ? ::syscall(SYS_rt_tgsigqueueinfo, process, notice.thread, notice.signo, &info)
                    : ::syscall(SYS_rt_sigqueueinfo, process, notice.signo, &info);
  if (result == -1 && (errno == EPERM || errno == ENOSYS)) {
    result = is_to_thread ? ::syscall(SYS_tgkill, process, notice.thread, notice.signo)
                          : ::syscall(SYS_kill, process, notice.signo);
  }
  return result == 0 || errno != EAGAIN;
}

}  // namespace aiox::notify
