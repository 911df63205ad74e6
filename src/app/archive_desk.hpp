#pragma once

#include "app/errand.hpp"

namespace signet::app {

/// `signet archive`: the request has one contract's number a line, the answer names the ZIP, which whoever asked takes
/// away from the data folder.
extern const Errand kArchiving;

}  // namespace signet::app
