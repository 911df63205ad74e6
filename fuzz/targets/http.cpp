#include "fuzz/targets.hpp"
#include "http/compression.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"
#include "http/multipart.hpp"
#include "http/remote_address.hpp"
#include "http/request_parser.hpp"
#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fmt/format.h>

namespace signet::fuzz {
namespace {

using namespace http;

std::string told(const RequestHead& head) {
    std::string text = head.method + '\n' + head.target + '\n' + head.path + '\n';
    for (const auto& [name, value] : head.query)
        text += name + '=' + value + '\n';
    for (const auto& [name, value] : head.headers)
        text += name + ':' + value + '\n';
    return text;
}

/// One connection: what its messages are taken for, when its bytes arrive `step` at a time.
class Conversation {
  public:
    explicit Conversation(ByteView bytes) : bytes_(as_text(bytes)) {}

    std::string in_steps(std::size_t step) {
        for (std::size_t at = 0; at < bytes_.size() && going_; at += step) {
            pending_ += bytes_.substr(at, step);
            while (going_ && advance()) {
            }
        }
        return std::move(told_);
    }

  private:
    bool advance() {
        if (!inside_body_) return read_head();
        return read_body();
    }
    bool read_head() {
        RequestHead head;
        const auto taken = parser_.read_head(pending_, {512, 2048}, head, refusal_);
        if (refused() || !taken) return false;
        told_ += told(head);
        look_at(head);
        pending_.erase(0, *taken);
        inside_body_ = true;
        return true;
    }
    bool read_body() {
        const auto keep = [this](std::string_view piece) {
            told_ += piece;
            return true;
        };
        if (!parser_.body_done()) {
            const std::size_t taken = parser_.read_body(pending_, keep, refusal_);
            if (refused()) return false;
            pending_.erase(0, taken);
            if (!parser_.body_done()) return taken > 0;
        }
        told_ += "\n--\n";
        inside_body_ = false;
        going_ = parser_.keep_alive();
        return going_ && !pending_.empty();
    }
    bool refused() {
        if (!refusal_) return false;
        told_ += fmt::format("refused {}", refusal_->status);
        going_ = false;
        return true;
    }
    static void look_at(const RequestHead& head) {
        (void)cookie(head.headers, "session");
        (void)lists_token(head.headers, "Connection", "close");
        (void)accepts_gzip(head.headers);
        if (const auto type = head.headers.get("Content-Type")) (void)parse_value_with_parameters(*type);
        Response response;
        response.files.push_back({nullptr, 10, 1000});
        apply_range(head, response);
        std::uint64_t total = 0;
        for (const FileSlice& slice : response.files)
            total += slice.length;
        require(total <= 1000, "a range is a part of the whole");
    }

    std::string_view bytes_;
    std::string pending_;
    std::string told_;
    RequestParser parser_;
    std::optional<Refusal> refusal_;
    bool inside_body_ = false;
    bool going_ = true;
};

void request(ByteView input) {
    const std::string whole = Conversation(input).in_steps(std::max<std::size_t>(input.size(), 1));
    require(whole == Conversation(input).in_steps(1), "a request is the same however it arrives");
}

/// The parts, or the reason why there are none, when the body arrives `step` bytes at a time.
std::string parts_of(std::string_view boundary, ByteView body, std::size_t step) {
    MultipartParser parser(boundary, {8, 512, 4096, 4096}, std::filesystem::temp_directory_path());
    for (std::size_t at = 0; at < body.size(); at += step) {
        const auto piece = as_text(body).substr(at, step);
        if (const Status fed = parser.feed(piece); !fed) return std::string(to_string(fed.error().code));
    }
    if (const Status finished = parser.finish(); !finished) return std::string(to_string(finished.error().code));
    std::string text;
    for (const Part& part : parser.take_parts()) {
        text += fmt::format("{}|{}|{}|{}|{}\n", part.name, part.file_name.value_or("-"), part.content_type, part.text,
                            part.size);
        if (part.file_name) require(part.file_name->find('/') == std::string::npos, "a file's name has no folder");
    }
    return text;
}

/// The boundary on the first line, then the body.
void multipart(ByteView input) {
    Slices slices(input);
    const auto boundary = as_text(slices.line());
    if (!MultipartParser::is_boundary(boundary)) return;
    const std::string whole = parts_of(boundary, slices.rest(), std::max<std::size_t>(slices.rest().size(), 1));
    require(whole == parts_of(boundary, slices.rest(), 1), "a body has the same parts however it arrives");
}

void parameters(ByteView input) {
    const std::string_view text = as_text(input);
    const Parameters parsed = parse_parameters(text);
    require(parsed.size() <= kMostParameters, "parameters are bounded");
    for (const auto& [name, value] : parsed)
        (void)parsed.all(name);
    require(percent_decode(percent_encode(text)) == text, "what is encoded decodes");
    RequestHead head;
    apply_target(text, head);
    const auto value = parse_value_with_parameters(text);
    (void)value.get("boundary");
    const PartDisposition disposition = parse_part_disposition(text);
    if (disposition.file_name) {
        require(disposition.file_name->find('/') == std::string::npos, "a file's name has no folder");
        const std::string said = content_disposition("attachment", *disposition.file_name);
        require(said.find_first_of("\r\n") == std::string::npos, "a field is one line");
    }
    head.headers.add("Cookie", std::string(text));
    (void)cookie(head.headers, "session");
    head.headers.add("X-Forwarded-For", std::string(text));
    static const auto proxies = TrustedProxies::parse({"127.0.0.0/8", "::1"});
    (void)proxies->client_of(boost::asio::ip::make_address("127.0.0.1"), head.headers);
    (void)TrustedProxies::parse({std::string(text)});
}

}  // namespace

std::span<const Target> http_targets() {
    static constexpr std::array<Target, 3> targets{
        {{"http_request", request, 8192}, {"multipart", multipart, 8192}, {"parameters", parameters, 2048}}};
    return targets;
}

}  // namespace signet::fuzz
