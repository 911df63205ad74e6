#include "app/commands.hpp"
#include "app/law_desk.hpp"

#include <fstream>
#include <iostream>
#include <sys/stat.h>

#include <boost/json.hpp>

namespace signet::app {

int law(const LawOptions& options) {
    boost::json::object request;
    request["command"] = options.command;
    for (const auto& [name, value] : options.texts)
        if (!value.empty()) request[name] = value;
    if (options.dry_run) request["dryRun"] = true;
    Settings settings;
    settings.data = options.data;
    const auto answered = run_errand(kLaw, settings, boost::json::serialize(request));
    if (!answered) return refuse(answered.error().detail);
    const boost::json::value answer = boost::json::parse(*answered);
    const std::string text = boost::json::serialize(answer) + "\n";
    if (options.output.empty()) {
        std::cout << text;
    } else {
        // Personal data: nobody else's to read.
        const mode_t before = ::umask(0077);
        std::ofstream out(options.output, std::ios::binary | std::ios::trunc);
        ::umask(before);
        if (!(out << text) || !out.flush()) return refuse(options.output.string() + " cannot be written");
    }
    // Whoever asks whether all files are well wants to hear it when they are not.
    const auto* found = answer.if_object();
    const auto* damaged = found != nullptr ? found->if_contains("damaged") : nullptr;
    return damaged != nullptr && damaged->is_array() && !damaged->get_array().empty() ? 1 : 0;
}

}  // namespace signet::app
