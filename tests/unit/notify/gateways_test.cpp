#include "base/bytes.hpp"
#include "base/text.hpp"
#include "loopback_server.hpp"
#include "notify/demo_inbox.hpp"
#include "notify/http_sms_gateway.hpp"
#include "notify/smtp_gateway.hpp"

#include <gtest/gtest.h>

namespace signet::notify {
namespace {

const ManualClock kClock{UtcTime{1'800'000'000'000}};

const SmsMessage kCode{"13800000001", "code", {{"code", "123456"}, {"name", "a\"b"}}, "您的验证码是 123456"};

TEST(DemoInbox, keeps_the_last_messages_and_tells_who_listens) {
    int heard = 0;
    DemoInbox inbox(kClock, 2, [&](const InboxMessage&) { ++heard; });
    EXPECT_EQ(inbox.send(kCode)->id, "demo-1");
    EXPECT_TRUE(inbox.send(MailMessage{"lisi@example.com", "主题", "text", ""}));
    EXPECT_TRUE(inbox.send(SmsMessage{"13800000002", "", {}, "second"}));
    EXPECT_EQ(heard, 3);
    const auto all = inbox.messages();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].text(), "second");
    EXPECT_EQ(all[0].time, kClock.now());
    EXPECT_EQ(all[1].recipient(), "lisi@example.com");
    EXPECT_EQ(inbox.messages("13800000002").size(), 1U);
    EXPECT_TRUE(inbox.messages("13800000001").empty());
}

HttpSmsSettings sms_settings(const HttpReceiver& receiver) {
    HttpSmsSettings settings;
    settings.url = receiver.url("/send");
    settings.body_template = R"({"phone":"{{number}}","id":"{{template}}","values":{{parameters}}})";
    settings.template_ids = {{"code", "SMS_1001"}};
    return settings;
}

TEST(HttpSms, fills_its_template_with_values_that_cannot_break_out) {
    const std::string body = fill_json_template(
        R"({"n":"{{number}}","c":"{{parameter.code}}","x":"{{parameter.name}}{{parameter.none}}{{unknown}}","p":{{parameters}},)"
        R"("t":{{timestamp}},"o":"{{nonce}}","text":"{{text}}"} {{)",
        {"+861", "code", {{"code", "1"}, {"name", "a\"\\\n{{number}}"}}, "验证码"}, "T", "1", "N");
    EXPECT_EQ(body,
              R"({"n":"+861","c":"1","x":"a\"\\\u000a{{number}}","p":{"code":"1","name":"a\"\\\u000a{{number}}"},)"
              R"("t":1,"o":"N","text":"验证码"} {{)");
}

TEST(HttpSms, posts_signed_json) {
    const HttpReceiver receiver(HttpReceiver::ok(R"({"result":"OK"})"));
    auto settings = sms_settings(receiver);
    settings.headers = {{"Authorization", "Bearer demo"}};
    std::string signed_text;
    settings.sign = [&](std::string_view text) {
        signed_text = text;
        return "signature";
    };
    settings.success_text = R"("result":"OK")";
    ASSERT_TRUE(HttpSmsGateway(settings, kClock).send(kCode));
    const std::string request = receiver.requests().front();
    const std::string body = R"({"phone":"13800000001","id":"SMS_1001","values":{"code":"123456","name":"a\"b"}})";
    EXPECT_TRUE(request.ends_with("\r\n\r\n" + body)) << request;
    EXPECT_NE(request.find("Content-Type: application/json"), std::string::npos);
    EXPECT_NE(request.find("Authorization: Bearer demo\r\n"), std::string::npos);
    EXPECT_NE(request.find("X-Signature: signature\r\n"), std::string::npos);
    EXPECT_TRUE(signed_text.starts_with("1800000000000.")) << signed_text;
    EXPECT_TRUE(signed_text.ends_with("." + body)) << signed_text;
}

TEST(HttpSms, tells_what_may_pass_from_what_never_will) {
    const auto code_for = [](const std::string& answer) {
        const HttpReceiver receiver(answer);
        auto settings = sms_settings(receiver);
        settings.success_text = "OK";
        return HttpSmsGateway(settings, kClock).send(kCode).error().code;
    };
    const std::string end = "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(code_for(HttpReceiver::ok("no")), ErrorCode::Unavailable);
    EXPECT_EQ(code_for("HTTP/1.1 429 Slow" + end), ErrorCode::TooFrequent);
    EXPECT_EQ(code_for("HTTP/1.1 400 Bad" + end), ErrorCode::InvalidParameter);
    EXPECT_EQ(code_for("HTTP/1.1 401 Who" + end), ErrorCode::Unavailable);
    EXPECT_EQ(code_for("HTTP/1.1 500 Oh" + end), ErrorCode::Unavailable);
    HttpSmsSettings nowhere;
    EXPECT_EQ(HttpSmsGateway(nowhere, kClock).send(kCode).error().code, ErrorCode::Unavailable);
    SmsMessage wrong = kCode;
    wrong.number = "138 0000; DROP";
    EXPECT_EQ(HttpSmsGateway(nowhere, kClock).send(wrong).error().code, ErrorCode::InvalidParameter);
}

TEST(Mail, is_composed_as_rfc_5322_and_2047_want_it) {
    const auto mail = compose_mail(
        {"lisi@example.com", "请签署：劳动合同，这是一个相当长的主题，超过一行所能容纳的字数", "您好", "<p>您好</p>"},
        "sign@example.org", "示例平台", UtcTime{1'800'000'000'000}, "id@example.org");
    ASSERT_TRUE(mail);
    EXPECT_TRUE(mail->starts_with("Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n")) << *mail;
    EXPECT_NE(mail->find("To: <lisi@example.com>\r\n"), std::string::npos);
    EXPECT_NE(mail->find("Message-ID: <id@example.org>\r\n"), std::string::npos);
    EXPECT_NE(mail->find("Content-Type: multipart/alternative; boundary="), std::string::npos);
    EXPECT_NE(mail->find(base64(as_bytes("<p>您好</p>"))), std::string::npos);
    std::string subject;
    std::size_t longest = 0;
    for (auto line : split(*mail, '\n')) {
        EXPECT_TRUE(line.empty() || line.ends_with('\r'));
        longest = std::max(longest, line.size());
        for (auto at = line.find("=?UTF-8?B?"); at != line.npos && !line.starts_with("From"); at = line.npos) {
            const auto word = line.substr(at + 10);
            subject += as_text(*from_base64(word.substr(0, word.find("?="))));
            EXPECT_TRUE(is_utf8(subject)) << "no character is cut in two";
        }
    }
    EXPECT_LE(longest, 79U);
    EXPECT_EQ(subject, "请签署：劳动合同，这是一个相当长的主题，超过一行所能容纳的字数");
}

TEST(Mail, refuses_addresses_that_could_say_more_than_an_address) {
    for (const char* to :
         {"", "lisi", "@example.com", "lisi@", "a@b@c", "lisi@example.com\r\nBcc: x@example.com", "li si@example.com",
          "<lisi@example.com>", "lisi@example.com,x@example.com", "李四@example.com"}) {
        const auto mail = compose_mail({to, "s", "t", ""}, "sign@example.org", "", {}, "id");
        ASSERT_FALSE(mail) << to;
        EXPECT_EQ(mail.error().code, ErrorCode::InvalidParameter);
    }
    const auto mail =
        compose_mail({"lisi@example.com", "a\r\nBcc: x@example.com", "t", ""}, "sign@example.org", "b\r\nc", {}, "id");
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->find("\r\nBcc"), std::string::npos);
}

/// As much of RFC 5321 as a client needs.
class SmtpReceiver {
  public:
    explicit SmtpReceiver(std::string rcpt_reply = "250 ok")
        : rcpt_reply_(std::move(rcpt_reply)), server_([this](int fd) { serve(fd); }) {}
    int port() const { return server_.port(); }
    std::string transcript() const {
        const std::lock_guard lock(mutex_);
        return transcript_;
    }

  private:
    static std::string read_until(int fd, std::string_view end) {
        std::string text;
        char c = 0;
        while (!text.ends_with(end) && ::recv(fd, &c, 1, 0) == 1)
            text += c;
        return text;
    }
    void serve(int fd) {
        send_text(fd, "220 mail.example.org\r\n");
        for (;;) {
            const std::string line = read_until(fd, "\r\n");
            if (line.empty()) return;
            note(line);
            if (line.starts_with("EHLO")) {
                send_text(fd, "250-mail.example.org\r\n250 8BITMIME\r\n");
            } else if (line.starts_with("RCPT")) {
                send_text(fd, rcpt_reply_ + "\r\n");
            } else if (line.starts_with("DATA")) {
                send_text(fd, "354 go on\r\n");
                note(read_until(fd, "\r\n.\r\n"));
                send_text(fd, "250 taken\r\n");
            } else {
                send_text(fd, "250 ok\r\n");
            }
        }
    }
    void note(const std::string& text) {
        const std::lock_guard lock(mutex_);
        transcript_ += text;
    }

    const std::string rcpt_reply_;
    mutable std::mutex mutex_;
    std::string transcript_;
    LoopbackServer server_;
};

SmtpSettings smtp_settings(const SmtpReceiver& receiver) {
    SmtpSettings settings;
    settings.host = "127.0.0.1";
    settings.port = receiver.port();
    settings.security = SmtpSettings::Security::None;
    settings.from_address = "sign@example.org";
    settings.total_timeout = std::chrono::seconds(20);
    return settings;
}

TEST(Smtp, hands_a_mail_over) {
    const SmtpReceiver receiver;
    const auto receipt =
        SmtpGateway(smtp_settings(receiver), kClock).send(MailMessage{"lisi@example.com", "Hi", "text", ""});
    ASSERT_TRUE(receipt) << describe(receipt.error());
    EXPECT_TRUE(receipt->id.ends_with("@example.org"));
    const std::string seen = receiver.transcript();
    EXPECT_NE(seen.find("MAIL FROM:<sign@example.org>"), std::string::npos) << seen;
    EXPECT_NE(seen.find("RCPT TO:<lisi@example.com>"), std::string::npos) << seen;
    EXPECT_NE(seen.find("Subject: Hi\r\n"), std::string::npos) << seen;
    EXPECT_NE(seen.find(base64(as_bytes("text"))), std::string::npos) << seen;
}

TEST(Smtp, tells_a_wrong_mailbox_from_a_busy_server) {
    const SmtpReceiver unknown("550 no such user");
    const SmtpReceiver busy("451 later");
    const MailMessage mail{"lisi@example.com", "Hi", "text", ""};
    EXPECT_EQ(SmtpGateway(smtp_settings(unknown), kClock).send(mail).error().code, ErrorCode::InvalidParameter);
    EXPECT_EQ(SmtpGateway(smtp_settings(busy), kClock).send(mail).error().code, ErrorCode::Unavailable);
}

TEST(Smtp, sends_nothing_when_the_server_offers_no_encryption_that_was_asked_for) {
    const SmtpReceiver receiver;
    auto settings = smtp_settings(receiver);
    settings.security = SmtpSettings::Security::StartTls;
    settings.user = "user";
    settings.password = "hush";
    const auto sent = SmtpGateway(settings, kClock).send(MailMessage{"lisi@example.com", "Hi", "text", ""});
    EXPECT_EQ(sent.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(receiver.transcript().find("MAIL FROM"), std::string::npos);
    EXPECT_EQ(receiver.transcript().find("AUTH"), std::string::npos);
}

}  // namespace
}  // namespace signet::notify
