#include "app/commands.hpp"

#include <iostream>

namespace signet::app {

int refuse(const std::string& why) {
    std::cerr << "signet: " << why << '\n';
    return 1;
}

}  // namespace signet::app
