#include "CCurl.h"

#include "COpen.h"

static struct {
    CURLcode (*global_init)(long);
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    CURLcode (*easy_perform)(CURL *);
    void (*easy_cleanup)(CURL *);
    const char *(*easy_strerror)(CURLcode);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
} library;

int ccurl_open(void) {
    /* Debian has the same library with OpenSSL and with GnuTLS; the last is macOS's. */
    const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
    const copen_function functions[] = {
        {"curl_global_init", &library.global_init},       {"curl_easy_init", &library.easy_init},
        {"curl_easy_setopt", &library.easy_setopt},       {"curl_easy_getinfo", &library.easy_getinfo},
        {"curl_easy_perform", &library.easy_perform},     {"curl_easy_cleanup", &library.easy_cleanup},
        {"curl_easy_strerror", &library.easy_strerror},   {"curl_slist_append", &library.slist_append},
        {"curl_slist_free_all", &library.slist_free_all},
    };
    return copen(names, sizeof names / sizeof names[0], functions, sizeof functions / sizeof functions[0]) &&
           library.global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

CURL *ccurl_start(void) { return library.easy_init(); }
CURLcode ccurl_perform(CURL *handle) { return library.easy_perform(handle); }
void ccurl_end(CURL *handle) { library.easy_cleanup(handle); }
const char *ccurl_error(CURLcode code) { return library.easy_strerror(code); }

struct curl_slist *ccurl_append(struct curl_slist *list, const char *text) { return library.slist_append(list, text); }
void ccurl_free(struct curl_slist *list) { library.slist_free_all(list); }

CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *text) {
    return library.easy_setopt(handle, option, text);
}
CURLcode ccurl_set_number(CURL *handle, CURLoption option, long number) {
    return library.easy_setopt(handle, option, number);
}
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *pointer) {
    return library.easy_setopt(handle, option, pointer);
}
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return library.easy_setopt(handle, option, list);
}
CURLcode ccurl_set_write(CURL *handle, ccurl_write write) {
    return library.easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
}
CURLcode ccurl_set_headers(CURL *handle, ccurl_write read_header) {
    return library.easy_setopt(handle, CURLOPT_HEADERFUNCTION, read_header);
}
CURLcode ccurl_set_progress(CURL *handle, ccurl_progress progress) {
    return library.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
}

CURLcode ccurl_allow_http(CURL *handle, int only_secure) {
#if LIBCURL_VERSION_NUM >= 0x075500
    const char *const names = only_secure ? "https" : "http,https";
    const CURLcode first = library.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, names);
    return first != CURLE_OK ? first : library.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, names);
#else
    const long bits = only_secure ? CURLPROTO_HTTPS : CURLPROTO_HTTP | CURLPROTO_HTTPS;
    const CURLcode first = library.easy_setopt(handle, CURLOPT_PROTOCOLS, bits);
    return first != CURLE_OK ? first : library.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, bits);
#endif
}

CURLcode ccurl_get_number(CURL *handle, CURLINFO what, long *number) {
    return library.easy_getinfo(handle, what, number);
}
