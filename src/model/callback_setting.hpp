#pragma once

#include "model/vocabulary.hpp"

#include <array>

namespace signet::model {

/// How the content of a callback is encrypted (platform spec §10.3 encryptType).
enum class CallbackEncryption { None, AesEcb, AesCbc };

/// Where the initialisation vector of AES_CBC comes from: nobody has published it, so the operator chooses.
enum class CallbackVector {
    Token,  // the first 16 bytes of the SHA-256 of the AppToken
    Key,    // the callback secret itself
};

template <>
inline constexpr std::array<Spelling<CallbackEncryption>, 3> spellings<CallbackEncryption>{{
    {CallbackEncryption::None, "NONE"},
    {CallbackEncryption::AesEcb, "AES_ECB"},
    {CallbackEncryption::AesCbc, "AES_CBC"},
}};

template <>
inline constexpr std::array<Spelling<CallbackVector>, 2> spellings<CallbackVector>{{
    {CallbackVector::Token, "TOKEN"},
    {CallbackVector::Key, "KEY"},
}};

/// What an application or a category says of its callbacks besides their secret.
struct CallbackCipher {
    CallbackEncryption encryption = CallbackEncryption::None;
    CallbackVector vector = CallbackVector::Token;
};

}  // namespace signet::model
