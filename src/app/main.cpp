#include "app/commands.hpp"
#include "app/key_desk.hpp"
#include "app/settings.hpp"
#include "convert/convert_worker.hpp"
#include "convert/office_worker.hpp"
#include "render/render_worker.hpp"
#include "service/verify_worker.hpp"

#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

namespace {

using namespace signet::app;

/// One of the commands that `law` carries out; parsing it says which.
CLI::App* add_law_command(CLI::App& above, LawOptions& options, const std::string& name, const std::string& command,
                          const std::string& what) {
    CLI::App* added = above.add_subcommand(name, what);
    added->add_option("--data", options.data, "data folder (./data)");
    added->callback([&options, command] { options.command = command; });
    return added;
}

void add_law_commands(CLI::App& program, LawOptions& options) {
    CLI::App* retention = program.add_subcommand("retention", "how long contracts are kept, and legal holds");
    retention->require_subcommand(1);
    const auto of_contract = [&](const std::string& name, const std::string& what) {
        CLI::App* added = add_law_command(*retention, options, name, "retention." + name, what);
        added->add_option("CONTRACT", options.texts["contract"], "its id")->required();
        return added;
    };
    of_contract("status", "until when a contract is kept");
    of_contract("hold", "keep a contract from being deleted")
        ->add_option("--reason", options.texts["reason"], "why, for the log")
        ->required();
    of_contract("release", "end a hold");
    add_law_command(*retention, options, "holds", "retention.holds", "the contracts that are held, and why");
    add_law_command(*retention, options, "sweep", "retention.sweep", "delete what is due now")
        ->add_flag("--dry-run", options.dry_run, "only say what would go");

    CLI::App* person = program.add_subcommand("person", "what is kept of a person");
    person->require_subcommand(1);
    CLI::App* copy = add_law_command(*person, options, "export", "person.export", "a copy of it, as JSON");
    copy->add_option("CONTACT", options.texts["contact"], "mobile number or mail address")->required();
    copy->add_option("--to", options.output, "a file (standard output)");
    add_law_command(*person, options, "delete", "person.delete", "delete it as far as no law keeps it")
        ->add_option("CONTACT", options.texts["contact"], "mobile number or mail address")
        ->required();

    CLI::App* counting = add_law_command(program, options, "statistics", "statistics", "contracts and events, counted");
    counting->add_option("--from", options.texts["from"], "first day, 2026-01-01");
    counting->add_option("--to", options.texts["to"], "the day after the last");
    add_law_command(program, options, "scrub", "scrub", "read every file back and compare it with its digest");
}

int run(int count, char** arguments) {
    CLI::App program("Signet: electronic contracts, self-hosted");
    program.require_subcommand(1);
    program.set_version_flag("--version", SIGNET_VERSION);

    Settings settings;
    std::string listen;
    CLI::App* serve_command = program.add_subcommand("serve", "start the server");
    serve_command->add_option("--listen", listen, "HOST:PORT (127.0.0.1:9180)");
    serve_command->add_option("--data", settings.data, "data folder (./data)");
    std::string public_url;
    serve_command->add_option("--public-url", public_url, "how the world reaches this server");
    serve_command->add_option("--web", settings.front_end, "folder of the built front end");
    serve_command->add_flag("!--no-access-log", settings.access_log, "write no access log");

    SignOptions signing;
    CLI::App* sign_command = program.add_subcommand("sign", "sign a PDF");
    sign_command->add_option("IN", signing.input)->required();
    sign_command->add_option("OUT", signing.output)->required();
    sign_command->add_option("--page", signing.page, "page, from 1; -1 is the last");
    sign_command->add_option("--keyword", signing.keyword, "text to sign at");
    sign_command->add_option("--keyword-index", signing.keyword_index, "which occurrence, from 1; -1 is the last");
    sign_command->add_option("--x", signing.x, "fraction of the page from the left, or distance from the keyword");
    sign_command->add_option("--y", signing.y, "fraction of the page from the bottom, or distance from the keyword");
    sign_command->add_option("--text", signing.text, "what the signature shows");
    sign_command->add_option("--seal", signing.seal, "PNG or JPEG of a seal");
    sign_command->add_option("--width", signing.width_mm, "width in millimetres");
    sign_command->add_option("--rotate", signing.rotate, "degrees, clockwise");
    sign_command->add_option("--name", signing.name, "the signer's name");
    sign_command->add_option("--key", signing.key, "private key (PEM or DER)");
    sign_command->add_option("--cert", signing.certificate, "certificate chain (PEM or DER)");
    sign_command->add_option("--p12", signing.p12, "private key and chain (PKCS#12)");
    sign_command->add_option("--pem", signing.pem, "private key and chain in one file (PEM)");
    sign_command->add_option("--password-file", signing.password_file, "file with the password of the key (mode 0600)");
    sign_command->add_option("--pkcs11", signing.pkcs11,
                             "key in a token: pkcs11:token=…;object=…?module-path=…&pin-source=file:… (with --cert)");
    sign_command->add_option("--remote", signing.remote, "address of a remote signer (with --cert)");
    sign_command->add_option("--remote-key", signing.remote_key, "what the remote signer calls the key");
    sign_command->add_option("--remote-credentials", signing.remote_credentials,
                             "file with the token it wants to be shown (mode 0600)");
    sign_command->add_option("--remote-ca", signing.remote_ca, "PEM of who vouches for its https certificate");
    sign_command->add_option("--remote-seconds", signing.remote_seconds, "how long to wait for it (30)")
        ->check(CLI::Range(1, 3600));
    sign_command->add_option("--level", signing.level, "how long it shall last: B-B, B-T, B-LT, B-LTA (B-B)");
    sign_command->add_option("--tsa", signing.time_stamps, "address of a time-stamp authority (the own one)");
    sign_command->add_option("--tsa-roots", signing.time_stamp_roots, "roots (PEM) that its chain must end at");
    sign_command->add_option("--data", signing.data, "data folder with the own CA (./data)");

    VerifyOptions verifying;
    CLI::App* verify_command = program.add_subcommand("verify", "say who signed a PDF and whether it changed");
    verify_command->add_option("FILE", verifying.file)->required();
    verify_command->add_flag("--json", verifying.json, "print the whole report as JSON");
    verify_command->add_option("--trust", verifying.trust, "root certificates to trust (PEM)");
    verify_command->add_option("--crl", verifying.revocation_lists, "revocation lists (DER) beside those in the file");
    verify_command->add_flag("!--no-pages", verifying.compares_pages, "do not draw pages to see what changed");
    verify_command->add_option("--data", verifying.data, "data folder whose CA is trusted too (./data)");

    CLI::App* doctor_command = program.add_subcommand("doctor", "say what is wrong and how to mend it");
    doctor_command->add_option("--data", settings.data, "data folder (./data)");
    doctor_command->add_option("--listen", listen, "HOST:PORT (127.0.0.1:9180)");

    OrganisationOptions organising;
    CLI::App* organisation_command =
        program.add_subcommand("organisation", "describe companies, people, seals and categories");
    CLI::App* apply_command = organisation_command->add_subcommand("apply", "make a description so");
    organisation_command->require_subcommand(1);
    apply_command->add_option("FILE", organising.file, "TOML; share/organisation.toml is an example")->required();
    apply_command->add_option("--data", organising.data, "data folder (./data)");

    RevokeOptions revoking;
    CLI::App* ca_command = program.add_subcommand("ca", "the own certification authority");
    ca_command->require_subcommand(1);
    CLI::App* revoke_command = ca_command->add_subcommand("revoke", "revoke a certificate that it issued");
    revoke_command->add_option("SERIAL", revoking.serial_number, "hexadecimal, as `signet verify --json` says")
        ->required();
    revoke_command->add_option("--reason", revoking.reason, "keyCompromise, superseded, … (RFC 5280 §5.3.1)");
    revoke_command->add_option("--data", revoking.data, "data folder (./data)");

    LawOptions lawful;
    add_law_commands(program, lawful);
    AuditOptions auditing;
    CLI::App* audit_command = program.add_subcommand("audit", "the log of everything that happened");
    audit_command->require_subcommand(1);
    const auto add_audit = [&](const char* name, const char* what) {
        CLI::App* command = audit_command->add_subcommand(name, what);
        command->add_option("--data", auditing.data, "data folder (./data)");
        return command;
    };
    CLI::App* audit_verify_command =
        add_audit("verify", "look for whatever was changed, taken out, put in, moved or cut");
    audit_verify_command->add_option("--anchors", auditing.anchors,
                                     "anchors kept elsewhere (<data>/audit-anchors.txt)");
    audit_verify_command->add_option("--trust", auditing.trust, "roots of time-stamp authorities (PEM)");
    audit_verify_command->add_flag("--json", auditing.json, "print the report as JSON");
    CLI::App* audit_proof_command = add_audit("proof", "prove that an entry is in the log");
    audit_proof_command->add_option("ENTRY", auditing.entry, "its number")->required();
    CLI::App* audit_consistency_command =
        add_audit("consistency", "prove that an earlier log is the beginning of the present one");
    audit_consistency_command->add_option("FIRST", auditing.first, "how many entries the earlier one had")->required();
    audit_consistency_command->add_option("SECOND", auditing.second, "how many the later one has (all)");
    CLI::App* audit_export_command = add_audit("export", "write every entry as a line of JSON");
    audit_export_command->add_option("--to", auditing.to, "file (standard output)");
    CLI::App* audit_anchors_command = add_audit("anchors", "show the time-stamped heads of the log");
    audit_anchors_command->add_option("--last", auditing.last, "so many of the latest alone");
    audit_anchors_command->add_option("--trust", auditing.trust, "roots of time-stamp authorities (PEM)");
    audit_anchors_command->add_flag("--lines", auditing.lines, "with the lines that --anchors reads");

    ArchiveOptions archiving;
    CLI::App* archive_command =
        program.add_subcommand("archive", "contracts with everything that proves them, as a ZIP");
    archive_command->add_option("CONTRACT", archiving.contracts, "their numbers")->required();
    archive_command->add_option("--to", archiving.to, "the new file")->required();
    archive_command->add_option("--data", archiving.data, "data folder (./data)");

    EvidenceOptions proving;
    CLI::App* evidence_command = program.add_subcommand("evidence", "evidence reports");
    evidence_command->require_subcommand(1);
    CLI::App* evidence_verify_command = evidence_command->add_subcommand("verify", "check an evidence report");
    evidence_verify_command->add_option("FILE", proving.file, "the report, or its evidence.json")->required();
    evidence_verify_command->add_option("--document", proving.documents, "the contract's files, to be compared");
    evidence_verify_command->add_option("--trust", proving.trust, "root certificates to trust (PEM)");
    evidence_verify_command->add_option("--data", proving.data, "data folder whose roots are trusted too (./data)");
    evidence_verify_command->add_flag("--json", proving.json, "print the verdict as JSON");

    RotateOptions rotating;
    CLI::App* key_command = program.add_subcommand("key", "the master key, which all other keys are sealed with");
    key_command->require_subcommand(1);
    CLI::App* rotate_command = key_command->add_subcommand("rotate", "replace it, and seal everything anew");
    rotate_command->add_flag("--drop-old", rotating.drop_old,
                             "forget the older ones; backups from before then need the old keys/master.key");
    rotate_command->add_option("--data", rotating.data, "data folder (./data)");

    std::string kind;
    CLI::App* worker_command = program.add_subcommand("worker", "for the server's own use")->group("");
    worker_command->add_option("KIND", kind)->required();
    signet::convert::OfficeFolders office;
    worker_command->add_option("--work", office.work);
    worker_command->add_option("--font-rules", office.font_rules);
    worker_command->add_option("--fonts", office.fonts);

    CLI11_PARSE(program, count, arguments);

    if (worker_command->parsed()) {
        if (kind == "render") return signet::render::render_worker_main();
        if (kind == "verify") return signet::service::verify_worker_main();
        if (kind == "convert") return signet::convert::convert_worker_main();
        if (kind == "office") signet::convert::office_worker_main(office);
        std::cerr << "unknown worker\n";
        return 2;
    }
    keep_memory_private();
    if (sign_command->parsed()) return sign(signing);
    if (verify_command->parsed()) return verify(verifying);
    if (organisation_command->parsed()) return organisation(organising);
    if (ca_command->parsed()) return revoke(revoking);
    if (!lawful.command.empty()) return law(lawful);
    if (audit_verify_command->parsed()) return audit_verify(auditing);
    if (audit_proof_command->parsed()) return audit_proof(auditing);
    if (audit_consistency_command->parsed()) return audit_consistency(auditing);
    if (audit_export_command->parsed()) return audit_export(auditing);
    if (audit_anchors_command->parsed()) return audit_anchors(auditing);
    if (archive_command->parsed()) return archive(archiving);
    if (evidence_verify_command->parsed()) return evidence_verify(proving);
    if (key_command->parsed()) return rotate(rotating);

    if (const signet::Status read = read_file(settings); !read) {
        std::cerr << read.error().detail << '\n';
        return 2;
    }
    if (!listen.empty()) {
        if (const signet::Status parsed = parse_listen(listen, settings); !parsed) {
            std::cerr << parsed.error().detail << '\n';
            return 2;
        }
    }
    if (!public_url.empty()) settings.public_url = public_url;
    if (settings.front_end.empty()) settings.front_end = shared_file("web/dist");
    settings.demo_contract = shared_file("share/demo-contract.pdf");
    settings.archive_checker = shared_file("share/archive");
    settings.office_font_rules = shared_file("share/office-fonts.conf");
    if (settings.fonts.empty() && std::filesystem::exists(settings.data / "fonts")) {
        settings.fonts = settings.data / "fonts";
    }
    if (doctor_command->parsed()) return doctor(settings);
    return serve(settings);
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return run(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "signet: " << error.what() << '\n';
        return 70;
    }
}
