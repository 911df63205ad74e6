#include "app/commands.hpp"
#include "app/evidence_roots.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/digest.hpp"
#include "crypto/time_stamp.hpp"
#include "store/audit_tree.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

#include <boost/json.hpp>

namespace signet::app {
namespace {

namespace json = boost::json;

constexpr int kSound = 0;
constexpr int kBroken = 1;
constexpr int kUnreadable = 2;
constexpr std::size_t kLongestLine = 64 * 1024;

int unreadable(const std::string& why) {
    std::cerr << "signet: " << why << '\n';
    return kUnreadable;
}

Result<std::unique_ptr<store::Connection>> open(const AuditOptions& options) {
    return store::open_snapshot(options.data / "signet.db");
}

/// Anchors as a file has them, with what is wrong about the time-stamp of each.
struct KeptAnchor {
    store::AuditAnchor anchor;
    std::string where;
};

Result<std::vector<KeptAnchor>> read_anchors(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail(ErrorCode::InvalidFile, "cannot read " + file.string());
    std::vector<KeptAnchor> anchors;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.size() > kLongestLine) return fail(ErrorCode::InvalidFile, file.string() + ": a line is too long");
        auto anchor = store::anchor_from_line(trim(line));
        // A line that a crash cut off is no anchor; the whole one stands below it.
        if (anchor) anchors.push_back({std::move(*anchor), fmt::format("{} line {}", file.string(), number)});
    }
    return anchors;
}

/// What an anchor's time-stamp is worth.
struct Worth {
    /// Empty when it is a time-stamp over this head.
    std::string problem;
    bool is_trusted = false;
    UtcTime time;
    std::string authority;
};
Worth worth_of(const store::AuditAnchor& anchor, const std::vector<Bytes>& roots) {
    const auto imprint = crypto::Sha256::of(as_bytes(store::anchor_statement(anchor.head)));
    const auto report = crypto::verify_time_stamp_token(anchor.token, imprint, {{}, {}});
    Worth worth;
    worth.time = report.token ? report.token->time : anchor.time;
    if (report.token) {
        const auto authority = crypto::describe_certificate(report.token->authority_certificate);
        if (authority) worth.authority = authority->subject_common_name;
    }
    if (!report.accepted()) worth.problem = report.describe();
    worth.is_trusted = !roots.empty() && crypto::verify_time_stamp_token(anchor.token, imprint, {roots, {}}).accepted();
    return worth;
}

std::string_view name_of(store::AuditFault fault) {
    constexpr std::array<std::string_view, 5> kNames{"sound", "altered", "missing", "truncated", "inserted"};
    return kNames[static_cast<std::size_t>(fault)];
}

json::object write(const store::LogVerdict& verdict) {
    json::object report{{"verdict", name_of(verdict.fault)},
                        {"checked", verdict.checked},
                        {"anchors", verdict.anchors},
                        {"size", verdict.head.size},
                        {"root", hex(verdict.head.root)}};
    if (verdict) return report;
    report["firstBad"] = verdict.first_bad;
    report["firstSuspect"] = verdict.first_suspect;
    report["lastSuspect"] = verdict.last_suspect;
    report["reason"] = verdict.reason;
    return report;
}

json::object write(const store::AuditEntry& entry) {
    const store::AuditRecord& record = entry.record;
    return {{"sequence", entry.sequence},
            {"time", record.time.milliseconds},
            {"actor", record.actor},
            {"contract", to_string(record.contract)},
            {"event", record.event},
            {"detail", record.detail},
            {"leaf", hex(store::audit_leaf(entry.sequence, record))}};
}

json::object write(const store::AuditAnchor& anchor) {
    return {{"size", anchor.head.size},
            {"root", hex(anchor.head.root)},
            {"serverTime", anchor.time.milliseconds},
            {"token", base64(anchor.token)}};
}

Result<std::optional<store::AuditEntry>> find_entry(store::Connection& connection, std::int64_t sequence) {
    const auto page = store::list_audit(connection, {}, sequence - 1, 1);
    if (!page) return page.error();
    if (page->empty() || page->front().sequence != sequence) return std::optional<store::AuditEntry>();
    return std::optional(page->front());
}

}  // namespace

int audit_verify(const AuditOptions& options) {
    const auto connection = open(options);
    if (!connection) return unreadable(connection.error().detail);
    const auto roots = evidence_roots(options.data, options.trust);
    if (!roots) return unreadable(roots.error().detail);

    std::vector<KeptAnchor> kept;
    std::vector<std::filesystem::path> files = options.anchors;
    const std::filesystem::path own = anchor_file(options.data);
    if (files.empty() && std::filesystem::exists(own)) files.push_back(own);
    for (const std::filesystem::path& file : files) {
        auto anchors = read_anchors(file);
        if (!anchors) return unreadable(anchors.error().detail);
        kept.insert(kept.end(), std::make_move_iterator(anchors->begin()), std::make_move_iterator(anchors->end()));
    }
    // The database's own anchors `verify_log` reads itself.
    std::vector<store::TreeHead> heads;
    for (const KeptAnchor& one : kept)
        heads.push_back(one.anchor.head);
    const auto stored = store::list_anchors(**connection);
    if (!stored) return unreadable(stored.error().detail + " (a log without a tree: start the server once)");
    for (const store::AuditAnchor& anchor : *stored)
        kept.push_back({anchor, fmt::format("the database's anchor of {} entries", anchor.head.size)});

    json::array problems;
    std::size_t trusted = 0;
    for (const KeptAnchor& one : kept) {
        const Worth worth = worth_of(one.anchor, *roots);
        if (!worth.problem.empty()) problems.emplace_back(one.where + ": " + worth.problem);
        if (worth.is_trusted) ++trusted;
    }
    const auto verdict = store::verify_log(**connection, heads);
    if (!verdict) return unreadable(verdict.error().detail);
    const bool sound = *verdict && problems.empty();
    if (options.json) {
        json::object report = write(*verdict);
        report["trustedAnchors"] = trusted;
        report["anchorProblems"] = std::move(problems);
        std::cout << json::serialize(report) << '\n';
        return sound ? kSound : kBroken;
    }
    if (*verdict) {
        std::cout << fmt::format("sound: {} entries, root {}\n", verdict->checked, hex(verdict->head.root));
    } else {
        std::cout << fmt::format("BROKEN: {} at entry {}: {}\n", name_of(verdict->fault), verdict->first_bad,
                                 verdict->reason);
        if (verdict->first_suspect != verdict->last_suspect) {
            std::cout << fmt::format("  the first change lies between entries {} and {}\n", verdict->first_suspect,
                                     verdict->last_suspect);
        }
    }
    std::cout << fmt::format("anchors: {} agree, {} under a trusted authority\n", verdict->anchors, trusted);
    for (const json::value& problem : problems)
        std::cout << "  BAD anchor: " << for_log(std::string(problem.get_string())) << '\n';
    return sound ? kSound : kBroken;
}

int audit_proof(const AuditOptions& options) {
    const auto connection = open(options);
    if (!connection) return unreadable(connection.error().detail);
    const auto entry = find_entry(**connection, options.entry);
    if (!entry) return unreadable(entry.error().detail);
    if (!*entry) return unreadable(fmt::format("ENTRY: the log has no entry {}", options.entry));
    const auto anchors = store::list_anchors(**connection, static_cast<std::uint64_t>(options.entry), 1);
    if (!anchors) return unreadable(anchors.error().detail);
    auto head = store::tree_head(**connection);
    if (!head) return unreadable(head.error().detail);
    if (!anchors->empty()) head = anchors->front().head;
    store::AuditProver prover(**connection);
    const auto proof = prover.inclusion(options.entry, head->size);
    if (!proof) return unreadable(proof.error().detail);
    json::array path;
    for (const crypto::MerkleHash& hash : *proof)
        path.emplace_back(hex(hash));
    json::object report{{"format", "signet-audit-proof-1"},
                        {"entry", write(**entry)},
                        {"proof", std::move(path)},
                        {"head", json::object{{"size", head->size}, {"root", hex(head->root)}}}};
    // Without an anchor the head is this server's word alone.
    report["anchor"] = anchors->empty() ? json::value() : json::value(write(anchors->front()));
    std::cout << json::serialize(report) << '\n';
    return kSound;
}

int audit_consistency(const AuditOptions& options) {
    const auto connection = open(options);
    if (!connection) return unreadable(connection.error().detail);
    const auto head = store::tree_head(**connection);
    if (!head) return unreadable(head.error().detail);
    const auto first = static_cast<std::uint64_t>(std::max<std::int64_t>(options.first, 0));
    const auto second = options.second > 0 ? static_cast<std::uint64_t>(options.second) : head->size;
    if (first == 0 || first > second || second > head->size)
        return unreadable(fmt::format("FIRST, SECOND: must be 1 to {}, the first not above the second", head->size));
    store::AuditProver prover(**connection);
    const auto earlier = prover.root(first);
    const auto later = prover.root(second);
    const auto proof = prover.consistency(first, second);
    if (!earlier || !later || !proof) return unreadable("the log has gaps; `signet audit verify` names them");
    json::array path;
    for (const crypto::MerkleHash& hash : *proof)
        path.emplace_back(hex(hash));
    std::cout << json::serialize(json::object{{"format", "signet-audit-consistency-1"},
                                              {"first", json::object{{"size", first}, {"root", hex(*earlier)}}},
                                              {"second", json::object{{"size", second}, {"root", hex(*later)}}},
                                              {"proof", std::move(path)}})
              << '\n';
    return kSound;
}

int audit_export(const AuditOptions& options) {
    const auto connection = open(options);
    if (!connection) return unreadable(connection.error().detail);
    std::ofstream file;
    if (!options.to.empty()) {
        file.open(options.to, std::ios::binary | std::ios::trunc);
        if (!file) return unreadable("--to: cannot write " + options.to.string());
    }
    std::ostream& out = options.to.empty() ? std::cout : file;
    constexpr std::size_t kAtOnce = 1'000;
    for (std::int64_t after = 0;;) {
        const auto page = store::list_audit(**connection, {}, after, kAtOnce);
        if (!page) return unreadable(page.error().detail);
        if (page->empty()) break;
        for (const store::AuditEntry& entry : *page)
            out << json::serialize(write(entry)) << '\n';
        after = page->back().sequence;
    }
    const auto anchors = store::list_anchors(**connection);
    if (!anchors) return unreadable(anchors.error().detail);
    for (const store::AuditAnchor& anchor : *anchors)
        out << json::serialize(json::object{{"anchor", write(anchor)}}) << '\n';
    if (!out.flush()) return unreadable("the export cannot be written");
    return kSound;
}

int audit_anchors(const AuditOptions& options) {
    const auto connection = open(options);
    if (!connection) return unreadable(connection.error().detail);
    const auto roots = evidence_roots(options.data, options.trust);
    if (!roots) return unreadable(roots.error().detail);
    const auto anchors = store::list_anchors(**connection);
    if (!anchors) return unreadable(anchors.error().detail);
    const std::size_t first = options.last > 0 && anchors->size() > options.last ? anchors->size() - options.last : 0;
    std::cout << "操作日志存证锚点　Anchors of the audit log\n"
                 "每行固定了此前全部日志：条数、树根与时间戳。Each fixes the whole log before it: entries, root, "
                 "time-stamp.\n\n";
    for (std::size_t i = first; i < anchors->size(); ++i) {
        const store::AuditAnchor& anchor = (*anchors)[i];
        const Worth worth = worth_of(anchor, *roots);
        std::cout << fmt::format("{}  {} UTC  {} 条 entries\n  {}\n", worth.problem.empty() ? "✓" : "✗",
                                 TimeZone::fixed(0).format(worth.time), anchor.head.size, hex(anchor.head.root));
        if (!worth.authority.empty()) {
            std::cout << "  " << for_log(worth.authority) << (worth.is_trusted ? "" : " (not trusted)") << '\n';
        }
        if (options.lines) std::cout << "  " << store::to_line(anchor) << '\n';
    }
    return kSound;
}

}  // namespace signet::app
