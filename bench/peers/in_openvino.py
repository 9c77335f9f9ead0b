"""OpenVINO's worker. Modes: f32, and default, which takes 16-bit floats where the processor multiplies them."""
import openvino

import serve
from networks import NETWORKS


def predict(asked):
    side = NETWORKS[asked.network].side
    core = openvino.Core()
    model = core.read_model(asked.onnx)
    model.reshape([asked.batch, 1, side, side])
    wanted = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": asked.threads}
    if asked.mode == "f32":
        wanted["INFERENCE_PRECISION_HINT"] = "f32"
    compiled = core.compile_model(model, "CPU", wanted)
    precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    request = compiled.create_infer_request()
    return serve.predicting(asked, f"OpenVINO {openvino.__version__.split('-')[0]}",
                            lambda pictures: request.infer(pictures, share_inputs=True, share_outputs=True)[0],
                            about="" if precision == asked.mode else precision)


if __name__ == "__main__":
    serve.main(predict=predict)
