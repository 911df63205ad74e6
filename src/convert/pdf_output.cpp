#include "convert/pdf_output.hpp"

#include <qpdf/Pipeline.hh>
#include <qpdf/QPDFWriter.hh>

namespace signet::convert {
namespace {

class BytesPipeline final : public Pipeline {
  public:
    explicit BytesPipeline(Bytes& bytes) : Pipeline("bytes", nullptr), bytes_(bytes) {}
    void write(unsigned char const* data, std::size_t length) override { append(bytes_, ByteView(data, length)); }
    void finish() override {}

  private:
    Bytes& bytes_;
};

}  // namespace

Bytes written(QPDF& pdf, StreamData streams) {
    Bytes bytes;
    BytesPipeline output(bytes);
    QPDFWriter writer(pdf);
    writer.setOutputPipeline(&output);
    writer.setPreserveEncryption(false);
    writer.setObjectStreamMode(qpdf_o_preserve);
    writer.setStreamDataMode(streams == StreamData::AsItIs ? qpdf_s_preserve : qpdf_s_compress);
    writer.setLinearization(false);
    writer.setDeterministicID(true);
    writer.write();
    return bytes;
}

}  // namespace signet::convert
