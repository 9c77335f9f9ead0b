// regression.cpp: trains one dense layer by gradient descent, forward and backward in ckernels.
// The layer must find the weights that made the data.

#include <ckernels.h>

#include <cmath>
#include <iostream>
#include <random>
#include <stdexcept>
#include <vector>

using Floats = std::vector<float>;

static void check(ck_status status) {
    if (status != CK_OK) throw std::runtime_error(ck_error_message());
}

static Floats random_values(size_t count, unsigned seed) {
    std::mt19937 generator(seed);
    Floats values(count);
    // Not std::normal_distribution: its numbers differ between standard libraries.
    for (float &v : values) v = float(generator() % 2001) / 1000 - 1;
    return values;
}

int main() try {
    constexpr int batch = 64, in = 20, out = 3;
    ck_dense_shape shape{};
    shape.batch = batch, shape.in = in, shape.out = out;

    const Floats x = random_values(batch * in, 1);
    const Floats true_w = random_values(in * out, 2), true_b = random_values(out, 3);
    Floats target(batch * out);
    check(ck_dense_forward(target.data(), x.data(), true_w.data(), true_b.data(), &shape, nullptr));

    Floats w(in * out), b(out), y(batch * out), dy(batch * out), dw(in * out), db(out);
    float loss = 0;
    for (int step = 0; step < 300; step++) {
        check(ck_dense_forward_parallel(y.data(), x.data(), w.data(), b.data(), &shape, nullptr, 0));
        loss = 0;
        for (size_t i = 0; i < y.size(); i++) {
            const float error = y[i] - target[i];
            loss += error * error / batch;
            dy[i] = 2 * error / batch;
        }
        // Gradients are added to what is there, so that several batches can share one update.
        dw.assign(dw.size(), 0), db.assign(db.size(), 0);
        check(ck_dense_backward_weight_parallel(dw.data(), db.data(), x.data(), dy.data(), &shape, nullptr, 0));
        constexpr float rate = 0.3f;
        for (size_t i = 0; i < w.size(); i++) w[i] -= rate * dw[i];
        for (size_t i = 0; i < b.size(); i++) b[i] -= rate * db[i];
        if (step % 100 == 0) std::cout << "step " << step << ", loss " << loss << '\n';
    }

    float distance = 0;
    for (size_t i = 0; i < w.size(); i++) distance = std::max(distance, std::fabs(w[i] - true_w[i]));
    std::cout << "loss " << loss << ", largest distance to the true weights " << distance << '\n';
    return loss < 1e-4f && distance < 1e-2f ? 0 : 1;
} catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
