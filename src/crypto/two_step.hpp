#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"
#include "crypto/external_signer.hpp"
#include "crypto/signer.hpp"

/// `sign_pades` for a key that answers later: between the two steps nobody waits, and what is between them is a value.
namespace signet::crypto {

/// What the key must sign.
struct PadesOrder {
    /// DER SET OF; keep it for the second step.
    Bytes signed_attributes;

    /// What is sent to the key: SHA-256 over the signed attributes (RFC 5652 §5.4).
    Sha256Digest digest() const { return Sha256::of(signed_attributes); }
};

/// The first step: needs the signer's certificate, not its key. Errors as `sign_pades`.
Result<PadesOrder> order_pades(const Signer& signer, const Sha256Digest& content_digest);
/// The second step: what `sign_pades` would have given, for `finish_pades_cms`. KeyUnusable when the value is not this
/// signer's over this order.
Result<PadesSignature> fulfil_pades(const ExternalSigner& signer, const PadesOrder& order, ByteView signature_value);

}  // namespace signet::crypto
