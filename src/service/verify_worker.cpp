#include "service/verify_worker.hpp"

#include "crypto/digest.hpp"
#include "pdf/verify.hpp"
#include "sandbox/file.hpp"
#include "sandbox/message.hpp"
#include "sandbox/worker.hpp"
#include "sandbox/worker_pool.hpp"
#include "service/assessment_wire.hpp"

#include <chrono>
#include <ctime>
#include <span>

namespace signet::service {
namespace {

using sandbox::MessageReader;
using sandbox::MessageWriter;

constexpr std::chrono::seconds kTimeLimit{20};

void write_list(MessageWriter& message, const std::vector<Bytes>& list) {
    message.number(list.size());
    for (const Bytes& item : list)
        message.bytes(item);
}

std::vector<Bytes> read_list(MessageReader& message) {
    std::vector<Bytes> list(message.count(sizeof(std::uint64_t)));
    for (Bytes& item : list) {
        const ByteView bytes = message.bytes();
        item.assign(bytes.begin(), bytes.end());
    }
    return list;
}

Result<Bytes> handle(ByteView request, std::span<const int> files) {
    MessageReader message(request);
    const std::uint64_t length = message.number();
    AssessmentTrust trust;
    trust.now.milliseconds = static_cast<std::int64_t>(message.number());
    trust.roots = read_list(message);
    trust.time_stamp_roots = read_list(message);
    trust.revocations.revocation_lists = read_list(message);
    trust.revocations.ocsp_responses = read_list(message);
    if (!message.complete() || files.size() != 1) return fail(ErrorCode::Internal, "a malformed request");
    const auto file = sandbox::MappedFile::map(files.front(), length);
    if (!file) return file.error();
    return write_assessment(assess(pdf::verify(file->bytes(), trust.roots), trust));
}

/// Has libcrypto and libc load now what they load on first use: once locked in, no file can be opened any more.
void warm_up() {
    (void)crypto::Sha256::of({});
    (void)crypto::Digest(crypto::DigestAlgorithm::Sha1).value();
    (void)crypto::verify_chain({}, {}, {}, UtcTime{});
    (void)SystemClock().now();
    ::tzset();
}

Assessment too_complex(std::string detail) {
    Assessment assessment;
    assessment.reasons.push_back({ReasonCode::FileTooComplex, std::move(detail)});
    return assessment;
}

}  // namespace

int verify_worker_main() {
    return sandbox::run_worker([]() -> sandbox::JobHandler {
        warm_up();
        return handle;
    });
}

sandbox::WorkerLimits verify_worker_limits() {
    sandbox::WorkerLimits limits;
    limits.memory_bytes = std::uint64_t{640} << 20;
    limits.written_bytes = 1 << 20;
    limits.job_processor_time = std::chrono::seconds(10);
    limits.jobs_per_life = 1;
    limits.reply_bytes = std::uint64_t{64} << 20;
    return limits;
}

sandbox::PoolOptions verify_worker_pool(unsigned count) {
    sandbox::PoolOptions options;
    options.count = count;
    options.warm = 0;
    options.idle_life = std::chrono::seconds(5);
    return options;
}

Result<Assessment> assess_apart(sandbox::WorkerPool& workers, int fd, std::uint64_t length,
                                const AssessmentTrust& trust) {
    MessageWriter request;
    request.number(length).number(static_cast<std::uint64_t>(trust.now.milliseconds));
    write_list(request, trust.roots);
    write_list(request, trust.time_stamp_roots);
    write_list(request, trust.revocations.revocation_lists);
    write_list(request, trust.revocations.ocsp_responses);
    const auto reply = workers.call(request.take(), {&fd, 1}, kTimeLimit);
    if (!reply) {
        if (reply.error().code == ErrorCode::Unavailable || reply.error().code == ErrorCode::Internal)
            return reply.error();
        return too_complex(describe(reply.error()));
    }
    auto assessment = read_assessment(*reply);
    return assessment ? std::move(*assessment) : too_complex("the answer about it makes no sense");
}

}  // namespace signet::service
