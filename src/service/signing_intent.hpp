#pragma once

#include "base/result.hpp"
#include "model/contract.hpp"
#include "service/directory.hpp"
#include "service/platform.hpp"
#include "service/signer_proof.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::store {
class Transaction;
}

/// What the law asks for before a signature is made (Electronic Signature Law, Art. 3 and 13): that the signer agreed
/// to sign electronically, had the text before him, and meant this document. All of it stands in the log before a key
/// is used.
namespace signet::service {

/// What a signer agrees to. The words are fixed; others are another version.
struct ConsentText {
    std::string_view version;
    std::string_view text;
    std::string_view text_en;
    /// Of both texts, hexadecimal; stands in the log with every signature.
    std::string sha256;
};
/// For somebody who signs on a page.
const ConsentText& signer_consent();
/// For a business system, which agrees once, when its access is made, for all that it has signed.
const ConsentText& application_agreement();

/// Writes down that the company agreed to it; part of the transaction that makes its access.
Status note_agreement(store::Transaction& transaction, model::ApplicationId application, UtcTime now);

/// What the page says about a matter that the law keeps electronic signatures from (Art. 3); empty for none.
std::string_view warning_of(model::ExcludedMatter matter);
std::string_view warning_of_en(model::ExcludedMatter matter);

/// A hexadecimal SHA-256 of what a contract says: its documents, which files they were made from and how many pages
/// they have. Signatures of others do not change it; another text, another attachment does.
std::string content_digest(const model::Contract& contract);

/// How much of a contract somebody has had on his screen.
struct Reading {
    model::ReadingRule rule = model::ReadingRule::Off;
    struct Document {
        model::DocumentId id;
        int pages = 0;
        /// From 1, in order.
        std::vector<int> unseen;
    };
    std::vector<Document> documents;

    std::size_t pages() const;
    std::size_t unseen() const;
    /// ReadingRequired when the rule wants every page seen and some were not.
    Status permit_signing() const;
};
Result<Reading> reading_of(const Platform& platform, const Directory& directory, const model::Contract& contract,
                           const model::User& recipient);

/// Notes that a person had these pages (from 1) of a document on his screen; when that makes the contract read as a
/// whole, the log says so. InvalidParameter for what the contract does not have.
Status note_pages(const Platform& platform, const model::Contract& contract, const model::User& recipient,
                  model::DocumentId document, const std::vector<int>& pages);

/// What is known of somebody who is about to sign, beside the act itself.
struct SigningIntent {
    /// The consent that counts for him; its version and digest go into the log.
    const ConsentText* consent = nullptr;
    /// In which language he was shown it, as far as that is known.
    std::string language;
    std::optional<Reading> reading;
    std::optional<IdentityDemand> identity;
    /// Names the code or password window in the log; empty for none.
    std::string factor_id;
    model::ExcludedMatter excluded_matter = model::ExcludedMatter::None;
};

/// Writes down who is about to sign what and why that is his will. Part of the transaction that must be durable before
/// the key is used.
Status note_intent(store::Transaction& transaction, const model::Contract& contract, model::ActionId action,
                   std::string_view factor, const std::string& actor, const SigningIntent& intent, UtcTime now);

}  // namespace signet::service
