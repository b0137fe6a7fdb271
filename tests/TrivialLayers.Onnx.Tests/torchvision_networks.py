"""Writes torchvision's networks as ONNX files, with weights from a formula: python3 torchvision_networks.py FOLDER NAME:SIZE:OPSET ..."""
import math
import sys
import warnings

import torch
import torchvision.models as models

warnings.filterwarnings("ignore")


def network(name):
    if name in ("fcn_resnet50", "lraspp_mobilenet_v3_large"):
        return Answers(getattr(models.segmentation, name)(weights=None, weights_backbone=None, num_classes=5))
    plain = {"googlenet": {"aux_logits": False, "init_weights": False}, "inception_v3": {"init_weights": False, "aux_logits": False}}
    module = getattr(models, name)(weights=None, num_classes=10, **plain.get(name, {}))
    if name.startswith("vgg"):  # its head has 500 MB of weights
        module.avgpool, module.classifier = torch.nn.AdaptiveAvgPool2d(1), torch.nn.Linear(512, 10)
    return module


class Answers(torch.nn.Module):
    """The logits alone of a network that answers with a dictionary."""

    def __init__(self, of):
        super().__init__()
        self.of = of

    def forward(self, images):
        return self.of(images)["out"]


def numbers(count, seed):
    """Numbers in [-1, 1) without any pattern that a network could see, the same in every run."""
    wild = torch.sin(torch.arange(count, dtype=torch.float64) * 12.9898 + seed * 78.233) * 43758.5453
    return 2 * (wild - wild.floor()) - 1


def fill(module, size):
    """Weights scaled as He et al. (2015) scale random ones; batch norms with the statistics of some images, so that no layer saturates and each matters."""
    for index, (name, tensor) in enumerate(module.state_dict().items()):
        if not tensor.is_floating_point():
            continue
        values = numbers(tensor.numel(), index).view(tensor.shape)
        if name.endswith("running_var"):
            values = 1 + 0.3 * values
        elif tensor.dim() > 1:
            values = values * math.sqrt(6 / max(1, tensor[0].numel()))
        elif name.endswith("weight"):
            values = 0.9 + 0.2 * values
        else:
            values = 0.1 * values
        tensor.copy_(values)
    norms = [part for part in module.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.train()
        norm.momentum = 1
    module(torch.nn.functional.interpolate(numbers(8 * 3 * 16, 0).view(8, 3, 4, 4).float() * 1.7, size=(size, size)))
    for norm in norms:
        norm.eval()
        norm.running_var.clamp_(min=norm.running_var.mean())  # a channel that hardly varies would be made loud, rounding included
        norm.momentum = 0.1


folder = sys.argv[1]
for name, size, opset in (entry.split(":") for entry in sys.argv[2:]):
    with torch.no_grad():
        module = network(name).eval()
        fill(module, int(size))
        torch.onnx.export(module, torch.zeros(2, 3, int(size), int(size)), f"{folder}/{name}.onnx", opset_version=int(opset),
                          input_names=["images"], output_names=["logits"], dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}})
