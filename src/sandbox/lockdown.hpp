#pragma once

#include "base/result.hpp"
#include "sandbox/channel.hpp"

namespace signet::sandbox {

/// Takes every right from this process that reading a document does not need. There is no way back. Internal when the
/// kernel refuses a part of it: a worker that is not locked in must not work.
Status lock_in(const Greeting& greeting);

}  // namespace signet::sandbox
