"""The same work in PyTorch, for comparison: a sweep, an evaluation or a training of a small-image ResNet.

Reads safetensors with the network's tensors, and `images` float32 [N, C, H, W] and `labels` int64 [N].
Prints one line of JSON: seconds, the accuracy in percent that the work gave, and where they were asked for the operators by name.
"""
import argparse
import json
import struct
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

LAYOUTS = {"default": torch.contiguous_format, "channels_last": torch.channels_last}


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


def evaluate(network, images, labels, batch):
    right = torch.zeros([], dtype=torch.int64, device=images.device)
    with torch.inference_mode():
        for start in range(0, len(images), batch):
            part = slice(start, start + batch)
            right += (network(images[part]).argmax(1) == labels[part]).sum()
    return 100.0 * right.item() / len(images)


def sweep(network, images, labels, batch):
    accuracies = [evaluate(network, images, labels, batch)]
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            kept = module.weight.data.clone()
            module.weight.data.zero_()
            accuracies.append(evaluate(network, images, labels, batch))
            module.weight.data.copy_(kept)
    return sum(accuracies) / len(accuracies)


def augment(images):
    """Pad by 4, crop and flip each image on its own, as tensor operations."""
    count, channels, height, width = images.shape
    device = images.device
    padded = functional.pad(images, (4, 4, 4, 4))
    rows = torch.randint(0, 9, (count, 1), device=device) + torch.arange(height, device=device)
    along = torch.arange(width, device=device)
    columns = torch.randint(0, 9, (count, 1), device=device) + torch.where(torch.rand(count, 1, device=device) < 0.5, width - 1 - along, along)
    pixels = (rows[:, :, None] * (width + 8) + columns[:, None, :]).reshape(count, 1, -1).expand(-1, channels, -1)
    return padded.reshape(count, channels, -1).gather(2, pixels).reshape(count, channels, height, width)


def train(network, images, labels, batch, layout, bfloat16=False):
    network.train()
    kernels = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    optimizer = torch.optim.SGD([{"params": kernels, "weight_decay": 5e-4}, {"params": others}], lr=0.01, momentum=0.9, nesterov=True)
    order = torch.randperm(len(images), device=images.device)
    right = torch.zeros([], dtype=torch.int64, device=images.device)
    for start in range(0, len(images) - batch + 1, batch):
        chosen = order[start:start + batch]
        with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=bfloat16):
            logits = network(augment(images[chosen]).contiguous(memory_format=layout))
            loss = functional.cross_entropy(logits, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += (logits.detach().argmax(1) == labels[chosen]).sum()
    return 100.0 * right.item() / len(images)


def operators_of(work):
    """How often each of libtorch's operators is called, those that others call included."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        work()
    return {entry.key: entry.count for entry in profile.key_averages()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("task", choices=["sweep", "evaluate", "train"])
    parser.add_argument("layout", choices=[*LAYOUTS, "better"])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--passes", type=int, default=1, help="how often the work is done, one after the other")
    parser.add_argument("--warm-up", type=int, default=256, help="images of the work that warms up")
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--operators", action="store_true", help="count the operators instead of taking the time")
    asked = parser.parse_args()

    torch.set_num_threads(asked.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    tensors = {name: tensor.to(asked.device) for name, tensor in read_safetensors(asked.file).items()}
    images, labels = tensors.pop("images"), tensors.pop("labels")
    layouts = list(LAYOUTS) if asked.layout == "better" else [asked.layout]
    if asked.operators:
        work = work_of(asked, tensors, images, labels, LAYOUTS[layouts[0]])
        print(json.dumps({"operators": operators_of(lambda: work(len(images)))}))
        return
    seconds, percent, layout = min(timed(asked, tensors, images, labels, layout) for layout in layouts)
    print(json.dumps({"seconds": seconds, "percent": percent, "layout": layout, "torch": torch.__version__}))


def work_of(asked, tensors, images, labels, layout):
    """The task on the first so many images, with a new network of the same weights."""
    images = images.contiguous(memory_format=layout)
    width, channels = tensors["conv1.weight"].shape[:2]
    units = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("layer1."))
    network = ResNet(units, width, len(tensors["fc.bias"]), channels)
    network.load_state_dict(tensors)
    network = network.to(asked.device).to(memory_format=layout).eval()
    if asked.task == "train":
        return lambda count: train(network, images[:count], labels[:count], asked.batch, layout, asked.bfloat16)
    task = {"sweep": sweep, "evaluate": evaluate}[asked.task]
    return lambda count: task(network, images[:count], labels[:count], asked.batch)


def timed(asked, tensors, images, labels, layout):
    """Seconds, after some of the same work, accuracy in percent, layout. Each work ends with .item(): the device has finished."""
    work = work_of(asked, tensors, images, labels, LAYOUTS[layout])
    work(asked.warm_up)
    began = time.perf_counter()
    percent = [work(len(images)) for _ in range(asked.passes)][-1]
    return time.perf_counter() - began, percent, layout


main()
