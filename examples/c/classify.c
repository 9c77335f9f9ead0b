// classify.c: what a model image says of pictures. Nothing but the C library is needed.
//
//   cc classify.c $(pkg-config --cflags --libs ckernels) -o classify
//   ./classify digits.ckm digits.ckm.bytes          pictures as bytes, one after another, as the model wants them

#include <ck_model.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: classify <model> <pictures>\n");
        return 2;
    }
    ck_model *model;
    if (ck_model_open(&model, argv[1], 0) != CK_OK) {
        fprintf(stderr, "%s\n", ck_error_message()); // names the file and the place
        return 3;
    }
    const ck_model_about *about = ck_model_describe(model);
    const size_t size = (size_t)about->height * (size_t)about->width * (size_t)about->channels;
    uint8_t *picture = malloc(size);
    float *results = malloc(sizeof *results * (size_t)about->results);
    FILE *file = fopen(argv[2], "rb");
    if (file == NULL || picture == NULL || results == NULL || about->type != CK_BYTES) {
        fprintf(stderr, "%s: expected pictures of bytes\n", argv[2]);
        return 3;
    }
    while (fread(picture, 1, size, file) == size) {
        if (ck_model_run(model, picture, 1, results, NULL, 0, 1) != CK_OK) {
            fprintf(stderr, "%s\n", ck_error_message());
            return 1;
        }
        int best = 0;
        for (int i = 1; i < about->results; i++)
            if (results[i] > results[best]) best = i;
        printf("%s %.4f\n", about->classes ? ck_model_class(model, best) : "?", (double)results[best]);
    }
    fclose(file);
    free(picture), free(results);
    ck_model_close(model);
    return 0;
}
