#include "service/verdict_reasons.hpp"

#include <array>
#include <cstddef>

namespace signet::service {
namespace {

using enum ReasonCode;
using enum Question;
using enum Weight;

constexpr std::array kReasons = std::to_array<ReasonText>({
    {SignatureIncomplete, "SIGNATURE_INCOMPLETE", Integrity, Invalid, "签名数据缺失、为空或格式错误（通用签名伪造）",
     "The signature's own data are missing, empty or malformed (universal signature forgery)."},
    {WrongGap, "WRONG_GAP", Integrity, Invalid, "签名范围的空隙不正好是签名本身，其中可能藏有内容（签名包裹攻击）",
     "The gap in the signed range is not exactly the signature, so something may hide there (signature wrapping)."},
    {NotWholeRevision, "NOT_WHOLE_REVISION", Integrity, Invalid, "签名没有覆盖当时的整份文件（签名包裹攻击）",
     "The signature does not cover the whole file as it was (signature wrapping)."},
    {UnaccountedBytes, "UNACCOUNTED_BYTES", Integrity, Invalid, "签名之后追加了来历不明的数据（增量保存攻击）",
     "Data that nothing in the file accounts for were appended after signing (incremental saving)."},
    {ForbiddenChange, "FORBIDDEN_CHANGE", Integrity, Invalid, "签名之后，不允许改动的内容被改动",
     "Something was changed after signing that nobody may change (incremental saving, shadow replace)."},
    {HiddenContent, "HIDDEN_CONTENT", Integrity, Invalid, "签名之后，预先埋藏的内容被换上（影子攻击）",
     "Content that had been hidden before signing was brought to light afterwards (shadow attack)."},
    {AnnotationAdded, "ANNOTATION_ADDED", Integrity, Invalid, "签名之后，页面上被加了批注或图章（恶意批注攻击）",
     "Something was put upon a page after signing (evil annotation attack)."},
    {LockedFieldChanged, "LOCKED_FIELD_CHANGED", Integrity, Invalid, "签名锁定的字段被改动",
     "A field that a signature locks was changed."},
    {CertificationViolated, "CERTIFICATION_VIOLATED", Integrity, Invalid, "改动超出了认证签名允许的范围",
     "More was changed than the certifying signature allows."},
    {PagesChanged, "PAGES_CHANGED", Integrity, Invalid, "签名之后，页面被增加、删除或调换",
     "Pages were added, removed or exchanged after signing."},
    {PageLooksDifferent, "PAGE_LOOKS_DIFFERENT", Integrity, Invalid, "有页面看起来与签名时不同",
     "A page does not look as it did when it was signed."},
    {SealNotSigned, "SEAL_NOT_SIGNED", Integrity, Invalid, "文件上有印章没有签名担保",
     "A seal is shown that no signature vouches for."},
    {DigestMismatch, "DIGEST_MISMATCH", Integrity, Invalid, "被签名的内容已被改动",
     "The content is not what was signed."},
    {SignatureValueWrong, "SIGNATURE_VALUE_WRONG", Integrity, Invalid, "签名值不是由签名人的密钥生成",
     "The signature was not made with the signer's key."},
    {CmsMalformed, "CMS_MALFORMED", Integrity, Invalid, "签名数据不符合规范",
     "The signature's data break the rules for signatures."},
    {SeveralSigners, "SEVERAL_SIGNERS", Integrity, Invalid, "一个签名里有多个签名者信息，或一个也没有",
     "One signature holds several signers, or none."},
    {AmbiguousStructure, "AMBIGUOUS_STRUCTURE", Integrity, Invalid, "签名在文件中的位置或内容有歧义，可能被替换",
     "The signature's place or content in the file is ambiguous, as when it was swapped."},
    {ElectronicSealInvalid, "ELECTRONIC_SEAL_INVALID", Integrity, Invalid, "电子印章无效或不属于签名人",
     "The electronic seal is not valid, or not the signer's."},
    {AlgorithmBroken, "ALGORITHM_BROKEN", Integrity, Undecided,
     "签名使用了已不安全的算法，也没有证据表明它是在此之前签的",
     "The signature uses an algorithm that is no longer safe, and nothing proves it older than that."},
    {AlgorithmAged, "ALGORITHM_AGED", Integrity, Note, "签名算法如今已不安全，但时间戳证明签名更早",
     "The algorithm is no longer safe today, but a time-stamp proves that the signature is older."},
    {LaterSignatures, "LATER_SIGNATURES", Integrity, Note, "此后有他人签署或填写，均在允许范围内",
     "Others signed or filled in fields afterwards, as they may."},
    {LaterExtension, "LATER_EXTENSION", Integrity, Note, "此后只补充了验证资料或时间戳",
     "Only validation data or time-stamps were added afterwards."},
    {PagesNotCompared, "PAGES_NOT_COMPARED", Integrity, Note, "未能逐页比对所有版本的页面外观",
     "Not every page could be drawn and compared with how it looked when signed."},
    {OnlyTimeStamps, "ONLY_TIME_STAMPS", Integrity, Note, "文件里只有时间戳，没有任何人的签名",
     "The file holds time-stamps, but nobody's signature."},
    {FileEncrypted, "FILE_ENCRYPTED", Integrity, Undecided, "文件已加密，无法检查",
     "The file is encrypted and cannot be examined."},
    {FileNotPdf, "FILE_NOT_PDF", Integrity, Undecided, "这不是 PDF 文件", "This is no PDF."},
    {FileDamaged, "FILE_DAMAGED", Integrity, Undecided, "文件结构已损坏", "The file's structure is damaged."},
    {FileTooComplex, "FILE_TOO_COMPLEX", Integrity, Undecided, "文件过大或过于复杂，超出检查的限度",
     "The file is too large or too complex to be examined within the limits."},
    {RootUnknown, "ROOT_UNKNOWN", Trust, Weight::SignerUnknown, "签发证书的机构不在信任名单中",
     "The authority that issued the certificate is not among those trusted here."},
    {ChainIncomplete, "CHAIN_INCOMPLETE", Trust, Weight::SignerUnknown, "找不到签发证书的机构",
     "The certificate of the issuing authority is missing."},
    {ChainInvalid, "CHAIN_INVALID", Trust, Invalid, "证书不是由其所称的机构有效签发",
     "The certificate was not validly issued by the authority it names."},
    {ChainWeak, "CHAIN_WEAK", Trust, Undecided, "证书链使用了已不安全的算法",
     "The certificates rest on algorithms that are no longer safe."},
    {KeyNotForSigning, "KEY_NOT_FOR_SIGNING", Trust, Undecided, "证书不是用于签署文件的",
     "The certificate is not meant for signing documents."},
    {ExpiredWhenSigned, "EXPIRED_WHEN_SIGNED", Time, Invalid, "签名时证书已经过期",
     "The certificate had expired when the signature was made."},
    {ExpiredWithoutProof, "EXPIRED_WITHOUT_PROOF", Time, Undecided, "证书已过期，且没有时间戳证明签名在过期之前",
     "The certificate has expired, and no time-stamp proves that the signature is older."},
    {NotYetValid, "NOT_YET_VALID", Time, Undecided, "证书当时尚未生效", "The certificate was not valid yet."},
    {TimeNotProven, "TIME_NOT_PROVEN", Time, Note, "签名时间只是签名人自称，没有可信时间戳",
     "The time is what the signer claims; no trusted time-stamp proves it."},
    {TimeStampUntrusted, "TIME_STAMP_UNTRUSTED", Time, Note, "时间戳来自未被信任的机构，不予采信",
     "The time-stamp is of an authority that is not trusted here, and proves nothing."},
    {TimeStampInvalid, "TIME_STAMP_INVALID", Time, Note, "时间戳无效，不予采信",
     "The time-stamp is not valid, and proves nothing."},
    {TimeStampExpired, "TIME_STAMP_EXPIRED", Time, Note, "时间戳机构的证书已过期且未续期，不予采信",
     "The time-stamp authority's certificate has expired without a newer time-stamp, so it proves nothing any more."},
    {TimeStampRevoked, "TIME_STAMP_REVOKED", Time, Note, "时间戳机构的证书已被吊销，不予采信",
     "The time-stamp authority's certificate was revoked, so it proves nothing."},
    {ClaimedTimeLater, "CLAIMED_TIME_LATER", Time, Note, "签名人自称的时间晚于时间戳证明的时间",
     "The time the signer claims is later than the one that is proven."},
    {RevokedWhenSigned, "REVOKED_WHEN_SIGNED", Revocation, Invalid, "签名时证书已被吊销",
     "A certificate had been revoked when the signature was made."},
    {RevokedWithoutProof, "REVOKED_WITHOUT_PROOF", Revocation, Undecided,
     "证书已被吊销，且没有时间戳证明签名在吊销之前",
     "A certificate was revoked, and no time-stamp proves that the signature is older."},
    {RevokedLater, "REVOKED_LATER", Revocation, Note, "证书在签名之后才被吊销，不影响此签名",
     "A certificate was revoked after the signature was made, which leaves it valid."},
    {RevocationUnknown, "REVOCATION_UNKNOWN", Revocation, Undecided, "不知道证书当时是否已被吊销",
     "Whether a certificate had been revoked is not known."},
});

}  // namespace

std::string_view to_string(Question question) {
    constexpr std::array<std::string_view, 4> kNames = {"integrity", "trust", "time", "revocation"};
    return kNames[static_cast<std::size_t>(question)];
}

const ReasonText& text_of(ReasonCode code) {
    return kReasons[static_cast<std::size_t>(code)];
}

std::span<const ReasonText> all_reasons() {
    return kReasons;
}

std::string_view to_wire(Conclusion conclusion) {
    constexpr std::array<std::string_view, 6> kNames = {"VALID",   "SIGNER_UNKNOWN", "UNDECIDED",
                                                        "INVALID", "NOT_SIGNED",     "UNREADABLE"};
    return kNames[static_cast<std::size_t>(conclusion)];
}

Sentence sentence(Conclusion conclusion, bool modified) {
    switch (conclusion) {
        case Conclusion::Valid:
            return {"签名有效，签署后未被改动", "The signatures are valid; unchanged since signing"};
        case Conclusion::SignerUnknown:
            return {"签署后未被改动，但无法确认签署人身份",
                    "Unchanged since signing, but who signed cannot be confirmed"};
        case Conclusion::Undecided:
            return {"无法判定签名是否有效", "Whether the signatures are valid cannot be decided"};
        case Conclusion::Invalid:
            if (modified) return {"文件在签署后被改动", "The file was changed after signing"};
            return {"签名无效", "The signatures are not valid"};
        case Conclusion::NotSigned:
            return {"文件里没有电子签名", "The file has no electronic signature"};
        case Conclusion::Unreadable:
            return {"无法读取这份文件", "This file cannot be read"};
    }
    return {};
}

}  // namespace signet::service
