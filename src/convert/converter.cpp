#include "convert/converter.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "convert/file_type.hpp"
#include "convert/wire.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"

#include <array>
#include <chrono>

namespace signet::convert {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

constexpr std::chrono::seconds kTimeLimit{30};
constexpr std::size_t kLongestSuffix = 16;
constexpr std::size_t kMostRemoved = 64;

Error implausible() {
    return fail(ErrorCode::DamagedDocument, "the file could not be processed");
}

std::vector<std::string> read_removed(MessageReader& reader) {
    std::vector<std::string> removed(std::min(reader.count(sizeof(std::uint64_t)), kMostRemoved));
    for (std::string& kind : removed)
        kind = for_log(reader.text());
    return removed;
}

/// A copy: the worker still holds the file it wrote, and must not change what is taken over.
Result<Bytes> take_over(int input, std::uint64_t input_length, int output, std::uint64_t output_length) {
    if (output_length > kMostResultBytes) return implausible();
    return output_length == 0 ? sandbox::read_file(input, input_length) : sandbox::read_file(output, output_length);
}

}  // namespace

Result<ConvertedPdf> Converter::to_pdf(int fd, std::uint64_t length, std::string_view declared_suffix) const {
    if (declared_suffix.size() > kLongestSuffix || !is_utf8(declared_suffix)) {
        return fail(ErrorCode::UnsupportedFileType, "files of this type are not taken");
    }
    if (length == 0) return fail(ErrorCode::InvalidFile, "the file is empty");
    const auto output = sandbox::empty_memory_file();
    if (!output) return output.error();
    const Bytes request = MessageWriter().number(length).text(declared_suffix).take();
    const std::array files{fd, output->get()};
    const auto reply = workers_.call(request, files, kTimeLimit);
    if (!reply) return reply.error();

    MessageReader reader(*reply);
    const std::uint64_t output_length = reader.number();
    const std::uint64_t page_count = reader.number();
    const bool had_signatures = reader.number() != 0;
    std::vector<std::string> removed = read_removed(reader);
    if (!reader.complete() || page_count == 0 || page_count > kMostPages) return implausible();
    auto pdf = take_over(fd, length, output->get(), output_length);
    if (!pdf) return pdf.error();
    return ConvertedPdf{std::move(*pdf), static_cast<int>(page_count), output_length != 0, had_signatures,
                        std::move(removed)};
}

Result<ConvertedPdf> Converter::to_pdf(ByteView content, std::string_view declared_suffix) const {
    const auto file = sandbox::memory_file(content);
    if (!file) return file.error();
    return to_pdf(file->get(), content.size(), declared_suffix);
}

}  // namespace signet::convert
