#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/metrics.hpp"

#include <string>

namespace signet::crypto {
class CertificateAuthority;
class KeyVault;
}  // namespace signet::crypto
namespace signet::store {
class Database;
class Blobs;
class DocumentFiles;
class Outbox;
}  // namespace signet::store
namespace signet::render {
class PageEngine;
}
namespace signet::convert {
class Converter;
}
namespace signet::seal {
class FontLibrary;
}

namespace signet::service {

/// The tools that the use cases share. Made and owned by `app`; everything here outlives every use case.
struct Platform {
    const Clock& clock;
    IdGenerator& ids;
    TimeZone zone;
    store::Database& database;
    store::Blobs& blobs;
    store::DocumentFiles& documents;
    store::Outbox& outbox;
    const render::PageEngine& pages;
    const convert::Converter& converter;
    const crypto::CertificateAuthority& authority;
    const crypto::KeyVault& vault;
    const seal::FontLibrary& fonts;
    /// Where browsers and business systems reach this server, without a slash at the end.
    std::string base_url;
    /// The largest upload, in bytes.
    std::uint64_t upload_limit = 50ULL << 20;
};

}  // namespace signet::service
