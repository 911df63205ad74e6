#include "pages/page_errors.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace signet::pages {
namespace {

struct Sentence {
    int status;
    std::string_view chinese;
    std::string_view english;
};

Sentence sentence_for(ErrorCode code) {
    switch (code) {
        case ErrorCode::LinkNotFound:
            return {404, "链接无效，请向发起方索取新的链接", "This link is not valid. Ask the sender for a new one."};
        case ErrorCode::LinkExpired:
            return {410, "链接已过期，请向发起方索取新的链接", "This link has expired. Ask the sender for a new one."};
        case ErrorCode::LinkBoundElsewhere:
            return {403, "链接已在另一台设备上打开", "This link was opened on another device."};
        case ErrorCode::ContractNotFound:
            return {404, "合同不存在", "There is no such contract."};
        case ErrorCode::CodeRequired:
            return {400, "请输入验证码", "Enter the code you received."};
        case ErrorCode::CodeWrong:
            return {400, "验证码不正确", "This code is not right."};
        case ErrorCode::CodeExpired:
            return {400, "验证码已失效，请重新获取", "This code is no longer valid. Get a new one."};
        case ErrorCode::TooFrequent:
            return {429, "操作过于频繁，请稍后再试", "Too often. Try again in a moment."};
        case ErrorCode::NotSignStep:
            return {409, "现在没有需要您签署的内容", "There is nothing for you to sign now."};
        case ErrorCode::InvalidContractStatus:
            return {409, "合同当前状态不能签署", "The contract cannot be signed in its present state."};
        case ErrorCode::AttachmentRequired:
            return {400, "请先上传要求的附件", "Upload the required attachments first."};
        case ErrorCode::PasswordRequired:
            return {400, "请输入签署密码", "Enter your signing password."};
        case ErrorCode::NobodyToJoin:
            return {409, "已有人通过此链接加入，请联系发起方",
                    "Somebody joined through this link already. Ask the sender."};
        case ErrorCode::DuplicateSignatory:
            return {409, "您已是这份合同的签署方", "You are a party of this contract already."};
        case ErrorCode::EmployeeNotFound:
        case ErrorCode::EmployeeDismissed:
            return {403, "这家企业没有使用此联系方式的员工，请核对企业名称和联系方式",
                    "This company has nobody with this contact. Check both."};
        case ErrorCode::EmployeeNameDiffers:
            return {403, "此手机号登记的姓名与填写的不一致，请核对",
                    "This number is on record under another name. Check both."};
        case ErrorCode::PasswordWrong:
            return {400, "密码不正确", "This password is not right."};
        case ErrorCode::PasswordNotUsable:
            return {403, "现在不能使用密码，请改用验证码", "A password cannot be used now. Use a code instead."};
        case ErrorCode::PasswordWeak:
            return {400, "密码须为 8 到 64 个字符，并同时含有字母和数字",
                    "A password has 8 to 64 characters, with at least one letter and one digit."};
        case ErrorCode::IdentityRequired:
            return {403, "请先完成身份核对", "Prove your identity first."};
        case ErrorCode::IdentityMismatch:
            return {403, "身份信息与发起方指定的不一致", "This is not the identity that the sender stated."};
        case ErrorCode::IdentityLocked:
            return {403, "身份核对失败次数过多，请联系发起方", "Too many wrong tries. Ask the sender."};
        case ErrorCode::ReadingRequired:
            return {403, "请先阅读全部页面再签署", "Read every page before you sign."};
        case ErrorCode::LegalHold:
            return {409, "合同处于保全状态，不能删除", "The contract is under a legal hold and cannot be deleted."};
        case ErrorCode::UnsupportedFileType:
            return {400, "不支持这种文件，或文件内容与后缀不符",
                    "This kind of file is not taken, or its name belies it."};
        case ErrorCode::InvalidFile:
        case ErrorCode::DamagedDocument:
        case ErrorCode::PasswordProtected:
        case ErrorCode::NotAPdf:
            return {400, "文件已损坏或无法读取", "The file is damaged or cannot be read."};
        case ErrorCode::SealNotFound:
        case ErrorCode::InvalidSealStatus:
            return {400, "印章不可用", "This seal cannot be used."};
        case ErrorCode::NoOperationPermission:
        case ErrorCode::PermissionDenied:
        case ErrorCode::NoViewPermission:
            return {403, "您没有此操作的权限", "You may not do this."};
        case ErrorCode::UploadTooLarge:
            return {413, "文件过大", "The file is too large."};
        case ErrorCode::SignPageBeyond:
            return {404, "没有这一页", "There is no such page."};
        case ErrorCode::InvalidParameter:
            return {400, "提交的内容有误", "Something in what was sent is not right."};
        case ErrorCode::ParameterTooLong:
            return {400, "内容过长", "The text is too long."};
        case ErrorCode::ParametersMissing:
            return {400, "签名不能为空", "The signature is empty."};
        case ErrorCode::Conflict:
            return {409, "内容已更新，请重试", "Something changed meanwhile. Try again."};
        case ErrorCode::TimeStampUnavailable:
            return {503, "暂时无法取得可信时间戳，尚未签署，请稍后再试",
                    "No trusted time-stamp could be had, so nothing was signed. Try again in a moment."};
        case ErrorCode::Unavailable:
        case ErrorCode::TimeLimit:
            return {503, "服务繁忙，请稍后再试", "The server is busy. Try again in a moment."};
        default:
            return {500, "服务器出错，请稍后再试", "Something went wrong on the server. Try again later."};
    }
}

}  // namespace

boost::json::object error_object(const Error& error) {
    const Sentence sentence = sentence_for(error.code);
    boost::json::object told{{"code", std::string(to_string(error.code))},
                             {"message", boost::json::string(sentence.chinese)},
                             {"messageEn", boost::json::string(sentence.english)}};
    const bool counts = error.code == ErrorCode::CodeWrong || error.code == ErrorCode::PasswordWrong ||
                        error.code == ErrorCode::IdentityMismatch;
    if (const auto left = counts ? parse_integer(error.detail) : std::nullopt) told["triesLeft"] = *left;
    return told;
}

http::Response page_failure(const Error& error) {
    const Sentence sentence = sentence_for(error.code);
    if (sentence.status >= 500) spdlog::error("a page met an error: {}", for_log(describe(error)));
    const boost::json::object body{{"error", error_object(error)}};
    return http::make_response(sentence.status, "application/json;charset=UTF-8", boost::json::serialize(body));
}

}  // namespace signet::pages
