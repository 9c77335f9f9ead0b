"""The worker of ONNX Runtime. Its mode is default."""
import onnxruntime

import serve


def predict(asked):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = asked.threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(asked.onnx, options, providers=["CPUExecutionProvider"])
    return serve.predicting(asked, f"ONNX Runtime {onnxruntime.__version__}",
                            lambda pictures: session.run(None, {"pictures": pictures})[0])


if __name__ == "__main__":
    serve.main(predict=predict)
