#ifndef CCURL_H
#define CCURL_H

/* libcurl as Swift sees it: downloading data sets.
 *
 * The library is opened when something is first downloaded: it needs many others, 27 on Debian 12. Its functions of
 * varying arguments, which Swift cannot call, get one name for each type of argument. */
#include <curl/curl.h>

/* Opens libcurl, once, before anything else here: 0 if it is not installed. */
int ccurl_open(void);

CURL *ccurl_start(void);
CURLcode ccurl_perform(CURL *handle);
void ccurl_end(CURL *handle);
const char *ccurl_error(CURLcode code);

struct curl_slist *ccurl_append(struct curl_slist *list, const char *text);
void ccurl_free(struct curl_slist *list);

typedef size_t (*ccurl_write)(char *bytes, size_t size, size_t count, void *context);
typedef int (*ccurl_progress)(void *context, curl_off_t all, curl_off_t now, curl_off_t up_all, curl_off_t up_now);

CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *text);
CURLcode ccurl_set_number(CURL *handle, CURLoption option, long number);
CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *pointer);
CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list);
CURLcode ccurl_set_write(CURL *handle, ccurl_write write);
CURLcode ccurl_set_headers(CURL *handle, ccurl_write read_header);
CURLcode ccurl_set_progress(CURL *handle, ccurl_progress progress);

/* HTTP alone, or only its secure form, for the first address and for those it is sent on to. */
CURLcode ccurl_allow_http(CURL *handle, int only_secure);

CURLcode ccurl_get_number(CURL *handle, CURLINFO what, long *number);

#endif
