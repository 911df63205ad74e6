#pragma once

#include "http/router.hpp"
#include "service/appointing.hpp"
#include "service/batch_signing.hpp"
#include "service/downloads.hpp"
#include "service/joining.hpp"
#include "service/page_resending.hpp"
#include "service/reading_links.hpp"
#include "service/signing_page.hpp"

#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace signet::pages {

/// A message of the demo inbox, as the inbox page shows it.
struct InboxMessage {
    std::string id;
    std::string channel;  // SMS or MAIL
    std::string to;
    std::string text;
    std::string time;
};

struct Settings {
    /// The built front end (`web/dist`).
    std::filesystem::path front_end;
    /// Whether messages stay here and an inbox page shows them.
    bool demo = false;
    std::string base_url;
    std::string version;
    /// The demo contract's link; empty when there is none.
    std::string sign_url;
    TimeZone zone;
    std::uint64_t upload_limit = 50ULL << 20;
};

/// All routes of the browser. Thread-safe; must outlive the router.
class Pages {
  public:
    Pages(service::SigningPage& page, service::BatchSigning& batch, service::Joining& joining,
          service::Downloads& downloads, service::ReadingLinks& links, service::Appointing& appointing,
          service::PageResending& resending, std::function<std::vector<InboxMessage>()> inbox, Settings settings);

    void add_routes(http::Router& router);

  private:
    using Answer = std::function<http::Response(http::Request&)>;
    void add(http::Router& router, std::string method, std::string path, Answer answer,
             std::uint64_t body_limit = 1 << 20);

    http::Response open(http::Request& request);
    http::Response picture(http::Request& request);
    http::Response document(http::Request& request);
    http::Response all_documents(http::Request& request);
    http::Response sign(http::Request& request);
    http::Response seen(http::Request& request);
    http::Response fill(http::Request& request);
    void add_batch_routes(http::Router& router);
    void add_join_routes(http::Router& router);
    void add_reading_routes(http::Router& router);
    void add_appoint_routes(http::Router& router);
    /// Gives a browser its name.
    void give_client(http::Response& response, std::string_view client) const;
    http::Response send_made(const service::ArchiveDownload& made);
    http::Response sign_batch(http::Request& request);

    /// Pictures of pages, keyed by document, length, page and width; the most recently used ones.
    std::shared_ptr<const std::string> kept_picture(const std::string& key);
    void keep_picture(const std::string& key, std::shared_ptr<const std::string> picture);

    service::SigningPage& page_;
    service::BatchSigning& batch_;
    service::Joining& joining_;
    service::Downloads& downloads_;
    service::ReadingLinks& links_;
    service::Appointing& appointing_;
    service::PageResending& resending_;
    std::function<std::vector<InboxMessage>()> inbox_;
    Settings settings_;

    std::mutex mutex_;
    std::size_t kept_bytes_ = 0;
    std::list<std::pair<std::string, std::shared_ptr<const std::string>>> recent_;
    std::unordered_map<std::string, decltype(recent_)::iterator> index_;
};

}  // namespace signet::pages
