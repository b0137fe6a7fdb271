"""Records what torchvision's networks answer when their weights come from a formula; writes logits.json beside this file.

Needs Debian's python3-torchvision: /usr/bin/python3 record.py
The formula, for the tensors of a state dict sorted by name (k = 0, 1, …; counters of batches left out): u[i] = ((7919 i + 104729 k) mod 1009) / 1009 - 1/2, in order of memory;
kernels and matrices u * sqrt(24 / (elements / outputs)), batch norm's weight 1 + u/5 and variance 1 + u/2, everything else u/10. The image [1, 3, 64, 64] is u with k = 0.
"""
import json
import math
import os

import torch
import torchvision


def formula(shape, k):
    count = math.prod(shape)
    return (((torch.arange(count) * 7919 + k * 104729) % 1009).double() / 1009 - 0.5).reshape(shape)


def fill(network):
    tensors = sorted((name, tensor) for name, tensor in network.state_dict().items() if not name.endswith("num_batches_tracked"))
    for k, (name, tensor) in enumerate(tensors):
        u = formula(tensor.shape, k)
        if tensor.dim() > 1:
            u = u * math.sqrt(24 / (tensor.numel() / tensor.shape[0]))
        elif name.endswith("running_var"):
            u = 1 + u / 2
        elif name.endswith("weight"):
            u = 1 + u / 5
        else:
            u = u / 10
        tensor.copy_(u)
    return network.eval()


with torch.no_grad():
    image = formula((1, 3, 64, 64), 0).float()
    logits = {
        name: fill(getattr(torchvision.models, name)(num_classes=10))(image)[0].tolist()
        for name in ("resnet18", "resnet34", "resnet50", "resnet101", "vgg11_bn")
    }
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logits.json")
with open(path, "w") as file:
    json.dump({"torchvision": torchvision.__version__, "torch": torch.__version__, "logits": logits}, file, indent=1)
