#pragma once

#include <string>
#include <vector>

#include <qpdf/QPDF.hh>

namespace signet::convert {

/// Takes out of the document whatever does something by itself or could show a reader something else than what was
/// signed: scripts, every action other than going to a place of the document or to a web address (ISO 32000-1 §12.6),
/// rich media (§13), XFA, executable attachments, usage rights. Returns what was taken out, each kind once.
std::vector<std::string> remove_active_content(QPDF& pdf);

}  // namespace signet::convert
