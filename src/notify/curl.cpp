#include "notify/curl.hpp"

#include <algorithm>
#include <new>

namespace signet::notify {

std::unique_ptr<CURL, CurlDeleter> new_curl(std::chrono::milliseconds connect_timeout,
                                            std::chrono::milliseconds total_timeout, const std::string& ca_file) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, whichever thread is first
    std::unique_ptr<CURL, CurlDeleter> handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
    if (!handle) throw std::bad_alloc();
    CURL* curl = handle.get();
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");  // none, whatever the environment says
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(total_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!ca_file.empty()) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
        curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    }
    return handle;
}

std::size_t CurlAnswer::take(char* data, std::size_t size, std::size_t count, void* self) {
    auto& answer = *static_cast<CurlAnswer*>(self);
    const std::size_t offered = size * count;
    const std::size_t taken = std::min(offered, answer.limit - answer.text.size());
    answer.text.append(data, taken);
    answer.full = taken < offered;
    return taken;
}

}  // namespace signet::notify
