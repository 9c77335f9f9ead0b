"""PyTorch's worker. Modes of training: eager, channels_last, compile, bf16 (channels_last with autocast); of
prediction: channels_last, frozen (traced, frozen and optimised for inference)."""
import torch
from torch.nn import functional

import digits
import serve
import torch_networks
from networks import NETWORKS

FRAMEWORK = f"PyTorch {torch.__version__}"


def train(asked):
    torch.set_num_threads(asked.threads)
    torch.manual_seed(1)
    side = NETWORKS[asked.network].side
    pictures, labels = (torch.from_numpy(array) for array in digits.read(asked.data, "train", side))
    pictures = pictures.reshape(-1, 1, side, side)
    model = torch_networks.build(asked.network).train()
    layout = torch.channels_last if asked.mode in ("channels_last", "bf16") else torch.contiguous_format
    model = model.to(memory_format=layout)
    optimiser = torch_networks.optimiser(asked.network, model)
    order = digits.Order(len(pictures), asked.batch)

    def loss(batch, right):
        with torch.autocast("cpu", torch.bfloat16, enabled=asked.mode == "bf16"):
            logits = model(batch)
        return functional.cross_entropy(logits.float(), right)

    if asked.mode == "compile":
        loss = torch.compile(loss)

    def run(steps):
        for pick in torch.from_numpy(order.take(steps)):
            batch = pictures[pick].contiguous(memory_format=layout)
            optimiser.zero_grad(set_to_none=True)
            loss(batch, labels[pick]).backward()
            optimiser.step()

    return serve.Work(run, asked.batch, FRAMEWORK)


def predict(asked):
    torch.set_num_threads(asked.threads)
    torch.set_grad_enabled(False)
    side = NETWORKS[asked.network].side
    model = torch_networks.trained(asked.network, asked.weights)
    if asked.mode == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    else:
        traced = torch.jit.trace(model, torch.zeros(asked.batch, 1, side, side))
        model = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
    return serve.predicting(asked, FRAMEWORK, lambda pictures: model(torch.from_numpy(pictures)).numpy())


if __name__ == "__main__":
    serve.main(train=train, predict=predict)
