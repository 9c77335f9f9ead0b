"""Writes a model file of DigitKit as ONNX, by PyTorch: export_onnx.py NETWORK MODEL.safetensors OUT.onnx"""
import os
import sys
import warnings

import torch

import torch_networks
from networks import NETWORKS

name, source, target = sys.argv[1:]
side = NETWORKS[name].side
warnings.simplefilter("ignore")  # the exporter without a further package is called deprecated
torch.onnx.export(torch_networks.trained(name, source), (torch.zeros(1, 1, side, side),), target + ".new",
                  dynamo=False, opset_version=17, input_names=["pictures"], output_names=["logits"],
                  dynamic_axes={"pictures": {0: "count"}})
os.replace(target + ".new", target)
