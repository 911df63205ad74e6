#pragma once

namespace signet::render {

/// The main of a render worker (`signet worker render`): serves PageEngine's requests with MuPDF until the pool hangs
/// up. Returns the exit status of the process.
int render_worker_main();

}  // namespace signet::render
