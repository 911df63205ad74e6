#include "sandbox/worker.hpp"

#include "sandbox/channel.hpp"
#include "sandbox/lockdown.hpp"

#include <exception>
#include <new>
#include <vector>

namespace signet::sandbox {
namespace {

constexpr int kHungUp = 0;
constexpr int kNotLockedIn = 3;
constexpr int kUnusable = 4;
constexpr int kNotPrepared = 5;

struct Job {
    Bytes request;
    std::vector<FileDescriptor> files;
};

bool receive_job(Job& job) {
    RequestHeader header;
    if (receive_with_files(kWorkerSocket, raw_writable(header), job.files) != Transfer::Done) return false;
    if (job.files.size() != header.file_count) return false;
    job.request.resize(static_cast<std::size_t>(header.length));
    return receive_bytes(kWorkerSocket, job.request, kNoDeadline) == Transfer::Done;
}

bool send_reply(const Result<Bytes>& reply, bool is_last) {
    const Error error = reply.error();  // by value; a view of a second call's would dangle
    const std::uint32_t status = reply ? 0 : static_cast<std::uint32_t>(error.code) + 1;
    const ByteView content = reply ? ByteView(*reply) : as_bytes(error.detail);
    const ReplyHeader header{content.size(), status, is_last ? 1U : 0U};
    return send_bytes(kWorkerSocket, raw(header), kNoDeadline) == Transfer::Done &&
           send_bytes(kWorkerSocket, content, kNoDeadline) == Transfer::Done;
}

Result<Bytes> handle(const JobHandler& handler, const Job& job, bool& usable) {
    std::vector<int> files;
    for (const FileDescriptor& file : job.files)
        files.push_back(file.get());
    try {
        return handler(job.request, files);
    } catch (const std::bad_alloc&) {
        usable = false;
        return fail(ErrorCode::DocumentTooLarge, "the document needs more memory than one document may use");
    } catch (const std::exception&) {
        usable = false;
        return fail(ErrorCode::DamagedDocument, "the document could not be processed");
    }
}

/// Says that it is ready and works until the pool hangs up.
int serve(const JobHandler& handler) {
    if (send_bytes(kWorkerSocket, raw(kReady), kNoDeadline) != Transfer::Done) return kHungUp;
    bool usable = true;
    while (usable) {
        Job job;
        if (!receive_job(job)) return kHungUp;
        const auto reply = handle(handler, job, usable);
        if (!send_reply(reply, !usable)) return kHungUp;
    }
    return kUnusable;
}

}  // namespace

int run_worker(const std::function<JobHandler()>& prepare) {
    Greeting greeting;
    if (receive_bytes(kWorkerSocket, raw_writable(greeting), kNoDeadline) != Transfer::Done) return kNotLockedIn;
    const JobHandler handler = prepare();
    if (!lock_in(greeting)) return kNotLockedIn;
    return serve(handler);
}

int run_program_worker(const ProgramRights& rights, const std::function<Result<JobHandler>()>& prepare) {
    Greeting greeting;
    if (receive_bytes(kWorkerSocket, raw_writable(greeting), kNoDeadline) != Transfer::Done) return kNotLockedIn;
    if (!lock_in_program(greeting, rights)) return kNotLockedIn;
    const auto handler = prepare();
    if (!handler) return kNotPrepared;
    return serve(*handler);
}

}  // namespace signet::sandbox
