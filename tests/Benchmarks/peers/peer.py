"""The same work in PyTorch, for comparison: a sweep, an evaluation or a training of a small-image ResNet.

usage: peer.py FILE TASK LAYOUT THREADS
  FILE    safetensors with the network's tensors, and `images` float32 [N, C, H, W] and `labels` int64 [N]
  TASK    sweep | evaluate | train
  LAYOUT  default | channels_last
Prints one line of JSON: seconds, and the accuracy in percent that the work gave.
"""
import json
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

BATCH = {"evaluate": 100, "train": 128}
PASSES = 5  # of an evaluation


def read_safetensors(path):
    types = {"F32": numpy.float32, "I64": numpy.int64}
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(numpy.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"]).copy())
        for name, entry in header.items()
    }


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        changes = stride != 1 or inputs != outputs
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)) if changes else nn.Identity()

    def forward(self, x):
        branch = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)), inplace=True)))
        return functional.relu(branch.add_(self.downsample(x)), inplace=True)


class ResNet(nn.Module):
    def __init__(self, units, width, classes, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        group = lambda inputs, outputs, stride: nn.Sequential(*[Unit(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1) for i in range(units)])
        self.layer1 = group(width, width, 1)
        self.layer2 = group(width, 2 * width, 2)
        self.layer3 = group(2 * width, 4 * width, 2)
        self.fc = nn.Linear(4 * width, classes)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean([2, 3]))


def evaluate(network, images, labels):
    right = 0
    with torch.inference_mode():
        for start in range(0, len(images), BATCH["evaluate"]):
            batch = slice(start, start + BATCH["evaluate"])
            right += (network(images[batch]).argmax(1) == labels[batch]).sum().item()
    return 100.0 * right / len(images)


def sweep(network, images, labels):
    accuracies = [evaluate(network, images, labels)]
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            kept = module.weight.data.clone()
            module.weight.data.zero_()
            accuracies.append(evaluate(network, images, labels))
            module.weight.data.copy_(kept)
    return sum(accuracies) / len(accuracies)


def augment(images):
    """Pad by 4, crop and flip each image on its own, as tensor operations."""
    count, channels, height, width = images.shape
    padded = functional.pad(images, (4, 4, 4, 4))
    rows = torch.randint(0, 9, (count, 1)) + torch.arange(height)
    columns = torch.randint(0, 9, (count, 1)) + torch.where(torch.rand(count, 1) < 0.5, torch.arange(width - 1, -1, -1), torch.arange(width))
    pixels = (rows[:, :, None] * (width + 8) + columns[:, None, :]).reshape(count, 1, -1).expand(-1, channels, -1)
    return padded.reshape(count, channels, -1).gather(2, pixels).reshape(count, channels, height, width)


def train(network, images, labels, layout):
    network.train()
    kernels = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": kernels, "weight_decay": 5e-4}, {"params": others}], lr=0.1, momentum=0.9, nesterov=True)
    order = torch.randperm(len(images))
    right = 0
    for start in range(0, len(images) - BATCH["train"] + 1, BATCH["train"]):
        chosen = order[start:start + BATCH["train"]]
        logits = network(augment(images[chosen]).contiguous(memory_format=layout))
        loss = functional.cross_entropy(logits, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += (logits.detach().argmax(1) == labels[chosen]).sum().item()
    return 100.0 * right / len(images)


def main(path, task, layout, threads):
    torch.set_num_threads(int(threads))
    layout = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    tensors = read_safetensors(path)
    images, labels = tensors.pop("images").contiguous(memory_format=layout), tensors.pop("labels")
    width, channels = tensors["conv1.weight"].shape[:2]
    units = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("layer1."))
    network = ResNet(units, width, len(tensors["fc.bias"]), channels)
    network.load_state_dict(tensors)
    network = network.to(memory_format=layout).eval()
    work = {"sweep": lambda: sweep(network, images, labels), "evaluate": lambda: [evaluate(network, images, labels) for _ in range(PASSES)][-1], "train": lambda: train(network, images, labels, layout)}[task]
    evaluate(network, images[:200], labels[:200])
    if task == "train":
        train(network, images[:256], labels[:256], layout)
    began = time.perf_counter()
    percent = work()
    print(json.dumps({"seconds": time.perf_counter() - began, "percent": percent, "torch": torch.__version__}))


main(*sys.argv[1:])
