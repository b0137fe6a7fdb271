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


def fill(module):
    """Sines, so that every run has the same weights, scaled as He et al. (2015) scale random ones."""
    for index, (name, tensor) in enumerate(module.state_dict().items()):
        if not tensor.is_floating_point():
            continue
        wave = torch.sin(torch.arange(tensor.numel(), dtype=torch.float64) * (1.37 + 0.01 * (index % 17)) + index).view(tensor.shape)
        if name.endswith("running_var"):
            value = 1 + 0.3 * wave
        elif tensor.dim() > 1:
            value = wave * math.sqrt(4 / max(1, tensor[0].numel()))
        elif name.endswith("weight"):
            value = 0.9 + 0.2 * wave
        else:
            value = 0.1 * wave
        tensor.copy_(value)


folder = sys.argv[1]
for name, size, opset in (entry.split(":") for entry in sys.argv[2:]):
    with torch.no_grad():
        module = network(name).eval()
        fill(module)
        torch.onnx.export(module, torch.zeros(2, 3, int(size), int(size)), f"{folder}/{name}.onnx", opset_version=int(opset),
                          input_names=["images"], output_names=["logits"], dynamic_axes={"images": {0: "N"}, "logits": {0: "N"}})
