#pragma once

#include "base/result.hpp"
#include "service/artist.hpp"

#include <string>
#include <string_view>

namespace signet::service {

/// How a person's signature is kept, and back. The text is for the vault: nobody else reads it.
std::string to_text(const PersonalSignature& signature);
/// StorageFailed for anything that `to_text` did not make.
Result<PersonalSignature> personal_signature_from_text(std::string_view text);

}  // namespace signet::service
