#pragma once

#include "app/settings.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// The commands of the program. Each returns its exit status.
namespace signet::app {

/// Tells people in one line why something was not done; 1.
int refuse(const std::string& why);

int serve(const Settings& settings);

struct SignOptions {
    std::filesystem::path input;
    std::filesystem::path output;
    std::optional<int> page;
    std::string keyword;
    int keyword_index = 1;
    std::optional<double> x;
    std::optional<double> y;
    std::string text;
    std::filesystem::path seal;
    std::optional<double> width_mm;
    double rotate = 0;
    std::string name = "Signet";
    std::filesystem::path key;
    std::filesystem::path certificate;
    /// PKCS#12 with key and chain; or PEM with both.
    std::filesystem::path p12;
    std::filesystem::path pem;
    /// A file with the password of the key alone, readable by its owner alone.
    std::filesystem::path password_file;
    /// A key in a token, as a URI of RFC 7512.
    std::string pkcs11;
    /// The address of a remote signer, its name for the key, and a file with what it wants to be shown.
    std::string remote;
    std::string remote_key;
    std::filesystem::path remote_credentials;
    std::filesystem::path remote_ca;
    int remote_seconds = 30;

    /// Whether the key is the caller's own, not one of the own CA.
    bool brings_key() const {
        return !key.empty() || !p12.empty() || !pem.empty() || !pkcs11.empty() || !remote.empty();
    }
    /// B-B, B-T, B-LT or B-LTA.
    std::string level = "B-B";
    /// Address of a time-stamp authority; empty: the own one of `data`.
    std::string time_stamps;
    /// The roots its chain must end at.
    std::filesystem::path time_stamp_roots;
    std::filesystem::path data = "data";
};
/// 0 signed, 1 refused with one line that names the reason.
int sign(const SignOptions& options);

struct VerifyOptions {
    std::filesystem::path file;
    bool json = false;
    std::vector<std::filesystem::path> trust;
    std::vector<std::filesystem::path> revocation_lists;
    bool compares_pages = true;
    std::filesystem::path data = "data";
};
/// 0 nothing is wrong (the conclusion says how much that proves), 1 invalid, 2 no signature or unreadable.
int verify(const VerifyOptions& options);

struct OrganisationOptions {
    std::filesystem::path file;
    std::filesystem::path data = "data";
};
/// Applies a description of companies, people, seals, categories and applications, by the running server when there is
/// one, and prints what came of it as JSON. 0 applied, 1 refused with one line that says why.
int organisation(const OrganisationOptions& options);

struct RevokeOptions {
    std::string serial_number;
    std::string reason = "unspecified";
    std::filesystem::path data = "data";
};
/// Revokes a certificate of the own CA, by the running server when there is one. 0 revoked, 1 refused with one line
/// that says why.
int revoke(const RevokeOptions& options);

struct LawOptions {
    /// `retention.hold`, `person.export`, … (app/law_desk.hpp).
    std::string command;
    /// Its words: `contract`, `contact`, `reason`, `from`, `to`.
    std::map<std::string, std::string> texts;
    bool dry_run = false;
    /// Empty: standard output.
    std::filesystem::path output;
    std::filesystem::path data = "data";
};
/// How long things are kept, what is kept of a person, what was counted, whether files are well: carried out by the
/// running server when there is one, the answer as JSON. 0 done, 1 refused with one line that says why, or files found
/// damaged.
int law(const LawOptions& options);

struct AuditOptions {
    std::filesystem::path data = "data";
    /// Anchors kept elsewhere; none: the file beside the database.
    std::vector<std::filesystem::path> anchors;
    std::vector<std::filesystem::path> trust;
    std::int64_t entry = 0;
    /// Sizes of the log; `second` 0: as it is now.
    std::int64_t first = 0;
    std::int64_t second = 0;
    /// Of `export`; empty: standard output.
    std::filesystem::path to;
    /// How many of the latest anchors to show; 0: all.
    std::size_t last = 0;
    bool lines = false;
    bool json = false;
};
/// Recomputes the whole audit log and compares it with its anchors, also beside a running server. 0 sound, 1 broken or
/// a bad anchor, 2 unreadable.
int audit_verify(const AuditOptions& options);
/// Prints one entry with its proof and the first anchor that covers it, as JSON.
int audit_proof(const AuditOptions& options);
/// Prints the proof that the log of so many entries is the beginning of a later one, as JSON.
int audit_consistency(const AuditOptions& options);
/// Writes every entry and anchor, a line of JSON each.
int audit_export(const AuditOptions& options);
/// Prints the anchors for people, to be given to a third party.
int audit_anchors(const AuditOptions& options);

struct EvidenceOptions {
    /// A report (PDF), or the JSON out of it.
    std::filesystem::path file;
    /// The contract's files to compare with.
    std::vector<std::filesystem::path> documents;
    std::vector<std::filesystem::path> trust;
    std::filesystem::path data = "data";
    bool json = false;
};
/// Checks an evidence report without the server. 0 good, 1 something is wrong, 2 no evidence.
int evidence_verify(const EvidenceOptions& options);

struct ArchiveOptions {
    std::vector<std::string> contracts;
    std::filesystem::path to;
    std::filesystem::path data = "data";
};
/// Writes contracts with everything that proves them into a ZIP, by the running server when there is one. 0 written, 1
/// refused with one line that says why.
int archive(const ArchiveOptions& options);

struct RotateOptions {
    bool drop_old = false;
    std::filesystem::path data = "data";
};
/// Replaces the master key, by the running server when there is one. 0 rotated, 1 refused with one line that says why.
int rotate(const RotateOptions& options);

/// 0 when all is well; says what is wrong and how to mend it.
int doctor(const Settings& settings);

}  // namespace signet::app
