#pragma once

#include "base/result.hpp"
#include "sandbox/channel.hpp"
#include "sandbox/worker.hpp"

namespace signet::sandbox {

/// Takes every right from this process that reading a document does not need. There is no way back. Internal when the
/// kernel refuses a part of it: a worker that is not locked in must not work.
Status lock_in(const Greeting& greeting);

/// The same for a foreign program that goes on opening files and starting threads. Must come before its first thread.
Status lock_in_program(const Greeting& greeting, const ProgramRights& rights);

}  // namespace signet::sandbox
