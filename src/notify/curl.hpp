#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <curl/curl.h>

namespace signet::notify {

/// What libcurl gives, freed with its owner.
struct CurlDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// A list of lines for libcurl.
class CurlList {
  public:
    void add(const std::string& line) {
        if (curl_slist* longer = curl_slist_append(list_.get(), line.c_str())) {
            (void)list_.release();
            list_.reset(longer);
        }
    }
    curl_slist* get() const { return list_.get(); }

  private:
    std::unique_ptr<curl_slist, CurlDeleter> list_;
};

/// A new handle with what every call of this floor has in common; throws std::bad_alloc when there is none.
std::unique_ptr<CURL, CurlDeleter> new_curl(std::chrono::milliseconds connect_timeout,
                                            std::chrono::milliseconds total_timeout, const std::string& ca_file);

/// Collects an answer up to a limit; the transfer is broken off there.
struct CurlAnswer {
    std::string text;
    std::size_t limit = 0;
    bool full = false;
    static std::size_t take(char* data, std::size_t size, std::size_t count, void* self);
};

}  // namespace signet::notify
