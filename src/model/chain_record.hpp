#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/directory.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace signet::model {

using ChainRecordId = Id<struct ChainRecordTag>;
using ProofId = Id<struct ProofTag>;

/// Data that a business system had recorded (存证): not the data, but its digest and proof of when it was known.
struct ChainRecord {
    ChainRecordId id;
    ApplicationId application;
    CompanyId company;
    /// The caller's own id of the data, unique per application.
    std::string data_id;
    std::string name;
    /// FILE, DATA or HASH, and of a file its suffix; as the caller says.
    std::string type;
    std::string file_type;
    /// SHA256, SHA512 or SM3; the digest in lower-case hexadecimal.
    std::string algorithm;
    std::string hash;
    /// In bytes; nothing when only the digest came.
    std::optional<std::uint64_t> size;
    /// Whom the caller names as acting; may be empty.
    User operator_info;
    /// An RFC 3161 token over the digest itself when it is a SHA-256, else over the SHA-256 of the digest's bytes.
    Bytes token;
    /// What the token says.
    UtcTime time;
};

/// A paper made about a record, about documents, or both (出证).
struct Proof {
    ProofId id;
    ApplicationId application;
    /// None when it is about documents alone.
    ChainRecordId record;
    /// The PDF, by its SHA-256 in hexadecimal.
    std::string blob;
    UtcTime create_time;
};

}  // namespace signet::model
