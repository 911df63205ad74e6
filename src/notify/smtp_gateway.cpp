#include "notify/smtp_gateway.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "notify/curl.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace signet::notify {
namespace {

constexpr std::size_t kLongestAddress = 254;  // RFC 5321 §4.5.3.1.3, without the brackets
constexpr std::size_t kLongestSubject = 1'000;
constexpr std::size_t kLongestBody = 1024 * 1024;
constexpr std::size_t kEncodedWordBytes = 39;  // a line of 76 characters at most with the field's name, RFC 2047 §2
constexpr std::size_t kBase64Line = 76;        // RFC 2045 §6.8

/// `name@domain` without quoting: nothing that could end a header field or an SMTP command.
bool is_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.size() > kLongestAddress) return false;
    if (text.find('@', at + 1) != std::string_view::npos) return false;
    constexpr std::string_view kForbidden = "<>()[]\\,;:\"";
    return std::ranges::all_of(
        text, [&](char c) { return c > 0x20 && c < 0x7f && kForbidden.find(c) == std::string_view::npos; });
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }) && text.find("=?") == text.npos;
}

/// How many bytes of the text fit without cutting a character in two.
std::size_t whole_characters(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text.size();
    while (most > 1 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U)
        --most;
    return most;
}

/// Text of a header field, as encoded words on lines of their own where it needs them (RFC 2047).
std::string header_text(std::string_view text) {
    if (is_plain(text) && text.size() <= 60) return std::string(text);
    std::string words;
    while (!text.empty()) {
        const std::size_t count = whole_characters(text, kEncodedWordBytes);
        words += fmt::format("{}=?UTF-8?B?{}?=", words.empty() ? "" : "\r\n ", base64(as_bytes(text.substr(0, count))));
        text.remove_prefix(count);
    }
    return words;
}

std::string date_field(UtcTime time) {
    constexpr std::array<const char*, 7> kDays{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // of 1970-01-01
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const CivilTime civil = TimeZone::fixed(0).to_civil(time);
    const auto day = static_cast<std::size_t>((time.milliseconds / 86'400'000) % 7);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[day], civil.day,
                       kMonths[static_cast<std::size_t>(civil.month - 1)], civil.year, civil.hour, civil.minute,
                       civil.second);
}

std::string body_part(std::string_view type, std::string_view text) {
    std::string part =
        fmt::format("Content-Type: {}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", type);
    const std::string encoded = base64(as_bytes(text));
    for (std::size_t at = 0; at < encoded.size(); at += kBase64Line) {
        part += encoded.substr(at, kBase64Line);
        part += "\r\n";
    }
    return part;
}

/// Both forms of the text; a boundary that base64 cannot contain.
std::string alternatives(const MailMessage& message) {
    constexpr std::string_view kBoundary = "=_signet_part";
    return fmt::format(
        "Content-Type: multipart/alternative; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}\r\n--{0}\r\n{2}\r\n--{0}--\r\n",
        kBoundary, body_part("text/plain", message.text), body_part("text/html", message.html));
}

struct Upload {
    std::string_view rest;
    static std::size_t give(char* to, std::size_t size, std::size_t count, void* self) {
        auto& upload = *static_cast<Upload*>(self);
        const std::size_t given = std::min(size * count, upload.rest.size());
        std::copy_n(upload.rest.data(), given, to);
        upload.rest.remove_prefix(given);
        return given;
    }
};

Error delivery_error(CURL* curl, CURLcode code) {
    long reply = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    const std::string detail = fmt::format("the mail server: {} (reply {})", curl_easy_strerror(code), reply);
    // 550, 551, 553 and 554: this mailbox never. Refused credentials are the operator's to put right.
    const bool for_good = code == CURLE_SEND_ERROR && (reply == 550 || reply == 551 || reply == 553 || reply == 554);
    return fail(for_good ? ErrorCode::InvalidParameter : ErrorCode::Unavailable, detail);
}

void secure(CURL* curl, SmtpSettings::Security security) {
    if (security == SmtpSettings::Security::StartTls) {
        curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    }
}

}  // namespace

Result<std::string> compose_mail(const MailMessage& message, std::string_view from_address, std::string_view from_name,
                                 UtcTime date, std::string_view message_id) {
    if (!is_address(message.to)) return invalid_parameter("not a mail address");
    if (!is_address(from_address)) return invalid_parameter("not a mail address of the sender");
    if (message.subject.size() > kLongestSubject) return fail(ErrorCode::ParameterTooLong, "subject of a mail");
    if (message.text.size() > kLongestBody || message.html.size() > kLongestBody) {
        return fail(ErrorCode::ParameterTooLong, "text of a mail");
    }
    const std::string from =
        from_name.empty()
            ? fmt::format("<{}>", from_address)
            : fmt::format("=?UTF-8?B?{}?=\r\n <{}>",
                          base64(as_bytes(from_name.substr(0, whole_characters(from_name, kEncodedWordBytes)))),
                          from_address);
    return fmt::format(
               "Date: {}\r\nFrom: {}\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\nMIME-Version: 1.0\r\n"
               "Auto-Submitted: auto-generated\r\n",
               date_field(date), from, message.to, header_text(message.subject), message_id) +
           (message.html.empty() ? body_part("text/plain", message.text) : alternatives(message));
}

Result<Receipt> SmtpGateway::send(const MailMessage& message) {
    const auto at = settings_.from_address.find('@');
    const std::string id = random_token(24) + (at == std::string::npos ? "" : settings_.from_address.substr(at));
    const auto mail = compose_mail(message, settings_.from_address, settings_.from_name, clock_.now(), id);
    if (!mail) return mail.error();

    const auto handle = new_curl(settings_.connect_timeout, settings_.total_timeout, settings_.ca_file);
    CURL* curl = handle.get();
    const bool implicit = settings_.security == SmtpSettings::Security::ImplicitTls;
    const std::string url = fmt::format("{}://{}:{}", implicit ? "smtps" : "smtp", settings_.host, settings_.port);
    CurlList recipients;
    recipients.add("<" + message.to + ">");
    Upload upload{*mail};
    CurlAnswer ignored{{}, 64 * 1024, false};
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    secure(curl, settings_.security);
    if (!settings_.user.empty()) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, settings_.user.c_str());
        curl_easy_setopt(curl, CURLOPT_PASSWORD, settings_.password.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ("<" + settings_.from_address + ">").c_str());
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Upload::give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlAnswer::take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &ignored);
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) return delivery_error(curl, code);
    return Receipt{id};
}

}  // namespace signet::notify
