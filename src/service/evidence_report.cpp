#include "service/evidence_report.hpp"

#include "base/text.hpp"
#include "seal/report.hpp"
#include "service/anchoring.hpp"
#include "service/evidence.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>

#include <boost/json.hpp>

namespace signet::service {

namespace json = boost::json;

namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kShownHash = 32;
constexpr double kThousand = 1'000;

std::string bilingual(std::string_view chinese, std::string_view english) {
    return std::string(chinese) + "\n" + std::string(english);
}

/// `2026-11-22 11:22:33.456`
std::string exact(const TimeZone& zone, UtcTime time) {
    const std::int64_t rest = (time.milliseconds % 1'000 + 1'000) % 1'000;
    return fmt::format("{}.{:03}", zone.format(time), rest);
}

std::string factor_text(const std::string& factor) {
    if (factor == "code") return bilingual("一次性验证码", "one-time code");
    if (factor == "password") return bilingual("签署密码", "signing password");
    if (factor == "auto") return bilingual("预授权自动签署", "automatic, as preset");
    if (factor == "authorisation") return bilingual("个人静默签授权", "standing authorisation");
    if (factor.empty() || factor == "application") return bilingual("业务系统指令", "business system");
    return factor;
}

/// What the factor was bound to, in words.
std::string proof_text(const std::string& proof, const TimeZone& zone) {
    json::error_code error;
    const json::value value = json::parse(proof, error);
    if (error || !value.is_object()) return {};
    std::string text;
    const auto time_in = [&](std::string_view name) -> std::string {
        const json::value* member = value.get_object().if_contains(name);
        return member != nullptr && member->is_int64() ? zone.format({member->get_int64()}) : std::string();
    };
    if (const json::value* id = value.get_object().if_contains("codeId"); id != nullptr && id->is_string())
        text += "\n编号 ID " + std::string(id->get_string());
    if (const std::string sent = time_in("codeSentTime"); !sent.empty()) text += "\n发送 sent " + sent;
    if (const std::string until = time_in("windowUntil"); !until.empty()) text += "\n窗口至 window to " + until;
    return text;
}

std::string method_text(const std::string& method) {
    if (method == "code") return bilingual("验证码送达登记的联系方式", "code to the contact on record");
    if (method == "password") return bilingual("验证码后 30 分钟内的签署密码", "password within 30 minutes of a code");
    if (method == "elements")
        return bilingual("身份要素与发起方所填一致性比对", "stated identity compared with the initiator's");
    return method;
}

/// What was agreed to and read before the key was used, in words.
std::string intent_text(const std::string& intent) {
    json::error_code error;
    const json::value value = json::parse(intent, error);
    if (error || !value.is_object()) return {};
    std::string text;
    const json::object& detail = value.get_object();
    if (const json::value* consent = detail.if_contains("consent"); consent != nullptr && consent->is_object()) {
        const json::value* version = consent->get_object().if_contains("version");
        if (version != nullptr && version->is_string())
            text += "\n同意 agreed to " + std::string(version->get_string());
    }
    if (const json::value* reading = detail.if_contains("reading"); reading != nullptr && reading->is_object()) {
        const json::value* complete = reading->get_object().if_contains("complete");
        if (complete != nullptr && complete->is_bool())
            text += complete->get_bool() ? "\n已阅全部页 every page shown" : "\n未阅全部页 not every page shown";
    }
    return text;
}

/// Writes the paper, section by section.
class Paper {
  public:
    Paper(const Platform& platform, const EvidenceFacts& facts)
        : facts_(facts),
          zone_(platform.zone),
          report_(platform.fonts, "电子合同存证报告",
                  "Signet · 存证报告 Evidence report · " + to_string(facts.contract.id)) {
        report_.subtitle("Evidence Report of an Electronic Contract　·　出具时间 Issued " +
                         zone_.format(platform.clock.now()));
    }

    Result<Bytes> write() {
        add_summary();
        add_parties();
        add_intents();
        add_documents();
        add_certificates();
        add_log();
        add_instructions();
        report_.attach(std::string(kEvidenceFile), "application/json", "Facts and proofs, machine-readable",
                       to_bytes(to_json(facts_)));
        return report_.pdf();
    }

  private:
    std::size_t signatures() const {
        std::size_t count = 0;
        for_each_signature([&](const EvidenceFacts::Signature&) { ++count; });
        return count;
    }
    template <typename Visit>
    void for_each_signature(Visit visit) const {
        for (const auto& document : facts_.documents) {
            for (const auto& revision : document.revisions) {
                for (const auto& signature : revision.signatures)
                    visit(signature);
            }
        }
    }

    void add_summary() {
        std::size_t intact = 0;
        std::size_t timed = 0;
        for_each_signature([&](const EvidenceFacts::Signature& signature) {
            if (signature.intact) ++intact;
            if (signature.proven_time) ++timed;
        });
        const std::size_t all = signatures();
        report_.note(
            "本报告由本系统根据存储的原始记录生成，列出身份、意愿、文件、证书、时间与日志证据；同样的事实以 JSON "
            "形式嵌入本文件，可脱离本系统核验。This report is written from stored records; the same facts are embedded "
            "as "
            "JSON and can be checked without this server.");
        report_.heading("一、合同与结论　Contract and findings");
        const model::Contract& contract = facts_.contract;
        std::vector<std::pair<std::string, std::string>> list{
            {"合同 Subject", contract.subject},
            {"编号 Number", to_string(contract.id) + (contract.sn.empty() ? "" : "　" + contract.sn)},
            {"发起方 Initiator", contract.tenant_name},
            {"状态 Status", std::string(status_text(contract.status)) + "　" + std::string(to_wire(contract.status))},
            {"创建 Drafted", zone_.format(contract.create_time)}};
        if (contract.publish_time) list.emplace_back("发起 Sent", zone_.format(*contract.publish_time));
        if (contract.complete_time) list.emplace_back("完成 Completed", zone_.format(*contract.complete_time));
        report_.facts(list);
        const bool identified = !facts_.identities.empty();
        Rows rows;
        rows.push_back(
            {bilingual("真实身份", "Identity"),
             identified
                 ? fmt::format("{} 项身份核验记录，见第二节。{} identity checks, section 2.", facts_.identities.size(),
                               facts_.identities.size())
                 : "没有个人身份核验记录；由业务系统签署。No personal identity checks; signed by business systems."});
        rows.push_back(
            {bilingual("真实意愿", "Intent"),
             fmt::format("{} 次签署或审批，均记录确认方式，见第三节。{} acts, each with its factor, section 3.",
                         facts_.acts.size(), facts_.acts.size())});
        rows.push_back(
            {bilingual("签名未改", "Signatures intact"),
             fmt::format("{} / {} 个签名与时间戳完好；{} 个有可信时间。{} of {} intact, {} with a proven time.", intact,
                         all, timed, intact, all, timed)});
        rows.push_back({bilingual("原文未改", "Content intact"), content_text()});
        rows.push_back(
            {bilingual("过程可信", "Log intact"),
             fmt::format("{} 条日志均含于时间戳所证的日志根。All {} log entries lie under a time-stamped root.",
                         facts_.entries.size(), facts_.entries.size())});
        report_.table({{"事项 Matter", 1}, {"依据 Basis", 4.4}}, rows);
    }

    std::string content_text() const {
        std::string text;
        for (const auto& document : facts_.documents) {
            const bool sound = document.verdict == "Intact";
            text += (text.empty() ? "" : "\n") + ("《" + document.title + "》 ") +
                    (sound                               ? "未被篡改 unchanged"
                     : document.verdict == "NoSignature" ? "无签名 unsigned"
                                                         : "不完好 " + document.verdict);
        }
        return text.empty() ? "没有文件 no documents" : text;
    }

    void add_parties() {
        report_.heading("二、签署方与身份　Parties and identity");
        Rows parties;
        for (const model::Signatory& party : facts_.contract.signatories) {
            const bool company = party.tenant_type == model::TenantType::Company;
            std::string handler = party.receiver.name;
            if (!party.receiver.contact.empty()) handler += "\n" + party.receiver.contact;
            parties.push_back({party.tenant_name, company ? "企业\ncompany" : "个人\nperson", handler,
                               bilingual(status_text(party.status), to_wire(party.status)),
                               party.complete_time ? zone_.format(*party.complete_time) : std::string("—")});
        }
        report_.table({{"签署方 Party", 2},
                       {"类型 Type", 0.9},
                       {"经办人 Handler", 1.5},
                       {"状态 Status", 1},
                       {"完成 Completed", 1.4}},
                      parties);
        Rows rows;
        for (const EvidenceFacts::Identity& identity : facts_.identities) {
            rows.push_back({zone_.format(identity.time), identity.party + "\n" + identity.contact,
                            method_text(identity.method), identity.passed ? "通过\npassed" : "未通过\nrefused",
                            std::to_string(identity.entry)});
        }
        if (rows.empty()) return;
        report_.table(
            {{"时间 Time", 1.3}, {"对象 Person", 1.6}, {"方式 Method", 2.4}, {"结果 Result", 0.8}, {"日志 Entry", 0.7}},
            rows);
    }

    void add_intents() {
        report_.heading("三、签署意愿　Intent");
        if (facts_.acts.empty()) {
            report_.paragraph("尚无签署。Nobody has signed yet.");
            return;
        }
        Rows rows;
        for (const EvidenceFacts::Act& act : facts_.acts) {
            std::string person = act.operation.operator_name;
            if (!act.operation.contact.empty()) person += "\n" + act.operation.contact;
            std::string views = fmt::format("{} 次 opened {}×", act.views, act.views);
            if (act.last_view) views += "\n" + zone_.format(*act.last_view);
            views += intent_text(act.intent);
            rows.push_back({zone_.format(act.operation.time), act.operation.tenant_name + "\n" + person,
                            act.operation.event == "contract.approved" ? "审批\napproved" : "签署\nsigned",
                            factor_text(act.factor) + proof_text(act.proof, zone_), views,
                            std::to_string(act.operation.id)});
        }
        report_.table({{"时间 Time", 1.2},
                       {"签署方 Party", 1.7},
                       {"行为 Act", 0.8},
                       {"确认方式 Factor", 1.9},
                       {"此前阅读 Read before", 1.3},
                       {"日志 Entry", 0.6}},
                      rows);
    }

    void add_documents() {
        report_.heading("四、文件与签名　Documents and signatures");
        for (const EvidenceFacts::Document& document : facts_.documents) {
            report_.paragraph("《" + document.title + "》　" +
                              fmt::format("{} 页 pages　ID {}", document.pages, to_string(document.id)));
            std::vector<std::pair<std::string, std::string>> list;
            for (const std::string& upload : document.uploads)
                list.emplace_back("原件 Upload", grouped(upload));
            if (!document.revisions.empty()) {
                list.emplace_back("现 SHA-256 now", grouped(document.revisions.back().sha256));
                list.emplace_back("现 SM3 now", grouped(document.revisions.back().sm3));
            }
            report_.facts(list);
            Rows rows;
            bool is_signed = false;
            for (const EvidenceFacts::Revision& revision : document.revisions) {
                const std::string unsigned_text = is_signed ? "验证数据 validation data" : "签署前 before signing";
                is_signed = is_signed || !revision.signatures.empty();
                rows.push_back({std::to_string(revision.number), std::to_string(revision.length),
                                revision.signatures.empty() ? unsigned_text : signed_text(revision),
                                "SHA-256 " + grouped(revision.sha256) + "\nSM3 " + grouped(revision.sm3)});
            }
            report_.table({{"版本 Rev.", 0.6},
                           {"字节 Bytes", 0.8},
                           {"签名与时间 Signature and time", 2.4},
                           {"摘要值 Digest", 2.6}},
                          rows);
        }
    }

    std::string signed_text(const EvidenceFacts::Revision& revision) const {
        std::string text;
        for (const EvidenceFacts::Signature& signature : revision.signatures) {
            text += text.empty() ? "" : "\n";
            text += signature.is_document_time_stamp ? "文档时间戳 document time-stamp" : signature.name;
            if (!signature.level.empty()) text += "　" + signature.level;
            text += signature.intact ? "\n完好 intact" : "\n不完好 NOT INTACT";
            if (signature.claimed_time) text += "\n签名所载 claimed " + zone_.format(*signature.claimed_time);
            if (signature.proven_time) text += "\n时间戳 proven " + zone_.format(*signature.proven_time);
        }
        return text;
    }

    void add_certificates() {
        report_.heading("五、数字证书　Certificates");
        if (facts_.certificates.empty()) {
            report_.paragraph("没有证书。None.");
            return;
        }
        Rows rows;
        for (const EvidenceFacts::Certificate& certificate : facts_.certificates) {
            const crypto::CertificateInfo& info = certificate.info;
            rows.push_back({info.subject_common_name + "\n" + info.public_key,
                            info.issuer_common_name + "\n序列号 No. " + info.serial_number,
                            zone_.format(info.not_before) + "\n" + zone_.format(info.not_after),
                            grouped(info.fingerprint)});
        }
        report_.table({{"持有人 Holder", 1.4}, {"颁发者 Issuer", 1.7}, {"有效期 Validity", 1.3}, {"SHA-256", 2.2}},
                      rows);
    }

    void add_log() {
        report_.heading("六、时间与日志　Time and log");
        report_.note(
            "日志的每条记录是 Merkle 树（RFC 6962）的一片叶子；树根由时间戳机构签发的 RFC 3161 时间戳固定。附件 JSON "
            "中每条记录都有到树根的证明。Every log entry is a leaf of a Merkle tree whose root is time-stamped; the "
            "embedded JSON proves each entry up to that root.");
        const double apart = static_cast<double>((facts_.anchor_time - facts_.anchor.time).count()) / kThousand;
        report_.facts(
            {{"树根 Root", grouped(hex(facts_.anchor.head.root))},
             {"树的大小 Size", std::to_string(facts_.anchor.head.size) + " 条记录 entries"},
             {"服务器 Server", exact(zone_, facts_.anchor.time)},
             {"时间戳 Stamped", exact(zone_, facts_.anchor_time) +
                                    fmt::format("　（相差 {:.1f} 秒{}）", std::abs(apart),
                                                std::abs(apart) > 1 ? "，超过 1 秒 more than 1 s apart" : "")},
             {"机构 Authority", facts_.anchor_authority}});
        Rows rows;
        for (std::size_t i = 0; i < facts_.entries.size(); ++i) {
            const store::AuditEntry& entry = facts_.entries[i].entry;
            const auto operation = std::find_if(facts_.operations.begin(), facts_.operations.end(),
                                                [&](const Operation& one) { return one.id == entry.sequence; });
            std::string who = entry.record.actor;
            if (operation != facts_.operations.end())
                who = operation->operator_name + (operation->contact.empty() ? "" : "\n" + operation->contact);
            const std::string words = operation == facts_.operations.end() ? "" : operation->description + "\n";
            const std::string leaf = hex(store::audit_leaf(entry.sequence, entry.record));
            rows.push_back({std::to_string(entry.sequence), zone_.format(entry.record.time),
                            words == entry.record.event + "\n" ? entry.record.event : words + entry.record.event, who,
                            grouped(leaf.substr(0, kShownHash))});
        }
        report_.table({{"序号 No.", 0.6},
                       {"时间 Time", 1.2},
                       {"操作 Event", 1.4},
                       {"操作人 Who", 1.3},
                       {"叶 Leaf (128 bit)", 1.5}},
                      rows);
    }

    void add_instructions() {
        report_.heading("七、如何核验　How to check");
        report_.paragraph(
            "1. 用任一 PDF 阅读器查看本报告的数字签名。Look at this report's digital signature in any PDF reader.");
        report_.paragraph(
            "2. signet evidence verify 报告.pdf --document 合同.pdf --trust root.pem：核对签名、嵌入的 "
            "JSON、每条日志的证明、时间戳"
            "与合同文件的摘要值。Checks signature, JSON, every proof, the time-stamp and the contract's digests.");
        report_.paragraph(
            "3. 没有 Signet 时：合同归档包（signet archive）附有只用 Python、OpenSSL 与 qpdf 的核验程序。Without "
            "Signet: the "
            "contract's archive brings a checker that needs only Python, OpenSSL and qpdf.");
        report_.note(
            "本报告的签名证书由本系统的证书机构签发，仅在各方约定时具有《电子签名法》意义上的可靠性；时间戳机构由运营者"
            "配置。The "
            "report is signed under this installation's own authority; the time-stamp authorities are the operator's "
            "choice.");
    }

    const EvidenceFacts& facts_;
    const TimeZone& zone_;
    seal::Report report_;
};

}  // namespace

Result<EvidenceFacts> EvidenceReports::facts(const model::Contract& contract) const {
    return gather_evidence(platform_, log_, anchoring_, time_stamps_, contract);
}

Result<Bytes> EvidenceReports::report(const model::Contract& contract) const {
    const auto known = facts(contract);
    if (!known) return known.error();
    return report(*known);
}

Result<Bytes> EvidenceReports::report(const EvidenceFacts& facts) const {
    const auto paper = Paper(platform_, facts).write();
    if (!paper) return paper.error();
    return signer_.sign(*paper, "存证报告 Evidence report", preservation_.level_of(facts.contract));
}

}  // namespace signet::service
