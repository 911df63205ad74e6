#pragma once

#include "app/errand.hpp"
#include "app/trust_settings.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "http/router.hpp"
#include "service/preservation.hpp"
#include "service/time_stamps.hpp"
#include "service/trust_services.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace signet::app {

class House;

/// The certificates in the files of `[verification] roots`, DER. InvalidParameter when a file has none.
Result<std::vector<Bytes>> signer_roots(const TrustSettings& settings);
/// The operator's time-stamp authorities with what their files hold. InvalidParameter names the file that cannot be
/// read.
Result<std::vector<service::TimeStampSource>> time_stamp_sources(const TrustSettings& settings);

/// What the own CA answers to the world: `POST /tsa`, `/ocsp` (POST and GET), and its certificates and lists under
/// `/ca/`.
void add_trust_routes(http::Router& router, service::TrustServices& trust, bool serves_time_stamps);
void add_trust_figures(Metrics& metrics, House& house);

/// Keeps signatures lasting and the CA's certificates fresh, and does what `signet ca` asks of a running server, until
/// told to stop. On a thread of its own, since authorities may be slow.
class TrustKeeper {
  public:
    explicit TrustKeeper(House& house);
    ~TrustKeeper();

  private:
    void run();

    House& house_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

/// `signet ca revoke`: the request is a serial number and the number of a reason, the answer a line for people.
extern const Errand kRevocation;

}  // namespace signet::app
