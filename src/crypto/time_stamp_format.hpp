#pragma once

#include "crypto/der.hpp"
#include "crypto/time_stamp.hpp"

/// What asking for time-stamps and granting them have in common, for the sources of this floor alone.
namespace signet::crypto {

/// MessageImprint ::= SEQUENCE { hashAlgorithm, hashedMessage }
struct ReadImprint {
    /// Also false when the digest has not the length of its algorithm.
    bool well_formed = false;
    /// Nothing when unknown.
    std::optional<DigestAlgorithm> algorithm;
    ByteView digest;
};
ReadImprint read_message_imprint(const der::Element& element);
Bytes encode(const MessageImprint& imprint);

}  // namespace signet::crypto
