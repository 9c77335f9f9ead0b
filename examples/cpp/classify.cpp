// classify.cpp: what a model image says of pictures, in C++17. As classify.c, with all pictures in one call.
//
//   ./classify digits.ckm digits.ckm.bytes

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <ck_model.h>

namespace {

// An open model. It never changes: any number of threads may call `run` at once.
class Model {
  public:
    explicit Model(const std::string &path) {
        ck_model *model = nullptr;
        check(ck_model_open(&model, path.c_str(), 0));
        model_.reset(model);
    }

    const ck_model_about &about() const { return *ck_model_describe(model_.get()); }
    std::string name(int i) const {
        const char *name = ck_model_class(model_.get(), i);
        return name ? name : "?";
    }
    std::size_t pixels() const { return std::size_t(about().height) * about().width * about().channels; }

    // [images][results], of pictures that lie one behind the other.
    std::vector<float> run(const std::vector<unsigned char> &pictures) const {
        const auto images = static_cast<int32_t>(pictures.size() / pixels());
        std::vector<float> results(std::size_t(images) * about().results);
        check(ck_model_run(model_.get(), pictures.data(), images, results.data(), nullptr, 0, 0));
        return results;
    }

  private:
    static void check(ck_status status) {
        if (status != CK_OK) throw std::runtime_error(ck_error_message());
    }
    struct Close {
        void operator()(ck_model *model) const { ck_model_close(model); }
    };
    std::unique_ptr<ck_model, Close> model_;
};

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: classify <model> <pictures>\n");
        return 2;
    }
    try {
        const Model model(argv[1]);
        std::ifstream file(argv[2], std::ios::binary);
        if (!file) throw std::runtime_error(std::string(argv[2]) + ": cannot be read");
        const std::vector<unsigned char> pictures{std::istreambuf_iterator<char>(file), {}};
        const std::vector<float> results = model.run(pictures);
        for (std::size_t i = 0; i < results.size(); i += model.about().results) {
            const auto first = results.begin() + i, best = std::max_element(first, first + model.about().results);
            std::printf("%s %.4f\n", model.name(int(best - first)).c_str(), double(*best));
        }
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 3;
    }
}
