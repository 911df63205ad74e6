#pragma once

namespace signet::convert {

/// The main of a convert worker (`signet worker convert`): serves Converter's requests until the pool hangs up. Returns
/// the exit status of the process.
int convert_worker_main();

}  // namespace signet::convert
