// libcurl as Swift sees it: downloading data sets.
// Its functions of varying arguments, which Swift cannot call, get one name for each type of argument.
#include <curl/curl.h>

static inline CURLcode curl_set_text(CURL *handle, CURLoption option, const char *text) {
  return curl_easy_setopt(handle, option, text);
}

static inline CURLcode curl_set_number(CURL *handle, CURLoption option, long number) {
  return curl_easy_setopt(handle, option, number);
}

static inline CURLcode curl_set_size(CURL *handle, CURLoption option, curl_off_t size) {
  return curl_easy_setopt(handle, option, size);
}

static inline CURLcode curl_set_pointer(CURL *handle, CURLoption option, void *pointer) {
  return curl_easy_setopt(handle, option, pointer);
}

typedef size_t (*curl_write)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode curl_set_write(CURL *handle, curl_write write) {
  return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
}

typedef int (*curl_progress)(void *context, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up_now);

static inline CURLcode curl_set_progress(CURL *handle, curl_progress progress) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
}

static inline CURLcode curl_get_number(CURL *handle, CURLINFO what, long *number) {
  return curl_easy_getinfo(handle, what, number);
}

static inline CURLcode curl_get_size(CURL *handle, CURLINFO what, curl_off_t *size) {
  return curl_easy_getinfo(handle, what, size);
}

static inline CURLcode curl_set_headers(CURL *handle, curl_write read_header) {
  return curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, read_header);
}

static inline CURLcode curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(handle, option, list);
}

// HTTP alone, or only its secure form, for the first address and for those it is sent on to.
static inline CURLcode curl_allow_http(CURL *handle, int only_secure) {
#if LIBCURL_VERSION_NUM >= 0x075500
  const char *const names = only_secure ? "https" : "http,https";
  const CURLcode first = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, names);
  return first != CURLE_OK ? first : curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, names);
#else
  const long bits = only_secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;
  const CURLcode first = curl_easy_setopt(handle, CURLOPT_PROTOCOLS, bits);
  return first != CURLE_OK ? first : curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, bits);
#endif
}
