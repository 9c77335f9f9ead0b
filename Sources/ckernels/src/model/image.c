/* image.c - the bytes of a model image. Nothing in them is believed before it was looked at. */
#include "model.h"

_Static_assert(sizeof(ck_image_header) == 64 && sizeof(ck_image_section) == 32 && sizeof(ck_image_info) == 64,
               "the bytes of a model image, see docs/model-image.md");

const char ck_section_tags[CK_KNOWN_SECTIONS][5] = {"INFO", "PLAN", "WGHT", "SCAL", "CLAS", "NAME", "LICE", "ORIG"};

static const char magic[] = "CKMODEL\n";

/* After 2^15 words the second sum, of 64 bits, must be brought down. */
uint64_t ck_checksum(const void *data, size_t bytes) {
    enum { AT_ONCE = 4 << 15 };
    const char *from = data;
    uint64_t a = 0, b = 0;
    for (size_t at = 0; at < bytes; a %= 0xffffffffu, b %= 0xffffffffu)
        for (const size_t end = bytes - at < AT_ONCE ? bytes : at + AT_ONCE; at < end; at += 4) {
            uint32_t word;
            memcpy(&word, from + at, sizeof word);
            a += word, b += a;
        }
    return b << 32 | a;
}

static ck_status check_header(const ck_image_header *h, size_t size) {
    if (memcmp(h->magic, magic, sizeof h->magic) != 0)
        return ck_fail(CK_ERROR_FORMAT, "model image: expected its beginning \"CKMODEL\", found another");
    if (h->major != 1)
        return ck_fail(CK_ERROR_FORMAT,
                       "model image: version: expected 1, found %u.%u: made by another version of this library",
                       h->major, h->minor);
    if (h->bytes != size || size % 64)
        return ck_fail(CK_ERROR_FORMAT,
                       "model image: size: expected %llu bytes, as its header says, found %zu: cut short or added to",
                       (unsigned long long)h->bytes, size);
    if (h->sections > CK_MOST_SECTIONS || sizeof *h + h->sections * sizeof(ck_image_section) > size)
        return ck_fail(CK_ERROR_FORMAT, "model image: sections: expected at most %d within the file, found %u",
                       CK_MOST_SECTIONS, h->sections);
    if (h->reserved[0] | h->reserved[1] | h->reserved[2] | h->reserved[3])
        return ck_fail(CK_ERROR_FORMAT, "model image: reserved fields: expected 0");
    return CK_OK;
}

static int32_t known(const char *tag) {
    for (int32_t i = 0; i < CK_KNOWN_SECTIONS; i++)
        if (memcmp(tag, ck_section_tags[i], 4) == 0) return i;
    return -1;
}

/* In order, apart, within the file. */
static ck_status find_section(ck_image *image, const ck_image_section *s, const char *bytes, size_t size,
                              size_t *before) {
    char tag[5] = {0};
    for (int i = 0; i < 4; i++) tag[i] = s->tag[i] > ' ' && s->tag[i] <= '~' ? s->tag[i] : '?';
    if (s->offset % 64 || s->offset < *before || s->offset > size || s->size > size - s->offset || s->reserved)
        return ck_fail(CK_ERROR_FORMAT,
                       "model image: section %s: expected an offset that is a multiple of 64, behind %zu, and its "
                       "bytes within %zu, found %llu and %llu",
                       tag, *before, size, (unsigned long long)s->offset, (unsigned long long)s->size);
    *before = (size_t)(s->offset + s->size);
    const int32_t i = known(s->tag);
    if (i < 0 && s->critical)
        return ck_fail(
            CK_ERROR_FORMAT,
            "model image: section %s: expected one that this library knows, since the image cannot be used without it",
            tag);
    if (i < 0) return CK_OK;
    if (image->sections[i].data)
        return ck_fail(CK_ERROR_FORMAT, "model image: section %s: expected it once, found it twice", tag);
    image->sections[i] = (ck_section_bytes){bytes + s->offset, (size_t)s->size};
    return CK_OK;
}

/* Printable, or UTF-8; ends with a zero byte. */
static ck_status check_text(const ck_image *image, ck_known_section i) {
    const ck_section_bytes *s = &image->sections[i];
    if (!s->data) return CK_OK;
    if (s->size == 0 || s->size > CK_MOST_TEXT || s->data[s->size - 1] != 0)
        return ck_fail(CK_ERROR_FORMAT,
                       "model image: section %s: expected text that ends with a zero byte, at most %d bytes",
                       ck_section_tags[i], CK_MOST_TEXT);
    return CK_OK;
}

static ck_status check_classes(const ck_image *image) {
    const ck_section_bytes *s = &image->sections[CK_CLASSES];
    int64_t names = 0;
    for (size_t i = 0; s->data && i < s->size; i++) names += s->data[i] == 0;
    if (names == image->info.classes) return CK_OK;
    return ck_fail(CK_ERROR_FORMAT, "model image: section CLAS: expected %d names, found %lld", image->info.classes,
                   (long long)names);
}

static ck_status check_info(const ck_image_info *info) {
    const bool picture = info->height >= 1 && info->width >= 1 && info->channels >= 1 && info->channels <= 4 &&
                         (info->type == CK_BYTES || info->type == CK_FLOATS);
    if (!picture)
        return ck_fail(
            CK_ERROR_FORMAT,
            "model image: section INFO: expected a picture of 1 to 4 channels, found %d x %d x %d of type %d",
            info->height, info->width, info->channels, info->type);
    if (info->classes < 0 || info->classes > CK_MOST_CLASSES || (info->classes && info->classes != info->results))
        return ck_fail(CK_ERROR_FORMAT, "model image: section INFO: classes: expected 0 or the %d results, found %d",
                       info->results, info->classes);
    if (!(info->temperature >= 0 && info->temperature <= 1e6f) || info->reserved)
        return ck_fail(CK_ERROR_FORMAT, "model image: section INFO: temperature: expected 0 or more, found %g",
                       (double)info->temperature);
    return CK_OK;
}

ck_status ck_image_read(ck_image *image, const void *bytes, size_t size) {
    ck_image_header h;
    memset(image, 0, sizeof *image);
    if (size < sizeof h)
        return ck_fail(CK_ERROR_FORMAT, "model image: size: expected at least %zu bytes, found %zu", sizeof h, size);
    memcpy(&h, bytes, sizeof h);
    ck_status status = check_header(&h, size);
    if (status != CK_OK) return status;
    const char *from = bytes;
    const uint64_t sum = ck_checksum(from + sizeof h, size - sizeof h);
    if (sum != h.checksum)
        return ck_fail(CK_ERROR_FORMAT, "model image: checksum: expected %016llx, found %016llx: damaged",
                       (unsigned long long)h.checksum, (unsigned long long)sum);
    size_t before = sizeof h + h.sections * sizeof(ck_image_section);
    for (uint32_t i = 0; i < h.sections; i++) {
        ck_image_section s;
        memcpy(&s, from + sizeof h + i * sizeof s, sizeof s);
        if ((status = find_section(image, &s, from, size, &before)) != CK_OK) return status;
    }
    for (int32_t i = CK_INFO; i <= CK_WEIGHTS; i++)
        if (!image->sections[i].data)
            return ck_fail(CK_ERROR_FORMAT, "model image: expected a section %s, found none", ck_section_tags[i]);
    if (image->sections[CK_INFO].size != sizeof image->info)
        return ck_fail(CK_ERROR_FORMAT, "model image: section INFO: expected %zu bytes, found %zu", sizeof image->info,
                       image->sections[CK_INFO].size);
    memcpy(&image->info, image->sections[CK_INFO].data, sizeof image->info);
    status = check_info(&image->info);
    for (int32_t i = CK_CLASSES; status == CK_OK && i < CK_KNOWN_SECTIONS; i++)
        status = check_text(image, (ck_known_section)i);
    return status == CK_OK ? check_classes(image) : status;
}
