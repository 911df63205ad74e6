#include "app/commands.hpp"
#include "app/house.hpp"
#include "app/key_desk.hpp"
#include "app/law_desk.hpp"
#include "app/organisation_file.hpp"
#include "app/outbox_queue.hpp"
#include "app/trust_desk.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/pem.hpp"
#include "http/server.hpp"
#include "notify/callback_sender.hpp"
#include "notify/demo_inbox.hpp"
#include "notify/http_sms_gateway.hpp"
#include "notify/smtp_gateway.hpp"
#include "openapi/envelope.hpp"
#include "pages/grant_pages.hpp"
#include "pages/verify_page.hpp"
#include "service/orphan_files.hpp"
#include "store/links.hpp"
#include "store/people.hpp"
#include "store/personal_grants.hpp"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <utility>

#include <boost/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>

namespace signet::app {
namespace {

namespace json = boost::json;

/// Messages and callbacks on their way out.
class Post {
  public:
    Post(House& house, const Settings& settings)
        : house_(house),
          queue_(house.outbox()),
          inbox_(clock_, 200, [this](const notify::InboxMessage& message) { keep(message); }) {
        auto policy = notify::AddressPolicy::make(settings.callback_networks);
        notify::CallbackSettings callbacks;
        if (policy) {
            callbacks.addresses = std::move(*policy);
        } else {
            spdlog::error("callback_networks: {}", policy.error().detail);
        }
        sender_ = std::make_unique<notify::CallbackSender>(std::move(callbacks));
        if (!settings.mail.host.empty()) {
            notify::SmtpSettings smtp;
            smtp.host = settings.mail.host;
            smtp.port = settings.mail.port;
            smtp.security = settings.mail.security == "none"
                                ? notify::SmtpSettings::Security::None
                                : (settings.mail.security == "tls" ? notify::SmtpSettings::Security::ImplicitTls
                                                                   : notify::SmtpSettings::Security::StartTls);
            smtp.user = settings.mail.user;
            smtp.password = settings.mail.password;
            smtp.from_address = settings.mail.from_address;
            smtp.from_name = settings.mail.from_name;
            mail_ = std::make_unique<notify::SmtpGateway>(smtp, clock_);
        }
        if (!settings.sms.url.empty()) {
            notify::HttpSmsSettings sms;
            sms.url = settings.sms.url;
            sms.body_template = settings.sms.body_template;
            sms.headers = settings.sms.headers;
            sms_ = std::make_unique<notify::HttpSmsGateway>(sms, clock_);
        }
        std::map<notify::Kind, notify::Carrier> carriers;
        carriers[notify::Kind::Sms] =
            carriers[notify::Kind::Mail] = [this](const notify::Task& task) { return send(task); };
        carriers[notify::Kind::Callback] = [this](const notify::Task& task) { return call_back(task); };
        notify::DispatcherSettings dispatching;
        dispatching.owner = "serve-" + random_token(16);
        dispatching.workers = 4;
        dispatching.poll = std::chrono::milliseconds(250);
        dispatcher_ = std::make_unique<notify::Dispatcher>(queue_, clock_, std::move(carriers), std::move(dispatching));
    }

    void start() { dispatcher_->start(); }
    void stop() { dispatcher_->stop(); }

    std::vector<pages::InboxMessage> inbox() {
        std::vector<pages::InboxMessage> list;
        const auto rows = house_.database().read(
            [](store::Connection& connection) { return store::links::messages(connection, 200); });
        if (!rows) return list;
        for (const store::links::InboxRow& row : *rows) {
            list.push_back({std::to_string(row.id), row.channel, row.recipient, row.text,
                            house_.platform().zone.format(row.time)});
        }
        return list;
    }

  private:
    /// The demo inbox survives a restart.
    void keep(const notify::InboxMessage& message) {
        struct InboxTag;
        store::links::InboxRow row;
        row.id = house_.platform().ids.next<Id<InboxTag>>().value;
        row.channel = std::holds_alternative<notify::MailMessage>(message.message) ? "MAIL" : "SMS";
        row.recipient = message.recipient();
        row.text = message.text();
        row.time = message.time;
        const Status kept = house_.database().write(
            [&](store::Transaction& transaction) { return store::links::put_message(transaction, row); });
        if (!kept) spdlog::error("a message of the demo inbox was lost: {}", for_log(describe(kept.error())));
    }

    notify::Outcome send(const notify::Task& task) {
        const auto message = service::personal_message_from_text(task.payload);
        if (!message) return notify::Outcome::give_up(message.error().detail);
        Result<notify::Receipt> receipt = [&]() -> Result<notify::Receipt> {
            if (message->by_mail) {
                notify::MailMessage mail{message->to, message->subject, message->text, {}};
                return mail_ ? mail_->send(mail) : inbox_.send(mail);
            }
            notify::SmsMessage sms{message->to, message->template_name, {}, message->text};
            return sms_ ? sms_->send(sms) : inbox_.send(sms);
        }();
        return receipt ? notify::Outcome::delivered() : notify::Outcome::of(receipt.error());
    }

    notify::Outcome call_back(const notify::Task& task) {
        const auto message = service::callback_from_text(task.payload);
        if (!message) return notify::Outcome::give_up(message.error().detail);
        const auto sealed = house_.callback_sealing().seal(*message, task.family);
        if (!sealed) return notify::Outcome::of(sealed.error());
        notify::CallbackRequest request;
        request.url = sealed->url;
        request.fields = sealed->fields;
        // The families of platform §10.1 differ in what they take for an answer.
        const bool any_body = task.family == service::kGrantCallbacks;
        request.rule = any_body ? notify::SuccessRule::Status : notify::SuccessRule::Code;
        const auto answer = sender_->send(request);
        if (!answer) return notify::Outcome::of(answer.error());
        if (answer->delivered) return notify::Outcome::delivered();
        return notify::Outcome::try_later("HTTP " + std::to_string(answer->status));
    }

    House& house_;
    SystemClock clock_;
    OutboxQueue queue_;
    notify::DemoInbox inbox_;
    std::unique_ptr<notify::MailGateway> mail_;
    std::unique_ptr<notify::SmsGateway> sms_;
    std::unique_ptr<notify::CallbackSender> sender_;
    std::unique_ptr<notify::Dispatcher> dispatcher_;
};

/// What has to be done now and then, until told to stop.
class Housekeeping {
  public:
    explicit Housekeeping(House& house) : house_(house), thread_([this] { run(); }) {}
    ~Housekeeping() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }

  private:
    void run() {
        constexpr std::chrono::milliseconds kRound{500};
        constexpr int kRoundsPerExpiry = 10;
        constexpr int kRoundsPerCleaning = 240;
        for (int round = 1;; ++round) {
            std::unique_lock lock(mutex_);
            if (wake_.wait_for(lock, kRound, [this] { return stopping_; })) return;
            lock.unlock();
            run_waiting(kOrganisation, house_);
            if (const auto made = house_.signing().sign_due(100); !made) {
                spdlog::error("nodes that sign themselves: {}", for_log(describe(made.error())));
            }
            if (round % kRoundsPerExpiry != 0) continue;
            if (const auto expired = house_.book().expire_overdue(100); !expired) {
                spdlog::error("overdue contracts: {}", for_log(describe(expired.error())));
            }
            if (const auto removed = house_.book().remove_old_drafts(100); !removed) {
                spdlog::error("old drafts: {}", for_log(describe(removed.error())));
            }
            if (const Status removed = house_.cancelling().remove_deleted_files(100); !removed) {
                spdlog::error("deleted files: {}", for_log(describe(removed.error())));
            }
            sweep();
            if (round % kRoundsPerCleaning == 0) clean();
        }
    }

    /// Once a day, the first time soon after the start.
    void sweep() {
        const UtcTime now = house_.platform().clock.now();
        if (next_sweep_ && now < *next_sweep_) return;
        next_sweep_ = now + service::kOrphanAge;
        const auto removed = service::remove_orphans(house_.platform());
        if (!removed) spdlog::error("files of no document: {}", for_log(describe(removed.error())));
        if (removed && *removed > 0) spdlog::info("{} files of no document were removed", *removed);
    }

    void clean() {
        house_.replays().forget_expired();
        const UtcTime now = house_.platform().clock.now();
        const Status forgotten = house_.database().write([&](store::Transaction& transaction) -> Status {
            const Status windows = store::people::forget_windows(transaction, now - std::chrono::hours(24));
            if (!windows) return windows;
            const Status requests = store::personal_grants::forget_requests(transaction, now - std::chrono::hours(24));
            if (!requests) return requests;
            return store::links::forget(transaction, now - std::chrono::hours(24));
        });
        if (!forgotten) spdlog::error("old links: {}", for_log(describe(forgotten.error())));
        const auto purged = house_.outbox().purge_done(now - std::chrono::hours(24 * 30));
        if (!purged) spdlog::error("old messages: {}", for_log(describe(purged.error())));
    }

    House& house_;
    std::optional<UtcTime> next_sweep_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// `<data>/demo.json`: written at the first start, brought up to date with the address at every later one.
Status write_demo_file(const std::filesystem::path& file, const service::Demonstration& demo,
                       const std::string& base_url) {
    json::object content{{"baseUrl", base_url},
                         {"appToken", demo.app_token},
                         {"appSecret", demo.app_secret},
                         {"companyName", demo.company_name},
                         {"subCompanyName", demo.sub_company_name},
                         {"sealId", to_string(demo.seal)},
                         {"categoryId", to_string(demo.category)},
                         {"consoleUrl", base_url + "/"},
                         {"inboxUrl", base_url + "/inbox"},
                         {"signUrl", demo.sign_url}};
    // A demo from before there were callback secrets has none.
    if (!demo.callback_secret.empty()) content["callbackSecret"] = demo.callback_secret;
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    ::chmod(file.c_str(), 0600);
    out << json::serialize(content) << '\n';
    if (!out.flush()) return fail(ErrorCode::StorageFailed, file.string());
    return {};
}

/// The demo of an earlier start with today's address; nothing when this is not a demo.
std::optional<service::Demonstration> read_demo_file(const std::filesystem::path& file, const std::string& base_url) {
    json::error_code error;
    const json::value parsed = json::parse(read_text(file), error);
    if (error || !parsed.is_object()) return std::nullopt;
    const auto text = [&](std::string_view name) {
        const json::value* value = parsed.get_object().if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    service::Demonstration demo;
    demo.app_token = text("appToken");
    demo.app_secret = text("appSecret");
    demo.callback_secret = text("callbackSecret");
    demo.company_name = text("companyName");
    demo.sub_company_name = text("subCompanyName");
    demo.seal = {parse_id(text("sealId")).value_or(0)};
    demo.category = {parse_id(text("categoryId")).value_or(0)};
    demo.sign_url = text("signUrl");
    const std::string old_base = text("baseUrl");
    if (demo.sign_url.starts_with(old_base)) demo.sign_url = base_url + demo.sign_url.substr(old_base.size());
    return demo;
}

void print_demo(const service::Demonstration& demo, const std::string& base_url) {
    std::cout << "\n  Signet is ready: " << base_url << "/\n"
              << "  sign the demo contract:  " << demo.sign_url << "\n"
              << "  demo inbox (codes):      " << base_url << "/inbox\n"
              << "  AppToken " << demo.app_token << "   AppSecret " << demo.app_secret;
    if (!demo.callback_secret.empty()) std::cout << "   callback secret " << demo.callback_secret;
    std::cout << "\n\n" << std::flush;
}

http::Response pem_response(ByteView certificate) {
    return http::make_response(200, "application/x-pem-file", crypto::certificate_to_pem(certificate));
}

void add_operations(http::Router& router, House& house, Metrics& metrics, const std::atomic<bool>& draining) {
    http::Route health;
    health.method = "GET";
    health.path = "/healthz";
    health.execution = http::Execution::Inline;
    health.handler = [](http::Request&) { return http::make_response(200, "text/plain", "ok\n"); };
    router.add(std::move(health));

    http::Route ready;
    ready.method = "GET";
    ready.path = "/readyz";
    ready.handler = [&house, &draining](http::Request&) {
        if (draining) return http::make_response(503, "text/plain", "stopping\n");
        const auto answer = house.database().read(
            [](store::Connection& connection) { return connection.value<std::int64_t>("SELECT 1"); });
        if (!answer) return http::make_response(503, "text/plain", "the database does not answer\n");
        return http::make_response(200, "text/plain", "ready\n");
    };
    router.add(std::move(ready));

    http::Route figures;
    figures.method = "GET";
    figures.path = "/metrics";
    figures.handler = [&metrics](http::Request&) {
        return http::make_response(200, "text/plain; version=0.0.4", metrics.text());
    };
    router.add(std::move(figures));

    http::Route root;
    root.method = "GET";
    root.path = "/ca/root.pem";
    root.handler = [&house](http::Request&) { return pem_response(house.platform().authority.root_certificate()); };
    router.add(std::move(root));

    http::Route national;
    national.method = "GET";
    national.path = "/ca/sm2-root.pem";
    national.handler = [&house](http::Request&) {
        const auto certificate = house.national_seals().root();
        if (!certificate) return http::make_response(404, "text/plain; charset=utf-8", "no company here uses SM2\n");
        return pem_response(*certificate);
    };
    router.add(std::move(national));
}

void add_figures(Metrics& metrics, House& house) {
    metrics.gauge_function("signet_database_commits", "Commits to disk since start",
                           [&house] { return static_cast<double>(house.database().statistics().batches); });
    metrics.gauge_function("signet_database_writes", "Works committed since start",
                           [&house] { return static_cast<double>(house.database().statistics().committed); });
    metrics.gauge_function("signet_database_queue", "Works waiting for the writer",
                           [&house] { return static_cast<double>(house.database().statistics().queued); });
    metrics.gauge_function("signet_outbox_waiting", "Messages waiting to leave", [&house] {
        const auto depth = house.outbox().depth();
        return depth ? static_cast<double>(depth->waiting) : -1.0;
    });
    metrics.gauge_function("signet_outbox_dead", "Messages that were given up", [&house] {
        const auto depth = house.outbox().depth();
        return depth ? static_cast<double>(depth->dead) : -1.0;
    });
}

/// Thousands of connections want a descriptor each; the usual soft limit is 1024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void wait_for_signal() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int received = 0;
    sigwait(&signals, &received);
    spdlog::info("signal {}: finishing what runs, then stopping", received);
}

}  // namespace

int serve(const Settings& settings) {
    // Every thread inherits the mask, so that the signal reaches nobody but the one who waits for it.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a full disk is an error value, not the end
    raise_descriptor_limit();

    auto opened = House::open(settings);
    if (!opened) {
        std::cerr << "signet: " << describe(opened.error()) << "\n";
        return 1;
    }
    House& house = **opened;
    const std::string& base_url = house.platform().base_url;

    const std::filesystem::path demo_file = settings.data / "demo.json";
    std::optional<service::Demonstration> demo;
    const auto empty = service::is_empty(house.platform());
    if (!empty) {
        std::cerr << "signet: " << describe(empty.error()) << "\n";
        return 1;
    }
    if (*empty) {
        spdlog::info("the data folder is empty: making a demo company, an application and a contract");
        auto made = service::make_demonstration(house.platform(), house.demo_tools(), settings.demo_contract);
        if (!made) {
            std::cerr << "signet: the demo could not be made: " << describe(made.error()) << "\n";
            return 1;
        }
        demo = std::move(*made);
    } else {
        demo = read_demo_file(demo_file, base_url);
    }
    if (demo) {
        if (const Status written = write_demo_file(demo_file, *demo, base_url); !written) {
            std::cerr << "signet: " << describe(written.error()) << "\n";
            return 1;
        }
    }

    Metrics metrics;
    std::atomic<bool> draining = false;
    Post post(house, settings);
    openapi::Api api(house.api_services());
    pages::Settings page_settings;
    page_settings.front_end = settings.front_end;
    page_settings.demo = settings.is_demo();
    page_settings.base_url = base_url;
    page_settings.version = SIGNET_VERSION;
    if (demo) page_settings.sign_url = demo->sign_url;
    page_settings.zone = house.platform().zone;
    page_settings.upload_limit = house.platform().upload_limit;
    pages::Pages pages(
        house.signing_page(), house.batch_signing(), house.joining(), house.downloads(), house.reading_links(),
        house.appointing(), house.page_resending(), [&post] { return post.inbox(); }, page_settings);

    pages::GrantPages grant_pages(house.personal_grants(), house.platform().zone);
    pages::VerifyPage verify_page(house.verification());

    http::Router router;
    add_operations(router, house, metrics, draining);
    add_figures(metrics, house);
    add_trust_routes(router, house.trust(), settings.trust.serves_time_stamps);
    add_trust_figures(metrics, house);
    LawKeeper law_keeper(house);
    add_law_figures(metrics, house, law_keeper.clock());
    add_key_figures(metrics, house.signing_keys());
    api.add_routes(router);
    pages.add_routes(router);
    grant_pages.add_routes(router);
    verify_page.add_routes(router);

    http::Options options;
    options.address = settings.address;
    options.port = settings.port;
    options.threads = settings.threads;
    options.pool_threads = settings.pool_threads;
    options.spool_directory = settings.data / "spool";
    options.trusted_proxies = settings.trusted_proxies;
    options.error_body = openapi::server_failure;
    options.multipart.file_bytes = house.platform().upload_limit * 5;
    if (settings.access_log) options.access_log = spdlog::stdout_logger_mt("access");
    http::Server server(options, std::move(router), metrics);
    if (const Status started = server.start(); !started) {
        std::cerr << "signet: " << describe(started.error()) << "\n";
        return 1;
    }
    post.start();
    {
        const Housekeeping housekeeping(house);
        const TrustKeeper trust_keeper(house);
        if (demo) print_demo(*demo, base_url);
        spdlog::info("listening on {}:{}", settings.address, server.port());
        wait_for_signal();
        draining = true;
        server.stop(std::chrono::seconds(10));
    }
    post.stop();
    return 0;
}

}  // namespace signet::app
