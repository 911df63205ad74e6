#pragma once

#include "base/clock.hpp"
#include "http/router.hpp"
#include "openapi/authentication.hpp"
#include "openapi/description/document.hpp"
#include "openapi/fields.hpp"
#include "service/artist.hpp"
#include "service/cancelling.hpp"
#include "service/contract_book.hpp"
#include "service/contract_files.hpp"
#include "service/directory.hpp"
#include "service/downloads.hpp"
#include "service/drafting.hpp"
#include "service/filling.hpp"
#include "service/lifecycle.hpp"
#include "service/links.hpp"
#include "service/operation_log.hpp"
#include "service/people.hpp"
#include "service/personal_grants.hpp"
#include "service/personal_signing.hpp"
#include "service/reading_links.hpp"
#include "service/sending.hpp"
#include "service/signing.hpp"
#include "service/templates.hpp"
#include "service/verification.hpp"
#include "service/watermarks.hpp"

#include <functional>
#include <vector>

#include <boost/json/object.hpp>

namespace signet::service {
class Copies;
class EvidenceChain;
class Joining;
class PartyEditing;
class Resending;
}  // namespace signet::service

namespace signet::openapi {

/// What the endpoints call. Everything is the application's and outlives the API.
struct Services {
    const Authentication& authentication;
    const service::Directory& directory;
    const service::People& people;
    service::ContractBook& book;
    service::Drafting& drafting;
    service::Sending& sending;
    service::Templates& templates;
    service::Filling& filling;
    service::Signing& signing;
    service::Lifecycle& lifecycle;
    service::Cancelling& cancelling;
    service::Links& links;
    service::Downloads& downloads;
    service::OperationLog& operations;
    service::ReadingLinks& reading_links;
    service::ContractFiles& contract_files;
    service::Artist& artist;
    service::Verification& verification;
    service::Watermarks& watermarks;
    service::Joining& joining;
    service::PartyEditing& party_editing;
    service::Copies& copies;
    service::Resending& resending;
    service::PersonalGrants& personal_grants;
    service::PersonalSigning& personal_signing;
    service::EvidenceChain& evidence_chain;
    const Clock& clock;
    TimeZone zone;
    std::uint64_t upload_limit = 50ULL << 20;
    /// The HTTP status of a download that fails, 200 or 400 and above (spec §1.7).
    int download_failure_status = 400;
};

/// All endpoints of the open platform, each under its own path and, for the private-cloud dialect, without `/v2`.
class Api {
  public:
    explicit Api(Services services) : services_(std::move(services)) {}
    /// The API must outlive the router.
    void add_routes(http::Router& router);

  private:
    /// Answers one authenticated call: the fields of query, form or JSON body in, the `result` out.
    using Work = std::function<Result<boost::json::object>(const service::Caller&, const Fields&, http::Request&)>;
    using Download = std::function<Result<http::Response>(const service::Caller&, const Fields&)>;

    void query(http::Router& router, std::string_view path, Work work, http::Execution execution);
    void command(http::Router& router, std::string_view path, Work work);
    void upload(http::Router& router, std::string_view path, Work work);
    void download(http::Router& router, std::string_view path, Download work);
    void add(http::Router& router, std::string_view method, std::string_view path, http::Handler handler,
             http::Execution execution, std::uint64_t body_limit);
    /// /openapi.json: after all others, because it shows what was routed.
    void add_document(http::Router& router);

    // One group of resources a file.
    void add_contracts(http::Router& router);
    void add_documents(http::Router& router);
    void add_verifying(http::Router& router);
    void add_signing(http::Router& router);
    void add_personal_signing(http::Router& router);
    void add_lifecycle(http::Router& router);
    void add_cancelling(http::Router& router);
    void add_organisation(http::Router& router);
    void add_joining(http::Router& router);
    void add_party_editing(http::Router& router);
    void add_copies(http::Router& router);
    void add_categories(http::Router& router);
    void add_reading(http::Router& router);
    void add_templates(http::Router& router);
    void add_watermarks(http::Router& router);
    void add_chain(http::Router& router);

    Result<http::Response> send_archive(const service::Caller& caller, const service::Locator& locator,
                                        const service::ArchiveCommand& command);
    Result<boost::json::object> list_operations(const service::Caller& caller, const Fields& fields);
    Result<boost::json::object> list_download_links(const service::Caller& caller, const Fields& fields);
    Result<boost::json::object> list_contracts(const service::Caller& caller, const Fields& fields);

    Services services_;
    std::vector<description::RoutedPath> routed_;
};

}  // namespace signet::openapi
