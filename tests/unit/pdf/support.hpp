#pragma once

#include "base/bytes.hpp"
#include "base/drawing.hpp"
#include "crypto/digest.hpp"
#include "crypto/key.hpp"
#include "crypto/signer.hpp"
#include "pdf/compiled_drawing.hpp"
#include "pdf/prepare.hpp"
#include "pdf/sign.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace signet::pdf::testing {

/// A signer with a certificate from a root made for this process; the person is fictitious.
struct TestIdentity {
    std::unique_ptr<crypto::Signer> signer;
    Bytes root;  // DER
    /// A time-stamp authority below the same root.
    crypto::PrivateKey authority_key;
    Bytes authority;  // DER
};
const TestIdentity& identity();

/// A time-stamp token of the authority over this digest, as RFC 3161 wants it.
Bytes time_stamp_token(const crypto::Sha256Digest& digest);
/// `cms` with `token` as its signature-time-stamp attribute, by hand (RFC 3161 appendix A).
Bytes with_time_stamp(ByteView cms, ByteView token);

/// Puts objects into a file, with either kind of cross-references.
class PdfBuilder {
  public:
    explicit PdfBuilder(XrefKind kind = XrefKind::Table) : kind_(kind) {
        file_ = to_bytes("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    }

    /// `text` becomes object `number`.
    PdfBuilder& object(std::uint32_t number, std::string_view text);
    PdfBuilder& stream(std::uint32_t number, std::string_view dictionary, std::string_view data);
    /// Puts these objects into object stream `number` (for XrefKind::Stream).
    PdfBuilder& object_stream(std::uint32_t number, const std::vector<std::pair<std::uint32_t, std::string>>& objects);
    Bytes finish(std::string_view trailer = "/Root 1 0 R");

  private:
    struct Entry {
        std::uint32_t number;
        int type;
        std::uint64_t second;
        std::uint64_t third;
    };
    XrefKind kind_;
    Bytes file_;
    std::vector<Entry> entries_;
};

/// A document of `pages` empty A4 pages: catalog 1, page tree 2, pages from 3. `page_entries` goes into each page.
Bytes simple_pdf(std::size_t pages = 1, XrefKind kind = XrefKind::Table, std::string_view page_entries = {},
                 std::string_view catalog_entries = {});

/// A red square of `size` points with a part of its own.
Drawing red_square(double size);
CompiledDrawing compiled(const Drawing& drawing);

std::filesystem::path corpus();
Bytes read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, ByteView bytes);

Bytes joined(ByteView a, ByteView b);
crypto::Sha256 hashed(ByteView bytes);
/// How often `needle` stands in `bytes`.
std::size_t count(ByteView bytes, std::string_view needle);

PlannedPlace place_at(std::size_t page, double x, double y, double size = 100, double degrees = 0);
SignatureDetails details();

/// Opens, prepares and signs in the order of `plan`; the file after each step, R0 first.
std::vector<Bytes> prepared_and_signed(ByteView file, const std::vector<PlannedSignature>& plan,
                                       const PrepareOptions& options = {});

}  // namespace signet::pdf::testing
