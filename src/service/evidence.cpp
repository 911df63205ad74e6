#include "service/evidence.hpp"

#include "base/text.hpp"
#include "crypto/certificate.hpp"
#include "crypto/certificate_authority.hpp"
#include "crypto/digest.hpp"
#include "pdf/cms_judge.hpp"
#include "pdf/verify.hpp"
#include "seal/report.hpp"
#include "store/document_files.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace signet::service {

using model::Contract;
using model::Document;
using model::Signatory;

namespace {

constexpr std::string_view kFoot = "由 Signet 根据存储的记录生成";

std::string who(const Operation& operation) {
    std::string text = operation.operator_name;
    if (!operation.contact.empty()) text += (text.empty() ? "" : "\n") + operation.contact;
    return text;
}

}  // namespace

std::string_view status_text(model::ContractStatus status) {
    constexpr std::array<std::string_view, 10> kTexts{"草稿",   "拟定中", "签署中", "已完成", "已拒签",
                                                      "已撤回", "已过期", "作废中", "已作废", "强制结束"};
    return kTexts[static_cast<std::size_t>(status)];
}

std::string_view status_text(model::SignatoryStatus status) {
    using enum model::SignatoryStatus;
    switch (status) {
        case Draft:
            return "草稿";
        case Filling:
            return "填写中";
        case Waiting:
            return "等待中";
        case Signing:
            return "签署中";
        case Signed:
            return "已签署";
        case Recalled:
            return "已撤回";
        case Rejected:
            return "已拒签";
        case Expired:
            return "已过期";
        case ForceEnd:
            return "强制结束";
        case Invaliding:
            return "作废中";
        case Invalided:
            return "已作废";
        case Closed:
            return "已关闭";
    }
    return "";
}

std::string grouped(std::string_view hexadecimal) {
    std::string out;
    for (std::size_t i = 0; i < hexadecimal.size(); ++i) {
        if (i > 0 && i % 8 == 0) out += ' ';
        out += hexadecimal[i];
    }
    return out;
}

void add_contract(seal::Report& report, const Contract& contract, const TimeZone& zone) {
    std::vector<std::pair<std::string, std::string>> facts{{"合同名称", contract.subject},
                                                           {"合同 ID", to_string(contract.id)},
                                                           {"合同编号", contract.sn},
                                                           {"发起方", contract.tenant_name},
                                                           {"合同状态", std::string(status_text(contract.status))},
                                                           {"创建时间", zone.format(contract.create_time)}};
    if (contract.publish_time) facts.emplace_back("发起时间", zone.format(*contract.publish_time));
    if (contract.complete_time) facts.emplace_back("完成时间", zone.format(*contract.complete_time));
    report.facts(facts);
}

void add_parties(seal::Report& report, const Contract& contract, const TimeZone& zone) {
    std::vector<std::vector<std::string>> rows;
    for (const Signatory& party : contract.signatories) {
        rows.push_back({party.tenant_name, party.tenant_type == model::TenantType::Company ? "企业" : "个人",
                        party.receiver.name + (party.receiver.contact.empty() ? "" : "\n" + party.receiver.contact),
                        std::string(status_text(party.status)),
                        party.complete_time ? zone.format(*party.complete_time) : std::string("—")});
    }
    report.table({{"签署方", 2.2}, {"类型", 0.7}, {"经办人", 1.6}, {"状态", 0.9}, {"完成时间", 1.4}}, rows);
}

Status add_document(seal::Report& report, const Document& document, const Platform& platform) {
    report.paragraph("《" + document.title + "》　" + std::to_string(document.page_count()) + " 页");
    const auto bytes = platform.documents.read(document.stored(), 0, document.length);
    if (!bytes) return bytes.error();
    report.facts({{"当前 SHA-256", grouped(hex(crypto::Sha256::of(*bytes)))},
                  {"大小", std::to_string(bytes->size()) + " 字节"}});
    const pdf::VerificationReport verified = pdf::verify(*bytes, {platform.authority.root_certificate()});
    std::vector<std::vector<std::string>> rows;
    for (const pdf::SignatureReport& signature : verified.signatures) {
        const bool known = signature.signer.has_value();
        const std::string name = known ? signature.signer->subject_common_name : signature.signer_name;
        const std::string issuer = known ? signature.signer->issuer_common_name : "";
        const std::string serial = known ? signature.signer->serial_number : "";
        const auto claimed = pdf::parse_date(signature.claimed_time);
        std::string digest = "—";
        if (signature.revision >= 1 && signature.revision <= verified.revisions.size()) {
            const std::uint64_t end = verified.revisions[signature.revision - 1].end;
            if (end <= bytes->size()) digest = hex(crypto::Sha256::of(ByteView(*bytes).first(end)));
        }
        const std::string time = claimed ? platform.zone.format(*claimed) : signature.claimed_time;
        const std::string stamp = signature.is_document_time_stamp ? "（文档时间戳）"
                                  : signature.has_time_stamp       ? "（含时间戳）"
                                                                   : "";
        rows.push_back({std::to_string(rows.size() + 1), name + stamp + "\n" + time, issuer + "\n序列号 " + serial,
                        signature.intact ? "完好" : "不完好", grouped(digest)});
    }
    if (rows.empty()) {
        report.note("这份文件没有签名。");
    } else {
        report.table({{"序", 0.4}, {"签名人与时间", 1.7}, {"证书", 1.9}, {"签名", 0.6}, {"签署后文件 SHA-256", 2.4}},
                     rows);
    }
    return {};
}

Result<Bytes> Evidence::sign_log(const Contract& contract, const std::vector<Operation>& operations) const {
    seal::Report report(platform_.fonts, "签署日志", std::string(kFoot) + " · " + to_string(contract.id));
    report.subtitle("生成时间 " + platform_.zone.format(platform_.clock.now()));
    add_contract(report, contract, platform_.zone);
    report.heading("签署方");
    add_parties(report, contract, platform_.zone);
    report.heading("操作记录");
    std::vector<std::vector<std::string>> rows;
    for (const Operation& operation : operations) {
        rows.push_back({platform_.zone.format(operation.time), operation.description, who(operation),
                        operation.tenant_name, operation.detail});
    }
    report.table({{"时间", 1.3}, {"操作", 1.2}, {"操作人", 1.4}, {"所属方", 1.5}, {"说明", 1.8}}, rows);
    return report.pdf();
}

std::vector<EvidenceCertificate> Evidence::certificates(const Contract& contract) const {
    std::vector<EvidenceCertificate> signers;
    std::vector<EvidenceCertificate> authorities;
    std::set<std::string> seen;
    for (const Document& document : contract.documents) {
        const auto bytes = platform_.documents.read(document.stored(), 0, document.length);
        if (!bytes) continue;
        const pdf::VerificationReport verified = pdf::verify(*bytes, {platform_.authority.root_certificate()});
        for (const pdf::SignatureReport& signature : verified.signatures) {
            for (std::size_t i = 0; i < signature.chain.size(); ++i) {
                const Bytes& der = signature.chain[i];
                if (!seen.insert(hex(crypto::Sha256::of(der))).second) continue;
                const auto described = crypto::describe_certificate(der);
                const std::string holder = described ? described->subject_common_name : std::string("证书");
                (i == 0 ? signers : authorities).push_back({holder, der});
            }
        }
    }
    signers.insert(signers.end(), std::make_move_iterator(authorities.begin()),
                   std::make_move_iterator(authorities.end()));
    return signers;
}

}  // namespace signet::service
